"""A text as columns: its word types, its spaces, and whatever annotations were set.

Axes: N tokens, E entities, S sentences, K attributes.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, overload

import numpy as np
import numpy.typing as npt

from kernel.errors import TextError
from kernel.text.docs import arrays, copies, sentences
from kernel.text.docs import entities as entity_columns
from kernel.text.docs.annotate import annotate, rows_of_words, spaces_of_words
from kernel.text.docs.char_spans import char_span
from kernel.text.docs.span import Span
from kernel.text.docs.span_group import SpanGroups
from kernel.text.docs.token import Token
from kernel.text.docs.tree import Tree
from kernel.text.docs.underscore import Extensible
from kernel.text.docs.user_hooks import HookMembers, Hooks
from kernel.text.errors import BoundsError
from kernel.text.files import doc_bytes
from kernel.text.files import doc_json as json_form

if TYPE_CHECKING:
    from kernel.text.docs.retokenizer import Retokenizer
    from kernel.text.vocab.vocab import Vocab
    from kernel.text.words.lexemes import LexemeTable

Ints = npt.NDArray[np.int32]
Ids = npt.NDArray[np.uint64]
Attr = str | int


class Doc(HookMembers, Extensible):
    """A sequence of tokens with annotations.

    `lex` (N,) int32 has the row of each token in `lexemes`, `spaces` (N,) bool whether a space
    follows it. `columns` has the annotations that something has set, each (N,).
    """

    __slots__ = (
        "__weakref__",
        "_context",
        "_hooks",
        "_spans",
        "_tensor",
        "_tree",
        "cats",
        "columns",
        "has_unknown_spaces",
        "lex",
        "lexemes",
        "sentiment",
        "spaces",
        "user_data",
        "vocab",
    )

    vocab: Vocab
    lexemes: LexemeTable
    lex: Ints
    spaces: npt.NDArray[np.bool_]
    columns: dict[str, npt.NDArray[Any]]
    cats: dict[str, float]
    user_data: dict[Any, Any]

    def __init__(
        self,
        vocab: Vocab,
        words: Iterable[str | int] | None = None,
        spaces: Iterable[bool] | None = None,
        user_data: dict[Any, Any] | None = None,
        *,
        tags: Sequence[str | None] | None = None,
        pos: Sequence[str | None] | None = None,
        morphs: Sequence[str | None] | None = None,
        lemmas: Sequence[str | None] | None = None,
        heads: Sequence[int | None] | None = None,
        deps: Sequence[str | None] | None = None,
        sent_starts: Sequence[bool | int | None] | None = None,
        ents: Sequence[str | None] | None = None,
    ) -> None:
        table = vocab.table_for_docs()
        lex = rows_of_words(vocab, table, words)
        self._set_up(vocab, lex, spaces_of_words(len(lex), words, spaces), table)
        self.has_unknown_spaces = spaces is None and words is not None
        if user_data is not None:
            self.user_data = user_data
        given_lists = (tags, pos, morphs, lemmas, heads, deps, sent_starts, ents)
        if any(values is not None for values in given_lists):
            annotate(self, *given_lists)

    @classmethod
    def from_rows(
        cls,
        vocab: Vocab,
        lex: Ints,
        spaces: npt.NDArray[np.bool_],
        lexemes: LexemeTable | None = None,
    ) -> Doc:
        """Return a doc of these rows of `lexemes`, the vocabulary's own if None, uncopied.

        lex      (N,)
        spaces   (N,)
        """
        doc = cls.__new__(cls)
        doc._set_up(vocab, lex, spaces, vocab.lexemes if lexemes is None else lexemes)
        return doc

    def _set_up(
        self, vocab: Vocab, lex: Ints, spaces: npt.NDArray[np.bool_], lexemes: LexemeTable
    ) -> None:
        self.vocab = vocab
        self.lexemes = lexemes
        self.lex = lex
        self.spaces = spaces
        self.columns = {}
        self.cats = {}
        self.user_data = {}
        self.sentiment = 0.0
        self.has_unknown_spaces = False
        self._tensor: Any = None
        self._spans: SpanGroups | None = None
        self._hooks: Hooks | None = None
        self._tree: Tree | None = None
        self._context: Any = None

    # As a sequence

    def __len__(self) -> int:
        return len(self.lex)

    def __iter__(self) -> Iterator[Token]:
        return (Token(self, i) for i in range(len(self.lex)))

    @overload
    def __getitem__(self, key: int) -> Token: ...
    @overload
    def __getitem__(self, key: slice) -> Span: ...
    def __getitem__(self, key: int | slice) -> Token | Span:
        """Return a token or a span; raises BoundsError for a token that is not there."""
        n = len(self.lex)
        if isinstance(key, slice):
            if key.step not in {None, 1}:
                raise TextError(f"a span has no gaps: expected no step, got {key.step}")
            start, stop, _ = key.indices(n)
            return Span(self, start, max(start, stop))
        i = int(key)
        if not -n <= i < n:
            raise BoundsError(f"no token {i} in a doc of {n}")
        return Token(self, i % n)

    def __str__(self) -> str:
        return self.text

    def __repr__(self) -> str:
        return self.text

    def __bytes__(self) -> bytes:
        return self.text.encode("utf8")

    @property
    def doc(self) -> Doc:
        """The doc itself, so that docs and spans can be used alike."""
        return self

    # Text

    def words(self) -> list[str]:
        """Return the text of each token."""
        return list(map(self.lexemes.texts.__getitem__, self.lex.tolist()))

    @property
    def text(self) -> str:
        """The text, with all spaces."""
        return arrays.join(self.words(), self.spaces)

    @property
    def text_with_ws(self) -> str:
        """The same as `text`."""
        return self.text

    def char_starts(self) -> Ints:
        """Return the offset in characters of each token.

        returns  (N,)
        """
        return arrays.char_starts(self)

    def char_ends(self) -> Ints:
        """Return the offset of the character after each token, spaces not counted.

        returns  (N,)
        """
        return self.char_starts() + arrays.lengths(self)

    def char_span(
        self,
        start_idx: int,
        end_idx: int,
        label: str | int = 0,
        kb_id: str | int = 0,
        vector: Any = None,
        alignment_mode: str | int = "strict",
        span_id: str | int = 0,
    ) -> Span | None:
        """Return the span from one character to another, None if tokens do not fit.

        `alignment_mode`: "strict", "contract" (tokens that lie inside) or "expand" (tokens
        that are touched).
        """
        span = char_span(self, start_idx, end_idx, str(alignment_mode))
        return None if span is None else Span(self, *span, label, vector, None, kb_id, span_id)

    @property
    def lang(self) -> int:
        """The id of the language's code."""
        return self.vocab.strings.add(self.lang_)

    @property
    def lang_(self) -> str:
        """The language's code."""
        return self.vocab.lang

    # Columns

    def column(self, name: str) -> npt.NDArray[Any]:
        """Return an annotation column, made if nothing has set it; writing to it sets it.

        returns  (N,)  unset values are 0, heads the token itself

        Raises TextError for a column that does not exist.
        """
        values = self.columns.get(name)
        if values is None:
            values = self.columns[name] = arrays.unset_column(name, len(self))
        return values

    def get_column(self, name: str) -> npt.NDArray[Any] | None:
        """Return an annotation column, None if nothing has set it.

        returns  (N,)
        """
        return self.columns.get(name)

    def set_column(self, name: str, values: npt.ArrayLike) -> None:
        """Set an annotation column as a whole.

        values   (N,)
        """
        made = np.asarray(values, arrays.column_dtype(name))
        if made.shape != self.lex.shape:
            raise TextError(f"expected {len(self)} values of `{name}`, got {made.shape}")
        self.columns[name] = made

    def has_annotation(self, attr: Attr, *, require_complete: bool = False) -> bool:
        """Say whether any token (or every one) has a value of the attribute.

        True of an empty doc. HEAD asks for DEP; the start of the first sentence does not count.
        """
        return arrays.has_annotation(self, attr, require_complete=require_complete)

    def to_array(self, py_attr_ids: Attr | Sequence[Attr]) -> Ids:
        """Return attributes of every token; heads are relative and, like all, unsigned.

        returns  (N, K); (N,) for a single attribute
        """
        return arrays.to_array(self, py_attr_ids)

    def from_array(self, attrs: Attr | Sequence[Attr], array: npt.ArrayLike) -> Doc:
        """Set attributes of every token; returns the doc.

        array    (N, K); (N,) for a single attribute

        Raises TextError if the rows are not N, a head lies outside, or an ENT_IOB is not 0 to 3.
        """
        arrays.from_array(self, attrs, array)
        return self

    def count_by(
        self,
        attr_id: Attr,
        exclude: Callable[[Token], bool] | None = None,
        counts: dict[int, int] | None = None,
    ) -> dict[int, int]:
        """Return how often each value of the attribute occurs; adds to `counts` if given."""
        return arrays.count_by(self, attr_id, exclude, counts)

    # Entities, spans, sentences

    @property
    def ents(self) -> tuple[Span, ...]:
        """The named entities; setting them makes every other token "outside"."""
        return entity_columns.get_ents(self)

    @ents.setter
    def ents(self, ents: Iterable[Any]) -> None:
        spans = entity_columns.as_spans(self, ents)
        entity_columns.set_ents(self, spans, default="outside")

    def set_ents(
        self,
        entities: Iterable[Span],
        *,
        blocked: Iterable[Span] | None = None,
        missing: Iterable[Span] | None = None,
        outside: Iterable[Span] | None = None,
        default: str = "outside",
    ) -> None:
        """Set entities, and what is known of the tokens outside of them.

        `default` is what tokens in none of the lists become: "outside", "missing", "blocked"
        or "unmodified". Raises TextError if spans overlap.
        """
        entity_columns.set_ents(
            self,
            entity_columns.checked_spans(entities),
            blocked=blocked,
            missing=missing,
            outside=outside,
            default=default,
        )

    def ent_arrays(self) -> tuple[Ints, Ints, Ids]:
        """Return first token, end and label of every entity.

        returns  (E,)  each
        """
        return entity_columns.ent_arrays(self)

    @property
    def spans(self) -> SpanGroups:
        """Groups of spans, by key."""
        if self._spans is None:
            self._spans = SpanGroups(self)
        return self._spans

    @property
    def sents(self) -> Iterator[Span]:
        """The sentences; raises TextError if nothing has set sentence starts."""
        return sentences.sents(self)

    def sent_arrays(self) -> tuple[Ints, Ints]:
        """Return first token and end of every sentence; the doc is one if none are known.

        returns  (S,)  each
        """
        return sentences.sent_arrays(self)

    @property
    def noun_chunks(self) -> Iterator[Span]:
        """The noun phrases, by the rules of the language."""
        return sentences.noun_chunks(self)

    @property
    def tree(self) -> Tree:
        """The dependency tree as arrays; made anew when heads have changed."""
        heads = self.columns.get("head")
        if self._tree is None or not self._tree.is_of(heads, len(self)):
            self._tree = Tree(arrays.unset_column("head", len(self)) if heads is None else heads)
        return self._tree

    def get_lca_matrix(self) -> Ints:
        """Return the lowest common ancestor of every two tokens; -1 across sentences.

        returns  (N, N)
        """
        return self.tree.lca_matrix(0, len(self))

    # Copies and forms on disk

    def copy(self) -> Doc:
        """Return a doc of its own with the same content."""
        return copies.copy(self)

    @staticmethod
    def from_docs(
        docs: Iterable[Doc],
        ensure_whitespace: bool = True,
        attrs: Collection[Attr] | None = None,
        *,
        exclude: Collection[str] = (),
    ) -> Doc | None:
        """Return one doc of many, None of none.

        `ensure_whitespace` puts a space between them. `attrs` are the attributes to keep, all
        if None. `exclude`: "spans", "tensor", "user_data". Raises TextError if the docs do not
        share one vocabulary.
        """
        return copies.from_docs(list(docs), ensure_whitespace, attrs, exclude)

    def retokenize(self) -> Retokenizer:
        """Return a context in which tokens are merged and split; done when it is left."""
        from kernel.text.docs.retokenizer import Retokenizer  # a cycle otherwise

        return Retokenizer(self)

    def to_bytes(self, *, exclude: Collection[str] = ()) -> bytes:
        """Return the doc in spaCy's byte format."""
        return doc_bytes.to_bytes(self, exclude)

    def from_bytes(self, bytes_data: bytes, *, exclude: Collection[str] = ()) -> Doc:
        """Fill this doc, which must be empty, from what `to_bytes` returned; returns it."""
        return doc_bytes.from_bytes(self, bytes_data, exclude)

    def to_dict(self, *, exclude: Collection[str] = ()) -> dict[str, Any]:
        """Return what `to_bytes` packs."""
        return doc_bytes.to_dict(self, exclude)

    def from_dict(self, msg: Mapping[str, Any], *, exclude: Collection[str] = ()) -> Doc:
        """Fill this doc, which must be empty, from what `to_dict` returned; returns it."""
        return doc_bytes.from_dict(self, msg, exclude)

    def to_disk(self, path: str | Path, *, exclude: Collection[str] = ()) -> None:
        """Write what `to_bytes` returns to a file."""
        Path(path).write_bytes(self.to_bytes(exclude=exclude))

    def from_disk(self, path: str | Path, *, exclude: Collection[str] = ()) -> Doc:
        """Fill this doc, which must be empty, from a file; returns it."""
        return self.from_bytes(Path(path).read_bytes(), exclude=exclude)

    def to_json(self, underscore: Sequence[str] | None = None) -> dict[str, Any]:
        """Return the doc as values that JSON knows, with these extension attributes."""
        return json_form.to_json(self, underscore)

    def from_json(self, doc_json: Mapping[str, Any], *, validate: bool = False) -> Doc:
        """Fill this doc, which must be empty, from what `to_json` returned; returns it.

        `validate` is for spaCy's signature: what is wrong raises TextError with or without it.
        """
        return json_form.from_json(self, doc_json)

    def to_utf8_array(self, nr_char: int = -1) -> npt.NDArray[np.uint8]:
        """Return the bytes of each token: first, last, second, last but one, ...; 255 pads.

        returns  (N, nr_char)  as wide as the longest token if `nr_char` is -1
        """
        return arrays.to_utf8_array(self, nr_char)
