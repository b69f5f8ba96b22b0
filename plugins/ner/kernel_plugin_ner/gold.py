"""Gold entities as BILUO tags of the predicted side's tokens.

Axes: N tokens of the predicted docs of a batch, E negative spans.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from attrs import frozen

from kernel.errors import DataError
from kernel.text import Doc, Example
from kernel_plugin_ner.batch import concatenate, gather_spaces
from kernel_plugin_ner.classes import (
    BEGIN,
    IN,
    IOB_BEGIN,
    IOB_INSIDE,
    IOB_OUTSIDE,
    LAST,
    MISSING,
    NAMES,
    NEXT_MISSING,
    NEXT_OTHER,
    NEXT_OUT,
    OUT,
    UNIT,
    Classes,
    Ints,
    Masks,
)


@frozen
class BiluoGold:
    """Gold tags, token by token, and the spans that are known to be no entities.

    actions    (N,)    MISSING to OUT
    types      (N,)
    kinds      (N,)    rows of the cost table, in pairs
    negatives  (E, 3)  type, first token, token after the last one
    """

    actions: Ints
    types: Ints
    kinds: Ints
    negatives: Ints


def make_gold(
    examples: Sequence[Example], classes: Classes, negatives_key: str | None
) -> BiluoGold:
    """Return the gold tags of `examples`; all types are known to `classes`.

    Raises `DataError` for an entity that is also among the negative spans.
    """
    lengths = np.array([len(example.predicted) for example in examples], np.int64)
    offsets = np.concatenate([[0], np.cumsum(lengths)])
    actions, types = _gather_tags(examples, classes, offsets)
    nexts = np.full(len(actions), NEXT_OTHER, np.int32)
    following = np.select(
        [actions[1:] == OUT, actions[1:] == MISSING], [NEXT_OUT, NEXT_MISSING], NEXT_OTHER
    )
    nexts[:-1] = following
    nexts[offsets[1:][lengths > 0] - 1] = NEXT_OTHER
    kinds = classes.gold_kinds(actions, types, nexts)
    negatives = _gather_negatives(examples, classes, negatives_key, offsets)
    if len(negatives):
        _check_negatives(examples, actions, types, negatives, offsets)
    return BiluoGold(actions, types, kinds, negatives)


def gold_entities(actions: Ints, types: Ints) -> tuple[Ints, Ints, Ints]:
    """Return first token, end and type of every entity in a sequence of BILUO actions.

    actions  (N,)  one that is begun and not brought to its LAST is left out
    types    (N,)
    returns  (E,) each, in the order of first tokens
    """
    begins = np.flatnonzero(actions == BEGIN)
    stops = np.append(np.flatnonzero(actions != IN), len(actions))
    lasts = stops[np.searchsorted(stops, begins + 1)] if len(begins) else begins
    finished = np.append(actions, MISSING)[lasts] == LAST
    begins, ends = begins[finished], lasts[finished] + 1
    units = np.flatnonzero((actions == UNIT) & (types > 0))
    starts = np.concatenate([begins, units])
    order = np.argsort(starts)
    starts = starts[order]
    return starts, np.concatenate([ends, units + 1])[order], types[starts]


def _gather_tags(examples: Sequence[Example], classes: Classes, offsets: Ints) -> tuple[Ints, Ints]:
    """Return actions and types of all tokens: at once where both sides have the same tokens."""
    same = [_has_same_tokens(example) for example in examples]
    n_tokens = int(offsets[-1])
    if all(same):
        return _tags_of_columns([example.reference for example in examples], classes)
    actions, types = np.zeros(n_tokens, np.int8), np.zeros(n_tokens, np.int32)
    easy = [example.reference for example, is_same in zip(examples, same, strict=True) if is_same]
    rows = np.repeat(same, np.diff(offsets))
    actions[rows], types[rows] = _tags_of_columns(easy, classes)
    for example, is_same, start in zip(examples, same, offsets.tolist(), strict=False):
        if not is_same:
            stop = start + len(example.predicted)
            actions[start:stop], types[start:stop] = _tags_of_alignment(example, classes)
    return actions, types


def _tags_of_columns(docs: Sequence[Doc], classes: Classes) -> tuple[Ints, Ints]:
    n_tokens = sum(map(len, docs))
    iob = concatenate(docs, "ent_iob", np.int8) if docs else None
    hashes = concatenate(docs, "ent_type", np.uint64) if docs else None
    if iob is None or hashes is None:
        hashes = np.zeros(n_tokens, np.uint64)
        iob = np.zeros(n_tokens, np.int8) if iob is None else iob
    types = np.maximum(classes.numbers(hashes), 0)
    goes_on = np.zeros(n_tokens, np.bool_)  # whether the next token is inside the same entity
    goes_on[:-1] = iob[1:] == IOB_INSIDE
    ends = np.cumsum([len(doc) for doc in docs if len(doc)])
    if len(ends):
        goes_on[ends - 1] = False
    actions = np.select(
        [iob == IOB_BEGIN, iob == IOB_INSIDE, iob == IOB_OUTSIDE],
        [np.where(goes_on, BEGIN, UNIT), np.where(goes_on, IN, LAST), OUT],
        MISSING,
    ).astype(np.int8)
    typed = (actions != OUT) & (actions != MISSING)
    actions[typed & (types == 0)] = MISSING  # blocked: known to be no entity's beginning, no more
    types[actions == MISSING] = 0
    types[actions == OUT] = 0
    missing = (actions == MISSING) & (iob == 0)
    if missing.any():
        # Whitespace is outside of entities in a doc that has any annotation at all.
        known = [_has_entities(doc) for doc in docs]
        known_tokens = np.repeat(known, [len(doc) for doc in docs])
        actions[missing & known_tokens & gather_spaces(docs)] = OUT
    return actions, types


def _tags_of_alignment(example: Example, classes: Classes) -> tuple[Ints, Ints]:
    numbers = {label: number for number, label in enumerate(classes.types)}
    tags = [tag if tag not in {None, "-", ""} else "M" for tag in example.get_aligned_ner()]
    actions = [NAMES.index(tag[0]) for tag in tags]
    types = [numbers.get(tag[2:], 0) for tag in tags]
    return np.array(actions, np.int8), np.array(types, np.int32)


def _has_entities(doc: Doc) -> bool:
    iob = doc.get_column("ent_iob")
    return iob is not None and bool(iob.any())


def _has_same_tokens(example: Example) -> bool:
    predicted, gold = example.predicted, example.reference
    if len(predicted) != len(gold):
        return False
    if predicted.lexemes is gold.lexemes and np.array_equal(predicted.lex, gold.lex):
        return True
    return predicted.words() == gold.words()


def _gather_negatives(
    examples: Sequence[Example], classes: Classes, key: str | None, offsets: Ints
) -> Ints:
    """Return the spans in `key` as (E, 3), tokens numbered through the batch."""
    rows: list[tuple[int, int, int]] = []
    numbers = {label: number for number, label in enumerate(classes.types)}
    for example, offset in zip(examples, offsets.tolist(), strict=False):
        if key is None or key not in example.reference.spans:
            continue
        spans = list(example.reference.spans[key])
        for span in example.get_aligned_spans_y2x(spans, True):
            number = numbers.get(span.label_, -1)
            rows.append((number, offset + span.start, offset + span.end))
    return np.array(rows, np.int64).reshape((-1, 3))


def _check_negatives(
    examples: Sequence[Example], actions: Ints, types: Ints, negatives: Ints, offsets: Ints
) -> None:
    starts, ends, numbers = gold_entities(actions, types)
    entities = set(zip(numbers.tolist(), starts.tolist(), ends.tolist(), strict=True))
    for number, start, end in negatives.tolist():
        if (number, start, end) in entities:
            index = int(np.searchsorted(offsets, start, side="right")) - 1
            span = examples[index].predicted[start - offsets[index] : end - offsets[index]]
            raise DataError(
                f"{span.text!r} is annotated as an entity and as a span that is no entity, "
                f"in {examples[index].predicted.text[:60]!r}",
                hint="remove it from one of the two",
            )


def has_gold(gold: BiluoGold, starts: Ints, ends: Ints) -> Masks:
    """Say of each stretch of tokens whether it has gold annotation.

    starts   (S,)
    ends     (S,)
    returns  (S,)
    """
    known = gold.actions != MISSING
    for _, start, end in gold.negatives.tolist():
        known[start:end] = True
    total = np.concatenate([[0], np.cumsum(known)])
    touched: Masks = total[ends] > total[starts]
    return touched
