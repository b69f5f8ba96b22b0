import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.errors import TextError
from kernel.text import Doc, Span, Vocab

VOCAB = Vocab()


def iob(doc):
    return [token.ent_iob_ for token in doc]


def test_entities_are_set_and_read(make_doc):
    doc = make_doc()

    doc.ents = [("GPE", 4, 6), Span(doc, 0, 2, "PERSON", kb_id="Q7259", span_id="ada")]

    assert [(ent.text, ent.label_, ent.kb_id_, ent.id_) for ent in doc.ents] == [
        ("Ada Lovelace", "PERSON", "Q7259", "ada"),
        ("New York", "GPE", "", ""),
    ]
    assert iob(doc) == ["B", "I", "O", "O", "B", "I", "O"]
    starts, ends, labels = doc.ent_arrays()
    assert (starts.tolist(), ends.tolist()) == ([0, 4], [2, 6])
    assert labels.tolist() == [doc.vocab.strings["PERSON"], doc.vocab.strings["GPE"]]


@pytest.mark.parametrize(
    ("default", "expected"),
    [
        ("outside", ["B", "I", "", "B", "O", "O", "O"]),
        ("missing", ["B", "I", "", "B", "O", "", ""]),
        ("unmodified", ["B", "I", "", "B", "O", "B", "O"]),
        ("blocked", ["B", "I", "", "B", "O", "B", "B"]),
    ],
)
def test_other_tokens_become_the_default(make_doc, default, expected):
    doc = make_doc()
    doc.ents = [Span(doc, 4, 6, "GPE")]

    doc.set_ents(
        [Span(doc, 0, 2, "PERSON")],
        missing=[doc[2:3]],
        blocked=[doc[3:4]],
        outside=[doc[4:5]],
        default=default,
    )

    assert iob(doc) == expected
    assert doc.ents[0].text == "Ada Lovelace"


def test_ids_of_tokens_change_only_where_an_entity_has_an_id(make_doc):
    doc = make_doc()
    for token in doc[:2]:
        token.ent_id_ = "ada"

    doc.ents = [Span(doc, 0, 2, "PERSON"), Span(doc, 4, 6, "GPE", span_id="ny")]

    assert [ent.id_ for ent in doc.ents] == ["ada", "ny"]
    doc.set_ents([Span(doc, 4, 5, "GPE", span_id="n")], blocked=[doc[:1]])
    assert [token.ent_id_ for token in doc] == ["ada", "ada", "", "", "n", "ny", ""]
    assert [token.ent_type_ for token in doc] == ["", "", "", "", "GPE", "", ""]


def test_overlap_is_refused_by_name(make_doc):
    doc = make_doc()

    with pytest.raises(TextError, match=r"'Ada Lovelace' \(tokens 0 to 2, A\) and 'Lovelace went'"):
        doc.ents = [Span(doc, 0, 2, "A"), Span(doc, 1, 3, "B")]
    with pytest.raises(TextError, match="expected a Span, got 'x'"):
        doc.set_ents(["x"])
    with pytest.raises(TextError, match="expected a default of outside"):
        doc.set_ents([], default="none")


def test_entity_without_beginning_is_an_error(make_doc):
    doc = make_doc()
    doc.from_array("ENT_IOB", [2, 1, 2, 2, 2, 2, 2])

    with pytest.raises(TextError, match="inside an entity that nothing begins"):
        doc.ents  # noqa: B018


@st.composite
def entity_bounds(draw):
    cuts = draw(st.lists(st.integers(0, 30), unique=True, max_size=12).map(sorted))
    return list(zip(cuts[::2], cuts[1::2], strict=False))


@given(entity_bounds())
def test_any_entities_come_back(bounds):
    doc = Doc(VOCAB, ["w"] * 30)
    spans = [Span(doc, start, end, f"L{i % 3}") for i, (start, end) in enumerate(bounds)]

    doc.ents = spans

    assert list(doc.ents) == spans
