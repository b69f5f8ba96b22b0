"""The rows of a CoNLL-U file: ten columns per word, checked and parsed into sentences."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from attrs import define, field, frozen

from kernel.lines import is_blank
from kernel_plugin_corpus.converters.source import Source, shorten

# Column indices of FORM, LEMMA and so on.
ID, FORM, LEMMA, UPOS, XPOS, FEATS, HEAD, DEPREL, _, MISC = range(10)
NER = re.compile(r"(?:name=|NE=)?(?:([BILU])-([A-Za-z_]+)|O)")
_NUMBER = re.compile("[0-9]{1,9}")
UPOS_TAGS = frozenset(
    {"ADJ", "ADP", "ADV", "AUX", "CCONJ", "CONJ", "DET", "EOL", "INTJ", "NOUN", "NUM", "PART"}
    | {"PRON", "PROPN", "PUNCT", "SCONJ", "SPACE", "SYM", "VERB", "X"}
)


@define
class Word:
    """A syntactic word. `head` is an index into its sentence; `ent` an IOB tag, None if absent."""

    form: str
    space: bool
    lemma: str
    tag: str
    pos: str
    feats: str
    head: int
    dep: str
    ent: str | None


@frozen
class Range:
    """A surface token that stands for the words `start` to `end` (not included)."""

    start: int
    end: int
    form: str
    space: bool
    line: int


@define
class Sentence:
    """The words of a sentence, its multiword tokens, and its line."""

    line: int
    words: list[Word] = field(factory=list)
    ranges: list[Range] = field(factory=list)

    @property
    def text(self) -> str:
        """The text: the words, each with its space."""
        return "".join(word.form + " " * word.space for word in self.words)


def read_sentences(source: Source, ner_map: Mapping[str, str]) -> Iterator[Sentence]:
    """Yield the sentences of a CoNLL-U file; raises `DataError` with the line of a bad row."""
    rows: list[tuple[int, list[str]]] = []
    for number, line in source.lines():
        if line.startswith("#"):
            continue
        if not is_blank(line):
            rows.append((number, _columns(source, number, line)))
        else:
            yield from _read_rows(source, rows, ner_map)
            rows = []
    yield from _read_rows(source, rows, ner_map)


def _columns(source: Source, number: int, line: str) -> list[str]:
    columns = line.split("\t")
    if len(columns) != 10:
        raise source.error(
            f"expected 10 columns, separated by tabs, got {len(columns)}", line=number
        )
    if not columns[FORM]:
        raise source.error("the word (column 2) is empty", line=number)
    return columns


def _read_rows(
    source: Source, rows: list[tuple[int, list[str]]], ner_map: Mapping[str, str]
) -> Iterator[Sentence]:
    """Yield the sentence of the rows between two blank lines, unless it has no words."""
    if rows:
        sentence = _read_sentence(source, rows, ner_map)
        if sentence.words:
            yield sentence


def _is_empty_node(number: str) -> bool:
    word, dot, index = number.partition(".")
    return bool(dot) and is_number(word) and is_number(index)


def _read_sentence(
    source: Source, rows: list[tuple[int, list[str]]], ner_map: Mapping[str, str]
) -> Sentence:
    sentence = Sentence(line=rows[0][0])
    n_words = sum(is_number(row[ID]) for _, row in rows)
    for number, row in rows:
        if _is_empty_node(row[ID]):  # which has no text
            continue
        if "-" in row[ID]:
            sentence.ranges.append(_read_range(source, number, row, sentence, n_words))
            continue
        if row[ID] != str(len(sentence.words) + 1):
            raise source.error(
                f"expected the word number {len(sentence.words) + 1} in column 1, "
                f"got {shorten(row[ID])}",
                line=number,
            )
        sentence.words.append(_read_word(source, number, row, n_words, ner_map))
    _check_cycles(source, sentence, rows)
    for part in sentence.ranges:
        for word in sentence.words[part.start : part.end]:
            word.space = False
        sentence.words[part.end - 1].space = part.space
    return sentence


def _check_cycles(
    source: Source, sentence: Sentence, rows: Sequence[tuple[int, list[str]]]
) -> None:
    cycle = find_cycle([word.head for word in sentence.words])
    if cycle:
        lines = {row[ID]: number for number, row in rows}
        names = ", ".join(f"{index + 1} ({sentence.words[index].form})" for index in cycle)
        raise source.error(
            f"the heads (column 7) of the words {names} form a cycle",
            line=lines[str(cycle[0] + 1)],
            hint="one of them has to depend on another word, or be the root: 0",
        )


def find_cycle(heads: Sequence[int]) -> list[int]:
    """Return the indices of the words of the first cycle in a tree, empty if there is none.

    heads  index of each word's head, its own index for a root
    """
    is_checked = [False] * len(heads)
    for start in range(len(heads)):
        path: list[int] = []
        place: dict[int, int] = {}
        index = start
        while not is_checked[index] and index not in place and heads[index] != index:
            place[index] = len(path)
            path.append(index)
            index = heads[index]
        if index in place:
            return sorted(path[place[index] :])
        for each in path:
            is_checked[each] = True
    return []


def _read_range(
    source: Source, number: int, row: list[str], sentence: Sentence, n_words: int
) -> Range:
    first, _, last = row[ID].partition("-")
    if not (is_number(first) and is_number(last)) or not int(first) < int(last) <= n_words:
        raise source.error(
            f"{shorten(row[ID])} in column 1 is not a range of the sentence's {n_words} words",
            line=number,
        )
    start = int(first) - 1
    taken = sentence.ranges[-1].end if sentence.ranges else 0
    if start != len(sentence.words) or start < taken:
        raise source.error(f"the range {row[ID]} is in the wrong place", line=number)
    return Range(start, int(last), row[FORM], _has_space(row), number)


def _read_word(
    source: Source, number: int, row: list[str], n_words: int, ner_map: Mapping[str, str]
) -> Word:
    pos = _given(row[UPOS])
    if pos and pos not in UPOS_TAGS:
        raise source.error(
            f"{shorten(pos)} in column 4 is not a universal part-of-speech tag",
            line=number,
            hint=f"expected one of {', '.join(sorted(UPOS_TAGS))}",
        )
    index = int(row[ID]) - 1
    return Word(
        form=row[FORM],
        space=_has_space(row),
        # The lemma `_` means missing, unless the word itself is an underscore.
        lemma=row[LEMMA] if row[FORM] == "_" else _given(row[LEMMA]),
        tag=_given(row[XPOS]) or pos,
        pos=pos,
        feats=_given(row[FEATS]),
        head=_read_head(source, number, row, n_words, index),
        dep="ROOT" if row[DEPREL] == "root" else _given(row[DEPREL]),
        ent=_read_entity(row[MISC], ner_map),
    )


def _read_head(source: Source, number: int, row: list[str], n_words: int, index: int) -> int:
    if row[HEAD] in {"0", "_"}:
        return index
    if not is_number(row[HEAD]) or int(row[HEAD]) > n_words:
        raise source.error(
            f"the head (column 7) is {shorten(row[HEAD])}; expected 0 to {n_words}", line=number
        )
    return int(row[HEAD]) - 1


def _read_entity(misc: str, ner_map: Mapping[str, str]) -> str | None:
    for part in misc.split("|"):
        match = NER.fullmatch(part)
        if match is None:
            continue
        move, label = match.groups()
        label = ner_map.get(label, label) if label else ""
        if not label:
            return "O"
        return f"{'B' if move in 'BU' else 'I'}-{label}"
    return None


def is_number(text: str) -> bool:
    """Return whether `text` is a whole number of up to nine digits."""
    return _NUMBER.fullmatch(text) is not None


def _has_space(row: list[str]) -> bool:
    return "SpaceAfter=No" not in row[MISC].split("|")


def _given(value: str) -> str:
    return "" if value == "_" else value
