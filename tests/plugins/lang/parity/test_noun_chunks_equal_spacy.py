"""The noun phrases of each language are those of spaCy, on random parses."""

import random

import pytest

import kernel
from kernel.text import Doc, Vocab

LANGUAGES = {
    code: kernel.registry.languages.get(code) for code in kernel.registry.languages.names()
}
CODES = [code for code, language in LANGUAGES.items() if language.Defaults.syntax_iterators]
N_PARSES = 2500
POS = "ADJ ADP ADV AUX CCONJ DET INTJ NOUN NUM PART PRON PROPN PUNCT SCONJ SYM VERB X SPACE".split()
OFTEN = ["NOUN", "NOUN", "PROPN", "PRON", "VERB"]
# Labels of Universal Dependencies, and of the English, German and Turkish treebanks.
LABELS = """
acl acl:relcl advcl advmod amod appos aux aux:pass case cc ccomp clf compound compound:nn
compound:prt conj cop csubj dep det det:poss discourse dislocated expl fixed flat flat:foreign
flat:name goeswith iobj list mark nmod nmod:gobj nmod:gsubj nmod:poss nmod:tmod nsubj nsubj:cop
nsubj:pass nummod obj obl obl:agent obl:arg obl:mod orphan parataxis punct reparandum root vocative
xcomp acomp agent attr auxpass csubjpass dative dobj intj neg npadvmod nsubjpass oprd pcomp pobj
poss preconj prep prt relcl ac ag app cd cj da mnr mo nk oa og op pd sb
""".split()
CHUNKS = """
from spacy.tokens import Doc

def answer(argument):
    code, parses = argument
    vocab = spacy.vocab.create_vocab(code, spacy.util.get_lang_class(code).Defaults)
    return [chunks(Doc(vocab, ["w"] * len(parse["pos"]), **parse)) for parse in parses]

def chunks(doc):
    try:
        return [[chunk.start, chunk.end, chunk.label_] for chunk in doc.noun_chunks]
    except IndexError:
        # A chunk of spaCy that ends before it starts.
        return None
"""


def random_heads(rng, n_words):
    """Return the heads of a projective tree."""
    heads = [0] * n_words

    def fill(start, end, above):
        if start == end:
            return
        root = rng.randrange(start, end)
        heads[root] = root if above is None else above
        fill_side(start, root, root)
        fill_side(root + 1, end, root)

    def fill_side(start, end, above):
        while start < end:
            middle = rng.randrange(start, end) + 1
            fill(start, middle, above)
            start = middle

    fill(0, n_words, None)
    return heads


def random_parse(rng, *, without):
    heads = random_heads(rng, rng.choice([2, 3, 3, 4, 5, 6, 8, 12, 30]))
    # A few labels at a time, so that those that matter meet.
    labels = [*rng.sample(LABELS, rng.choice([3, 12])), "conj", rng.choice(LABELS)]
    labels = [label for label in labels if label not in without] or ["nsubj"]
    tags = [tag for tag in [*rng.sample(POS, rng.choice([3, 12])), *OFTEN] if tag not in without]
    return {
        "heads": heads,
        "deps": [
            "ROOT" if head == index else rng.choice(labels) for index, head in enumerate(heads)
        ],
        "pos": [rng.choice(tags) for _ in heads],
    }


def is_sound(chunks):
    """Return whether no chunk is empty or overlaps with another."""
    borders = [border for start, end, _ in chunks for border in (start, end)]
    return all(start < end for start, end, _ in chunks) and borders == sorted(borders)


@pytest.mark.parametrize("code", CODES)
def test_noun_phrases_are_equal(code, ask_spacy):
    rng = random.Random(code)
    # As docs/differences.md says, appositions and final punctuation differ in Catalan.
    without = {"appos", "PUNCT"} if code == "ca" else set()
    parses = [random_parse(rng, without=without) for _ in range(N_PARSES)]
    vocab = Vocab(get_noun_chunks=LANGUAGES[code].Defaults.syntax_iterators["noun_chunks"])

    n_sound = 0
    for parse, theirs in zip(parses, ask_spacy(CHUNKS, [code, parses]), strict=True):
        doc = Doc(vocab, ["w"] * len(parse["pos"]), **parse)
        ours = [[chunk.start, chunk.end, chunk.label_] for chunk in doc.noun_chunks]
        assert is_sound(ours), parse
        if theirs is not None and is_sound(sorted(theirs)):
            n_sound += 1
            assert ours == sorted(theirs), parse
    assert n_sound > 0.6 * N_PARSES
