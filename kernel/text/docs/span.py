"""A run of tokens of a doc, with a label if it means something."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, overload

from kernel.errors import TextError, UnsupportedError
from kernel.text.docs import copies, navigation
from kernel.text.docs.token import Token
from kernel.text.docs.views import PartView, hookable, mean_vector, vector_norm
from kernel.text.errors import BoundsError
from kernel.text.vocab.views import Attribute, attribute

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    import numpy as np
    import numpy.typing as npt

    from kernel.text.docs.doc import Doc

_new = object.__new__
_Place = tuple[int | None, int | None]
# Of most spans; one pair for all of them.
_NO_IDS: Final = (0, 0)


class _Derived:
    """What is given or worked out for few spans: offsets of characters, vector and its norm."""

    __slots__ = ("chars", "norm", "vector")

    def __init__(self) -> None:
        self.chars: tuple[int, int] | None = None
        self.vector: Any = None
        self.norm: float | None = None


def _string_of(member: str, column: str, doc: str) -> Attribute[str]:
    """Return a property with the string of an id that a span has, kept as those of `column`."""

    def read(span: Span) -> str:
        return span.vocab.strings[getattr(span, member)]

    def write(span: Span, text: str) -> None:
        setattr(span, member, span.doc.add_string(column, text))

    return attribute(read, write, doc=doc)


class Span(PartView):
    """The tokens from `start` to before `end` of a doc.

    `label`, `kb_id` and `id` are ids of strings, 0 if unset; those of knowledge bases and spans
    may also be numbers without a string.

    Raises BoundsError for tokens that are not there, TextError for a label without a string.
    """

    # Spans are made by the million: what few of them have is kept apart.
    __slots__ = ("_derived", "_ids", "doc", "end", "label", "start")

    kind = "span"
    doc: Doc
    start: int
    end: int
    label: int
    _ids: tuple[int, int]
    _derived: _Derived | None

    def __init__(
        self,
        doc: Doc,
        start: int,
        end: int,
        label: str | int = 0,
        vector: Any = None,
        vector_norm: float | None = None,
        kb_id: str | int = 0,
        span_id: str | int = 0,
    ) -> None:
        if not 0 <= start <= end <= len(doc):
            raise BoundsError(f"no tokens {start} to {end} in a doc of {len(doc)}")
        self.doc = doc
        self.start = int(start)
        self.end = int(end)
        self.label = doc.add_string("ent_type", label) if isinstance(label, str) else int(label)
        if self.label and self.label not in doc.vocab.strings:
            raise TextError(
                f"no label with the id {label}",
                hint="give the label as a string, or add it to `vocab.strings`",
            )
        ids = _id_of(doc, "ent_kb_id", kb_id), _id_of(doc, "ent_id", span_id)
        self._ids = ids if any(ids) else _NO_IDS
        self._derived = None
        if vector is not None or vector_norm is not None:
            derived = self._get_derived()
            derived.vector, derived.norm = vector, vector_norm

    @staticmethod
    def make(
        doc: Doc,
        start: int,
        end: int,
        label: int = 0,
        kb_id: int = 0,
        span_id: int = 0,
        chars: tuple[int, int] | None = None,
    ) -> Span:
        """Return a span without checking anything; for values that come from the doc itself.

        `chars` are the offsets of its characters if they are known.
        """
        span = _new(Span)
        span.doc = doc
        span.start = start
        span.end = end
        span.label = label
        span._ids = (kb_id, span_id) if kb_id or span_id else _NO_IDS
        span._derived = None
        if chars is not None:
            span._get_derived().chars = chars
        return span

    @staticmethod
    def make_labelled(
        doc: Doc, bounds: Iterable[tuple[int, int]], labels: Sequence[int]
    ) -> tuple[Span, ...]:
        """Return a span of each two bounds whose first token has a label; checks nothing.

        labels   (N,)  of every token of the doc
        """
        spans = []
        for start, end in bounds:
            label = labels[start]
            if label:
                # As `make`, whose call would take as long as all the rest.
                span = _new(Span)
                span.doc = doc
                span.start = start
                span.end = end
                span.label = label
                span._ids = _NO_IDS
                span._derived = None
                spans.append(span)
        return tuple(spans)

    # As a sequence

    @property
    def bounds(self) -> tuple[int, int]:
        """The first token and the end, both inside of the doc.

        A span does not follow its words when tokens are merged or split; it may then reach
        beyond the end of the doc. Those of `doc.spans` follow.
        """
        start, end, n = self.start, self.end, len(self.doc.lex)
        if start <= end <= n:
            return start, end
        start = min(start, n)
        return start, max(start, min(end, n))

    def __len__(self) -> int:
        start, end = self.bounds
        return end - start

    def __iter__(self) -> Iterator[Token]:
        return (Token(self.doc, i) for i in range(*self.bounds))

    @overload
    def __getitem__(self, key: int) -> Token: ...
    @overload
    def __getitem__(self, key: slice) -> Span: ...
    def __getitem__(self, key: int | slice) -> Token | Span:
        """Return a token or a span; positions count from the start of this one."""
        n = len(self)
        if isinstance(key, slice):
            start, stop, _ = key.indices(n)
            return self.doc[self.start + start : self.start + max(start, stop) : key.step]
        if not -n <= key < n:
            raise BoundsError(f"no token {key} in a span of {n}")
        return Token(self.doc, self.start + key % n)

    def sort_key(self) -> tuple[int, int, int, int, int]:
        """Return what spans are ordered by: characters, label and ids."""
        return self.start_char, self.end_char, self.label, self.kb_id, self.id

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Span):
            return NotImplemented
        return self.doc is other.doc and self.sort_key() == other.sort_key()

    def __hash__(self) -> int:
        return hash((id(self.doc), *self.sort_key()))

    def __reduce__(self) -> Any:
        raise UnsupportedError(
            "a span cannot be pickled", hint="use span.as_doc(), or pickle its doc"
        )

    def extension_place(self) -> tuple[Doc, _Place]:
        """Return the doc, and the characters between which values are kept."""
        return self.doc, (self.start_char, self.end_char)

    # Text

    @property
    def start_char(self) -> int:
        """The offset of the first character in the doc."""
        return self._char_bounds()[0]

    @start_char.setter
    def start_char(self, offset: int) -> None:
        self._get_derived().chars = (_not_negative(offset), self.end_char)

    @property
    def end_char(self) -> int:
        """The offset of the character after the last in the doc."""
        return self._char_bounds()[1]

    @end_char.setter
    def end_char(self, offset: int) -> None:
        self._get_derived().chars = (self.start_char, _not_negative(offset))

    @property
    def known_chars(self) -> tuple[int, int] | None:
        """The offsets of the characters if they were given or asked for, else None."""
        return None if self._derived is None else self._derived.chars

    def _char_bounds(self) -> tuple[int, int]:
        derived = self._get_derived()
        if derived.chars is None:
            derived.chars = navigation.char_bounds(self.doc, self.start, self.end)
        return derived.chars

    def _get_derived(self) -> _Derived:
        if self._derived is None:
            self._derived = _Derived()
        return self._derived

    @property
    def text(self) -> str:
        """The text, without the space after the last token."""
        text = self.text_with_ws
        start, end = self.bounds
        return text[:-1] if end > start and self.doc.spaces[end - 1] else text

    @property
    def text_with_ws(self) -> str:
        """The text, with the space after the last token if there is one."""
        return navigation.text_of(self.doc, self.start, self.end)

    @property
    def orth_(self) -> str:
        """The same as `text`."""
        return self.text

    @property
    def lemma_(self) -> str:
        """The lemmas of the tokens, with their spaces."""
        return "".join([token.lemma_ + token.whitespace_ for token in self]).strip()

    label_ = _string_of("label", "ent_type", "The label.")
    kb_id_ = _string_of("kb_id", "ent_kb_id", "The id in a knowledge base.")
    id_ = _string_of("id", "ent_id", "The span's id.")

    @property
    def kb_id(self) -> int:
        """The id in a knowledge base, as a number."""
        return self._ids[0]

    @kb_id.setter
    def kb_id(self, kb_id: int) -> None:
        self._ids = (kb_id, self._ids[1])

    @property
    def id(self) -> int:
        """The span's id, as a number."""
        return self._ids[1]

    @id.setter  # noqa: A003 — spaCy's name
    def id(self, span_id: int) -> None:
        self._ids = (self._ids[0], span_id)

    @property
    def ent_id(self) -> int:
        """The entity id of the root, as a number. It can only be set on tokens."""
        return self.root.ent_id

    @ent_id.setter
    def ent_id(self, value: int) -> None:
        raise UnsupportedError(
            "`ent_id` of a span cannot be set", hint="set `ent_id` of its tokens"
        )

    @property
    def ent_id_(self) -> str:
        """The entity id of the root. It can only be set on tokens."""
        return self.root.ent_id_

    @ent_id_.setter
    def ent_id_(self, value: str) -> None:
        raise UnsupportedError(
            "`ent_id_` of a span cannot be set", hint="set `ent_id_` of its tokens"
        )

    def char_span(
        self,
        start_idx: int,
        end_idx: int,
        label: str | int = 0,
        kb_id: str | int = 0,
        vector: Any = None,
        id: str | int = 0,  # noqa: A002 — spaCy's name
        alignment_mode: str | int = "strict",
        span_id: str | int = 0,
    ) -> Span | None:
        """Return the span between two characters, counted from the start of this one."""
        first = self.start_char
        return self.doc.char_span(
            first + start_idx, first + end_idx, label, kb_id, vector, alignment_mode, span_id
        )

    # What it lies in, and what lies in it

    @hookable
    def sent(self) -> Span:
        """The sentence of the first token."""
        return navigation.sents_of(self.doc, self.start, self.start + 1)[0]

    @property
    def sents(self) -> Iterator[Span]:
        """The sentences that have tokens in the span."""
        hook = self.doc.hook("span", "sents")
        if hook is not None:
            return iter(hook(self))
        return iter(navigation.sents_of(self.doc, self.start, self.end))

    @property
    def ents(self) -> list[Span]:
        """The entities that lie inside."""
        return [ent for ent in self.doc.ents if self.start <= ent.start and ent.end <= self.end]

    @property
    def noun_chunks(self) -> Iterator[Span]:
        """The noun phrases that lie inside."""
        chunks = self.doc.noun_chunks
        return (each for each in chunks if self.start <= each.start and each.end <= self.end)

    @hookable
    def root(self) -> Token:
        """The token of the span that is highest in the dependency tree."""
        start, end = self.bounds
        # Raises BoundsError for an empty span at the end of the doc.
        return self.doc[navigation.root_of(self.doc, start, end)]

    @property
    def conjuncts(self) -> tuple[Token, ...]:
        """The tokens coordinated with the root."""
        return self.root.conjuncts

    @property
    def lefts(self) -> Iterator[Token]:
        """The tokens before the span whose head is in it."""
        return (left for token in self for left in token.lefts if left.i < self.start)

    @property
    def rights(self) -> Iterator[Token]:
        """The tokens after the span whose head is in it."""
        return (right for token in self for right in token.rights if right.i >= self.end)

    @property
    def n_lefts(self) -> int:
        """The number of `lefts`."""
        return len(list(self.lefts))

    @property
    def n_rights(self) -> int:
        """The number of `rights`."""
        return len(list(self.rights))

    @property
    def subtree(self) -> Iterator[Token]:
        """The tokens of the span and all below them."""
        tree = self.doc.tree
        below = {j for i in range(*self.bounds) for j in tree.subtree(i)}
        return (Token(self.doc, i) for i in sorted(below))

    # Arrays and copies

    def get_lca_matrix(self) -> npt.NDArray[np.int32]:
        """Return the lowest common ancestor of every two tokens, relative to the span.

        returns  (n, n)  for the n tokens of the span; -1 if the ancestor lies outside
        """
        return self.doc.tree.lca_matrix(*self.bounds)

    def to_array(self, attr_ids: Any) -> npt.NDArray[np.uint64]:
        """Return attributes of the tokens.

        returns  (n, K)  for n tokens and K attributes; always with two axes
        """
        wanted = [attr_ids] if isinstance(attr_ids, str | int) else list(attr_ids)
        return self.doc.to_array(wanted).reshape(len(self.doc), -1)[self.start : self.end]

    def column(self, name: str) -> npt.NDArray[Any]:
        """Return an annotation column of the tokens to read; see `Doc.column`.

        returns  (n,)  for n tokens
        """
        return self.doc.column(name)[self.start : self.end]

    as_doc = copies.as_doc

    # Vectors

    @property
    def tensor(self) -> Any:
        """The rows of `doc.tensor` of these tokens, empty if there is none."""
        return self.doc.tensor[self.start : self.end]

    @hookable
    def has_vector(self) -> bool:
        """Whether there are vectors of the tokens."""
        if self.vocab.has_vectors:
            return any(token.has_vector for token in self)
        return bool(self.doc.tensor.size)

    @hookable
    def vector(self) -> Any:
        """The mean of the tokens' vectors.

        returns  (width,)
        """
        derived = self._get_derived()
        if derived.vector is None:
            derived.vector = mean_vector(self.doc, *self.bounds)
        return derived.vector

    @hookable
    def vector_norm(self) -> float:
        """The L2 norm of `vector`."""
        derived = self._get_derived()
        if derived.norm is None:
            derived.norm = vector_norm(self.vector)
        return derived.norm

    @hookable
    def sentiment(self) -> float:
        """The mean sentiment of the tokens."""
        return sum(token.sentiment for token in self) / len(self) if len(self) else 0.0


def _id_of(doc: Doc, column: str, value: str | int) -> int:
    return doc.add_string(column, value) if isinstance(value, str) else int(value)


def _not_negative(offset: int) -> int:
    if offset < 0:
        raise TextError(f"expected an offset of 0 or more, got {offset}")
    return offset
