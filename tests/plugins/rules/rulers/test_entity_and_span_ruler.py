"""The entity ruler and the span rulers: which matches count, ids, files, and what is refused."""

import json

import pytest

import kernel
from kernel.errors import ArgumentError, LoadError
from kernel.matcher import MatchPatternError
from kernel.pipeline import EntityRuler, SpanRuler
from kernel.text import Doc, Example, Span

PATTERNS = [
    {"label": "ORG", "pattern": "Apple", "id": "apple"},
    {"label": "GPE", "pattern": [{"LOWER": "san"}, {"LOWER": "francisco"}]},
    {"label": "ORG", "pattern": "Apple Inc"},
]
RULERS = ["entity_ruler", "future_entity_ruler", "span_ruler"]
OF_ENTITIES = RULERS[:2]


@pytest.fixture
def nlp():
    return kernel.blank("en")


@pytest.fixture
def add(nlp):
    def add(factory="entity_ruler", patterns=PATTERNS, **config):
        ruler = nlp.add_pipe(factory, config=config)
        ruler.add_patterns(patterns)
        return ruler

    return add


def doc_of(nlp, words, *ents):
    doc = Doc(nlp.vocab, words=words.split())
    doc.ents = [Span(doc, *ent) for ent in ents]
    return doc


def shown(spans):
    return [(span.start, span.end, span.label_, span.id_) for span in spans]


@pytest.mark.parametrize("factory", OF_ENTITIES)
def test_the_longest_match_counts(nlp, add, factory):
    add(factory)
    doc = nlp("Apple Inc is in San Francisco, Apple")
    assert shown(doc.ents) == [(0, 2, "ORG", ""), (4, 6, "GPE", ""), (7, 8, "ORG", "apple")]
    assert [token.ent_id_ for token in doc] == [""] * 7 + ["apple"]
    assert [token.ent_iob_ for token in doc] == list("BIOOBIOB")


@pytest.mark.parametrize("factory", OF_ENTITIES)
def test_existing_entities_stay(nlp, add, factory):
    ruler = add(factory, [{"label": "X", "pattern": "b c"}, {"label": "X", "pattern": "e"}])
    doc = ruler(doc_of(nlp, "a b c d e", (0, 2, "P", None, None, "kb", "id")))
    assert shown(doc.ents) == [(0, 2, "P", "id"), (4, 5, "X", "")]
    assert [ent.kb_id_ for ent in doc.ents] == ["kb", ""]


@pytest.mark.parametrize("factory", OF_ENTITIES)
def test_matches_replace_entities_with_overwrite_ents(nlp, add, factory):
    ruler = add(factory, [{"label": "X", "pattern": "c d"}], overwrite_ents=True)
    doc = doc_of(
        nlp, "a b c d e f g", (0, 3, "P"), (3, 6, "Q", None, None, "kb", "id"), (6, 7, "R")
    )
    doc = ruler(doc)
    assert shown(doc.ents) == [(2, 4, "X", ""), (6, 7, "R", "")]
    assert [token.ent_iob_ for token in doc] == list("OOBIOOB")
    assert [token.ent_kb_id_ for token in doc] == [""] * 7


def test_docs_of_a_batch_are_independent(nlp, add):
    ruler = add(
        patterns=[{"label": "X", "pattern": "b c", "id": "i"}, {"label": "Y", "pattern": "a"}]
    )
    docs = [
        doc_of(nlp, "b", (0, 1, "P")),
        doc_of(nlp, "c a"),
        doc_of(nlp, "b c"),
        Doc(nlp.vocab),
        doc_of(nlp, "c b c", (0, 2, "P")),
    ]
    assert [shown(doc.ents) for doc in ruler.pipe(docs)] == [
        [(0, 1, "P", "")],
        [(1, 2, "Y", "")],
        [(0, 2, "X", "i")],
        [],
        [(0, 2, "P", "")],
    ]


