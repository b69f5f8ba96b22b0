"""A logger that prints selected values of each evaluation."""

import re
import sys
from collections.abc import Callable, Iterator, Mapping
from typing import IO, Any

from kernel import Language
from kernel.errors import ConfigError
from kernel_plugin_loggers.console import Setup


def lookup_logger(patterns: list[str]) -> Setup:
    """Return a logger that prints `key -> value` for each key that contains a match.

    Keys are dotted: `losses.ner`, `other_scores.ents_per_type.PER.f`. Raises `ConfigError`
    for an invalid regular expression.
    """
    searches = [compiled(pattern, "patterns").search for pattern in patterns]

    def setup(
        nlp: Language,
        stdout: IO[str] = sys.stdout,
        stderr: IO[str] = sys.stderr,
    ) -> tuple[Callable[[dict[str, Any] | None], None], Callable[[], None]]:
        def log_step(info: dict[str, Any] | None) -> None:
            for key, value in flatten(info or {}):
                if any(search(key) for search in searches):
                    stdout.write(f"{key} -> {value}\n")

        return log_step, stdout.flush

    return setup


def flatten(values: Mapping[str, Any], path: str = "") -> Iterator[tuple[str, Any]]:
    """Yield the dotted key and the value of each leaf of nested mappings."""
    for name, value in values.items():
        key = f"{path}.{name}" if path else name
        if isinstance(value, Mapping):
            yield from flatten(value, key)
        else:
            yield key, value


def compiled(pattern: str, setting: str) -> re.Pattern[str]:
    """Return a pattern of a setting of a logger; raises `ConfigError` if it is invalid."""
    try:
        return re.compile(pattern)
    except re.error as error:
        raise ConfigError(
            f"`training.logger.{setting}` has an invalid regular expression, {pattern!r}: {error}"
        ) from error
