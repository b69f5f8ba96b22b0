"""The exceptions of kernel.

Each is also a subclass of the built-in exception in brackets, because that is what spaCy raises in
the same situation and what programs catch.

KernelError
├── ArgumentError [ValueError]             an argument or a setting is invalid
│   ├── ComponentNameError                 a name is not allowed for a component
│   ├── UnknownComponentError [KeyError]   the pipeline has no component of a name
│   └── WrongTypeError [TypeError]         an argument has the wrong type
├── NotInitializedError [ValueError]       a component has no weights yet
├── ConfigError [ValueError]               all problems of a config
│   ├── ConfigFileError [OSError]          the file of a config cannot be read
│   └── LookupProblemError                 a function or factory of a block cannot be found
├── RegistryError [ValueError]             a registered name is unknown, taken or malformed
│   └── UnknownLanguageError [ImportError] no plugin has a language
├── PluginError                            a plugin is missing or broken
├── LoadError [OSError, ValueError]        something saved is missing, truncated or changed
├── CheckpointError                        a training run cannot be saved or resumed
├── TrainingInterrupted                    a signal ended a training run, after saving
├── NonFiniteError                         a loss or gradient is infinite or not a number
├── NonFiniteGradientError                 a gradient of one parameter is infinite or not a number
├── WorkerError [ValueError]               a worker process of `nlp.pipe` failed or died
├── ShapeError [ValueError]                shapes of arrays do not match
├── TextError [ValueError]                 text, tokens or annotations are invalid
│   ├── BoundsError [IndexError]           an index is outside of a doc or span
│   ├── TextTypeError [TypeError]          a string, a doc or an annotation has the wrong type
│   ├── UnknownAttributeError [AttributeError]  an extension attribute is unknown
│   └── UnknownKeyError [KeyError]         a string, id or table is unknown
├── UnsupportedError [NotImplementedError] an object or a language cannot do what was asked
└── DataError [ValueError]                 a data file or an annotation in it is invalid
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Self, TypeVar

import catalogue

if TYPE_CHECKING:
    from kernel.problems import Problem

ErrorT = TypeVar("ErrorT", bound="KernelError")


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
        Exception.__init__(self, message)  # other bases have other parameters
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message}\nhint: {self.hint}" if self.hint else self.message


class ArgumentError(KernelError, ValueError):
    """An argument or a setting is invalid."""


class WrongTypeError(ArgumentError, TypeError):
    """An argument has the wrong type."""


class UnknownComponentError(ArgumentError, KeyError):
    """The pipeline has no component of this name."""


class ConfigError(KernelError, ValueError):
    """All problems of a config.

    `problems` lists them in the order of the file. It is empty if the error has only a message.

    If Thinc is imported, it is also a `thinc.api.ConfigValidationError`, which programs catch.
    """

    def __new__(cls, *_: Any, **__: Any) -> Self:  # noqa: D102
        # Thinc is not imported here, because that takes longer than most commands.
        return super().__new__(_with_thinc(cls) if "confection" in sys.modules else cls)

    def __init__(self, problems: Iterable[Problem] | str, *, hint: str | None = None) -> None:
        self.problems: list[Problem] = []
        if isinstance(problems, str):
            super().__init__(problems, hint=hint)
            return
        self.problems = sorted(dict.fromkeys(problems), key=_place)
        lines = [str(problem) for problem in self.problems]
        if len(lines) > 1:
            lines.insert(0, f"{len(lines)} problems in the config")
        super().__init__("\n".join(lines), hint=hint)


_CLASSES: Final[dict[tuple[type, type], type]] = {}


def _with_thinc(cls: type[ErrorT]) -> type[ErrorT]:
    """Return a subclass that looks like `cls` and is a `ConfigValidationError` of Thinc, too."""
    return _subclass(cls, sys.modules["confection"].ConfigValidationError)


def _subclass(cls: type[ErrorT], other: type) -> type[ErrorT]:
    """Return a subclass that looks like `cls`, and is a subclass of `other`, too.

    Raises TypeError if there cannot be one.
    """
    if (cls, other) not in _CLASSES:
        named = next(base for base in cls.__mro__ if base not in _CLASSES.values())
        members = {
            "__module__": cls.__module__,
            "__qualname__": cls.__qualname__,
            "__doc__": cls.__doc__,
            "__new__": _new,
            # Pickled as the class that can be found by its name.
            "__reduce__": lambda error: (named, (error.message,), vars(error)),
        }
        _CLASSES[cls, other] = type(cls.__name__, (cls, other), members)
    return _CLASSES[cls, other]


def _new(cls: type[ErrorT], message: object = "", **_: Any) -> ErrorT:
    """Make an error by the built-in class that decides how it is stored."""
    base: Any = cls
    while base.__module__ != "builtins":
        base = base.__base__
    error: ErrorT = base.__new__(cls, message)
    return error


def caught_as(error: ErrorT, cause: BaseException) -> ErrorT:
    """Return `error` as an instance of the class of `cause`, too.

    The code of users and plugins may raise an exception that programs catch; an error that says
    where it happened must not hide it. Returns `error` itself for `SystemExit`, and for classes
    that cannot have such a subclass.
    """
    if isinstance(error, type(cause)) or not isinstance(cause, Exception):
        return error
    try:
        made = _subclass(type(error), type(cause))
        found = made.__new__(made, error.message)
    except TypeError:  # a class that is final, or stored in another way
        return error
    Exception.__init__(found, error.message)
    vars(found).update({**vars(cause), **vars(error)})
    return found


class ConfigFileError(ConfigError, OSError):
    """The file of a config does not exist or cannot be read."""

    def __new__(cls, *_: Any, **__: Any) -> Self:  # noqa: D102
        return OSError.__new__(cls)


def raise_problems(problems: Iterable[Problem]) -> None:
    """Raise `ConfigError` with all `problems`, if there are any."""
    found = list(problems)
    if found:
        raise ConfigError(found)


def _place(problem: Problem) -> tuple[bool, str, int, int]:
    origin = problem.origin
    return origin.line is None, origin.path or "", origin.line or 0, origin.column or 0


class RegistryError(KernelError, catalogue.RegistryError):
    """A registered name is unknown, taken or malformed."""


class UnknownLanguageError(RegistryError, ImportError):
    """No plugin has this language."""


class PluginError(KernelError):
    """A plugin is missing or broken."""


class LoadError(KernelError, OSError, ValueError):
    """A saved pipeline, or another saved object, is missing, truncated or changed."""


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


class ShapeError(KernelError, ValueError):
    """The shapes of arrays do not match."""


class TextError(KernelError, ValueError):
    """Text, tokens or annotations are invalid, or contradict each other."""


class NoLabelsWarning(UserWarning):
    """A component was initialized without labels, so that it cannot learn anything."""


class UnsupportedError(KernelError, NotImplementedError):
    """Something that a language has no rules for, or that an object does not support."""


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