def test_tokens_without_matches_become_outside(nlp, add):
    doc = add()(nlp.make_doc("a b"))
    assert [token.ent_iob_ for token in doc] == ["O", "O"]


def test_span_ruler_keeps_all_matches_once_in_order(nlp, add):
    patterns = [
        {"label": "B", "pattern": "b c"},
        {"label": "B", "pattern": [{"ORTH": "b"}, {"ORTH": "c"}]},
        {"label": "A", "pattern": "a b"},
        {"label": "B", "pattern": "b", "id": "i"},
        {"label": "B", "pattern": [{"ORTH": "x", "OP": "*"}]},
    ]
    add("span_ruler", patterns)
    doc = nlp("a b c")
    assert shown(doc.spans["ruler"]) == [(0, 2, "A", ""), (1, 2, "B", "i"), (1, 3, "B", "")]
    assert doc.ents == ()


def test_spans_are_appended_without_overwrite(nlp, add):
    ruler = add("span_ruler", [{"label": "A", "pattern": "a"}], overwrite=False, spans_key="sc")
    doc = nlp.make_doc("a b")
    doc.spans["sc"] = [doc[1:2]]
    assert shown(ruler(doc).spans["sc"]) == [(1, 2, "", ""), (0, 1, "A", "")]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("first_longest_spans_filter", [(0, 3, "Z"), (5, 6, "E")]),
        ("prioritize_existing_ents_filter", [(0, 2, "X"), (5, 6, "E")]),
        ("prioritize_new_ents_filter", [(0, 3, "Z"), (5, 6, "E")]),
    ],
)
def test_filters_choose_from_entities_and_matches(nlp, add, name, expected):
    patterns = [{"label": "Y", "pattern": "b c"}, {"label": "Z", "pattern": "a b c"}]
    ents_filter = {"@misc": f"spacy.{name}.v1"}
    ruler = add(
        "span_ruler", patterns, annotate_ents=True, overwrite=False, ents_filter=ents_filter
    )
    doc = ruler(doc_of(nlp, "a b c d e f", (0, 2, "X"), (5, 6, "E")))
    assert [entry[:3] for entry in shown(doc.ents)] == expected


def test_a_filter_that_keeps_overlaps_is_named(nlp, add):
    ruler = add("span_ruler", annotate_ents=True)
    ruler.ents_filter = lambda ents, spans: [*ents, *spans]
    with pytest.raises(ArgumentError, match="the `ents_filter` of `span_ruler` kept entities"):
        ruler(nlp.make_doc("Apple Inc"))


def test_phrases_match_by_another_attribute(nlp, add):
    add(phrase_matcher_attr="LOWER")
    assert shown(nlp("apple INC").ents) == [(0, 2, "ORG", "")]


def test_phrases_are_annotated_by_earlier_components(nlp):
    nlp.add_pipe("attribute_ruler").add([[{"LOWER": "apple"}]], {"POS": "PROPN"})
    ruler = nlp.add_pipe("entity_ruler", config={"phrase_matcher_attr": "POS"})
    ruler.add_patterns([{"label": "X", "pattern": "apple"}])
    assert shown(nlp("an Apple").ents) == [(1, 2, "X", "")]


def test_fuzzy_texts_are_compared_by_the_given_function(nlp, add):
    pattern = {"label": "X", "pattern": [{"LOWER": {"FUZZY": "hello"}}]}
    ruler = add(patterns=[pattern])
    assert shown(nlp("helloo").ents) == [(0, 1, "X", "")]
    ruler.matcher_fuzzy_compare = lambda text, pattern, distance: False
    ruler.initialize(patterns=[pattern])
    assert nlp("helloo").ents == ()


@pytest.mark.parametrize("factory", RULERS)
def test_patterns_can_be_listed(add, factory):
    ruler = add(factory)
    assert ruler.patterns == PATTERNS
    assert len(ruler) == 3
    assert ruler.labels == ("GPE", "ORG")
    assert "ORG" in ruler
    assert "PERSON" not in ruler
    assert (ruler.ent_ids if factory == "entity_ruler" else ruler.ids) == ("apple",)


