"""The tokenizer on the raw text of a treebank, compared with the treebank's tokens."""

from pathlib import Path

import pytest


def read_sentences(path: Path) -> list[tuple[str, list[str]]]:
    """Return text and words of each sentence; a multiword token counts as its words."""
    sentences = []
    for block in path.read_text(encoding="utf8").split("\n\n"):
        lines = block.split("\n")
        text = next((line[9:] for line in lines if line.startswith("# text = ")), None)
        rows = [line.split("\t") for line in lines if line and not line.startswith("#")]
        if text is not None:
            sentences.append((text, [row[1] for row in rows if row[0].isdecimal()]))
    return sentences


def spans(text: str, words: list[str]) -> set[tuple[int, int]]:
    """Return the character offsets of each word that occurs in the text."""
    found, position = set(), 0
    for word in words:
        start = text.find(word, position)
        if start >= 0:
            position = start + len(word)
            found.add((start, position))
    return found


@pytest.fixture(scope="module")
def sentences(corpora):
    return read_sentences(corpora / "ewt" / "en_ewt-ud-dev.conllu")


def test_tokenization_of_the_treebank_is_lossless(nlp, corpora, sentences):
    texts = [text for text, _ in sentences]
    texts += [text for text, _ in read_sentences(corpora / "ewt" / "en_ewt-ud-train.conllu")]

    assert [doc.text for doc in nlp.tokenizer.pipe(texts)] == texts
    assert len(texts) > 14_000


def test_tokens_agree_with_the_treebank(nlp, sentences):
    n_same = n_gold = n_ours = 0
    for text, words in sentences:
        gold = spans(text, words)
        ours = spans(text, [token.text for token in nlp.make_doc(text) if not token.is_space])
        n_same, n_gold, n_ours = n_same + len(gold & ours), n_gold + len(gold), n_ours + len(ours)

    assert n_gold > 25_000
    assert n_same / n_gold >= 0.98
    # Lower because a line of `=====` is one token in the treebank, but one per sign here.
    assert n_same / n_ours >= 0.96
