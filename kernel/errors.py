"""The errors that kernel raises.

KernelError
├── ConfigError                everything wrong with a configuration, at once
├── RegistryError              a registered name is unknown, taken or malformed
├── PluginError                a plugin is missing or broken
├── LoadError                  a saved pipeline is missing, truncated or altered
├── CheckpointError            a training run cannot be saved or resumed
├── TrainingInterrupted        Ctrl-C or a signal ended a training run, after saving
├── NonFiniteError             a loss or a gradient is infinite or not a number
├── WorkerError                a worker process of `nlp.pipe` failed or died
├── ShapeError                 arrays do not fit each other
├── TextError                  text, tokens and annotations do not fit (also a ValueError)
│   ├── UnknownKeyError        there is no such key (also a KeyError)
│   ├── BoundsError            an index is outside a doc or span (also an IndexError)
│   └── UnknownAttributeError  there is no such attribute (also an AttributeError)
└── DataError                  a data file, or an annotation in it, is wrong (also a ValueError)
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kernel.config.problems import Problem


class KernelError(Exception):
    """An error that the caller can fix.

    `message` says what is wrong; `hint`, where there is one, what to do about it.
    """

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message}\nhint: {self.hint}" if self.hint else self.message


class ConfigError(KernelError):
    """Everything that is wrong with a configuration, at once.

    `problems` has one entry for each thing to mend, in the order of the file; it is empty
    where the message says it all.
    """

    def __init__(self, problems: Sequence[Problem] | str, *, hint: str | None = None) -> None:
        if isinstance(problems, str):
            super().__init__(problems, hint=hint)
            self.problems: list[Problem] = []
            return
        lines = [str(problem) for problem in problems]
        if len(lines) > 1:
            lines.insert(0, f"{len(lines)} problems in the configuration")
        super().__init__("\n".join(lines), hint=hint)
        self.problems = list(problems)


class RegistryError(KernelError):
    """A registered name is unknown, taken or malformed."""


class PluginError(KernelError):
    """A plugin is missing or broken."""


class LoadError(KernelError):
    """A saved pipeline is missing, truncated or altered."""


class CheckpointError(KernelError):
    """A training run cannot be saved or resumed."""


class ShapeError(KernelError):
    """Arrays do not fit each other."""


class TextError(KernelError, ValueError):
    """Text, tokens and annotations do not fit each other."""


class DataError(KernelError, ValueError):
    """A data file, or an annotation in it, is wrong.

    `path` and `line` (from 1) say where, as far as they are known.
    """

    def __init__(
        self,
        message: str,
        *,
        path: Path | str | None = None,
        line: int | None = None,
        hint: str | None = None,
    ) -> None:
        place = ":".join(str(part) for part in (path, line) if part is not None)
        super().__init__(f"{place}: {message}" if place else message, hint=hint)
        self.path = path
        self.line = line
