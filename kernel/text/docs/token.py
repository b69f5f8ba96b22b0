"""One token of a doc: a view of its columns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kernel.errors import PluginError, TextError, UnsupportedError
from kernel.text.docs import navigation
from kernel.text.docs.annotate import pos_id
from kernel.text.docs.ent_iob import LETTERS
from kernel.text.docs.views import (
    PartView,
    column_id,
    column_number,
    column_string,
    column_token,
    hookable,
    vector_rows,
)
from kernel.text.errors import BoundsError, TextTypeError
from kernel.text.vocab.views import LexicalAttributes, lexical_id
from kernel.text.words import attributes
from kernel.text.words.column import COLUMNS, Column
from kernel.text.words.morphology import MorphAnalysis
from kernel.text.words.strings import encode_text
from kernel.text.words.symbols import NAMES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from kernel.text.docs.doc import Doc
    from kernel.text.docs.span import Span
    from kernel.text.vocab.lexeme import Lexeme

_Place = tuple[int | None, int | None]


class Token(LexicalAttributes, PartView):
    """The token at position `i` of a doc. Made by `doc[i]`."""

    __slots__ = ("doc", "i")
    kind = "token"

    def __init__(self, doc: Doc, i: int) -> None:
        self.doc: Doc = doc
        self.i: int = i

    @property
    def row(self) -> int:
        """The token's row in the lexeme table."""
        return self.doc.lex.item(self.i)

    # Text and place

    @property
    def text(self) -> str:
        """The text, without the space after it."""
        doc = self.doc
        return doc.lexemes.texts[doc.lex.item(self.i)]

    def __len__(self) -> int:
        return len(self.text)

    def __bytes__(self) -> bytes:
        return encode_text(self.text)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Token) and self.doc is other.doc and self.i == other.i

    def sort_key(self) -> int:
        """Return what tokens are ordered by: their place in the text."""
        return self.idx

    def __hash__(self) -> int:
        return hash((id(self.doc), self.i))

    def __reduce__(self) -> Any:
        raise UnsupportedError(
            "a token cannot be pickled", hint="pickle its doc, and keep its position"
        )

    def extension_place(self) -> tuple[Doc, _Place]:
        """Return the doc, and the character at which values are kept."""
        return self.doc, (self.idx, None)

    @property
    def idx(self) -> int:
        """The offset of the first character in the doc."""
        return navigation.char_bounds(self.doc, self.i, self.i + 1)[0]

    @property
    def whitespace_(self) -> str:
        """The space after the token, or nothing."""
        return " " if self.doc.spaces[self.i] else ""

    @property
    def text_with_ws(self) -> str:
        """The text, and the space after it if there is one."""
        return self.text + self.whitespace_

    def nbor(self, i: int = 1) -> Token:
        """Return the token `i` places on; raises BoundsError if there is none."""
        if not 0 <= self.i + i < len(self.doc):
            raise BoundsError(f"no token {self.i + i} in a doc of {len(self.doc)}")
        return Token(self.doc, self.i + i)

    @property
    def lex(self) -> Lexeme:
        """The word type."""
        return self.vocab[self.orth]

    @property
    def norm(self) -> int:
        """NORM, as a number; that of this token only, once it was set."""
        return self.table.value(self.row, attributes.NORM)

    @norm.setter
    def norm(self, norm: int) -> None:
        self.doc.lex[self.i] = self.table.variant(self.row, norm)

    @property
    def norm_(self) -> str:
        """NORM, as a string."""
        return self.vocab.strings[self.norm]

    @norm_.setter
    def norm_(self, norm: str | None) -> None:
        # None and "" stand for the norm of the word.
        self.norm = self.doc.lexemes.intern(norm or "")

    lex_id = lexical_id(attributes.ID)

    # Annotations

    tag = column_id("tag")
    tag_ = column_string("tag")
    lemma = column_id("lemma")
    lemma_ = column_string("lemma")
    ent_type = column_id("ent_type")
    ent_type_ = column_string("ent_type")
    ent_id = column_id("ent_id")
    ent_id_ = column_string("ent_id")
    ent_kb_id = column_id("ent_kb_id")
    ent_kb_id_ = column_string("ent_kb_id")
    pos = column_id("pos")

    @property
    def pos_(self) -> str:
        """The coarse part of speech, one of Universal Dependencies or "" if unset."""
        return NAMES[self.pos]

    @pos_.setter
    def pos_(self, pos: str | None) -> None:
        self.pos = pos_id(pos or "")

    @property
    def morph(self) -> MorphAnalysis:
        """The morphological features."""
        column = self.doc.annotations.get("morph")
        return MorphAnalysis.from_id(self.vocab, 0 if column is None else int(column[self.i]))

    @morph.setter
    def morph(self, morph: MorphAnalysis) -> None:
        if not isinstance(morph, MorphAnalysis):
            raise TextTypeError(
                f"expected a MorphAnalysis, got {morph!r}", hint="use set_morph for strings"
            )
        if morph.vocab is not self.vocab:
            raise TextError("the features are those of another vocabulary", hint="use set_morph")
        self.doc.ensure_column("morph")[self.i] = morph.key

    def set_morph(self, features: str | int | Mapping[str, str] | MorphAnalysis | None) -> None:
        """Set the morphological features; None unsets them."""
        if features is None:
            self.doc.ensure_column("morph")[self.i] = 0
            return
        given = str(features) if isinstance(features, MorphAnalysis) else features
        self.doc.ensure_column("morph")[self.i] = self.vocab.morphology.add(given)

    def has_morph(self) -> bool:
        """Return whether morphological features are set."""
        column = self.doc.annotations.get("morph")
        return column is not None and bool(column[self.i])

    @property
    def ent_iob(self) -> int:
        """0 if nothing is known, 1 inside of an entity, 2 outside, 3 at its beginning."""
        column = self.doc.annotations.get("ent_iob")
        return 0 if column is None else int(column[self.i])

    @property
    def ent_iob_(self) -> str:
        """`ent_iob` as "", "I", "O" or "B"."""
        return LETTERS[self.ent_iob]

    @classmethod
    def iob_strings(cls) -> tuple[str, str, str, str]:
        """Return what the values of `ent_iob` mean."""
        return LETTERS

    # Sentences

    @property
    def is_sent_start(self) -> bool | None:
        """Whether a sentence starts here; None if nothing is known."""
        return {1: True, -1: False}.get(navigation.sent_start(self.doc, self.i))

    @is_sent_start.setter
    def is_sent_start(self, value: bool | None) -> None:
        if self.doc.has_annotation("DEP"):
            raise TextError("sentence starts cannot be set in a doc that has a dependency parse")
        if value not in {True, False, None}:
            raise TextError(f"expected True, False or None, got {value!r}")
        self.doc.ensure_column("sent_start")[self.i] = 0 if value is None else 1 if value else -1

    @property
    def sent_start(self) -> int:
        """1, -1 or 0 as `is_sent_start`; 0 for the first token. True, False and None set it too."""
        return 0 if self.i == 0 else navigation.sent_start(self.doc, self.i)

    @sent_start.setter
    def sent_start(self, value: int | None) -> None:
        if not isinstance(value, bool) and value in {0, -1}:
            # Not the truth values of these numbers: 0 means that nothing is known.
            value = None if value == 0 else False
        self.is_sent_start = value  # type: ignore[assignment]

    @property
    def is_sent_end(self) -> bool | None:
        """Whether a sentence ends here; None if nothing is known. Follows from the next token."""
        last = self.i + 1 == len(self.doc)
        return True if last else Token(self.doc, self.i + 1).is_sent_start

    @is_sent_end.setter
    def is_sent_end(self, value: bool | None) -> None:
        raise TextError(
            "the end of a sentence cannot be set", hint="set `is_sent_start` of the next token"
        )

    @hookable
    def sent(self) -> Span:
        """The sentence of the token."""
        return navigation.sents_of(self.doc, self.i, self.i + 1)[0]

    # Dependency tree

    @property
    def dep(self) -> int:
        """The label of the arc to the head, as a number; 0 if unset."""
        column = self.doc.annotations.get("dep")
        return 0 if column is None else column.item(self.i)

    @dep.setter
    def dep(self, dep: int) -> None:
        navigation.set_dep(self.doc, self.i, dep)

    @property
    def dep_(self) -> str:
        """The label of the arc to the head; empty if unset."""
        return self.vocab.strings[self.dep]

    @dep_.setter
    def dep_(self, dep: str | None) -> None:
        self.dep = self.doc.add_string("dep", "" if dep is None else dep)

    def has_dep(self) -> bool:
        """Return whether a dependency label is set."""
        return self.dep != 0

    def has_head(self) -> bool:
        """Return whether a head is set."""
        return self.has_dep()

    @property
    def head(self) -> Token:
        """The token that this one depends on; itself if there is none."""
        heads = self.doc.annotations.get("head")
        return self if heads is None else Token(self.doc, int(heads[self.i]))

    @head.setter
    def head(self, head: Token) -> None:
        if not isinstance(head, Token):
            raise TextTypeError(f"expected a Token as the head, got {head!r}")
        if head.doc is not self.doc:
            raise TextError("the head is in another doc")
        navigation.set_head(self.doc, self.i, head.i)

    def _tokens(self, places: list[int]) -> Iterator[Token]:
        return (Token(self.doc, i) for i in places)

    @property
    def children(self) -> Iterator[Token]:
        """The tokens whose head this is."""
        return self._tokens(self.doc.tree.children(self.i))

    @property
    def lefts(self) -> Iterator[Token]:
        """The children before the token."""
        return self._tokens([i for i in self.doc.tree.children(self.i) if i < self.i])

    @property
    def rights(self) -> Iterator[Token]:
        """The children after the token."""
        return self._tokens([i for i in self.doc.tree.children(self.i) if i > self.i])

    @property
    def n_lefts(self) -> int:
        """The number of `lefts`."""
        return sum(i < self.i for i in self.doc.tree.children(self.i))

    @property
    def n_rights(self) -> int:
        """The number of `rights`."""
        return sum(i > self.i for i in self.doc.tree.children(self.i))

    @property
    def left_edge(self) -> Token:
        """The leftmost token of the subtree."""
        return Token(self.doc, int(self.doc.tree.edges[0][self.i]))

    @property
    def right_edge(self) -> Token:
        """The rightmost token of the subtree."""
        return Token(self.doc, int(self.doc.tree.edges[1][self.i]))

    @property
    def subtree(self) -> Iterator[Token]:
        """The token and all below it, from left to right."""
        return (self if i == self.i else Token(self.doc, i) for i in self.doc.tree.subtree(self.i))

    @property
    def ancestors(self) -> Iterator[Token]:
        """The tokens above, the head first."""
        return self._tokens(self.doc.tree.ancestors(self.i))

    def is_ancestor(self, descendant: Token) -> bool:
        """Return whether this token is above another one."""
        return self.doc is descendant.doc and self.i in self.doc.tree.ancestors(descendant.i)

    @property
    def conjuncts(self) -> tuple[Token, ...]:
        """The tokens coordinated with this one."""
        hook = self.doc.hook("token", "conjuncts")
        if hook is not None:
            return tuple(hook(self))
        return tuple(self._tokens(navigation.conjuncts(self.doc, self.i)))

    # Vectors

    @property
    def tensor(self) -> Any:
        """The row of `doc.tensor`, None if there is none."""
        return self.doc.tensor[self.i] if self.doc.tensor.size else None

    @hookable
    def has_vector(self) -> bool:
        """Whether there is a vector of the token."""
        if self.vocab.has_vectors:
            return self.vocab.has_vector(self.orth)
        return bool(self.doc.tensor.size)

    @hookable
    def vector(self) -> Any:
        """The word's vector, or the row of the tensor if the vocabulary has none.

        returns  (width,)
        """
        return vector_rows(self.doc, self.i, self.i + 1)[0]

    @hookable
    def sentiment(self) -> float:
        """How positive the word is."""
        return self.lex.sentiment


def _show_column(column: Column, is_added: bool) -> None:
    """Let tokens show a column of a plugin: as `name`, and strings as `name_` too."""
    views: dict[str, Any]
    if column.is_string:
        views = {
            column.name: column_id(column.name),
            f"{column.name}_": column_string(column.name),
        }
    elif column.kind == "token":
        views = {column.name: column_token(column.name)}
    else:
        views = {column.name: column_number(column)}
    taken = [name for name in views if is_added and hasattr(Token, name)]
    if taken:
        raise PluginError(
            f"the doc column `{column.name}` would hide `Token.{taken[0]}`",
            hint="give it a name of its own, such as one that starts with the plugin's",
        )
    for name, view in views.items():
        if is_added:
            setattr(Token, name, view)
        else:
            delattr(Token, name)


COLUMNS.listen(_show_column)
