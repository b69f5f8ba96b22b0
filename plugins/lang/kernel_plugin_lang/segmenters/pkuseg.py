"""The segmenter pkuseg: its models, its dictionaries, and how spaCy saves them.

A saved segmenter has two files of the model and one of the dictionaries: the words that are never
split with their tags, whether words are joined again, and two lists of words to join.
"""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from kernel.errors import ArgumentError, KernelError, LoadError
from kernel.files import check_type, pack, read_file, unpack
from kernel_plugin_lang.segmenters.packages import segmenter_package

NO_MODEL: Final[Mapping[str, bytes]] = {
    "pkuseg_features": b"",
    "pkuseg_weights": b"",
    "pkuseg_processors": pack(None),
}
# The fields of the model, and their files.
_FILES: Final = {"pkuseg_features": "features.msgpack", "pkuseg_weights": "weights.npz"}
FOLDER: Final = "pkuseg_model"
_DICTIONARIES: Final = "pkuseg_processors"


def load_model(model: str | None, user_dict: str | None) -> Any:
    """Return a segmenter with a model, given by its name or path, and a dictionary.

    user_dict  a file with a word on each line, or "default" or None for pkuseg's own words

    Raises ArgumentError without a model, LoadError if model or dictionary cannot be read.
    """
    package = _package()
    names: list[str] = package.config.available_models
    if model is None:
        raise ArgumentError(
            "`pkuseg_model` is not set",
            hint=f"set it to the path of a model, or a name: {', '.join(names)}",
        )
    user_dict = user_dict or "default"
    if user_dict not in ("default", *names):
        read_file(user_dict)
    if model not in names:
        _check_model(Path(model))
    with _reading(f"the model {model!r} of pkuseg"):
        return package.pkuseg(str(model), user_dict=str(user_dict))


def cut(segmenter: Any, text: str) -> list[str]:
    """Return the words of a text, without the whitespace between them."""
    words: list[str] = segmenter.cut(text)
    return words


def add_words(segmenter: Any, words: Iterable[str], *, reset: bool) -> None:
    """Add words that are never split; with `reset`, remove all earlier ones first."""
    if reset:
        segmenter.preprocesser = _package().Preprocesser(None)
    for word in words:
        segmenter.preprocesser.insert(word.strip(), "")


# Writing


def write_model(segmenter: Any, folder: Path) -> None:
    """Write model and dictionaries to the folder of the tokenizer."""
    _save(segmenter, folder / FOLDER)
    folder.joinpath(_DICTIONARIES).write_bytes(_pack_dictionaries(segmenter))


def pack_model(segmenter: Any) -> dict[str, bytes]:
    """Return model and dictionaries as the fields of the tokenizer's bytes."""
    with tempfile.TemporaryDirectory() as name:
        _save(segmenter, Path(name))
        model = {field: Path(name, file).read_bytes() for field, file in _FILES.items()}
    return {**model, _DICTIONARIES: _pack_dictionaries(segmenter)}


def _save(segmenter: Any, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    segmenter.feature_extractor.save(str(folder))
    segmenter.model.save(str(folder))


def _pack_dictionaries(segmenter: Any) -> bytes:
    joined = segmenter.postprocesser
    return pack(
        [
            [list(entry) for entry in _entries(segmenter.preprocesser.trie)],
            joined.do_process,
            sorted(joined.common_words) if joined.do_process else [],
            sorted(joined.other_words) if joined.do_process else [],
        ]
    )


def _entries(root: Any) -> list[tuple[str, str]]:
    """Return each word of a trie with its tag, sorted."""
    found: list[tuple[str, str]] = []
    todo = [("", root)]
    while todo:
        prefix, node = todo.pop()
        if node.isword:
            found.append((prefix, node.usertag))
        todo += [(prefix + char, child) for char, child in node.children.items()]
    return sorted(found)


# Reading


def read_model(folder: Path) -> Any:
    """Return the segmenter saved in the folder of a tokenizer, None if it had no model.

    Raises LoadError if a file is missing or damaged.
    """
    if not folder.joinpath(FOLDER).exists():
        return None
    return _loaded(folder / FOLDER, read_file(folder / _DICTIONARIES))


def unpack_model(fields: Mapping[str, Any]) -> Any:
    """Return the segmenter in the fields of a tokenizer's bytes, None if it had no model.

    Raises LoadError if a field is missing or damaged.
    """
    if not fields.get("pkuseg_features"):
        return None
    check_type(fields, dict.fromkeys((*_FILES, _DICTIONARIES), bytes), what="the tokenizer")
    with tempfile.TemporaryDirectory() as name:
        for field, file in _FILES.items():
            Path(name, file).write_bytes(fields[field])
        return _loaded(Path(name), fields[_DICTIONARIES])


def _loaded(folder: Path, dictionaries: bytes) -> Any:
    _check_model(folder)
    what = "the dictionaries of pkuseg"
    read = unpack(dictionaries, what=what)
    parts = dict(zip(("fixed", "joins", "common", "others"), read or (), strict=False))
    fields = {"fixed": list[list[str]], "joins": bool, "common": list[str], "others": list[str]}
    check_type(parts, fields, what=what)
    with _reading("the model of pkuseg"):
        segmenter = _package().pkuseg(str(folder), user_dict=None)
    for word, tag in parts["fixed"]:
        segmenter.preprocesser.insert(word, tag)
    segmenter.postprocesser.do_process = parts["joins"]
    segmenter.postprocesser.common_words = set(parts["common"])
    segmenter.postprocesser.other_words = set(parts["others"])
    return segmenter


def _check_model(folder: Path) -> None:
    """Raise LoadError if a file of the model is missing.

    pkuseg would try other formats, one of which may run code.
    """
    for file in _FILES.values():
        if not folder.joinpath(file).is_file():
            raise LoadError(f"{folder} is not a model of pkuseg: it has no `{file}`")


@contextlib.contextmanager
def _reading(what: str) -> Iterator[None]:
    try:
        yield
    except KernelError:
        raise
    except Exception as error:  # pkuseg does not say which errors it raises
        raise LoadError(f"{what} cannot be read: {type(error).__name__}: {error}") from error


def _package() -> Any:
    return segmenter_package("spacy_pkuseg", "pkuseg")
