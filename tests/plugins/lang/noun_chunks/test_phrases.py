"""The noun phrases of each language, on a parse that is written with it."""

import pytest

import kernel
from kernel.errors import TextError
from kernel.text import Doc, Vocab

# Each word as text/part of speech/label/index of the head.
SENTENCES = {
    "ca": [
        (
            "De/ADP/case/2 la/DET/det/2 dona/NOUN/nsubj/8 que/PRON/nsubj/4 canta/VERB/acl/2 a/ADP/case/6 casa/NOUN/obl/4 ,/PUNCT/punct/4 surt/VERB/ROOT/8",
            ["la dona", "casa"],
        ),
        (
            "El/DET/det/1 president/NOUN/nsubj/6 ,/PUNCT/punct/3 Pere/PROPN/appos/1 Costa/PROPN/flat/3 ,/PUNCT/punct/3 parla/VERB/ROOT/6",
            ["El president", "Pere Costa"],
        ),
    ],
    "da": [
        (
            "Rikke/PROPN/nsubj/4 og/CCONJ/cc/2 Jacob/PROPN/conj/0 Jensen/PROPN/flat/2 glæder/VERB/ROOT/4 sig/PRON/obj/4 til/ADP/case/9 en/DET/det/9 hyggelig/ADJ/amod/9 skovtur/NOUN/obl/4",
            ["Rikke", "Jacob Jensen", "sig", "en hyggelig skovtur"],
        ),
        (
            "loven/NOUN/ROOT/0 «/PUNCT/punct/2 gamle/ADJ/amod/0 »/PUNCT/punct/2",
            ["loven"],
        ),
    ],
    "de": [
        (
            "Die/DET/nk/1 Stadt/NOUN/sb/3 Berlin/PROPN/nk/1 hat/AUX/ROOT/3 Parks/NOUN/oa/3 und/CCONJ/cd/4 Seen/NOUN/cj/5",
            ["Die Stadt Berlin", "Parks", "Seen"],
        )
    ],
    "el": [
        (
            "Η/DET/det/1 πόλη/NOUN/nsubj/4 της/DET/det/3 Αθήνας/PROPN/nmod/1 έχει/VERB/ROOT/4 φως/NOUN/obj/4",
            ["Η πόλη της Αθήνας", "φως"],
        )
    ],
    "es": [
        (
            "El/DET/det/1 gato/NOUN/ROOT/1 gordo/ADJ/amod/1 de/ADP/case/4 Susana/PROPN/nmod/1 y/CCONJ/cc/7 su/DET/det/7 amigo/NOUN/conj/1",
            ["El gato gordo", "Susana", "su amigo"],
        ),
        (
            "Una/DET/det/1 chica/NOUN/ROOT/1 hermosa/ADJ/amod/1 e/CCONJ/cc/4 inteligente/ADJ/conj/2",
            ["Una chica hermosa e inteligente"],
        ),
        (
            "Miguel/PROPN/ROOT/0 de/ADP/case/2 Cervantes/PROPN/flat/0",
            ["Miguel de Cervantes"],
        ),
    ],
    "fa": [
        (
            "این/DET/det/1 کتاب/NOUN/nsubj/3 خوب/ADJ/amod/1 است/VERB/ROOT/3",
            ["این کتاب"],
        )
    ],
    "fi": [
        (
            "Leijona/NOUN/nsubj/3 raidallisine/ADJ/amod/2 tassuineen/NOUN/nmod/0 piileksii/VERB/ROOT/3 Porin/PROPN/nmod:poss/5 kaupungin/NOUN/obl/3 lähellä/ADP/case/5",
            ["Leijona raidallisine tassuineen", "Porin kaupungin"],
        ),
        (
            "Se/PRON/ROOT/0 vesi/NOUN/dep/0 ,/PUNCT/punct/4 raikas/ADJ/amod/4 kylmä/ADJ/conj/1",
            ["vesi", "raikas kylmä"],
        ),
    ],
    "fr": [
        (
            "trois/NUM/nummod/2 petits/ADJ/amod/2 enfants/NOUN/ROOT/2 de/ADP/case/5 la/DET/det/5 ville/NOUN/nmod/2",
            ["trois petits enfants", "la ville"],
        ),
        ("mon/DET/det/1 ami/NOUN/ROOT/1 ce/DET/det/1", ["mon ami ce"]),
        ("fille/NOUN/ROOT/0 et/CCONJ/cc/2 frère/NOUN/conj/0 aîné/ADJ/amod/2", ["fille", "frère"]),
    ],
    "ht": [
        (
            "Pitit/NOUN/nsubj/3 vwazen/NOUN/nmod/0 nan/DET/det/1 rive/VERB/ROOT/3",
            ["Pitit vwazen nan"],
        )
    ],
    "id": [
        (
            "Gadis/NOUN/nsubj/3 cantik/ADJ/amod/0 itu/DET/det/0 tidur/VERB/ROOT/3",
            ["Gadis cantik itu"],
        )
    ],
    "it": [
        (
            "Il/DET/det/1 gatto/NOUN/nsubj/3 mio/DET/det:poss/1 dorme/VERB/ROOT/3",
            ["Il gatto mio"],
        )
    ],
    "ja": [
        (
            "東京/PROPN/nmod/2 の/ADP/case/0 大学/NOUN/obl/6 で/ADP/case/2 友達/NOUN/nsubj/6 が/ADP/case/4 読む/VERB/acl/7 本/NOUN/ROOT/7",
            ["東京", "大学", "友達", "本"],
        )
    ],
    "la": [
        (
            "Perseus/NOUN/nsubj/5 autem/ADV/discourse/5 in/ADP/case/3 sinu/NOUN/obl/5 matris/NOUN/nmod/3 dormiebat/VERB/ROOT/5",
            ["Perseus", "sinu matris"],
        )
    ],
    "ms": [("Rumah/NOUN/obj/2 besar/ADJ/amod/0 dibeli/VERB/ROOT/2", ["Rumah besar"])],
    "nb": [
        (
            "Den/DET/det/1 gamle/ADJ/nsubj/5 mannen/NOUN/nsubj/5 fra/ADP/case/4 byen/NOUN/nmod/2 ler/VERB/ROOT/5",
            ["mannen fra byen"],
        )
    ],
    "nl": [
        (
            "Haar/PRON/nmod:poss/1 vriend/NOUN/nsubj/5 en/CCONJ/cc/3 zij/PRON/nsubj/5 zijn/AUX/cop/5 leraar/NOUN/ROOT/5",
            ["Haar vriend", "zij"],
        ),
        (
            "Dit/DET/det/1 programma/NOUN/nsubj:pass/2 wordt/VERB/ROOT/2 als/SCONJ/mark/7 's/DET/det/7 werelds/NOUN/fixed/4 eerste/ADJ/amod/7 computer/NOUN/xcomp/2",
            ["Dit programma", "werelds"],
        ),
    ],
    "nn": [("Jenta/NOUN/nsubj/2 mi/PRON/nmod:poss/0 ler/VERB/ROOT/2", ["Jenta mi"])],
    "pt": [
        (
            "A/DET/det/1 bicicleta/NOUN/nsubj/4 essa/PRON/det/1 está/AUX/cop/4 estragada/ADJ/ROOT/4",
            ["A bicicleta"],
        )
    ],
    "sv": [
        (
            "En/DET/det/1 student/NOUN/nsubj/2 läste/VERB/ROOT/2 boken/NOUN/dobj/2 på/ADP/case/5 bordet/NOUN/nmod/3",
            ["En student", "boken på bordet"],
        )
    ],
    "tr": [
        (
            "Ahmet/PROPN/nmod:poss/1 evi/NOUN/obj/5 ve/CCONJ/cc/3 bahçesi/NOUN/conj/1 güzel/ADJ/advmod/5 buldu/VERB/ROOT/5",
            ["Ahmet evi", "bahçesi"],
        ),
        ("Prof/NOUN/nsubj/2 Kaya/PROPN/flat/0 geldi/VERB/ROOT/2", ["Prof Kaya"]),
    ],
}
CASES = [
    pytest.param(code, sentence, chunks, id=code if not number else f"{code}-{number + 1}")
    for code, sentences in SENTENCES.items()
    for number, (sentence, chunks) in enumerate(sentences)
]


