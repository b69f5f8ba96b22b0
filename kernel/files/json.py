"""Strict JSON: finite numbers, bounded nesting, and errors with the file and the place."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

from kernel.errors import LoadError
from kernel.files.raw import read_file


def read_json(path: str | Path) -> Any:
    """Return the value in a JSON file; raises `LoadError` naming the file and the place."""
    return parse_json(read_file(path), what=f"`{path}`")


def parse_json(data: bytes | str, *, what: str = "the data") -> Any:
    r"""Return the value in JSON.

    A byte order mark is allowed. Half of a surrogate pair (`"\ud83d"`) is kept.

    Raises `LoadError` that starts with `what` if `data` is not UTF-8 or not JSON, if a number is
    not finite or has thousands of digits, or if the nesting is too deep.
    """
    try:
        text = data if isinstance(data, str) else data.decode("utf-8-sig", "surrogatepass")
        return json.loads(text, parse_constant=_refuse, parse_float=_finite)
    except UnicodeDecodeError as error:
        raise LoadError(f"{what} is not UTF-8: byte {error.start}: {error.reason}") from error
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        raise LoadError(f"{what} is not JSON: {place}: {error.msg}") from error
    except RecursionError as error:
        raise LoadError(f"{what} is nested too deeply") from error
    # Python refuses integers of more than 4300 digits.
    except ValueError as error:
        raise LoadError(f"{what} is not JSON: {error}") from error


def _refuse(name: str) -> Any:
    raise ValueError(f"{name} is not a number")


def _finite(text: str) -> float:
    value = float(text)
    if math.isinf(value):
        raise ValueError(f"{text} is too large")
    return value
