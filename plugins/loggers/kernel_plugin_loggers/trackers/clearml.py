"""Loggers that record training in ClearML."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from kernel_plugin_loggers.console import Setup
from kernel_plugin_loggers.trackers.tracking import Info, existing_folder, is_due, tracking_logger


class ClearmlTask:
    """A task of ClearML, and the models that it uploads."""

    def __init__(
        self,
        clearml: Any,
        task: Any,
        *,
        model_log_interval: int | None,
        log_best_dir: str | None,
        log_latest_dir: str | None,
    ) -> None:
        self._task = task
        self._interval = model_log_interval
        self._folders = {"best": log_best_dir, "last": log_latest_dir}
        self._models = {
            name: clearml.OutputModel(
                task=task, framework="spaCy", name=f"{name.capitalize()} Model"
            )
            for name, folder in self._folders.items()
            if folder is not None
        }

    def log(self, values: Mapping[str, float], step: int) -> None:
        """Record numbers; those of one dotted key, such as the scores of labels, in one plot."""
        logger = self._task.get_logger()
        for key, value in values.items():
            title, _, series = key.partition(".")
            logger.report_scalar(title=title, series=series or title, iteration=step, value=value)

    def save(self, info: Info, *, is_best: bool) -> None:
        """Upload the folders of the last and best pipeline, every `model_log_interval` steps."""
        if not is_due(info, self._interval):
            return
        self._upload("last")
        if is_best:
            self._upload("best")

    def _upload(self, name: str) -> None:
        if name in self._models:
            self._models[name].update_weights_package(
                weights_path=self._folders[name],
                auto_delete_file=False,
                target_filename=f"{name}_model",
            )

    def close(self) -> None:
        """Wait for uploads, and end the task."""
        self._task.flush(wait_for_uploads=True)
        self._task.close()


def clearml_logger_v1(
    project_name: str,
    task_name: str,
    remove_config_values: Sequence[str] = (),
    model_log_interval: int | None = None,
    log_dataset_dir: str | None = None,
    log_best_dir: str | None = None,
    log_latest_dir: str | None = None,
) -> Setup:
    """Return a logger that records config, losses, scores, pipelines and data.

    It shows the table, too.
    """
    return _logger(
        project_name,
        task_name,
        remove_config_values,
        log_dataset_dir=log_dataset_dir,
        model_log_interval=model_log_interval,
        log_best_dir=log_best_dir,
        log_latest_dir=log_latest_dir,
        console=True,
    )


def clearml_logger_v2(
    project_name: str,
    task_name: str,
    remove_config_values: Sequence[str] = (),
    model_log_interval: int | None = None,
    log_dataset_dir: str | None = None,
    log_best_dir: str | None = None,
    log_latest_dir: str | None = None,
    log_custom_stats: list[str] | None = None,
) -> Setup:
    """Return a logger that also records numbers whose keys match, and shows no table."""
    return _logger(
        project_name,
        task_name,
        remove_config_values,
        log_dataset_dir=log_dataset_dir,
        log_custom_stats=log_custom_stats,
        model_log_interval=model_log_interval,
        log_best_dir=log_best_dir,
        log_latest_dir=log_latest_dir,
    )


def _logger(
    project_name: str,
    task_name: str,
    remove_config_values: Sequence[str],
    *,
    log_dataset_dir: str | None = None,
    log_custom_stats: list[str] | None = None,
    console: bool = False,
    **saving: Any,
) -> Setup:
    def start(clearml: Any, config: dict[str, Any]) -> ClearmlTask:
        data = None
        if log_dataset_dir is not None:
            data = existing_folder(log_dataset_dir, "log_dataset_dir")
        task = clearml.Task.init(project_name=project_name, task_name=task_name, output_uri=True)
        for name, section in config.items():
            task.connect(section, name=name)
        if data is not None:
            dataset = clearml.Dataset.create(dataset_project=project_name, dataset_name=data.name)
            dataset.add_files(str(data))
            dataset.finalize(auto_upload=True)
            task.set_user_properties({"name": "Created Dataset ID", "value": dataset.id})
        return ClearmlTask(clearml, task, **saving)

    return tracking_logger(
        "clearml",
        start,
        remove_config_values=remove_config_values,
        log_custom_stats=log_custom_stats,
        console=console,
    )
