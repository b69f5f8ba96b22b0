import numpy as np
import pytest

from kernel.errors import TextError
from kernel.text import Doc, Token, Vocab


def test_merge_takes_over_from_the_root(parsed):
    parsed.spans["sc"] = [parsed[3:6]]
    parsed.tensor = np.arange(14, dtype=np.float32).reshape(7, 2)

    with parsed.retokenize() as retokenizer:
        retokenizer.merge(parsed[0:2])
        retokenizer.merge(parsed[4:6], attrs={"LEMMA": "NYC", "POS": "PROPN"})

    assert parsed.words() == ["Ada Lovelace", "went", "to", "New York", "."]
    assert parsed.text == "Ada Lovelace went to New York."
    assert [token.head.i for token in parsed] == [1, 1, 2, 2, 2]
    assert [token.dep_ for token in parsed] == ["nsubj", "ROOT", "ROOT", "pobj", "punct"]
    assert [token.lemma_ for token in parsed][::3] == ["Ada Lovelace", "NYC"]
    assert (parsed[3].pos_, parsed.spans["sc"][0].text) == ("PROPN", "to New York")
    assert [ent.text for ent in parsed.ents] == ["Ada Lovelace", "New York"]
    assert parsed.tensor[:, 0].tolist() == [2.0, 4.0, 6.0, 10.0, 12.0]


def test_split_gives_each_piece_a_head(parsed):
    with parsed.retokenize() as retokenizer:
        retokenizer.split(
            parsed[1], ["Love", "lace"], [(parsed[1], 1), parsed[2]], attrs={"TAG": ["A", "B"]}
        )

    assert parsed.text == "Ada Lovelace went to New York."
    assert [token.head.i for token in parsed] == [1, 2, 3, 3, 4, 6, 4, 4]
    assert [(token.tag_, token.ent_iob_, token.lemma_) for token in parsed][1:3] == [
        ("A", "I", "Love"),
        ("B", "I", "lace"),
    ]
    assert [ent.text for ent in parsed.ents] == ["Ada Lovelace", "New York"]


def test_merges_come_before_splits(make_doc):
    doc = make_doc()

    with doc.retokenize() as retokenizer:
        retokenizer.split(doc[5], ["Yo", "rk"], [doc[5], doc[5]])
        retokenizer.merge(doc[0:2])

    assert doc.words() == ["Ada Lovelace", "went", "to", "New", "Yo", "rk", "."]


def test_error_inside_changes_nothing(parsed):
    def stop_half_way():
        with parsed.retokenize() as retokenizer:
            retokenizer.merge(parsed[0:2])
            raise RuntimeError("stop")

    with pytest.raises(RuntimeError, match="stop"):
        stop_half_way()

    assert len(parsed) == 7


@pytest.mark.parametrize(
    ("act", "message"),
    [
        pytest.param(lambda r, d: r.merge(d[1:1]), "without tokens", id="empty"),
        pytest.param(
            lambda r, d: (r.merge(d[0:2]), r.merge(d[1:3])), "shares tokens", id="overlap"
        ),
        pytest.param(lambda r, d: r.split(d[1], ["x"], [d[0]]), "do not make up", id="pieces"),
        pytest.param(
            lambda r, d: r.split(d[0], ["A", "da"], [d[0]]), "a head for each of 2", id="heads"
        ),
        pytest.param(
            lambda r, d: r.merge(d[0:2], {"_": {"no": 1}}), "no extension attribute", id="_"
        ),
    ],
)
def test_what_cannot_be_done_is_refused_at_once(parsed, act, message):
    with (
        pytest.raises((TextError, AttributeError), match=message),
        parsed.retokenize() as retokenizer,
    ):
        act(retokenizer, parsed)


def test_extension_attributes_are_set(parsed):
    Token.set_extension("flag", default=False)
    with parsed.retokenize() as retokenizer:
        retokenizer.merge(parsed[0:2], attrs={"_": {"flag": True}})

    assert [token._.flag for token in parsed] == [True, *[False] * 5]
    Token.remove_extension("flag")


@pytest.mark.parametrize(
    ("attrs", "message"),
    [
        ({"POS": "FOO"}, "'FOO' is no part of speech"),
        ({"TAG": None}, "a token cannot have the TAG None"),
        ({"LEMMA": b"x"}, "a token cannot have the LEMMA b'x'"),
        ({"ENT_IOB": 7}, "a token cannot have the ENT_IOB 7"),
        ({"ORTH": "x"}, "`ORTH` of a token cannot be set"),
        ({"SPACY": True}, "`SPACY` of a token cannot be set"),
        ({"MORPH": 1.5}, "expected morphological features or their id, got 1.5"),
        ({"FOO": 1}, "no token attribute `FOO`"),
    ],
)
def test_values_that_do_not_fit_are_refused_before_anything_changes(parsed, attrs, message):
    before = parsed.to_json()
    retokenizer = parsed.retokenize()

    with pytest.raises(TextError, match=message):
        retokenizer.merge(parsed[0:2], attrs=attrs)
    with pytest.raises(TextError, match=message):
        retokenizer.split(
            parsed[1],
            ["Love", "lace"],
            [parsed[2], parsed[2]],
            attrs={name: [value] * 2 for name, value in attrs.items()},
        )

    with retokenizer:
        pass
    assert parsed.to_json() == before


def test_head_may_be_merged_in_the_same_block(parsed):
    with parsed.retokenize() as retokenizer:
        retokenizer.merge(parsed[1:3])
        retokenizer.split(parsed[5], ["Yo", "rk"], [parsed[2], parsed[2]])

    assert parsed.words() == ["Ada", "Lovelace went", "to", "New", "Yo", "rk", "."]
    assert [token.head.i for token in parsed][4:6] == [1, 1]


def test_only_spans_are_merged():
    doc = Doc(Vocab(), words=["a", "b"])

    with (
        pytest.raises(TypeError, match="expected a span to merge, got 'a b'"),
        doc.retokenize() as retokenizer,
    ):
        retokenizer.merge("a b")
