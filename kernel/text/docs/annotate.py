"""The annotations that `Doc(...)` takes as lists, one value a token."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from kernel.errors import TextError
from kernel.text.docs.string_lifetimes import add_strings
from kernel.text.docs.tree import sent_starts_of_heads
from kernel.text.words.symbols import POS_IDS

if TYPE_CHECKING:
    from kernel.text.docs.doc import Doc
    from kernel.text.vocab.vocab import Vocab
    from kernel.text.words.lexemes import LexemeTable

Strings = Sequence[str | None] | None


def spaces_of_words(
    n_words: int, words: object, spaces: Iterable[bool] | None
) -> npt.NDArray[np.bool_]:
    """Return whether a space follows each word, all of them if `spaces` is None.

    returns  (N,)

    Raises TextError if there are spaces without words, or not one for each.
    """
    if spaces is None:
        return np.ones(n_words, np.bool_)
    given = np.array(list(spaces), np.bool_)  # (N,)
    if words is None:
        raise TextError("`spaces` are given, but no `words`")
    if len(given) != n_words:
        raise TextError(f"expected one of `spaces` a word: {n_words}, got {len(given)}")
    return given


def rows_of_words(
    vocab: Vocab, table: LexemeTable, words: Iterable[str | int] | None
) -> npt.NDArray[np.int32]:
    """Return the row in `table` of each word, given as text or as id.

    Raises TextError for an empty word or one of another type.
    """
    if words is None:
        return np.zeros(0, np.int32)
    listed = list(words)
    kinds = set(map(type, listed))
    if kinds - {str}:
        listed = [_text_of(vocab, word) for word in listed]
    if "" in listed:
        raise TextError(f"the word at position {listed.index('')} is empty")
    return table.rows(listed)  # type: ignore[arg-type]


def annotate(
    doc: Doc,
    tags: Strings,
    pos: Strings,
    morphs: Strings,
    lemmas: Strings,
    heads: Sequence[int | None] | None,
    deps: Strings,
    sent_starts: Sequence[bool | int | None] | None,
    ents: Strings,
) -> None:
    """Set columns from lists; raises TextError for a list that does not have one value a token."""
    given = locals()
    for name, values in given.items():
        if name != "doc" and values is not None and len(values) != len(doc):
            raise TextError(f"expected {len(doc)} values in `{name}`, got {len(values)}")
    for name, strings in (("tag", tags), ("lemma", lemmas), ("dep", deps)):
        if strings is not None:
            doc.columns[name] = add_strings(doc, name, [text or "" for text in strings])
    if pos is not None:
        doc.columns["pos"] = pos_column(pos)
    if morphs is not None:
        doc.columns["morph"] = morph_column(doc.vocab, morphs)
    if ents is not None:
        doc.columns["ent_iob"], doc.columns["ent_type"] = iob_columns(doc.vocab, ents)
    _set_tree(doc, heads, sent_starts)


def _set_tree(
    doc: Doc,
    heads: Sequence[int | None] | None,
    sent_starts: Sequence[bool | int | None] | None,
) -> None:
    """Set heads and sentence starts; where there are labels, the heads decide of both."""
    deps = doc.columns.get("dep")
    if heads is not None and deps is None:
        raise TextError("`heads` are given, but no `deps`", hint='give deps=["dep"] * len(words)')
    if deps is not None:
        doc.columns["head"] = head_column([None] * len(doc) if heads is None else heads)
    if deps is not None and deps.any():
        doc.columns["sent_start"] = sent_starts_of_heads(doc.columns["head"])
    elif sent_starts is not None:
        doc.columns["sent_start"] = sent_start_column(sent_starts)


def pos_column(pos: Sequence[str | None]) -> npt.NDArray[np.uint64]:
    """Return the ids of parts of speech; raises TextError for what is none."""
    for name in dict.fromkeys(pos):
        if name is not None and name not in POS_IDS:
            raise TextError(
                f"{name!r} is no part of speech",
                hint=f"it is one of {', '.join(filter(None, POS_IDS))}; others go to `tags`",
            )
    return np.array([POS_IDS[name or ""] for name in pos], np.uint64)


def morph_column(vocab: Vocab, morphs: Sequence[Any]) -> npt.NDArray[np.uint64]:
    """Return the ids of morphological features; None is unset."""
    add = vocab.morphology.add
    return np.array([0 if morph is None else add(morph) for morph in morphs], np.uint64)


def head_column(heads: Sequence[int | None]) -> npt.NDArray[np.int32]:
    """Return absolute heads; None is the token itself. Raises TextError for one outside."""
    column = np.array([i if head is None else head for i, head in enumerate(heads)], np.int64)
    outside = np.flatnonzero((column < 0) | (column >= len(column)))
    if len(outside):
        i = int(outside[0])
        raise TextError(
            f"the head of token {i} is {heads[i]}, outside of a doc of {len(column)}",
            hint="heads count from the start of the doc, from 0",
        )
    return column.astype(np.int32)


def sent_start_column(values: Sequence[bool | int | None]) -> npt.NDArray[np.int8]:
    """Return 1 for True and 1, -1 for False and -1, 0 for the rest; the first is always 1."""
    column = np.array([_ternary(value) for value in values], np.int8)
    column[:1] = 1
    return column


def iob_columns(
    vocab: Vocab, tags: Sequence[str | None]
) -> tuple[npt.NDArray[np.int8], npt.NDArray[np.uint64]]:
    """Return ENT_IOB and ENT_TYPE of IOB tags; an I that follows nothing of its type begins.

    Raises TextError for what is no tag.
    """
    iob = np.zeros(len(tags), np.int8)
    labels = [""] * len(tags)
    before = ""
    for i, tag in enumerate(tags):
        code, label = _split_iob(tag)
        labels[i] = label
        iob[i] = 3 if code == 1 and label != before else code
        before = label if code in {1, 3} else ""
    return iob, vocab.strings.add_all(labels)


def _text_of(vocab: Vocab, word: Any) -> str:
    if isinstance(word, str):
        return word
    if isinstance(word, int | np.integer) and not isinstance(word, bool):
        return vocab.strings[int(word)]
    raise TextError(f"expected words as strings or ids, got {word!r}")


def _ternary(value: Any) -> int:
    if value is True or value == 1:
        return 1
    return -1 if value is False or value == -1 else 0


def _split_iob(tag: str | None) -> tuple[int, str]:
    if tag is None or tag in {"", "-"}:
        return 0, ""
    if tag == "O":
        return 2, ""
    if tag == "B-":
        return 3, ""
    kind, dash, label = tag.partition("-")
    if kind not in {"I", "B"} or not dash or not label:
        raise TextError(
            f"{tag!r} is no IOB tag", hint='expected "O", "B-LABEL", "I-LABEL", or "" for unknown'
        )
    return (3 if kind == "B" else 1), label