@pytest.fixture
def parse():
    def parse(code, sentence):
        rows = [word.rsplit("/", 3) for word in sentence.split()]
        words, pos, deps, heads = zip(*rows, strict=True)
        defaults = kernel.registry.languages.get(code).Defaults
        vocab = Vocab(get_noun_chunks=defaults.syntax_iterators["noun_chunks"])
        return Doc(vocab, words, pos=pos, deps=deps, heads=[*map(int, heads)])

    return parse


@pytest.mark.parametrize(("code", "sentence", "chunks"), CASES)
def test_noun_phrases_of_a_sentence(code, sentence, chunks, parse):
    found = list(parse(code, sentence).noun_chunks)

    assert [chunk.text for chunk in found] == chunks
    assert {chunk.label_ for chunk in found} == {"NP"}


def test_every_language_with_noun_phrases_is_tested():
    languages = {
        code: kernel.registry.languages.get(code) for code in kernel.registry.languages.names()
    }
    with_rules = {code for code, each in languages.items() if each.Defaults.syntax_iterators}

    assert with_rules == {"en", *SENTENCES}


@pytest.mark.parametrize("code", SENTENCES)
def test_noun_phrases_need_a_parse(code, parse):
    doc = parse(code, SENTENCES[code][0][0])
    unparsed = Doc(doc.vocab, ["no", "parse"], pos=["DET", "NOUN"])

    with pytest.raises(TextError, match="need a dependency parse"):
        list(unparsed.noun_chunks)


