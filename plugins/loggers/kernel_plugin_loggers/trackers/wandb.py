"""Loggers that record training in Weights & Biases."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from kernel_plugin_loggers.console import Setup
from kernel_plugin_loggers.trackers.tracking import Info, existing_folder, is_due, tracking_logger


class WandbRun:
    """A run of Weights & Biases; its steps are those of the training."""

    def __init__(
        self,
        wandb: Any,
        run: Any,
        *,
        model_log_interval: int | None = None,
        log_best_dir: str | None = None,
        log_latest_dir: str | None = None,
    ) -> None:
        self._wandb = wandb
        self._run = run
        self._interval = model_log_interval
        self._folders = {"model_best": log_best_dir, "model_last": log_latest_dir}

    def log(self, values: Mapping[str, float], step: int) -> None:
        """Record numbers by their names."""
        self._run.log(dict(values), step=step)

    def save(self, info: Info, *, is_best: bool) -> None:
        """Record the last pipeline as an artifact, every `model_log_interval` steps."""
        if not is_due(info, self._interval) or "output_path" not in info:
            return
        aliases = [f"epoch {info['epoch']} step {info['step']}", "latest"]
        self.add_folder(
            f"pipeline_{self._run.id}",
            info["output_path"],
            kind="checkpoint",
            metadata=info,
            aliases=[*aliases, "best"] if is_best else aliases,
        )

    def add_folder(
        self,
        name: str,
        folder: str,
        *,
        kind: str,
        metadata: Info | None = None,
        aliases: list[str] | None = None,
    ) -> None:
        """Record a folder as an artifact."""
        artifact = self._wandb.Artifact(name, type=kind, metadata=metadata)
        artifact.add_dir(folder, name=name)
        self._run.log_artifact(artifact, aliases=aliases)

    def close(self) -> None:
        """Record the best and the last pipeline, if folders of them are set, and end the run."""
        try:
            for name, folder in self._folders.items():
                if folder is not None:
                    self.add_folder(name, folder, kind="model")
        finally:
            self._run.finish()


def wandb_logger_v1(project_name: str, remove_config_values: Sequence[str] = ()) -> Setup:
    """Return a logger that records config, losses and scores, and shows the table."""
    return _logger(project_name, remove_config_values, console=True)


def wandb_logger_v2(
    project_name: str,
    remove_config_values: Sequence[str] = (),
    model_log_interval: int | None = None,
    log_dataset_dir: str | None = None,
) -> Setup:
    """Return a logger that also records pipelines and the folder of the data."""
    return _logger(
        project_name,
        remove_config_values,
        model_log_interval=model_log_interval,
        log_dataset_dir=log_dataset_dir,
        console=True,
    )


def wandb_logger_v3(
    project_name: str,
    remove_config_values: Sequence[str] = (),
    model_log_interval: int | None = None,
    log_dataset_dir: str | None = None,
    entity: str | None = None,
    run_name: str | None = None,
) -> Setup:
    """Return a logger that also sets the user or team (`entity`) and the name of the run."""
    return _logger(
        project_name,
        remove_config_values,
        model_log_interval=model_log_interval,
        log_dataset_dir=log_dataset_dir,
        entity=entity,
        run_name=run_name,
        console=True,
    )


def wandb_logger_v4(
    project_name: str,
    remove_config_values: Sequence[str] = (),
    model_log_interval: int | None = None,
    log_dataset_dir: str | None = None,
    entity: str | None = None,
    run_name: str | None = None,
    log_best_dir: str | None = None,
    log_latest_dir: str | None = None,
) -> Setup:
    """Return a logger that also records the folders of the best and last pipeline at the end."""
    return _logger(
        project_name,
        remove_config_values,
        model_log_interval=model_log_interval,
        log_dataset_dir=log_dataset_dir,
        entity=entity,
        run_name=run_name,
        log_best_dir=log_best_dir,
        log_latest_dir=log_latest_dir,
        console=True,
    )


def wandb_logger_v5(
    project_name: str,
    remove_config_values: Sequence[str] = (),
    model_log_interval: int | None = None,
    log_dataset_dir: str | None = None,
    entity: str | None = None,
    run_name: str | None = None,
    log_best_dir: str | None = None,
    log_latest_dir: str | None = None,
    log_custom_stats: list[str] | None = None,
) -> Setup:
    """Return a logger that also records numbers whose keys match, and shows no table."""
    return _logger(
        project_name,
        remove_config_values,
        model_log_interval=model_log_interval,
        log_dataset_dir=log_dataset_dir,
        entity=entity,
        run_name=run_name,
        log_best_dir=log_best_dir,
        log_latest_dir=log_latest_dir,
        log_custom_stats=log_custom_stats,
    )


def _logger(
    project_name: str,
    remove_config_values: Sequence[str],
    *,
    log_dataset_dir: str | None = None,
    entity: str | None = None,
    run_name: str | None = None,
    log_custom_stats: list[str] | None = None,
    console: bool = False,
    **saving: Any,
) -> Setup:
    def start(wandb: Any, config: dict[str, Any]) -> WandbRun:
        if log_dataset_dir is not None:
            existing_folder(log_dataset_dir, "log_dataset_dir")
        run = WandbRun(
            wandb,
            wandb.init(
                project=project_name, config=config, entity=entity, name=run_name, reinit=True
            ),
            **saving,
        )
        if log_dataset_dir is not None:
            run.add_folder("dataset", log_dataset_dir, kind="dataset")
        return run

    return tracking_logger(
        "wandb",
        start,
        remove_config_values=remove_config_values,
        log_custom_stats=log_custom_stats,
        console=console,
    )
