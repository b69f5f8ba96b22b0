"""The token splitter, which cuts very long tokens, as in URLs or noise, into pieces."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

import numpy as np

from kernel.pipeline import Language, Pipe, dump_json, factory
from kernel.text import Doc


@factory(
    "token_splitter",
    default_config={"min_length": 25, "split_length": 10},
    retokenizes=True,
)
def make_token_splitter(
    nlp: Language, name: str, min_length: int, split_length: int
) -> TokenSplitter:
    """Create a component that cuts very long tokens into pieces, mainly for transformers.

    min_length    characters of the shortest token that is cut; 0: none is
    split_length  characters of a piece; 0: no token is cut
    """
    made = TokenSplitter(min_length=min_length, split_length=split_length)
    made.name = name
    return made


class TokenSplitter(Pipe):
    """Cuts tokens of at least `min_length` characters into pieces of `split_length`."""

    name = "token_splitter"
    cfg_types: ClassVar[dict[str, Any]] = {"min_length": int, "split_length": int}

    def __init__(self, min_length: int = 0, split_length: int = 0) -> None:
        self.cfg = {"min_length": min_length, "split_length": split_length}

    @property
    def min_length(self) -> int:
        """Characters of the shortest token that is cut."""
        length: int = self.cfg["min_length"]
        return length

    @property
    def split_length(self) -> int:
        """Characters of a piece."""
        length: int = self.cfg["split_length"]
        return length

    def __call__(self, doc: Doc) -> Doc:
        """Cut the long tokens of `doc`."""
        size = self.split_length
        if self.min_length <= 0 or size <= 0:
            return doc
        long_tokens = np.flatnonzero(doc.char_lengths() >= max(self.min_length, size + 1))
        if not len(long_tokens):
            return doc
        with doc.retokenize() as retokenizer:
            for i in long_tokens.tolist():
                token = doc[i]
                pieces = [token.text[at : at + size] for at in range(0, len(token), size)]
                retokenizer.split(token, pieces, [(token, piece) for piece in range(len(pieces))])
        return doc

    def _writers(self) -> dict[str, Callable[[], bytes]]:
        return {"cfg": lambda: dump_json(self.cfg)}

    def _readers(self) -> dict[str, Callable[[bytes], object]]:
        return {"cfg": self._read_cfg}
