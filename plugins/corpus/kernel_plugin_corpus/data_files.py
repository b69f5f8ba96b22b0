"""Readers of data files, under the names that srsly has in spaCy's configs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from kernel.errors import DataError
from kernel.files import unpack
from kernel.lines import is_blank, read_lines
from kernel_plugin_corpus.files import check_path, parse_json
from kernel_plugin_corpus.files import read_json as parse_file


def read_json(path: Path) -> Any:
    """Read the value in a JSON file.

    path  the file
    """
    return parse_file(check_path(path))


def read_jsonl(path: Path, skip: bool = False) -> Iterator[Any]:
    """Read the value in each line of a JSONL file.

    path  the file
    skip  leave out invalid lines; otherwise they are errors
    """
    for number, line in read_lines(check_path(path)):
        if is_blank(line):
            continue
        try:
            yield parse_json(line, path, line=number)
        except DataError:
            if not skip:
                raise


def read_msgpack(path: Path, use_list: bool = True) -> Any:
    """Read the value in a MessagePack file.

    path      the file
    use_list  read arrays as lists; otherwise as tuples
    """
    value = unpack(check_path(path).read_bytes(), what=str(path))
    return value if use_list else _with_tuples(value)


def read_yaml(path: Path) -> Any:
    """Read the value in a YAML file.

    path  the file
    """
    import srsly  # imports three YAML modules

    check_path(path)
    try:
        return srsly.read_yaml(path)
    except (ValueError, RecursionError) as error:
        raise DataError(f"not YAML: {error}", path=path) from error


def _with_tuples(value: Any) -> Any:
    if isinstance(value, list):
        return tuple(map(_with_tuples, value))
    if isinstance(value, dict):
        return {key: _with_tuples(each) for key, each in value.items()}
    return value
