"""Merging and splitting tokens of a doc that has annotations.

Axes: N tokens before, M after.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import numpy.typing as npt
from attrs import frozen

from kernel.errors import TextError
from kernel.text.docs.entities import repair
from kernel.text.docs.navigation import root_of
from kernel.text.docs.token import Token
from kernel.text.words import attributes as ids
from kernel.text.words.attributes import attr_id
from kernel.text.words.column import COLUMNS
from kernel.text.words.symbols import POS_IDS

if TYPE_CHECKING:
    from types import TracebackType

    from kernel.text.docs.doc import Doc
    from kernel.text.docs.span import Span

Ints = npt.NDArray[Any]
Head = Token | tuple[Token, int]


@frozen
class _Merge:
    start: int
    end: int
    attrs: dict[str, Any]


@frozen
class _Split:
    start_char: int
    orths: list[str]
    heads: list[tuple[int, int]]
    attrs: dict[str, Any]


class Retokenizer:
    """Collects merges and splits, and does them all when its `with` block is left."""

    def __init__(self, doc: Doc) -> None:
        self.doc = doc
        self._merges: dict[tuple[int, int], _Merge] = {}
        self._splits: list[_Split] = []
        self._merged: set[int] = set()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if kind is not None:
            return
        if self._merges:
            _merge(self.doc, sorted(self._merges.values(), key=lambda merge: merge.start))
        if self._splits:
            _split(self.doc, self._splits)

    def merge(self, span: Span, attrs: Mapping[Any, Any] | None = None) -> None:
        """Make one token of a span, with the annotations of its root, then `attrs`.

        The same span again is left out. Raises TextError if it is empty or overlaps another.
        """
        place = (span.start, span.end)
        if place in self._merges:
            return
        if span.end <= span.start:
            raise TextError("a span without tokens cannot be merged")
        tokens = set(range(*place))
        if tokens & self._merged:
            raise TextError(
                f"{span.text!r} shares tokens with another span that is merged",
                hint="kernel.util.filter_spans keeps the longest of overlapping spans",
            )
        self._merged |= tokens
        self._merges[place] = _Merge(*place, _checked_attrs(attrs))

    def split(
        self,
        token: Token,
        orths: Sequence[str],
        heads: Sequence[Head],
        attrs: Mapping[Any, Sequence[Any]] | None = None,
    ) -> None:
        """Make several tokens of one.

        `heads` gives for each piece a token, or a token that is split and which piece of it.
        Raises TextError if the pieces are not the text of the token, or lists differ in length.
        """
        if "".join(orths) != token.text:
            raise TextError(f"the pieces {list(orths)} do not make up the token {token.text!r}")
        if len(heads) != len(orths):
            raise TextError(f"expected a head for each of {len(orths)} pieces, got {len(heads)}")
        if token.i in self._merged:
            raise TextError(f"the token {token.text!r} is being merged and cannot be split")
        places = [(head, 0) if isinstance(head, Token) else head for head in heads]
        given = _checked_attrs(attrs)
        for name, values in given.items():
            if len(values) != len(orths):
                raise TextError(f"expected a value of {name} for each of {len(orths)} pieces")
        found = [(head.idx, piece) for head, piece in places]
        self._splits.append(_Split(token.idx, list(orths), found, given))


def _checked_attrs(attrs: Mapping[Any, Any] | None) -> dict[str, Any]:
    given: dict[str, Any] = {}
    for name, value in (attrs or {}).items():
        if name == "_":
            for each in value if isinstance(value, list | tuple) else [value]:
                _check_extensions(each)
            given["_"] = value
        else:
            given[ids.attr_name(attr_id(name))] = value
    return given


def _check_extensions(values: Any) -> None:
    if not isinstance(values, Mapping):
        raise TextError(f"expected a dict of extension attributes, got {values!r}")
    for name in values:
        _, method, getter, setter = Token.get_extension(name)
        if method is not None or (getter is not None and setter is None):
            raise TextError(f"the extension attribute `{name}` cannot be written")


# Merging


def _merge(doc: Doc, merges: list[_Merge]) -> None:
    """Merge spans that do not overlap, sorted by their start."""
    roots = [root_of(doc, merge.start, merge.end) for merge in merges]
    texts = [doc[merge.start : merge.end].text for merge in merges]
    keep = np.ones(len(doc), np.bool_)
    source, last = np.arange(len(doc)), np.arange(len(doc))
    for merge, root in zip(merges, roots, strict=True):
        keep[merge.start + 1 : merge.end] = False
        source[merge.start] = root
        last[merge.start] = merge.end - 1
    place = (np.cumsum(keep) - 1).astype(np.int32)  # (N,) where each token goes
    firsts = np.flatnonzero(keep)  # (M,)
    columns = _moved(doc, source[firsts], place)
    if "sent_start" in columns:
        columns["sent_start"] = doc.annotations["sent_start"][firsts]
    lemmas = _merged_lemmas(doc, merges)
    begins = [_begins(doc, merge, root) for merge, root in zip(merges, roots, strict=True)]
    _replace(doc, doc.lex[firsts], doc.spaces[last[firsts]], columns, place, last[firsts])
    for merge, text, lemma, iob in zip(merges, texts, lemmas, begins, strict=True):
        i = int(place[merge.start])
        doc.lex[i] = doc.lexemes.row(text)
        if lemma is not None:
            doc.annotations["lemma"][i] = lemma
        if iob is not None:
            doc.annotations["ent_iob"][i] = iob
    for merge in merges:
        _set_attrs(doc, int(place[merge.start]), merge.attrs)
    _settle(doc)


def _merged_lemmas(doc: Doc, merges: list[_Merge]) -> list[int | None]:
    if "lemma" not in doc.annotations:
        return [None] * len(merges)
    return [doc.add_string("lemma", doc[merge.start : merge.end].lemma_) for merge in merges]


def _begins(doc: Doc, merge: _Merge, root: int) -> int | None:
    """Return ENT_IOB of a merged token: it goes on only with what went on before."""
    iob, types = doc.annotations.get("ent_iob"), doc.annotations.get("ent_type")
    if iob is None or types is None or iob[root] not in {1, 3}:
        return None
    start = merge.start
    goes_on = start > 0 and iob[start] == 1
    same = goes_on and types[start] == types[root] == types[start - 1]
    return 1 if same else 3


# Splitting


def _split(doc: Doc, splits: list[_Split]) -> None:
    """Split tokens, which are known by their first character."""
    at = {start: i for i, start in enumerate(doc.char_starts().tolist())}
    by_token = {at[split.start_char]: split for split in splits}
    counts = np.ones(len(doc), np.int64)
    for i, split in by_token.items():
        counts[i] = len(split.orths)
    place = (np.cumsum(counts) - counts).astype(np.int32)  # (N,) where each token goes
    source = np.repeat(np.arange(len(doc)), counts)  # (M,)
    columns = _moved(doc, source, place)
    spaces = doc.spaces[source]
    is_piece = counts[source] > 1
    spaces[is_piece] = False
    spaces[place + counts - 1] = doc.spaces
    tensor_rows = np.where(is_piece, -1, source)
    _replace(doc, doc.lex[source], spaces, columns, place, tensor_rows, counts)
    for i, split in by_token.items():
        first = int(place[i])
        heads = [int(place[at[start]]) + piece for start, piece in split.heads]
        _fill_pieces(doc, first, split, heads)
    _settle(doc)


def _fill_pieces(doc: Doc, first: int, split: _Split, heads: list[int]) -> None:
    end = first + len(split.orths)
    doc.lex[first:end] = doc.lexemes.rows(split.orths)
    doc.ensure_column("head")[first:end] = heads
    lemmas = doc.annotations.get("lemma")
    if lemmas is not None and lemmas[first]:
        lemmas[first:end] = doc.add_strings("lemma", split.orths)
    iob = doc.annotations.get("ent_iob")
    if iob is not None and iob[first] == 3:
        iob[first + 1 : end] = 1
    starts = doc.annotations.get("sent_start")
    if starts is not None:
        starts[first + 1 : end] = -1 if starts[first] else 0
    for k in range(len(split.orths)):
        _set_attrs(doc, first + k, {name: values[k] for name, values in split.attrs.items()})


# Both


def _moved(doc: Doc, source: Ints, place: Ints) -> dict[str, Ints]:
    """Return the annotations of the new tokens.

    source   (M,)  whose annotations each new token gets
    place    (N,)  where each old token goes
    returns  (M,)  each, by name
    """
    columns = {name: values[source] for name, values in doc.annotations.items()}
    for name, values in columns.items():
        if COLUMNS[name].kind == "token":
            own = np.arange(len(values), dtype=values.dtype)
            columns[name] = np.where(values == source, own, place[values])
    return columns


def _replace(
    doc: Doc,
    lex: Ints,
    spaces: Ints,
    columns: dict[str, Ints],
    place: Ints,
    tensor_rows: Ints,
    counts: Ints | None = None,
) -> None:
    """Give the doc its new tokens, and carry spans and tensor over.

    place        (N,)  where each old token goes
    tensor_rows  (M,)  whose row each new token gets, -1 for zeros
    counts       (N,)  how many tokens each old one becomes, one if None
    """
    tensor = doc.tensor
    doc.lex, doc.spaces, doc.annotations = lex.astype(np.int32), spaces, columns
    if tensor.size:
        moved = tensor[tensor_rows]
        moved[tensor_rows < 0] = 0
        doc.tensor = moved
    if doc.has_spans:
        last = place if counts is None else place + counts - 1
        # A group may stand under several keys.
        for group in {id(group): group for group in doc.spans.values()}.values():
            group.follow(place, last)


def _settle(doc: Doc) -> None:
    if "ent_iob" in doc.annotations and "ent_type" in doc.annotations:
        doc.annotations["ent_iob"] = repair(doc.annotations["ent_iob"], doc.annotations["ent_type"])
    doc.set_sentences_of_tree()


def _set_attrs(doc: Doc, i: int, attrs: Mapping[str, Any]) -> None:
    for name, value in attrs.items():
        if name == "_":
            for key, each in value.items():
                doc[i]._.set(key, each)
            continue
        number = attr_id(name)
        if number == ids.MORPH:
            doc[i].set_morph(value)
        elif number == ids.POS and isinstance(value, str):
            doc.ensure_column("pos")[i] = POS_IDS[value]
        else:
            _set_number(doc, i, number, value)


def _set_number(doc: Doc, i: int, number: int, value: Any) -> None:
    column = COLUMNS.of_attr(number)
    name = "" if column is None else column.name
    code = doc.add_string(name, value) if isinstance(value, str) else value
    if column is not None:
        doc.ensure_column(name)[i] = i + int(code) if column.kind == "token" else code
    elif number == ids.NORM:
        doc.lex[i] = doc.lexemes.variant(int(doc.lex[i]), int(code))
    else:
        doc.lexemes.set_value(int(doc.lex[i]), number, int(code))
