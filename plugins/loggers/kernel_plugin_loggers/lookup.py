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
    searches = [_compiled(pattern).search for pattern in patterns]

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


def _compiled(pattern: str) -> re.Pattern[str]:
    try:
        return re.compile(pattern)
    except re.error as error:
        raise ConfigError(
            f"`training.logger.patterns` has an invalid regular expression, {pattern!r}: {error}"
        ) from error
