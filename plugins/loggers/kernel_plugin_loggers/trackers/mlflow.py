"""Loggers that record training in MLflow."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from kernel_plugin_loggers.console import Setup
from kernel_plugin_loggers.lookup import flatten
from kernel_plugin_loggers.trackers.tracking import Info, tracking_logger

# What MLflow takes at once, and what it does not take in names.
_PARAMETERS_PER_CALL: Final = 100
_NOT_IN_NAMES: Final = re.compile(r"[^\w\-./ ]")


class MlflowRun:
    """The active run of MLflow."""

    def __init__(self, mlflow: Any) -> None:
        self._mlflow = mlflow

    def log(self, values: Mapping[str, float], step: int) -> None:
        """Record numbers by their names; characters that MLflow refuses become `_`."""
        named = {_NOT_IN_NAMES.sub("_", key): value for key, value in values.items()}
        self._mlflow.log_metrics(named, step=step)

    def save(self, info: Info, *, is_best: bool) -> None:
        """Record the best pipeline, as the folder `best`."""
        if is_best and "output_path" in info:
            self._mlflow.log_artifacts(info["output_path"], "best")

    def close(self) -> None:
        """End the run."""
        self._mlflow.end_run()


def mlflow_logger_v1(
    run_id: str | None = None,
    experiment_id: str | None = None,
    run_name: str | None = None,
    nested: bool = False,
    tags: dict[str, Any] | None = None,
    remove_config_values: Sequence[str] = (),
) -> Setup:
    """Return a logger that records config, losses, scores and the best pipeline.

    It shows the table, too.
    """
    return _logger(
        remove_config_values,
        console=True,
        run_id=run_id,
        experiment_id=experiment_id,
        run_name=run_name,
        nested=nested,
        tags=tags,
    )


def mlflow_logger_v2(
    run_id: str | None = None,
    experiment_id: str | None = None,
    run_name: str | None = None,
    nested: bool = False,
    tags: dict[str, Any] | None = None,
    remove_config_values: Sequence[str] = (),
    log_custom_stats: list[str] | None = None,
) -> Setup:
    """Return a logger that also records numbers whose keys match, and shows no table."""
    return _logger(
        remove_config_values,
        log_custom_stats=log_custom_stats,
        run_id=run_id,
        experiment_id=experiment_id,
        run_name=run_name,
        nested=nested,
        tags=tags,
    )


def _logger(
    remove_config_values: Sequence[str],
    *,
    log_custom_stats: list[str] | None = None,
    console: bool = False,
    **run: Any,
) -> Setup:
    def start(mlflow: Any, config: dict[str, Any]) -> MlflowRun:
        mlflow.start_run(**run)
        parameters = [(key.replace("@", ""), value) for key, value in flatten(config)]
        for first in range(0, len(parameters), _PARAMETERS_PER_CALL):
            mlflow.log_params(dict(parameters[first : first + _PARAMETERS_PER_CALL]))
        return MlflowRun(mlflow)

    return tracking_logger(
        "mlflow",
        start,
        remove_config_values=remove_config_values,
        log_custom_stats=log_custom_stats,
        console=console,
    )
