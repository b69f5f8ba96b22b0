"""A text as columns: its word types, its spaces, and whatever annotations were set.

Axes: N tokens, E entities, S sentences, K attributes.
"""

from __future__ import annotations

import copy
import warnings
from operator import index
from pathlib import Path
from typing import TYPE_CHECKING, Any, overload

import numpy as np
import numpy.typing as npt

from kernel.arrays import array_module, on_device_of
from kernel.errors import TextError
from kernel.files import pack, unpack
from kernel.text.docs import copies, entities, navigation
from kernel.text.docs.annotate import annotate, rows_of_words, spaces_of_words
from kernel.text.docs.columns import Attr, Columns, Ints, by_attribute
from kernel.text.docs.retokenizer import Retokenizer
from kernel.text.docs.span import Span
from kernel.text.docs.span_group import SpanGroups
from kernel.text.docs.token import Token
from kernel.text.docs.tree import Tree
from kernel.text.docs.views import Kind, TextView, hookable, mean_vector, vector_norm
from kernel.text.errors import BoundsError, TextTypeError
from kernel.text.files import doc_bytes, doc_json
from kernel.text.pickling import ByValue
from kernel.text.vocab.views import Attribute, attribute
from kernel.text.words.attributes import DEP, HEAD, SENT_START, attr_id
from kernel.text.words.strings import encode_text

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Sequence

    from kernel.text.vocab.vocab import Vocab
    from kernel.text.words.lexemes import LexemeTable


def _all_hooks(doc: Doc) -> dict[Kind, dict[str, Callable[..., Any]]]:
    if doc.hooks is None:
        doc.hooks = {"doc": {}, "token": {}, "span": {}}
    return doc.hooks


def _hooks_of(kind: Kind, about: str) -> Attribute[dict[str, Callable[..., Any]]]:
    def read(doc: Doc) -> dict[str, Callable[..., Any]]:
        return _all_hooks(doc)[kind]

    def write(doc: Doc, hooks: dict[str, Callable[..., Any]]) -> None:
        _all_hooks(doc)[kind] = hooks

    return attribute(read, write, doc=about)


def _is_annotated(name: str, attr: str) -> Attribute[bool]:
    def read(doc: Doc) -> bool:
        warnings.warn(
            f'`doc.{name}` is deprecated: use `doc.has_annotation("{attr}")`',
            DeprecationWarning,
            stacklevel=2,
        )
        return doc.has_annotation(attr)

    return attribute(read, doc=f'The same as `has_annotation("{attr}")`; deprecated.')