def test_patterns_are_listed_by_key(add):
    ruler = add(ent_id_sep="**")
    assert ruler.phrase_patterns == {"ORG**apple": ["Apple"], "ORG": ["Apple Inc"]}
    assert ruler.token_patterns == {"GPE": [PATTERNS[1]["pattern"]]}


def test_patterns_are_removed_by_id(nlp, add):
    ruler = add()
    ruler.remove("apple")
    assert ruler.patterns == PATTERNS[1:]
    assert nlp("Apple").ents == ()
    with pytest.raises(ArgumentError, match="`entity_ruler` has no patterns with the id 'apple'"):
        ruler.remove("apple")


def test_patterns_are_removed_by_label_or_id(nlp, add):
    ruler = add("span_ruler")
    ruler.remove_by_id("apple")
    ruler.remove("GPE")
    assert ruler.patterns == PATTERNS[2:]
    doc = nlp("Apple Inc in San Francisco")
    assert shown(doc.spans["ruler"]) == [(0, 2, "ORG", "")]
    with pytest.raises(ArgumentError, match="no patterns with the label 'GPE'"):
        ruler.remove("GPE")


@pytest.mark.parametrize("factory", RULERS)
def test_without_patterns_it_warns(nlp, add, factory):
    add(factory).clear()
    with pytest.warns(UserWarning, match="has no patterns"):
        assert nlp("Apple").ents == ()


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        pytest.param({"pattern": "a"}, "pattern 1 of `entity_ruler` has no `label`", id="no-label"),
        pytest.param({"label": "A"}, "pattern 1 of .* has no `pattern`", id="no-pattern"),
        pytest.param({"label": 1, "pattern": "a"}, "`label`: expected a string, got 1", id="label"),
        pytest.param({"label": "A", "pattern": 1}, "`pattern`: expected a phrase or", id="number"),
        pytest.param({"label": "A", "pattern": ""}, "`pattern`: expected a phrase or", id="empty"),
        pytest.param({"label": "A", "pattern": "a", "id": 5}, "`id`: expected a string", id="id"),
        pytest.param("a", "pattern 1 of .*: expected a dict, got 'a'", id="string"),
    ],
)
def test_bad_patterns_are_named_and_none_is_added(add, entry, message):
    ruler = add(patterns=PATTERNS)
    with pytest.raises(ArgumentError, match=message):
        ruler.add_patterns([{"label": "NEW", "pattern": "new"}, entry])
    assert ruler.patterns == PATTERNS


def test_bad_token_patterns_add_nothing(nlp, add):
    ruler = add()
    bad = {"label": "B", "pattern": [{"ORTH": "x"}, {"ORT": "y"}]}
    message = r"(?s)rule `B`:.*pattern 1 of `entity_ruler`, token 1, `ORT`: no such key"
    with pytest.raises(MatchPatternError, match=message):
        ruler.add_patterns([{"label": "NEW", "pattern": [{"ORTH": "new"}]}, bad])
    assert ruler.patterns == PATTERNS
    assert shown(nlp("new Apple").ents) == [(1, 2, "ORG", "apple")]


def test_unknown_keys_are_warned_of(add):
    with pytest.warns(UserWarning, match="pattern 0 of .*: the unknown key 'ent_id' is ignored"):
        add(patterns=[{"label": "A", "pattern": "a", "ent_id": "i"}])


def test_initialize_replaces_the_patterns(nlp, add):
    ruler = add()
    patterns = [{"label": "A", "pattern": "a"}]
    nlp.config["initialize"]["components"]["entity_ruler"] = {"patterns": patterns}
    nlp.initialize()
    assert ruler.patterns == patterns


@pytest.mark.parametrize("factory", RULERS)
def test_saved_pipelines_load(nlp, add, factory, tmp_path):
    add(factory)
    nlp.to_disk(tmp_path / "pipeline")
    loaded = kernel.load(tmp_path / "pipeline")
    assert loaded.get_pipe(factory).patterns == PATTERNS
    doc = loaded("Apple Inc")
    assert shown(doc.spans.get("ruler", doc.ents))[0][:2] == (
        0,
        1 if factory == "span_ruler" else 2,
    )


