"""The attribute ruler: what patterns set, which of them decides, and what is refused."""

import pytest

import kernel
from kernel.errors import ArgumentError, LoadError
from kernel.matcher import MatchPatternError
from kernel.pipeline import AttributeRuler
from kernel.text import Doc, DocBatch, Example, Token

WORDS = ["This", "is", "a", "test", "."]
TAGS = ["DT", "VBZ", "DT", "NN", "."]


@pytest.fixture
def nlp():
    return kernel.blank("en")


@pytest.fixture
def ruler(nlp):
    return AttributeRuler(nlp.vocab)


@pytest.fixture
def rude():
    Token.set_extension("rude", default=False)
    yield
    Token.remove_extension("rude")


def annotated(ruler, **annotations):
    return ruler(Doc(ruler.vocab, words=WORDS, tags=TAGS, **annotations))


def test_tag_map_sets_parts_of_speech_and_features(ruler):
    ruler.load_from_tag_map(
        {"NN": {"POS": "NOUN", "Number": "Sing"}, ".": {"POS": "PUNCT"}, "XX": {"POS": "X"}}
    )
    doc = annotated(ruler)
    assert [token.pos_ for token in doc] == ["", "", "", "NOUN", "PUNCT"]
    assert [str(token.morph) for token in doc] == ["", "", "", "Number=Sing", ""]
    assert [token.has_morph() for token in doc] == [False, False, False, True, True]


def test_morph_rules_are_for_a_word_with_a_tag(ruler):
    ruler.load_from_morph_rules({"DT": {"a": {"POS": "DET", "LEMMA": "one", "Definite": "Ind"}}})
    doc = annotated(ruler)
    assert [token.lemma_ for token in doc] == ["", "", "one", "", ""]
    assert (doc[2].pos_, str(doc[2].morph)) == ("DET", "Definite=Ind")


def test_the_last_pattern_decides_each_attribute(ruler):
    ruler.add([[{"ORTH": "is"}]], {"POS": "NOUN", "LEMMA": "be"})
    ruler.add([[{"TAG": "VBZ"}]], {"POS": "VERB"})
    ruler.add([[{"ORTH": "is"}, {}]], {"POS": "AUX"})
    ruler.add([[{"TAG": "XX"}]], {"POS": "X"})
    doc = annotated(ruler)
    assert (doc[1].pos_, doc[1].lemma_) == ("AUX", "be")


def test_patterns_do_not_match_what_others_set(ruler):
    ruler.add([[{"ORTH": "is"}]], {"TAG": "MD"})
    ruler.add([[{"TAG": "MD"}]], {"POS": "AUX"})
    doc = annotated(ruler)
    assert (doc[1].tag_, doc[1].pos_) == ("MD", "")


@pytest.mark.parametrize(("index", "lemmas"), [(0, "a"), (1, "test"), (-1, "test"), (-2, "a")])
def test_the_index_is_the_token_of_the_match(ruler, index, lemmas):
    ruler.add([[{"ORTH": "a"}, {"TAG": "NN"}]], {"LEMMA": "x"}, index=index)
    assert [token.text for token in annotated(ruler) if token.lemma_] == [lemmas]


def test_an_index_outside_of_the_match_changes_nothing(ruler):
    ruler.add([[{"ORTH": "This"}]], {"LEMMA": "x"})
    ruler.add([[{"TAG": "NN"}]], {"LEMMA": "x"}, index=1)
    doc = Doc(ruler.vocab, words=WORDS, tags=TAGS)
    with pytest.raises(
        ArgumentError, match=r"pattern 1 sets .* token 1 of a match, .*'test' has 1"
    ):
        ruler(doc)
    assert not doc.has_annotation("LEMMA")


def test_all_kinds_of_attributes_are_set(ruler, rude):
    attrs = {"NORM": "be", "DEP": "cop", "ENT_TYPE": "X", "SENT_START": True, "_": {"rude": 1}}
    ruler.add([[{"ORTH": "is"}]], attrs)
    token = annotated(ruler)[1]
    assert (token.norm_, token.dep_, token.ent_type_) == ("be", "cop", "X")
    assert token.is_sent_start
    assert token._.rude == 1