class Doc(Columns, TextView):
    """A sequence of tokens with annotations: columns, and what belongs to the text as a whole."""

    __slots__ = (
        "__weakref__",
        "_offsets",
        "_own_norm",
        "_own_vector",
        "_spans",
        "_tensor",
        "_tree",
        "cats",
        "has_unknown_spaces",
        "hooks",
        "sentiment",
        "user_data",
    )

    kind = "doc"
    cats: dict[str, float]
    user_data: dict[Any, Any]
    hooks: dict[Kind, dict[str, Callable[..., Any]]] | None

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
        if not hasattr(vocab, "table_for_docs"):
            raise TextTypeError(f"expected a Vocab as `vocab`, got {vocab!r:.80}")
        table = vocab.table_for_docs()
        lex = rows_of_words(vocab, table, words)
        self._set_up(vocab, lex, spaces_of_words(len(lex), words, spaces), table)
        self.has_unknown_spaces = spaces is None and words is not None
        if user_data is not None:
            self.user_data = user_data
        lists: dict[str, Sequence[Any] | None] = {
            "tags": tags,
            "pos": pos,
            "morphs": morphs,
            "lemmas": lemmas,
            "heads": heads,
            "deps": deps,
            "sent_starts": sent_starts,
            "ents": ents,
        }
        annotate(self, lists)

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
        cls._set_up(doc, vocab, lex, spaces, vocab.lexemes if lexemes is None else lexemes)
        return doc

    def _set_up(
        self, vocab: Vocab, lex: Ints, spaces: npt.NDArray[np.bool_], lexemes: LexemeTable
    ) -> None:
        # As `Columns`, whose call would take a fifth of the time that a short doc takes.
        self.vocab = vocab
        self.lexemes = lexemes
        self.lex = lex
        self.spaces = spaces
        self.annotations = {}
        self.cats = {}
        self.user_data = {}
        self.sentiment = 0.0
        self.has_unknown_spaces = False
        self._tensor: Any = None
        self._spans: SpanGroups | None = None
        self.hooks = None
        self._tree: Tree | None = None
        self._offsets: tuple[Ints, npt.NDArray[np.bool_], Ints] | None = None
        self._own_vector: Any = None
        self._own_norm: float | None = None

    def char_offsets(self) -> Ints:
        """Return the offset in characters of each token, and of the end of the text.

        returns  (N + 1,)  read-only, kept until `lex` or `spaces` is replaced
        """
        known = self._offsets
        if known is not None and known[0] is self.lex and known[1] is self.spaces:
            return known[2]
        offsets = np.zeros(len(self.lex) + 1, np.int32)
        np.cumsum(self.char_lengths() + self.spaces, out=offsets[1:])
        offsets.flags.writeable = False
        self._offsets = (self.lex, self.spaces, offsets)
        return offsets

    def char_starts(self) -> Ints:
        """Return the offset in characters of each token.

        returns  (N,)  read-only
        """
        return self.char_offsets()[:-1]

    # As a sequence

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
        i = index(key)
        if not -n <= i < n:
            raise BoundsError(f"no token {i} in a doc of {n}")
        return Token(self, i % n)

    def __bytes__(self) -> bytes:
        return encode_text(self.text)

    @property
    def _context(self) -> None:
        """Nothing: `nlp.pipe(as_tuples=True)` keeps contexts itself.

        spaCy keeps them in the doc, so components that return another doc copy this attribute.
        """

    @_context.setter
    def _context(self, context: object) -> None:
        pass

    @property
    def doc(self) -> Doc:
        """The doc itself, so that docs and spans can be used alike."""
        return self

    # Text

    @property
    def text(self) -> str:
        """The text, with all spaces."""
        pairs = zip(self.words(), self.spaces.tolist(), strict=True)
        return "".join([word + " " if space else word for word, space in pairs])

    @property
    def text_with_ws(self) -> str:
        """The same as `text`."""
        return self.text

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
        span = navigation.tokens_between(self, start_idx, end_idx, str(alignment_mode))
        return None if span is None else Span(self, *span, label, vector, None, kb_id, span_id)

    @property
    def lang(self) -> int:
        """The id of the language's code."""
        return self.vocab.strings.add(self.lang_)

    @property
    def lang_(self) -> str:
        """The language's code."""
        return self.vocab.lang

    # Attributes

    def has_annotation(self, attr: Attr, *, require_complete: bool = False) -> bool:
        """Return whether any token (or every one) has a value of the attribute.

        True of an empty doc. HEAD asks for DEP; the start of the first sentence does not count.
        """
        if self.hook("doc", "sents") is not None and attr_id(attr) == SENT_START:
            return True
        return super().has_annotation(attr, require_complete=require_complete)

    is_tagged = _is_annotated("is_tagged", "TAG")
    is_parsed = _is_annotated("is_parsed", "DEP")
    is_nered = _is_annotated("is_nered", "ENT_IOB")
    is_sentenced = _is_annotated("is_sentenced", "SENT_START")

    def from_array(self, attrs: Attr | Sequence[Attr], array: npt.ArrayLike) -> Doc:
        """Set attributes of every token; returns the doc.

        array    (N, K); (N,) for a single attribute

        Raises TextError if the rows are not N, a head lies outside, or an ENT_IOB is not 0 to 3.
        """
        by_number = by_attribute(attrs, array, len(self))
        deps = by_number.get(DEP)
        if HEAD in by_number and deps is not None and deps.any():
            # Heads win over sentence starts.
            by_number.pop(SENT_START, None)
        self.set_attributes(by_number)
        if HEAD in by_number:
            self.set_sentences_of_tree()
        return self

    def count_by(
        self,
        attr_id: Attr,
        exclude: Callable[[Token], bool] | None = None,
        counts: dict[int, int] | None = None,
    ) -> dict[int, int]:
        """Return how often each value of the attribute occurs; adds to `counts` if given."""
        values = self.to_array(attr_id)  # (N,)
        if exclude is not None:
            values = values[[not exclude(token) for token in self]]
        totals: dict[int, int] = {} if counts is None else counts
        for value, count in zip(*np.unique(values, return_counts=True), strict=True):
            totals[int(value)] = totals.get(int(value), 0) + int(count)
        return totals

    # Entities, spans, sentences

    @property
    def ents(self) -> tuple[Span, ...]:
        """The named entities; setting them makes every other token "outside"."""
        return entities.get_ents(self)

    @ents.setter
    def ents(self, ents: Iterable[Any]) -> None:
        self.set_ents([entities.as_span(self, ent) for ent in ents])

    set_ents = entities.set_ents
    ent_arrays = entities.ent_arrays

    @property
    def spans(self) -> SpanGroups:
        """Groups of spans, by key."""
        if self._spans is None:
            self._spans = SpanGroups(self)
        return self._spans

    @property
    def has_spans(self) -> bool:
        """Whether there is any group of spans; `spans` makes an empty mapping to say so."""
        return bool(self._spans)

    def span_ids(self) -> set[int]:
        """Return the ids of strings that spans in groups have: labels and ids."""
        return {number for group in (self._spans or {}).values() for number in group.labels()}

    @property
    def sents(self) -> Iterator[Span]:
        """The sentences; raises TextError if nothing has set sentence starts."""
        return navigation.sents(self)

    sent_arrays = navigation.sent_arrays

    @property
    def noun_chunks(self) -> Iterator[Span]:
        """The noun phrases, by the rules of the language."""
        return (Span.make(self, *chunk) for chunk in navigation.noun_chunks(self))

    @property
    def tree(self) -> Tree:
        """The dependency tree as arrays; made again when heads have changed."""
        heads = self.column("head")
        if self._tree is None or not self._tree.is_of(heads):
            self._tree = Tree(heads)
        return self._tree

    def get_lca_matrix(self) -> Ints:
        """Return the lowest common ancestor of every two tokens; -1 across sentences.

        returns  (N, N)
        """
        return self.tree.lca_matrix(0, len(self))

    # Copies and forms on disk

    def copy(self) -> Doc:
        """Return a doc of its own with the same content."""
        made = type(self).from_rows(self.vocab, self.lex.copy(), self.spaces.copy(), self.lexemes)
        made.annotations = {name: values.copy() for name, values in self.annotations.items()}
        made.sentiment = self.sentiment
        made.has_unknown_spaces = self.has_unknown_spaces
        made.cats = copy.deepcopy(self.cats) if self.cats else {}
        made.user_data = copy.deepcopy(self.user_data) if self.user_data else {}
        made.tensor = copy.deepcopy(self._tensor)
        made.vector, made.vector_norm = copy.deepcopy(self._own_vector), self._own_norm
        copies.copy_hooks(self, made)
        if self._spans:
            made.spans.update(self._spans.copy(made))
        return made

    def __copy__(self) -> Doc:
        return self.copy()

    def __deepcopy__(self, memo: dict[int, Any]) -> Doc:
        """Return a copy of the same vocabulary, or of its copy if that was copied before."""
        if id(self.vocab) not in memo:
            return self.copy()
        make, arguments = self.__reduce__()
        made: Doc = make(*copy.deepcopy(arguments, memo))
        return made

    def __reduce__(self) -> Any:
        data = self.to_bytes(exclude=["user_data", "user_hooks"])
        rest = (self.user_data, ByValue(self.hooks), self._own_vector, self._own_norm)
        return _restored, (type(self), self.vocab, data, *rest)

    from_docs = staticmethod(copies.from_docs)

    def retokenize(self) -> Retokenizer:
        """Return a context in which tokens are merged and split; done when it is left."""
        return Retokenizer(self)

    def to_bytes(self, *, exclude: Collection[str] = ()) -> bytes:
        """Return the doc in spaCy's byte format."""
        return pack(self.to_dict(exclude=exclude))

    def from_bytes(self, bytes_data: bytes, *, exclude: Collection[str] = ()) -> Doc:
        """Fill this doc, which must be empty, from what `to_bytes` returned; returns it."""
        return self.from_dict(unpack(bytes_data, what="the doc"), exclude=exclude)

    to_dict = doc_bytes.to_dict
    from_dict = doc_bytes.from_dict

    def to_disk(self, path: str | Path, *, exclude: Collection[str] = ()) -> None:
        """Write what `to_bytes` returns to a file."""
        Path(path).write_bytes(self.to_bytes(exclude=exclude))

    def from_disk(self, path: str | Path, *, exclude: Collection[str] = ()) -> Doc:
        """Fill this doc, which must be empty, from a file; returns it."""
        return self.from_bytes(Path(path).read_bytes(), exclude=exclude)

    to_json = doc_json.to_json
    from_json = doc_json.from_json

    def to_utf8_array(self, nr_char: int = -1) -> npt.NDArray[np.uint8]:
        """Return the bytes of each token: first, last, second, last but one, ...; 255 pads.

        returns  (N, nr_char)  as wide as the longest token if `nr_char` is -1
        """
        encoded = [np.frombuffer(encode_text(word), np.uint8) for word in self.words()]
        width = max(map(len, encoded), default=0) if nr_char < 0 else nr_char
        out = np.full((len(encoded), width), 255, np.uint8)
        for row, word in zip(out, encoded, strict=True):
            n = min(len(word), width)
            row[0:n:2] = word[: (n + 1) // 2]
            row[1:n:2] = word[::-1][: n // 2]
        return out

    # Hooks of users, tensor and vectors

    user_hooks = _hooks_of("doc", "Functions that replace members of the doc, by name.")
    user_token_hooks = _hooks_of("token", "Functions that replace members of its tokens, by name.")
    user_span_hooks = _hooks_of("span", "Functions that replace members of its spans, by name.")

    def hook(self, kind: Kind, name: str) -> Callable[..., Any] | None:
        """Return the user's function for a member of docs, tokens or spans, None if unset."""
        return None if self.hooks is None else self.hooks[kind].get(name)

    @property
    def tensor(self) -> Any:
        """Context vectors, one row a token, as a component left them; empty if none did."""
        return np.zeros((0,), np.float32) if self._tensor is None else self._tensor

    @tensor.setter
    def tensor(self, tensor: Any) -> None:
        self._tensor = tensor

    def extend_tensor(self, tensor: Any) -> None:
        """Add columns to the tensor.

        tensor   (N, width)
        """
        if self.tensor.size:
            tensor = array_module(tensor).hstack((on_device_of(tensor, self.tensor), tensor))
        self._tensor = tensor

    @hookable
    def has_vector(self) -> bool:
        """Whether a vector was set, or there are vectors or a tensor to make one from."""
        has_own = self._own_vector is not None
        return has_own or bool(self.vocab.has_vectors or self.tensor.size)

    def _get_vector(self) -> Any:
        """Return the mean of the tokens' vectors, or what was set; None unsets it.

        returns  (width,)
        """
        return mean_vector(self, 0, len(self)) if self._own_vector is None else self._own_vector

    def _set_vector(self, vector: Any) -> None:
        self._own_vector, self._own_norm = vector, None

    def _get_norm(self) -> float:
        """Return the L2 norm of `vector`, or what was set."""
        return vector_norm(self.vector) if self._own_norm is None else self._own_norm

    def _set_norm(self, norm: float | None) -> None:
        self._own_norm = norm

    vector = hookable(_get_vector, _set_vector, name="vector")
    vector_norm = hookable(_get_norm, _set_norm, name="vector_norm")

    @property
    def own_vector(self) -> tuple[Any, float | None]:
        """The vector and the norm that were set, None if none was."""
        return self._own_vector, self._own_norm


def _restored(
    cls: type[Doc],
    vocab: Vocab,
    data: bytes,
    user_data: dict[Any, Any],
    hooks: ByValue,
    vector: Any,
    vector_norm: float | None,
) -> Doc:
    doc = cls(vocab).from_bytes(data)
    doc.user_data = user_data
    doc.hooks = hooks.value
    doc.vector, doc.vector_norm = vector, vector_norm
    return doc
