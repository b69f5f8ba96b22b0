"""The annotations that `Doc(...)` takes as lists, one value a token."""

from __future__ import annotations

from collections.abc import Sized
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from kernel.errors import TextError
from kernel.text.docs.tree import roots_of
from kernel.text.errors import TextTypeError
from kernel.text.words.symbols import POS_IDS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from kernel.text.docs.doc import Doc
    from kernel.text.vocab.vocab import Vocab
    from kernel.text.words.column import Column
    from kernel.text.words.lexemes import LexemeTable


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


def annotate(doc: Doc, lists: Mapping[str, Sequence[Any] | None]) -> None:
    """Set columns from lists, by the name of the argument of `Doc`; None leaves one unset.

    Raises TextError for a list that does not have one value a token.
    """
    given = {name: values for name, values in lists.items() if values is not None}
    if not given:
        return
    _check_lengths(doc, given)
    for name, column in (("tags", "tag"), ("lemmas", "lemma"), ("deps", "dep")):
        if name in given:
            texts = [text or "" for text in given[name]]
            doc.annotations[column] = doc.add_strings(column, texts)
    if "pos" in given:
        doc.annotations["pos"] = pos_column(given["pos"])
    if "morphs" in given:
        doc.annotations["morph"] = morph_column(doc.vocab, given["morphs"])
    if "ents" in given:
        iob, types = iob_columns(doc.vocab, given["ents"])
        doc.annotations |= {"ent_iob": iob, "ent_type": types}
    _set_tree(doc, given.get("heads"), given.get("sent_starts"))


def _check_lengths(doc: Doc, given: Mapping[str, Sequence[Any]]) -> None:
    for name, values in given.items():
        if not isinstance(values, Sized):
            raise TextTypeError(f"expected a list as `{name}`, got {values!r}")
        if len(values) != len(doc):
            raise TextError(f"expected {len(doc)} values in `{name}`, got {len(values)}")


def _set_tree(
    doc: Doc,
    heads: Sequence[int | None] | None,
    sent_starts: Sequence[bool | int | None] | None,
) -> None:
    """Set heads and sentence starts; where there are labels, the heads decide both."""
    if "dep" in doc.annotations:
        column = head_column([None] * len(doc) if heads is None else heads)
        _check_is_acyclic(column)
        doc.annotations["head"] = column
    elif heads is not None:
        raise TextError("`heads` are given, but no `deps`", hint='give deps=["dep"] * len(words)')
    if doc.has_tree():
        doc.set_sentences_of_tree()
    elif sent_starts is not None:
        doc.annotations["sent_start"] = sent_start_column(sent_starts)


def column_of_values(doc: Doc, column: Column, values: Sequence[Any]) -> npt.NDArray[Any]:
    """Return a column of a plugin from values as users write them; None is unset.

    Strings are texts, and the index of a token counts from the start of the doc.

    Raises TextError for values of another type, or an index outside of the doc.
    """
    if column.kind == "token":
        return head_column(values)
    if column.is_string:
        for value in values:
            if not isinstance(value, str | None):
                raise TextTypeError(f"expected strings in `{column.name}`, got {value!r}")
        return doc.add_strings(column.name, [value or "" for value in values])
    try:
        return np.array([column.unset if each is None else each for each in values], column.dtype)
    except (TypeError, ValueError, OverflowError) as error:
        raise TextError(f"expected numbers in `{column.name}`: {error}") from error


def pos_id(name: str) -> int:
    """Return the id of a part of speech, "" if unset; raises TextError for an unknown one."""
    if name not in POS_IDS:
        raise TextError(
            f"{name!r} is no part of speech",
            hint=f"it is one of {', '.join(filter(None, POS_IDS))}; others are tags",
        )
    return POS_IDS[name]


def pos_column(pos: Sequence[str | None]) -> npt.NDArray[np.uint64]:
    """Return the ids of parts of speech; raises TextError for an unknown one."""
    ids = {name: pos_id(name or "") for name in dict.fromkeys(pos)}
    return np.array([ids[name] for name in pos], np.uint64)