def test_language_without_rules_says_so():
    with pytest.raises(NotImplementedError, match="noun chunks of the language `cs`"):
        list(kernel.blank("cs")("Dobrý den").noun_chunks)


@pytest.mark.parametrize("code", SENTENCES)
def test_noun_phrases_of_a_span_lie_inside(code, parse):
    doc = parse(code, SENTENCES[code][0][0])
    chunks = list(doc.noun_chunks)
    find = doc.vocab.get_noun_chunks

    part = doc[chunks[0].start : chunks[0].end]
    assert [(*chunk,) for chunk in find(part)] == [(part.start, part.end, doc.vocab.strings["NP"])]
    assert list(part.noun_chunks) == chunks[:1]
    assert list(doc[chunks[0].start + 1 :].noun_chunks) == chunks[1:]


# Heads of n words: chains, all below one word, and on both sides of a verb.
SHAPES = (
    lambda n: [0, *range(n - 1)],
    lambda n: [*range(1, n), n - 1],
    lambda n: [0] * n,
    lambda n: [n - 1] * n,
    lambda n: [n // 2] * n,
)


@pytest.mark.parametrize("code", ["en", *SENTENCES])
def test_long_docs_take_linear_time(code, parse):
    n_words = 5_000
    vocab = parse(code, "x/NOUN/ROOT/0").vocab
    pos = ["VERB" if index == n_words // 2 else "NOUN" for index in range(n_words)]

    # Visiting each subtree of a shape would take minutes.
    for heads in [shape(n_words) for shape in SHAPES]:
        for label in ("conj", "nmod", "flat"):
            deps = ["ROOT" if head == index else label for index, head in enumerate(heads)]
            doc = Doc(vocab, ["x"] * n_words, pos=pos, deps=deps, heads=heads)
            assert sum(len(chunk) for chunk in doc.noun_chunks) <= n_words
