"""Lookup tables of languages, provided by installed distributions such as `spacy-lookups-data`."""

from __future__ import annotations

import gzip
import io
import zlib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from kernel.errors import ArgumentError, LoadError, RegistryError, TextError
from kernel.files import max_unpacked, parse_json, read_file
from kernel.registry import registry
from kernel.text import Lookups


def load_lookups(lang: str, tables: Iterable[str], *, strict: bool = True) -> Lookups:
    """Return tables of a language from an installed distribution.

    A distribution registers a mapping under the code of the language in the registry `lookups`, as
    an entry point of the group `kernel_lookups`, or of one that a plugin adds. It maps names of
    tables to their content, or to JSON files with the content, which may be compressed. Only the
    requested tables are read. If `strict` is false, missing tables are skipped.

    Raises ArgumentError for arguments of other types, RegistryError if there are no tables of the
    language, TextError for a missing table, LoadError for a damaged file.
    """
    _check_arguments(lang, tables)
    found, names = Lookups(), list(tables)
    if not registry.lookups.has(lang):
        if not strict or not names:
            return found
        others = registry.lookups.names()
        source = (
            f"there are tables of: {', '.join(others)}"
            if others
            else "`pip install spacy-lookups-data` provides tables of 32 languages"
        )
        raise RegistryError(
            f"no installed package has lookup tables of the language `{lang}`",
            hint=f"{source}; or make tables of your own, as `kernel.text.Lookups`",
        )
    known: Mapping[str, Any] = registry.lookups.get(lang)
    if not isinstance(known, Mapping):
        raise LoadError(f"the lookup tables of the language `{lang}` are not a dict: {known!r:.60}")
    for name in names:
        if name in known:
            found.add_table(name, _content(known[name], f"the lookup table `{name}` of `{lang}`"))
        elif strict:
            raise TextError(
                f"there is no lookup table `{name}` of the language `{lang}`",
                hint=f"there are: {', '.join(known) or 'none'}",
            )
    return found


def _check_arguments(lang: Any, tables: Any) -> None:
    if not isinstance(lang, str):
        raise ArgumentError(f"expected the code of a language, got {lang!r:.60}")
    if isinstance(tables, str) or not isinstance(tables, Iterable):
        raise ArgumentError(f"expected a list of names of tables, got {tables!r:.60}")


def _content(table: Any, what: str) -> Mapping[Any, Any]:
    if isinstance(table, Mapping):
        return table
    if not isinstance(table, str | Path):
        raise LoadError(f"{what} is neither a dict nor the path of a file: {table!r:.60}")
    file = _existing(Path(table))
    data = read_file(file)
    if file.suffix == ".gz":
        data = _unzipped(data, file)
    content: Any = parse_json(data, what=f"`{file}`")
    if not isinstance(content, dict):
        raise LoadError(f"`{file}` is not a table: expected an object, got {content!r:.60}")
    # Many forms have the same lemma: one string for all of them halves the memory of large tables.
    same: dict[str, str] = {}
    return {
        form: same.setdefault(lemma, lemma) if isinstance(lemma, str) else lemma
        for form, lemma in content.items()
    }


def _existing(file: Path) -> Path:
    """Return `file`, or its compressed form: spacy-lookups-data names files without `.gz`."""
    compressed = file.with_name(f"{file.name}.gz")
    return compressed if not file.exists() and compressed.exists() else file


def _unzipped(data: bytes, file: Path) -> bytes:
    limit = max_unpacked(len(data))
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(data)) as stream:
            content = stream.read(limit + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise LoadError(f"`{file}` is damaged: {error}") from error
    if len(content) > limit:
        raise LoadError(f"`{file}` is larger than {limit} bytes when decompressed")
    return content
