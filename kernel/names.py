"""The rule for names of components, which are also names of folders and of config sections."""

from __future__ import annotations

from typing import Final

from kernel.errors import ArgumentError

MAX_NAME_LENGTH: Final = 100
# Of a file, on all common systems.
_MAX_BYTES: Final = 255
# The other files and folders of a saved pipeline; some file systems ignore case.
RESERVED_NAMES: Final = frozenset(
    {"config.cfg", "config.toml", "manifest.json", "meta.json", "tokenizer", "vocab"}
)
# What Windows allows in no file name, and what a section name cannot have.
_FORBIDDEN: Final = frozenset('\\:*?"<>|[]=$')
# The start of hidden files, of functions in a config, and of comments.
_FORBIDDEN_STARTS: Final = (" ", ".", "@", "#", ";")


class ComponentNameError(ArgumentError):
    """The name of a component is not allowed."""


def check_component_name(name: object) -> None:
    """Raise `ComponentNameError` if `name` is not allowed as the name of a component."""
    problem = find_name_problem(name)
    if problem is not None:
        raise ComponentNameError(f"{name!r:.120} cannot be the name of a component: {problem}")


def find_name_problem(name: object) -> str | None:
    """Return why `name` is not allowed as the name of a component; None if it is allowed.

    A component is saved in a folder with its name, so the name is a relative path, mostly of one
    segment, that does not start with one of `RESERVED_NAMES`. It is also a section of the config.
    """
    if not isinstance(name, str):
        return f"expected a string, got a {type(name).__name__}"
    return _character_problem(name) or _length_problem(name) or _path_problem(name)


def _character_problem(name: str) -> str | None:
    for character in name:
        if character in _FORBIDDEN or not character.isprintable():
            return f"it contains {character!r}"
    return None


def _length_problem(name: str) -> str | None:
    n_bytes = len(name.encode())
    if not name:
        return "it is empty"
    if len(name) > MAX_NAME_LENGTH:
        return f"it has {len(name)} characters, at most {MAX_NAME_LENGTH} are allowed"
    if n_bytes > _MAX_BYTES:
        return f"it has {n_bytes} bytes in UTF-8, at most {_MAX_BYTES} are allowed"
    return None


def _path_problem(name: str) -> str | None:
    segments = name.split("/")
    if "" in segments:
        return "it has a '/' without a name before or after it"
    if segments[0].lower() in RESERVED_NAMES:
        return "a saved pipeline has a file with this name"
    return next(filter(None, map(_file_name_problem, segments)), None)


def _file_name_problem(name: str) -> str | None:
    if name.startswith(_FORBIDDEN_STARTS):
        return f"it starts with {name[0]!r}"
    if name.endswith((" ", ".")):
        return f"it ends with {name[-1]!r}"
    return None
