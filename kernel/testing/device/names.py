"""What CuPy has: its functions, methods and their parameters, from `cupy_names.json`."""

from __future__ import annotations

import functools
import inspect
import json
from pathlib import Path
from typing import Any, Final

from attrs import frozen

_FILE: Final = Path(__file__).with_name("cupy_names.json")


@frozen
class CupyNames:
    """The public names of one version of CuPy.

    functions  the parameters of each function, `=` after optional ones
    creation   the functions that create arrays from other data
    ufuncs     whether each ufunc has `at`
    """

    version: str
    functions: dict[str, str]
    creation: frozenset[str]
    ufuncs: dict[str, bool]
    others: frozenset[str]
    methods: dict[str, str]
    linalg: dict[str, str | None]
    random: frozenset[str]


@functools.cache
def cupy_names() -> CupyNames:
    """Read the names; `tools/list_cupy_names.py` writes them."""
    found: dict[str, Any] = json.loads(_FILE.read_text("utf-8"))
    return CupyNames(
        version=found["version"],
        functions=found["functions"],
        creation=frozenset(found["creation"]),
        ufuncs=found["ufuncs"],
        others=frozenset(found["others"]),
        methods=found["methods"],
        linalg=found["linalg"],
        random=frozenset(found["random"]),
    )


@functools.cache
def signature(parameters: str) -> inspect.Signature:
    """Return the signature of a list of parameters from the file."""
    made = []
    kind: Any = inspect.Parameter.POSITIONAL_OR_KEYWORD
    for text in filter(None, parameters.split(", ")):
        name = text.strip("*=")
        if text == "*":
            kind = inspect.Parameter.KEYWORD_ONLY
        elif text.startswith("**"):
            made.append(inspect.Parameter(name, inspect.Parameter.VAR_KEYWORD))
        elif text.startswith("*"):
            made.append(inspect.Parameter(name, inspect.Parameter.VAR_POSITIONAL))
            kind = inspect.Parameter.KEYWORD_ONLY
        else:
            default = None if text.endswith("=") else inspect.Parameter.empty
            made.append(inspect.Parameter(name, kind, default=default))
    return inspect.Signature(made)