@pytest.mark.parametrize("factory", ["entity_ruler", "span_ruler"])
def test_bytes_load(nlp, add, factory):
    ruler = add(factory)
    loaded = type(ruler)(kernel.blank("xx")).from_bytes(ruler.to_bytes())
    assert loaded.patterns == PATTERNS


def test_files_are_those_of_spacy(nlp, add, tmp_path):
    ruler = add(overwrite_ents=True, phrase_matcher_attr="LOWER")
    ruler.to_disk(tmp_path / "ruler")
    cfg = json.loads(tmp_path.joinpath("ruler", "cfg").read_text())
    assert cfg == {"overwrite": True, "phrase_matcher_attr": "LOWER", "ent_id_sep": "||"}
    lines = tmp_path.joinpath("ruler", "patterns.jsonl").read_text().splitlines()
    assert lines[0] == '{"label":"ORG","pattern":"Apple","id":"apple"}'
    loaded = EntityRuler(nlp).from_disk(tmp_path / "ruler")
    assert (loaded.overwrite, loaded.phrase_matcher_attr) == (True, "LOWER")
    assert loaded.patterns == PATTERNS


@pytest.mark.parametrize("name", ["patterns.jsonl", "patterns"])
def test_single_files_of_patterns_load(nlp, add, tmp_path, name):
    add().to_disk(tmp_path / "patterns.jsonl")
    assert EntityRuler(nlp).from_disk(tmp_path / name).patterns == PATTERNS


def test_the_span_ruler_loads_the_same_files_of_patterns(nlp, add, tmp_path):
    add().to_disk(tmp_path / "patterns.jsonl")
    assert SpanRuler(nlp).from_disk(tmp_path / "patterns.jsonl").patterns == PATTERNS


@pytest.mark.parametrize(
    ("line", "message"),
    [
        pytest.param('{"label": "A", "pattern": 1}', "line 3, `pattern`: expected a", id="value"),
        pytest.param('{"label": "A"}', "line 3 has no `pattern`", id="missing"),
        pytest.param(
            '{"label": "A", "pattern": [{"ORT": "a"}]}', "line 3, token 0, `ORT`", id="key"
        ),
        pytest.param('{"label": ', "line 3", id="json"),
    ],
)
def test_bad_lines_are_named(nlp, tmp_path, line, message):
    path = tmp_path / "bad.jsonl"
    path.write_text('{"label": "A", "pattern": "a"}\n\n' + line + "\n")
    ruler = EntityRuler(nlp, patterns=PATTERNS)
    with pytest.raises(LoadError, match=rf"(?s)bad\.jsonl`, {message}"):
        ruler.from_disk(path)
    assert ruler.patterns == PATTERNS


@pytest.mark.parametrize("ruler", [EntityRuler, SpanRuler])
def test_missing_files_are_named(nlp, tmp_path, ruler):
    with pytest.raises(LoadError, match="nothing"):
        ruler(nlp).from_disk(tmp_path / "nothing")


def test_entities_and_spans_are_scored(nlp, add):
    add(patterns=[{"label": "A", "pattern": "a"}])
    add("span_ruler", [{"label": "A", "pattern": "a"}, {"label": "B", "pattern": "a b"}])
    reference = doc_of(nlp, "a b a", (0, 1, "A"))
    reference.spans["ruler"] = [Span(reference, 0, 2, "B")]
    scores = nlp.evaluate([Example(nlp.make_doc("a b a"), reference)])
    assert (scores["ents_p"], scores["ents_r"]) == (0.5, 1.0)
    assert (scores["spans_ruler_p"], scores["spans_ruler_r"]) == (pytest.approx(1 / 3), 1.0)
    assert scores["spans_ruler_per_type"]["B"]["f"] == 1.0
