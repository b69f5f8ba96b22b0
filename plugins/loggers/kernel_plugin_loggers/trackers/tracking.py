"""What the loggers of all experiment trackers do: values, configs, and when to save pipelines."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from importlib.util import find_spec
from numbers import Real
from pathlib import Path
from typing import IO, Any, Protocol

from kernel import Language
from kernel.errors import ConfigError, PluginError
from kernel_plugin_loggers.chain import chain_logger
from kernel_plugin_loggers.console import Setup, console_logger_v1
from kernel_plugin_loggers.lookup import compiled, flatten

Info = dict[str, Any]


class Tracker(Protocol):
    """A run of an experiment tracker."""

    def log(self, values: Mapping[str, float], step: int) -> None:
        """Record numbers by their names."""

    def save(self, info: Info, *, is_best: bool) -> None:
        """Record the pipeline of an evaluation, if it is time to; `is_best`: the best one yet."""

    def close(self) -> None:
        """End the run of the tracker."""


def tracking_logger(
    library: str,
    start: Callable[[Any, dict[str, Any]], Tracker],
    *,
    remove_config_values: Sequence[str],
    log_custom_stats: Sequence[str] | None = None,
    console: bool = False,
) -> Setup:
    """Return a logger that records evaluations in a tracker.

    library  the module of the tracker, imported when the logger is set up
    start    takes the module and the config, and returns the run of the tracker
    console  whether to show the table of the console logger too

    Raises `PluginError` if the library is not installed, `ConfigError` for an invalid pattern.
    """
    if find_spec(library) is None:
        raise PluginError(
            f"the logger needs the library `{library}`, which is not installed",
            hint=f'pip install "kernel-plugin-loggers[{library}]"',
        )
    searches = [compiled(pattern, "log_custom_stats").search for pattern in log_custom_stats or ()]

    def setup(
        nlp: Language, stdout: IO[str], stderr: IO[str]
    ) -> tuple[Callable[[Info | None], None], Callable[[], None]]:
        config = config_without(nlp.config.interpolate(), remove_config_values)
        tracker = start(importlib.import_module(library), config)

        def log_step(info: Info | None) -> None:
            if info is None:
                return
            values = dict(values_of(info))
            chosen = {
                key: value for key, value in numbers_in(info) if any(each(key) for each in searches)
            }
            tracker.log({**values, **chosen}, info["step"])
            best = max(score for score, _ in info["checkpoints"])
            tracker.save(info, is_best=info["score"] == best)

        return log_step, tracker.close

    return chain_logger(console_logger_v1(), setup) if console else setup


def values_of(info: Info) -> Iterator[tuple[str, float]]:
    """Yield what is always recorded: `score`, `loss_<component>` and the other scores."""
    yield "score", float(info["score"])
    for name, loss in info["losses"].items():
        yield f"loss_{name}", float(loss)
    yield from numbers_in(info["other_scores"])


def numbers_in(values: Mapping[str, Any]) -> Iterator[tuple[str, float]]:
    """Yield the dotted key and the value of each number in nested mappings."""
    for key, value in flatten(values):
        if isinstance(value, Real):
            yield key, float(value)


def config_without(config: Mapping[str, Any], removed: Sequence[str]) -> dict[str, Any]:
    """Return a copy of a config without the keys `removed`, such as `paths.train`.

    Raises `ConfigError` for a key that is not there.
    """
    missing = set(removed)

    def copy(block: Mapping[str, Any], path: str) -> dict[str, Any]:
        copied = {}
        for name, value in block.items():
            key = f"{path}{name}"
            if key in removed:
                missing.discard(key)
            else:
                copied[name] = copy(value, f"{key}.") if isinstance(value, Mapping) else value
        return copied

    rest = copy(config, "")
    if missing:
        names = ", ".join(f"`{key}`" for key in sorted(missing))
        raise ConfigError(
            f"`training.logger.remove_config_values` names {names}, which the config does not have"
        )
    return rest


def existing_folder(path: str, setting: str) -> Path:
    """Return a folder that a setting of the logger names; raises `ConfigError` if there is none."""
    folder = Path(path)
    if not folder.is_dir():
        raise ConfigError(f"`training.logger.{setting}` is not a folder: {path}")
    return folder


def is_due(info: Info, interval: int | None) -> bool:
    """Return whether the pipeline of an evaluation is to be recorded: each `interval` steps."""
    return bool(interval and info["step"] and info["step"] % interval == 0)
