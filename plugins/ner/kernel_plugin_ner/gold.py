"""Gold entities as BILUO tags of the tokens of the predicted docs.

Axes: N tokens of the predicted docs of a batch, E negative spans.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from attrs import frozen

from kernel.errors import DataError
from kernel.text import DocBatch, Example, ent_iob
from kernel_plugin_ner.classes import (
    BEGIN,
    IN,
    LAST,
    MISSING,
    N_ACTIONS,
    NEXT_MISSING,
    NEXT_OTHER,
    NEXT_OUT,
    OUT,
    UNIT,
    Classes,
    Ints,
    Masks,
)

# By ENT_IOB; then the same for tokens whose next token is inside the same entity.
_ACTIONS = np.array([MISSING, LAST, OUT, UNIT, MISSING, IN, OUT, BEGIN], np.int8)

_NEXTS = np.full(N_ACTIONS, NEXT_OTHER, np.int32)
_NEXTS[[OUT, MISSING]] = NEXT_OUT, NEXT_MISSING


@frozen
class BiluoGold:
    """The gold tag of each token, and spans that are known not to be entities.

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
    """Return the gold tags of `examples`; `classes` must know all their types.

    Raises `DataError` for an entity that is also among the negative spans.
    """
    lengths = np.array([len(example.predicted) for example in examples], np.int64)
    offsets = np.concatenate([[0], np.cumsum(lengths)])
    actions, types = _gather_tags(examples, classes, offsets)
    nexts = np.zeros(len(actions), np.int32)
    nexts[:-1] = _NEXTS[actions[1:]]
    nexts[offsets[1:][lengths > 0] - 1] = NEXT_OTHER
    kinds = classes.gold_kinds(actions, types, nexts)
    negatives = _gather_negatives(examples, classes, negatives_key, offsets)
    if len(negatives):
        _check_negatives(examples, actions, types, negatives, offsets)
    return BiluoGold(actions, types, kinds, negatives)


def gold_entities(actions: Ints, types: Ints) -> tuple[Ints, Ints, Ints]:
    """Return the first token, end and type of every entity in a sequence of BILUO actions.

    actions  (N,)  an entity without LAST is left out
    types    (N,)
    returns  (E,) each, in the order of first tokens
    """
    if not ((actions == BEGIN) | (actions == UNIT)).any():
        nothing = np.zeros(0, np.int64)
        return nothing, nothing, nothing
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
    """Return actions and types of all predicted tokens."""
    columns = [_aligned_columns(example) for example in examples]
    iob = np.concatenate([iob for iob, _ in columns]) if columns else np.zeros(0, np.int8)
    hashes = np.concatenate([types for _, types in columns]) if columns else np.zeros(0, np.uint64)
    unknown = (hashes == 0) & (iob != ent_iob.OUTSIDE)
    if unknown.any():
        # Whitespace is outside of entities in a doc that has any annotation at all.
        total = np.concatenate([[0], np.cumsum(iob != 0)])
        annotated = np.repeat(np.diff(total[offsets]) > 0, np.diff(offsets))
        spaces = DocBatch([example.predicted for example in examples]).whitespace()
        iob[unknown & annotated & spaces] = ent_iob.OUTSIDE
    goes_on = np.zeros(len(iob), np.bool_)  # whether the next token is in the same entity
    goes_on[:-1] = iob[1:] == ent_iob.INSIDE
    goes_on[offsets[1:][np.diff(offsets) > 0] - 1] = False
    actions = _ACTIONS[iob + 4 * goes_on]
    types = np.maximum(classes.numbers(hashes), 0)
    # A token without a type that is not outside is blocked: no entity begins there, nothing else is
    # known.
    actions[(types == 0) & (actions != OUT)] = MISSING
    types[(actions == MISSING) | (actions == OUT)] = 0
    return actions, types


def _aligned_columns(example: Example) -> tuple[Ints, npt.NDArray[np.uint64]]:
    """Return the gold ENT_IOB and ENT_TYPE of the predicted tokens, (n,) each."""
    gold = example.reference
    if not _has_same_tokens(example):
        return example.aligned_ent_arrays()
    return gold.column("ent_iob"), gold.column("ent_type")


def _has_same_tokens(example: Example) -> bool:
    predicted, gold = example.predicted, example.reference
    if predicted.lexemes is gold.lexemes and predicted.lex.tobytes() == gold.lex.tobytes():
        return True
    return len(predicted) == len(gold) and predicted.words() == gold.words()


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
                f"{span.text!r} is annotated as an entity and as a span that is not one, "
                f"in {examples[index].predicted.text[:60]!r}",
                hint="remove it from one of the two",
            )


def has_gold(gold: BiluoGold, starts: Ints, ends: Ints) -> Masks:
    """Return whether each range of tokens has gold annotation.

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
