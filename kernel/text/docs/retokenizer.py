"""Merging and splitting tokens of a doc that has annotations.

Axes: N tokens before, M after.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import numpy.typing as npt
from attrs import frozen

from kernel.arrays import on_device_of
from kernel.errors import TextError
from kernel.text.docs.annotate import pos_id
from kernel.text.docs.ent_iob import LETTERS
from kernel.text.docs.entities import repair
from kernel.text.docs.navigation import root_of
from kernel.text.docs.token import Token
from kernel.text.errors import TextTypeError
from kernel.text.words import attributes as ids
from kernel.text.words.attributes import attr_id
from kernel.text.words.column import COLUMNS
from kernel.text.words.morphology import MorphAnalysis

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
    attrs: dict[Any, Any]


@frozen
class _Split:
    start_char: int
    orths: list[str]
    heads: list[tuple[int, int]]
    attrs: list[dict[Any, Any]]


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
        if getattr(span, "kind", None) != "span":
            raise TextTypeError(f"expected a span to merge, got {span!r:.80}")
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
        self._merges[place] = _Merge(*place, _encoded_attrs(self.doc, attrs))
        self._merged |= tokens

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
        for name, values in (attrs or {}).items():
            if len(values) != len(orths):
                raise TextError(f"expected a value of {name} for each of {len(orths)} pieces")
        given = [
            _encoded_attrs(self.doc, {name: values[k] for name, values in (attrs or {}).items()})
            for k in range(len(orths))
        ]
        found = [(head.idx, piece) for head, piece in places]
        self._splits.append(_Split(token.idx, list(orths), found, given))


def _encoded_attrs(doc: Doc, attrs: Mapping[Any, Any] | None) -> dict[Any, Any]:
    """Return the values of a merged token by attribute id, as numbers, and extensions under `_`.

    Raises TextError for an attribute or a value that a token cannot have.
    """
    given: dict[Any, Any] = {}
    for name, value in (attrs or {}).items():
        if name == "_":
            _check_extensions(value)
            given["_"] = value
        else:
            number = attr_id(name)
            given[number] = _encoded(doc, number, value)
    return given


def _encoded(doc: Doc, number: int, value: Any) -> Any:
    """Return the number that stands for a value of an attribute of a token.

    Raises TextError for an attribute or a value that a token cannot have.
    """
    if number == ids.MORPH:
        return 0 if value is None else doc.vocab.morphology.add(_plain(value))
    if number == ids.POS and isinstance(value, str):
        return pos_id(value)
    if number == ids.ENT_IOB and value in LETTERS:
        return LETTERS.index(value)
    column = COLUMNS.of_attr(number)
    if column is None and (not ids.is_lexical(number) or number in {ids.ORTH, ids.LENGTH}):
        raise TextError(f"`{ids.attr_name(number)}` of a token cannot be set")
    is_number = column is not None and not column.is_string
    if isinstance(value, str) and not is_number:
        return doc.add_string("" if column is None else column.name, value)
    maximum = None if column is None else column.maximum
    if not isinstance(value, int | float | np.number) or (maximum and not 0 <= value <= maximum):
        raise TextError(f"a token cannot have the {ids.attr_name(number)} {value!r}")
    is_float = column is not None and np.dtype(column.dtype).kind == "f"
    return value if is_float else int(value)


def _plain(features: Any) -> Any:
    return str(features) if isinstance(features, MorphAnalysis) else features


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
    lex = doc.lex[firsts]  # (M,)
    lex[place[[merge.start for merge in merges]]] = doc.lexemes.rows(texts)
    _replace(doc, lex, doc.spaces[last[firsts]], columns, place, last[firsts])
    for merge, lemma, iob in zip(merges, lemmas, begins, strict=True):
        i = int(place[merge.start])
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
    """Split tokens, which are known by their first character, as are heads."""
    starts = doc.char_starts()

    def token_at(char: int) -> int:
        # A head may have been merged with tokens to the left of it.
        return int(np.searchsorted(starts, char, side="right")) - 1

    by_token = {token_at(split.start_char): split for split in splits}
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
    lex = doc.lex[source]  # (M,)
    for i, split in by_token.items():
        lex[place[i] : place[i] + counts[i]] = doc.lexemes.rows(split.orths)
    _replace(doc, lex, spaces, columns, place, tensor_rows, counts)
    for i, split in by_token.items():
        first = int(place[i])
        heads = [int(place[token_at(start)]) + piece for start, piece in split.heads]
        _fill_pieces(doc, first, split, heads)
    _settle(doc)


def _fill_pieces(doc: Doc, first: int, split: _Split, heads: list[int]) -> None:
    end = first + len(split.orths)
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
    for k, attrs in enumerate(split.attrs):
        _set_attrs(doc, first + k, attrs)


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
        moved = tensor[on_device_of(tensor, tensor_rows)]
        moved[on_device_of(tensor, tensor_rows < 0)] = 0
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


def _set_attrs(doc: Doc, i: int, attrs: Mapping[Any, Any]) -> None:
    for name, value in attrs.items():
        if name == "_":
            for key, each in value.items():
                doc[i]._.set(key, each)
        else:
            _set_number(doc, i, name, value)


def _set_number(doc: Doc, i: int, number: int, value: Any) -> None:
    column = COLUMNS.of_attr(number)
    if column is not None:
        # Raises BoundsError for a head outside of the doc.
        target = doc[i].nbor(value).i if column.kind == "token" else value
        doc.ensure_column(column.name)[i] = target
    elif number == ids.NORM:
        doc.lex[i] = doc.lexemes.variant(int(doc.lex[i]), value)
    else:
        doc.lexemes.set_value(int(doc.lex[i]), number, value)
