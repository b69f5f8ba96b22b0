"""Write the names and signatures of CuPy's public API, for the device double of `kernel.testing`.

    python tools/list_cupy_names.py > kernel/testing/device/cupy_names.json

Needs CuPy (`pip install cupy-cuda12x`), but no GPU.
"""

from __future__ import annotations

import inspect
import json
import re
import sys
from typing import Any

import cupy

# The modules whose functions create arrays from other data; all others need arrays.
CREATION = "cupy._creation"
IN_DOC = re.compile(r"^\S+?\((?P<parameters>[^)]*)\)")


def main() -> None:
    """Write the names to standard output, as JSON."""
    functions, ufuncs, others, creation = {}, {}, [], []
    for name in sorted(dir(cupy)):
        value = getattr(cupy, name)
        if name.startswith("_") or inspect.ismodule(value):
            continue
        if isinstance(value, cupy.ufunc):
            ufuncs[name] = value._scatter_op is not None  # noqa: SLF001 — CuPy has no public name
        elif callable(value) and not isinstance(value, type):
            functions[name] = parameters(value)
            if str(value.__module__).startswith(CREATION):
                creation.append(name)
        else:
            others.append(name)
    methods = {
        name: parameters(getattr(cupy.ndarray, name))
        for name in sorted(dir(cupy.ndarray))
        if not name.startswith("_") and callable(getattr(cupy.ndarray, name))
    }
    listed = {
        "version": cupy.__version__,
        "functions": functions,
        "creation": creation,
        "ufuncs": ufuncs,  # name: whether it has `at`
        "others": others,
        "methods": methods,
        "operators": [name for name in sorted(dir(cupy.ndarray)) if name.startswith("__")],
        "linalg": {name: parameters(getattr(cupy.linalg, name)) for name in callables(cupy.linalg)},
        "random": callables(cupy.random),
    }
    json.dump(listed, sys.stdout, indent=1, sort_keys=True)
    sys.stdout.write("\n")


def callables(module: Any) -> list[str]:
    """Return the names of the functions and classes of a module."""
    return [
        name
        for name in sorted(dir(module))
        if not name.startswith("_") and callable(getattr(module, name))
    ]


def parameters(function: Any) -> str | None:
    """Return the parameters, `=` after optional ones; None if they are not known."""
    names = from_signature(function)
    return None if names is None else ", ".join(names)


def from_signature(function: Any) -> list[str] | None:
    """Return the parameters as a list."""
    try:
        found = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        return from_doc(function.__doc__ or "")
    stars = {inspect.Parameter.VAR_POSITIONAL: "*", inspect.Parameter.VAR_KEYWORD: "**"}
    names: list[str] = []
    for each in found:
        if each.name == "self":
            continue
        if each.kind is each.KEYWORD_ONLY and not any(name.startswith("*") for name in names):
            names.append("*")
        optional = "" if each.default is each.empty else "="
        names.append(stars.get(each.kind, "") + each.name + optional)
    return names


def from_doc(doc: str) -> list[str] | None:
    """Return the parameters from the first line of a docstring of Cython."""
    match = IN_DOC.match(doc)
    if match is None:
        return None
    names = []
    for text in filter(None, (part.strip() for part in match["parameters"].split(","))):
        name, is_optional, _ = text.partition("=")
        if name != "self":
            names.append(name.split()[-1] + is_optional)
    return names


if __name__ == "__main__":
    main()
