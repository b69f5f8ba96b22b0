"""Merge the words of a CoNLL-U sentence into the tokens of its text."""

from __future__ import annotations

from collections.abc import Sequence

from kernel_plugin_corpus.converters.conllu_rows import Range, Sentence, Word
from kernel_plugin_corpus.converters.misaligned import MisalignedEntity, Misalignments
from kernel_plugin_corpus.converters.source import Source


def merge_ranges(sentence: Sentence, number: int, source: Source, found: Misalignments) -> Sentence:
    """Return the sentence with one word for each of its ranges.

    A merged word has the joined tags and lemmas of its parts, the union of their features, and the
    head, label and part of speech of the part that is the root of the others. An entity that starts
    or ends inside a range is added to `found`; unless it is widened, the entity tags of its words
    become unknown.
    """
    if not sentence.ranges:
        return sentence
    _align_entities(sentence, number, source, found)
    merged = Sentence(line=sentence.line)
    # The new index of each old word.
    new_index: list[int] = []
    ends = {part.start: part for part in sentence.ranges}
    index = 0
    while index < len(sentence.words):
        part = ends.get(index, Range(index, index + 1, "", space=False, line=0))
        new_index += [len(merged.words)] * (part.end - part.start)
        words = sentence.words[index : part.end]
        merged.words.append(_merge(words, part) if part.form else words[0])
        index = part.end
    for word in merged.words:
        word.head = new_index[word.head]
    return merged


def _merge(words: Sequence[Word], part: Range) -> Word:
    hang_outside = (
        word
        for index, word in enumerate(words, start=part.start)
        if word.head == index or not part.start <= word.head < part.end
    )
    root = next(hang_outside)
    return Word(
        form=part.form,
        space=part.space,
        lemma=" ".join(word.lemma for word in words),
        tag="_".join(word.tag for word in words),
        pos=root.pos,
        feats=_unite([word.feats for word in words]),
        head=root.head,
        dep=root.dep,
        ent=words[0].ent,
    )


def _unite(feats: Sequence[str]) -> str:
    values: dict[str, set[str]] = {}
    for feature in "|".join(filter(None, feats)).split("|"):
        name, _, value = feature.partition("=")
        if name:
            values.setdefault(name, set()).update(value.split(","))
    return "|".join(f"{name}={','.join(sorted(values[name]))}" for name in sorted(values))


def _align_entities(sentence: Sentence, number: int, source: Source, found: Misalignments) -> None:
    taken = [""] * len(sentence.words)  # the label of the entity that each word belongs to
    partial = []
    for entity in _entities(sentence.words):
        start, end, _ = entity
        wide = slice(*_widen(sentence.ranges, start, end))
        if wide == slice(start, end):
            taken[wide] = [entity[2]] * (end - start)
        else:
            partial.append((entity, wide))
    for entity, wide in partial:
        outcome = _outcome(entity[2], taken[wide], found.policy)
        found.add(_describe(sentence, number, source, entity, wide, outcome))
        label = entity[2] if found.policy == "snap" and not any(taken[wide]) else ""
        for index in range(wide.start, wide.stop):
            if label:
                sentence.words[index].ent = f"{'I' if index > wide.start else 'B'}-{label}"
                taken[index] = label
            elif not taken[index]:
                sentence.words[index].ent = ""


def _outcome(label: str, taken: Sequence[str], policy: str) -> str:
    if policy == "error":
        return ""
    others = sorted(set(filter(None, taken)))
    if policy == "skip":
        return "left out"
    if not others:
        return "widened to the whole token"
    if others == [label] and all(taken):
        return f"joined with another {label}"
    return f"left out, because it overlaps with {' and '.join(others)}"


def _entities(words: Sequence[Word]) -> list[tuple[int, int, str]]:
    entities: list[tuple[int, int, str]] = []
    for index, word in enumerate(words):
        move, _, label = (word.ent or "O").partition("-")
        goes_on = entities and entities[-1][1:] == (index, label)
        if move == "I" and goes_on:
            entities[-1] = (entities[-1][0], index + 1, label)
        elif move != "O":
            entities.append((index, index + 1, label))
    return entities


def _widen(ranges: Sequence[Range], start: int, end: int) -> tuple[int, int]:
    for part in ranges:
        if part.start < end and start < part.end:
            start, end = min(start, part.start), max(end, part.end)
    return start, end


def _describe(
    sentence: Sentence,
    number: int,
    source: Source,
    entity: tuple[int, int, str],
    wide: slice,
    outcome: str,
) -> MisalignedEntity:
    start, end, label = entity
    words = sentence.words
    begin = sum(len(word.form) + word.space for word in words[:start])
    text = "".join(word.form + " " * word.space for word in words[start:end]).rstrip()
    tokens = [
        part.form for part in sentence.ranges if part.start < wide.stop and wide.start < part.end
    ]
    names = " and ".join(repr(token) for token in tokens)
    return MisalignedEntity(
        path=source.name,
        line=sentence.line,
        document=number,
        start=begin,
        end=begin + len(text),
        label=label,
        text=text,
        reason=f"it covers only a part of the merged token {names}",
        suggestion=f"annotate all of {names}, or do not merge subtokens",
        outcome=outcome,
    )
