"""The exceptions of kernel.

KernelError
├── ConfigError                all problems of a config
│   └── LookupProblemError     a function or factory that a block names cannot be found
├── RegistryError              a registered name is unknown, taken or malformed
├── PluginError                a plugin is missing or broken
├── ComponentNameError         a name is not allowed for a component (also a ValueError)
├── LoadError                  a saved pipeline is missing, truncated or changed
├── CheckpointError            a training run cannot be saved or resumed
├── TrainingInterrupted        Ctrl-C or a signal ended a training run, after saving
├── NonFiniteError             a loss or a gradient is infinite or not a number
├── NonFiniteGradientError     a gradient of one parameter is infinite or not a number
├── WorkerError                a worker process of `nlp.pipe` failed or died
├── NotInitializedError        a component has no weights yet (also a ValueError)
├── ShapeError                 shapes of arrays do not match
├── WrongTypeError             an argument has the wrong type (also a TypeError)
├── TextError                  text, tokens or annotations are invalid (also a ValueError)
│   ├── UnknownKeyError        unknown key (also a KeyError)
│   ├── BoundsError            index outside of a doc or span (also an IndexError)
│   ├── UnsupportedError       no rules of the language, no pickling (also a NotImplementedError)
│   └── UnknownAttributeError  unknown attribute (also an AttributeError)
└── DataError                  a data file or an annotation in it is invalid (also a ValueError)
"""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kernel.problems import Problem


def did_you_mean(name: str, known: Iterable[str], otherwise: str | None = None) -> str:
    """Return a hint at the nearest of the names `known`; `otherwise`, or all of them, if none."""
    names = list(known)
    close = get_close_matches(name, names, n=1)
    if close:
        return f"did you mean `{close[0]}`?"
    return otherwise or f"there are: {', '.join(names) or 'none'}"


class KernelError(Exception):
    """An error that the caller can fix.

    `message` describes the problem, and `hint`, if given, how to fix it.
    """

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message}\nhint: {self.hint}" if self.hint else self.message


class ConfigError(KernelError):
    """All problems of a config.

    `problems` lists them in the order of the file. It is empty if the error has only a message.
    """

    def __init__(self, problems: Iterable[Problem] | str, *, hint: str | None = None) -> None:
        self.problems: list[Problem] = []
        if isinstance(problems, str):
            super().__init__(problems, hint=hint)
            return
        self.problems = sorted(dict.fromkeys(problems), key=_place)
        lines = [str(problem) for problem in self.problems]
        if len(lines) > 1:
            lines.insert(0, f"{len(lines)} problems in the configuration")
        super().__init__("\n".join(lines), hint=hint)


def raise_problems(problems: Iterable[Problem]) -> None:
    """Raise `ConfigError` with all `problems`, if there are any."""
    found = list(problems)
    if found:
        raise ConfigError(found)


def _place(problem: Problem) -> tuple[bool, str, int, int]:
    origin = problem.origin
    return origin.line is None, origin.path or "", origin.line or 0, origin.column or 0


class RegistryError(KernelError):
    """A registered name is unknown, taken or malformed."""


class PluginError(KernelError):
    """A plugin is missing or broken."""


class LoadError(KernelError):
    """A saved pipeline is missing, truncated or changed."""


class CheckpointError(KernelError):
    """A training run cannot be saved or resumed."""


class NotInitializedError(KernelError, ValueError):
    """The component `name` is used before it was initialized or loaded."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"component `{name}` is not initialized",
            hint="train it, or load a trained pipeline; `nlp.initialize` starts from scratch",
        )
        self.name = name


class ShapeError(KernelError):
    """The shapes of arrays do not match."""


class WrongTypeError(KernelError, TypeError):
    """An argument has the wrong type."""


class TextError(KernelError, ValueError):
    """Text, tokens or annotations are invalid, or contradict each other."""


class DataError(KernelError, ValueError):
    """A data file, or an annotation in it, is invalid.

    `path` and `line` (counted from 1) give the position, if known.
    """

    def __init__(
        self,
        message: str,
        *,
        path: Path | str | None = None,
        line: int | None = None,
        hint: str | None = None,
    ) -> None:
        origin = ":".join(str(part) for part in (path, line) if part is not None)
        super().__init__(f"{origin}: {message}" if origin else message, hint=hint)
        self.path = path
        self.line = line