def morph_column(vocab: Vocab, morphs: Sequence[Any]) -> npt.NDArray[np.uint64]:
    """Return the ids of morphological features; None is unset."""
    add = vocab.morphology.add
    return np.array([0 if morph is None else add(morph) for morph in morphs], np.uint64)


def head_column(heads: Sequence[int | None]) -> npt.NDArray[np.int32]:
    """Return absolute heads; None is the token itself.

    Raises TextError for one outside of the doc, or that is not a number.
    """
    listed = [i if head is None else head for i, head in enumerate(heads)]
    try:
        column = np.array(listed, np.int64)
    except OverflowError:  # a number that is outside of all docs
        column = np.clip(np.array(listed, object), -1, len(listed)).astype(np.int64)
    except (TypeError, ValueError) as error:
        raise TextTypeError(f"expected whole numbers in `heads`: {error}") from error
    outside = np.flatnonzero((column < 0) | (column >= len(column)))
    if len(outside):
        i = int(outside[0])
        raise TextError(
            f"the head of token {i} is {heads[i]}, outside of a doc of {len(column)}",
            hint="heads count from the start of the doc, from 0",
        )
    return column.astype(np.int32)


def _check_is_acyclic(heads: npt.NDArray[np.int32]) -> None:
    """Raise TextError if the heads of some tokens form a cycle, so that they have no root."""
    roots = roots_of(heads)
    rootless = np.flatnonzero(heads[roots] != roots)
    if not len(rootless):
        return
    # As many steps as there are tokens lead from any token into its cycle.
    token = int(rootless[0])
    for _ in range(len(heads)):
        token = int(heads[token])
    cycle = [token]
    while (token := int(heads[token])) != cycle[0]:
        cycle.append(token)
    raise TextError(
        f"the heads of tokens {', '.join(map(str, cycle))} form a cycle",
        hint="one of them has to depend on another token, or on itself as the root",
    )


def sent_start_column(values: Sequence[bool | int | None]) -> npt.NDArray[np.int8]:
    """Return 1 for True and 1, -1 for False and negative numbers, 0 for the rest.

    The first is always 1.
    """
    column = np.array([_ternary(value) for value in values], np.int8)
    column[:1] = 1
    return column


def iob_columns(
    vocab: Vocab, tags: Sequence[str | None]
) -> tuple[npt.NDArray[np.int8], npt.NDArray[np.uint64]]:
    """Return ENT_IOB and ENT_TYPE of IOB tags; an I that follows nothing of its type begins.

    Raises TextError for an unknown tag.
    """
    iob = np.zeros(len(tags), np.int8)
    labels = [""] * len(tags)
    before = ""
    for i, tag in enumerate(tags):
        code, label = _split_iob(tag, i)
        labels[i] = label
        iob[i] = 3 if code == 1 and label != before else code
        before = label if code in {1, 3} else ""
    return iob, vocab.strings.add_all(labels)


def _text_of(vocab: Vocab, word: Any) -> str:
    if isinstance(word, str):
        return word
    if isinstance(word, int | np.integer) and not isinstance(word, bool):
        return vocab.strings[int(word)]
    raise TextTypeError(f"expected words as strings or ids, got {word!r}")


def _ternary(value: Any) -> int:
    if value is True or value == 1:
        return 1
    return -1 if value is False or (isinstance(value, int | float) and value < 0) else 0


def _split_iob(tag: str | None, i: int) -> tuple[int, str]:
    if tag is None or tag in {"", "-"}:
        return 0, ""
    if tag == "O":
        return 2, ""
    kind, _, label = str(tag).partition("-")
    if kind not in {"I", "B"} or not label:
        raise TextError(
            f"{tag!r}, the tag of token {i}, is not an IOB tag",
            hint='expected "O", "B-LABEL", "I-LABEL", or "" for unknown',
        )
    return (3 if kind == "B" else 1), label
