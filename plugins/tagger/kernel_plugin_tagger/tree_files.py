"""Files of edit trees, in spaCy's format; strings are stored as ids."""

from __future__ import annotations

from typing import Any, Final

from kernel.errors import DataError
from kernel.files import check_type, pack, unpack
from kernel.text import StringStore, UnknownKeyError
from kernel_plugin_tagger.edit_trees import EditTrees

_STRINGS: Final = ("orig", "subst")


def dump(trees: EditTrees, strings: StringStore) -> bytes:
    """Return the trees as msgpack; reading them needs the strings of `strings_of` as well."""
    nodes = [
        {key: strings[value] if key in _STRINGS else value for key, value in node.items()}
        for node in trees.to_list()
    ]
    return pack({"trees": nodes})


def load(data: bytes, strings: StringStore) -> EditTrees:
    """Return the trees that `dump` wrote.

    Raises `LoadError` or `DataError` for malformed data, and for the id of a string that is not in
    `strings`.
    """
    what = "the file of edit trees"
    fields = check_type(unpack(data, what=what), {"trees": list[dict[str, int]]}, what=what)
    return EditTrees.from_list(_with_strings(node, strings) for node in fields["trees"])


def _with_strings(node: dict[str, int], strings: StringStore) -> dict[str, int | str]:
    try:
        return {key: strings[value] if key in _STRINGS else value for key, value in node.items()}
    except (UnknownKeyError, OverflowError) as error:
        raise DataError(f"a string of the edit trees is unknown: {error}") from error


def strings_of(trees: EditTrees) -> list[str]:
    """Return every string that the trees replace or insert."""
    values = [node[key] for node in trees.to_list() for key in _STRINGS if key in node]
    return list(dict.fromkeys(values))


def check_labels(trees: EditTrees, labels: Any) -> None:
    """Raise `DataError` unless `labels` is a list of distinct ids of `trees`."""
    if not isinstance(labels, list | tuple) or len(set(map(str, labels))) < len(labels):
        raise DataError(f"expected a list of distinct ids of trees as labels, got {labels!r}")
    for tree in labels:
        if not isinstance(tree, int) or not 0 <= tree < len(trees):
            raise DataError(f"the label {tree!r} is none of {len(trees)} trees")