def test_norms_of_other_tokens_stay(ruler):
    ruler.add([[{"ORTH": "is"}]], {"NORM": "be"})
    doc = ruler(Doc(ruler.vocab, words=["is", "was", "is"]))
    assert [token.norm_ for token in doc] == ["be", "was", "be"]
    assert ruler.vocab["is"].norm_ == "is"


def test_docs_of_a_batch_are_independent(ruler):
    ruler.load_from_tag_map({"NN": {"POS": "NOUN"}})
    ruler.add([[{"ORTH": "a"}, {"ORTH": "b"}]], {"LEMMA": "ab", "NORM": "c"}, index=1)
    given = [("a b", "DT NN"), ("a", "DT"), ("", ""), ("b", "NN")]
    docs = [Doc(ruler.vocab, words=words.split(), tags=tags.split()) for words, tags in given]
    ruler.annotate(DocBatch(docs))
    assert [[token.lemma_ for token in doc] for doc in docs] == [["", "ab"], [""], [], [""]]
    assert [[token.pos_ for token in doc] for doc in docs] == [["", "NOUN"], [""], [], ["NOUN"]]
    assert [token.norm_ for token in docs[3]] == ["b"]


def test_match_and_set_annotations_are_the_two_steps(ruler):
    ruler.load_from_tag_map({"NN": {"POS": "NOUN"}})
    ruler.add([[{"ORTH": "a"}, {"ORTH": "test"}]], {"LEMMA": "x"}, index=1)
    doc = Doc(ruler.vocab, words=WORDS, tags=TAGS)
    matches = ruler.match(doc)
    assert [(number, *bounds) for number, _, *bounds in matches] == [(0, 3, 4), (1, 2, 4)]
    ruler.set_annotations(doc, matches[1:])
    assert [(token.pos_, token.lemma_) for token in doc][3] == ("", "x")
    ruler.set_annotations(doc, matches)
    assert [(token.pos_, token.lemma_) for token in doc][3] == ("NOUN", "x")


@pytest.mark.parametrize(
    ("attrs", "message"),
    [
        pytest.param(
            {"LEMA": "x"}, "pattern 0 of .*, `LEMA`: no such .*did you mean `LEMMA`", id="key"
        ),
        pytest.param({"POS": "VRB"}, "`POS`: no part of speech 'VRB'; did you mean", id="pos"),
        pytest.param({"LEMMA": 1.5}, "`LEMMA`: expected a string, or the id of one", id="type"),
        pytest.param({"TAG": 2**63}, "`TAG`: expected .* that is known, got 9223", id="id"),
        pytest.param({"POS": 300}, "`POS`: expected .* that is known, got 300", id="pos-id"),
        pytest.param({"DEP": True}, "`DEP`: expected .* that is known, got True", id="bool"),
        pytest.param({"ENT_IOB": 7}, "`ENT_IOB`: expected 0 to 3, got 7", id="number"),
        pytest.param({"MORPH": "Case"}, "`MORPH`: expected features such as", id="features"),
        pytest.param({"IS_STOP": True}, "`IS_STOP`: IS_STOP cannot be set", id="of-words"),
        pytest.param({"HEAD": 1}, "`HEAD`: HEAD cannot be set", id="head"),
        pytest.param({"_": {"x": 1}}, "`x`: tokens have no such extension", id="extension"),
        pytest.param("POS", "expected a dict of attributes", id="no-dict"),
    ],
)
def test_attributes_that_cannot_be_set_are_refused(ruler, attrs, message):
    with pytest.raises(ArgumentError, match=message):
        ruler.add([[{"ORTH": "x"}]], attrs)
    assert ruler.patterns == []


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        pytest.param({"patterns": []}, "pattern 1 of .* has no `attrs`", id="missing"),
        pytest.param({"pattern": []}, "pattern 1 of .*: unknown key 'pattern'", id="unknown"),
        pytest.param([], r"pattern 1 of .*: expected a dict, got \[\]", id="no-dict"),
        pytest.param(
            {"patterns": [], "attrs": {}, "index": "0"}, "`index`: expected a whole", id="index"
        ),
    ],
)
def test_bad_entries_are_named_by_number(ruler, entry, message):
    with pytest.raises(ArgumentError, match=message):
        ruler.add_patterns([{"patterns": [[{"ORTH": "x"}]], "attrs": {}}, entry])


