import pytest

from kernel.errors import TextError
from kernel.text import Doc


@pytest.fixture
def parsed(nlp):
    return Doc(
        nlp.vocab,
        words=[
            "The",
            "old",
            "dog",
            "and",
            "her",
            "owner",
            "saw",
            "a",
            "big",
            "red",
            "ball",
            "in",
            "Paris",
            "today",
        ],
        pos=[
            "DET",
            "ADJ",
            "NOUN",
            "CCONJ",
            "PRON",
            "NOUN",
            "VERB",
            "DET",
            "ADJ",
            "ADJ",
            "NOUN",
            "ADP",
            "PROPN",
            "NOUN",
        ],
        heads=[2, 2, 6, 2, 5, 2, 6, 10, 10, 10, 6, 6, 11, 6],
        deps=[
            "det",
            "amod",
            "nsubj",
            "cc",
            "poss",
            "conj",
            "ROOT",
            "det",
            "amod",
            "amod",
            "dobj",
            "prep",
            "pobj",
            "npadvmod",
        ],
    )


def test_noun_phrases_end_with_their_noun(parsed):
    chunks = list(parsed.noun_chunks)

    assert [chunk.text for chunk in chunks] == [
        *("The old dog", "her owner", "a big red ball", "Paris")
    ]
    assert {chunk.label_ for chunk in chunks} == {"NP"}


def test_noun_phrases_of_a_span_lie_inside(parsed):
    assert [chunk.text for chunk in parsed[6:11].noun_chunks] == ["a big red ball"]


def test_noun_phrases_need_a_parse(nlp):
    with pytest.raises(TextError, match="need a dependency parse"):
        list(nlp("no parse here").noun_chunks)


@pytest.mark.parametrize(
    ("pos", "heads", "deps", "chunks"),
    [
        pytest.param(
            "ADJ PUNCT ADJ NOUN CCONJ ADJ NOUN",
            [3, 3, 3, 3, 3, 6, 3],
            "amod punct amod ROOT cc amod conj",
            ["Cheap , clean rooms", "friendly staff"],
            id="conjunct",
        ),
        pytest.param(
            "ADJ PUNCT ADJ ADJ CCONJ ADJ NOUN",
            [3, 3, 3, 3, 3, 6, 3],
            "amod punct amod ROOT cc amod conj",
            ["friendly staff"],
            id="first-conjunct-is-not-a-noun",
        ),
        pytest.param(
            "ADJ PUNCT ADJ NOUN CCONJ ADJ NOUN",
            [3, 3, 3, 6, 3, 6, 6],
            "amod punct amod conj cc amod ROOT",
            ["Cheap , clean rooms"],
            id="conjunct-on-the-left",
        ),
    ],
)
def test_coordinated_nouns_make_phrases(nlp, pos, heads, deps, chunks):
    words = ["Cheap", ",", "clean", "rooms", "and", "friendly", "staff"]
    doc = Doc(nlp.vocab, words, pos=pos.split(), heads=heads, deps=deps.split())

    assert [chunk.text for chunk in doc.noun_chunks] == chunks
