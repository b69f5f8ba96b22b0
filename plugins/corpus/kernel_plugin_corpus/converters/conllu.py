"""CoNLL-U: the treebanks of Universal Dependencies, also with entities in the last column.

Entities are parts of MISC such as `B-PER`, `name=B-PER` or `NE=U-LOC` (B, I, L, U; `O` for no
entity). The value `_` means missing. A surface token that stands for several words becomes these
words, or, with `merge_subtokens`, one token.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from kernel.text import Doc
from kernel_plugin_corpus.converters.conllu_merge import merge_ranges
from kernel_plugin_corpus.converters.conllu_rows import Sentence, Word, read_sentences
from kernel_plugin_corpus.converters.grouping import check_n_sents, group
from kernel_plugin_corpus.converters.misaligned import MisalignedEntity, Misalignments, Policy
from kernel_plugin_corpus.converters.source import open_source

if TYPE_CHECKING:
    from kernel.pipeline import Language


def convert(
    source: Path | str,
    *,
    nlp: Language,
    n_sents: int = 1,
    merge_subtokens: bool = False,
    morphology: bool = False,
    ner_map: Mapping[str, str] | None = None,
    on_misaligned: Policy = "error",
    misaligned: list[MisalignedEntity] | None = None,
) -> Iterator[Doc]:
    """Yield the docs of `source`.

    n_sents          sentences per document; 0 puts all into one document
    merge_subtokens  merge the words of a multiword token
    morphology       append the features to the tags: `TAG__FEATS`
    ner_map          new names for entity labels; an empty one removes the entity
    on_misaligned    what to do with entities that cover only a part of a merged token: stop, leave
                     their tokens without annotation, or widen them to whole tokens
    misaligned       receives those entities

    Raises `DataError` with the line of a malformed row.
    """
    check_n_sents(n_sents)
    opened = open_source(source)
    found = Misalignments(on_misaligned, misaligned if misaligned is not None else [])
    sentences = list(read_sentences(opened, ner_map or {}))
    if not sentences:
        raise opened.error("the file has no tokens")
    has_ents = any(word.ent is not None for sentence in sentences for word in sentence.words)
    if merge_subtokens:
        sentences = [
            merge_ranges(sentence, number, opened, found)
            for number, sentence in enumerate(sentences, start=1)
        ]
        found.finish()
    for several in group(sentences, n_sents):
        yield make_doc(nlp, several, has_ents=has_ents, morphology=morphology)


def make_doc(
    nlp: Language, sentences: Sequence[Sentence], *, has_ents: bool, morphology: bool
) -> Doc:
    """Return one doc of several sentences, separated by spaces."""
    words = [word for sentence in sentences for word in sentence.words]
    spaces = [word.space for word in words]
    heads, starts, offset = [], [], 0
    for sentence in sentences:
        heads += [word.head + offset for word in sentence.words]
        starts += [True] + [False] * (len(sentence.words) - 1)
        offset += len(sentence.words)
        if offset < len(words):
            spaces[offset - 1] = True
    is_parsed = any(word.dep for word in words)
    return Doc(
        nlp.vocab,
        words=[word.form for word in words],
        spaces=spaces,
        tags=[_tag(word, morphology) for word in words],
        pos=[word.pos for word in words],
        morphs=[word.feats for word in words],
        lemmas=[word.lemma for word in words],
        heads=heads if is_parsed else None,
        deps=[word.dep for word in words] if is_parsed else None,
        sent_starts=None if is_parsed else starts,
        ents=["O" if word.ent is None else word.ent for word in words] if has_ents else None,
    )


def _tag(word: Word, morphology: bool) -> str:
    return f"{word.tag}__{word.feats}" if morphology and word.feats else word.tag