def test_bad_token_patterns_are_named(ruler):
    with pytest.raises(MatchPatternError, match=r"(?s)`0 of attribute_ruler`.*token 0, `ORT`"):
        ruler.add([[{"ORT": "x"}]], {"POS": "X"})
    assert ruler.patterns == []


@pytest.mark.parametrize(
    "entry", [{"pos": "NOUN"}, {"Number": ["Sing"]}, "NOUN"], ids=["lower-case", "list", "string"]
)
def test_bad_tag_maps_are_refused(ruler, entry):
    with pytest.raises(ArgumentError, match="tag 'NN' of the tag map: expected"):
        ruler.load_from_tag_map({"NN": entry})


def test_initialize_replaces_the_patterns(nlp):
    ruler = nlp.add_pipe("attribute_ruler")
    ruler.add([[{"ORTH": "x"}]], {"POS": "X"})
    patterns = [{"patterns": [[{"ORTH": "y"}]], "attrs": {"POS": "X"}, "index": -1}]
    nlp.config["initialize"]["components"]["attribute_ruler"] = {
        "patterns": patterns,
        "tag_map": {"NN": {"POS": "NOUN"}},
    }
    nlp.initialize()
    tag_map = {"patterns": [[{"TAG": "NN"}]], "attrs": {"POS": "NOUN", "MORPH": "_"}, "index": 0}
    assert ruler.patterns == [*patterns, tag_map]


def test_without_patterns_it_warns(ruler):
    with pytest.warns(UserWarning, match="`attribute_ruler` has no patterns"):
        assert annotated(ruler)[0].pos_ == ""


def test_saved_patterns_load(nlp, ruler, tmp_path):
    ruler.load_from_tag_map({"NN": {"POS": "NOUN", "Number": "Sing"}})
    ruler.add([[{"LOWER": {"REGEX": "^i"}}]], {"LEMMA": "be"}, index=-1)
    ruler.to_disk(tmp_path)
    loaded = AttributeRuler(nlp.vocab).from_disk(tmp_path)
    assert loaded.patterns == ruler.patterns
    assert AttributeRuler(nlp.vocab).from_bytes(ruler.to_bytes()).to_bytes() == loaded.to_bytes()
    assert [path.name for path in tmp_path.iterdir()] == ["patterns"]
    assert annotated(loaded)[3].pos_ == "NOUN"


def test_damaged_files_are_named(nlp, tmp_path):
    tmp_path.joinpath("patterns").write_bytes(b"\x91\x81\xa1x\x01")
    with pytest.raises(LoadError, match=r"patterns.*pattern 0 of .*unknown key 'x'"):
        AttributeRuler(nlp.vocab).from_disk(tmp_path)


def test_scores_are_of_tags_morphology_and_lemmas(nlp):
    ruler = nlp.add_pipe("attribute_ruler")
    ruler.add([[{"ORTH": "is"}]], {"LEMMA": "be", "POS": "VERB"})
    gold = {"words": WORDS, "lemmas": ["this", "be", "a", "test", "."], "pos": ["X"] * 5}
    scores = nlp.evaluate([Example.from_dict(nlp.make_doc("This is a test."), gold)])
    assert scores["lemma_acc"] == pytest.approx(0.2)
    assert scores["pos_acc"] == 0
    assert scores["tag_acc"] is None
    assert scores["morph_acc"] is None
