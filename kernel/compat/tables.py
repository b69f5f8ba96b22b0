"""Lookup tables that installed distributions have."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from kernel.errors import LoadError, TextError
from kernel.registry import registry
from kernel.text import Lookups


def load_lookups(lang: str, tables: Iterable[str], *, strict: bool = True) -> Lookups:
    """Return tables of a language that an installed distribution has.

    A distribution registers a mapping from names of tables to their content, or to JSON files
    of it, under the language's code in the registry `lookups`. Raises RegistryError if nobody
    has tables of the language, TextError if a table is missing; without `strict`, what is
    missing is left out.
    """
    found = Lookups()
    if not strict and not registry.lookups.has(lang):
        return found
    known: Mapping[str, Any] = registry.lookups.get(lang)
    for name in tables:
        if name in known:
            found.add_table(name, _content(known[name]))
        elif strict:
            raise TextError(
                f"there is no lookup table `{name}` of the language `{lang}`",
                hint=f"there are: {', '.join(known) or 'none'}",
            )
    return found


def _content(table: Any) -> Mapping[Any, Any]:
    if isinstance(table, Mapping):
        return table
    file = Path(table)
    try:
        data = file.read_bytes()
        content: Mapping[Any, Any] = json.loads(
            gzip.decompress(data) if file.suffix == ".gz" else data
        )
    except (OSError, ValueError) as error:
        raise LoadError(f"{file} cannot be read: {error}") from error
    return content
