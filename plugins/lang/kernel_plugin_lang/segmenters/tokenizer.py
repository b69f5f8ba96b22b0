"""What all tokenizers around a segmenter have in common: their settings and their files."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Self

from kernel.errors import ArgumentError, LoadError
from kernel.files import check_type, pack, parse_json, read_file, unpack, write_file
from kernel.text import Doc, Vocab
from kernel_plugin_lang.segmenters.pieces import (
    cover,
    cut,
    make_doc,
    with_spaces,
    without_surrogates,
)

if TYPE_CHECKING:
    from kernel.text import Example


class SegmentingTokenizer(ABC):
    """A tokenizer around a segmenter. It is lossless: `doc.text` is the text that was tokenized.

    Subclasses set `settings` to the names of the attributes that are saved, with their types,
    and define `segment`. The segmenter is loaded when the first text is tokenized.
    """

    settings: ClassVar[Mapping[str, Any]] = {}

    def __init__(self, vocab: Vocab) -> None:
        self.vocab = vocab

    def __repr__(self) -> str:
        values = ", ".join(f"{name}={value!r}" for name, value in self._values().items())
        return f"{type(self).__name__}({values})"

    def __reduce__(self) -> Any:
        return _restored, (type(self), self.vocab, self.to_bytes())

    def __call__(self, text: str) -> Doc:
        """Return the text as a Doc."""
        return make_doc(self.vocab, *with_spaces(self.pieces(text)))

    def pipe(self, texts: Iterable[str], batch_size: int = 1000) -> Iterator[Doc]:
        """Yield a Doc for each text."""
        return map(self, texts)

    @abstractmethod
    def segment(self, text: str) -> Iterable[str]:
        """Return the words of a text, in order, with or without the whitespace between them."""

    def pieces(self, text: str) -> list[str]:
        """Return words and whitespace; joined, they are the text."""
        readable = without_surrogates(text)
        pieces = cover(readable, self.segment(readable))
        return pieces if readable == text else list(cut(text, map(len, pieces)))

    def score(self, examples: Iterable[Example], **_: Any) -> dict[str, Any]:
        """Return `token_acc` and `token_p/r/f`, which compare the tokens with the gold tokens."""
        from kernel.scoring import TokenizationScores

        counts = TokenizationScores()
        counts.update(examples)
        return counts.result()

    # Writing and reading. The vocabulary is not part of it.

    def to_bytes(self, *, exclude: Iterable[str] = ()) -> bytes:
        """Return the fields of the tokenizer, such as `cfg`; no bytes if it has none."""
        fields = {name: value for name, value in self._fields().items() if name not in exclude}
        return pack(fields) if fields else b""

    def from_bytes(self, data: bytes, *, exclude: Iterable[str] = ()) -> Self:
        """Load the result of `to_bytes`; raises LoadError if it is damaged."""
        what = "the tokenizer"
        fields = check_type(unpack(data, what=what) if data else {}, dict, what=what)
        self._load({name: value for name, value in fields.items() if name not in exclude})
        return self

    def to_disk(self, path: str | Path, *, exclude: Iterable[str] = ()) -> None:
        """Write files to the folder `path`; a tokenizer without settings writes nothing."""
        if self.settings and "cfg" not in exclude:
            folder = Path(path)
            folder.mkdir(parents=True, exist_ok=True)
            write_file(folder / "cfg", self._json(indent=2).encode("utf8"))

    def from_disk(self, path: str | Path, *, exclude: Iterable[str] = ()) -> Self:
        """Load the files that `to_disk` wrote; raises LoadError if one is missing or damaged."""
        if self.settings and "cfg" not in exclude:
            self._set(read_file(Path(path) / "cfg"))
        return self

    def _fields(self) -> dict[str, Any]:
        return {"cfg": self._json()} if self.settings else {}

    def _load(self, fields: Mapping[str, Any]) -> None:
        if "cfg" in fields:
            self._set(fields["cfg"])

    def _set(self, data: str | bytes) -> None:
        what = "the tokenizer's `cfg`"
        expected = {f"{name}?": kind for name, kind in self.settings.items()}
        for name, value in check_type(parse_json(data, what=what), expected, what=what).items():
            if name in self.settings:
                self._set_one(name, value)

    def _set_one(self, name: str, value: object) -> None:
        try:
            setattr(self, name, value)
        except ArgumentError as error:
            raise LoadError(f"the tokenizer's `cfg`: {error.message}", hint=error.hint) from error

    def _json(self, indent: int | None = None) -> str:
        return json.dumps(self._values(), indent=indent, separators=(",", ":"))

    def _values(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.settings}


def _restored(cls: type[SegmentingTokenizer], vocab: Vocab, data: bytes) -> SegmentingTokenizer:
    return cls(vocab).from_bytes(data)
