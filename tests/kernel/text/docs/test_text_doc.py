import json

import numpy as np
import pytest

import kernel
from kernel.errors import LoadError, TextError
from kernel.files import pack
from kernel.text import Doc, Span, SpanGroup, Token, Vocab


def test_text_is_words_and_spaces(make_doc):
    doc = make_doc()

    assert doc.text == "Ada Lovelace went to New York."
    assert doc[4:7].text_with_ws == "New York."
    assert doc.char_starts().tolist() == [0, 4, 13, 18, 21, 25, 29]
    assert (doc[1].idx, doc[1].whitespace_, doc[-1].text, doc[2:].text) == (
        4,
        " ",
        ".",
        "went to New York.",
    )


@pytest.mark.parametrize(
    ("kwargs", "message"),
    [
        pytest.param({"words": ["a", ""]}, "the word at position 1 is empty", id="empty-word"),
        pytest.param({"words": [b"a"]}, "expected words as strings or ids, got b'a'", id="bytes"),
        pytest.param(
            {"words": ["a"], "spaces": []}, "one of `spaces` a word: 1, got 0", id="spaces"
        ),
        pytest.param({"words": ["a"], "tags": []}, "expected 1 values in `tags`, got 0", id="tags"),
        pytest.param({"words": ["a"], "heads": [0]}, "but no `deps`", id="heads-alone"),
        pytest.param(
            {"words": ["a"], "heads": [3], "deps": ["x"]}, "head of token 0 is 3", id="head"
        ),
        pytest.param({"words": ["a"], "pos": ["NN"]}, "'NN' is no part of speech", id="pos"),
        pytest.param(
            {"words": ["a"], "ents": ["PER"]},
            "'PER', the tag of token 0, is not an IOB tag",
            id="iob",
        ),
    ],
)
def test_arguments_that_do_not_fit_are_refused(vocab, kwargs, message):
    with pytest.raises(TextError, match=message):
        Doc(vocab, **kwargs)


def test_columns_exist_only_once_set(make_doc):
    doc = make_doc()
    assert doc.annotations == {}
    assert doc.to_array(["TAG", "HEAD"]).tolist() == [[0, 0]] * 7
    assert doc.annotations == {}

    doc[3].tag_ = "IN"

    assert list(doc.annotations) == ["tag"]
    assert [token.tag_ for token in doc] == ["", "", "", "IN", "", "", ""]


def test_norm_of_a_token_is_its_own(make_doc, vocab):
    doc = make_doc(["a", "a"])

    doc[0].norm_ = "one"

    assert ([token.norm_ for token in doc], vocab["a"].norm_) == (["one", "a"], "a")
    assert [token.orth for token in doc] == [vocab.strings["a"]] * 2


def test_heads_decide_sentences(parsed):
    assert [sent.text for sent in parsed.sents] == ["Ada Lovelace went", "to New York."]

    parsed[3].head = parsed[2]

    assert len(list(parsed.sents)) == 1
    assert [token.is_sent_start for token in parsed] == [True, *[False] * 6]


def test_setting_sentence_starts_against_a_parse_is_refused(parsed):
    with pytest.raises(TextError, match="cannot be set in a doc that has a dependency parse"):
        parsed[2].is_sent_start = True


def test_sentences_need_annotation(make_doc):
    with pytest.raises(TextError, match="sentence boundaries are not set\nhint: add a component"):
        list(make_doc().sents)


def test_from_array_takes_what_to_array_gives(parsed, vocab):
    attrs = ["TAG", "HEAD", "DEP", "ENT_IOB", "ENT_TYPE", "LEMMA", "SENT_START", "NORM"]
    doc = Doc(vocab, parsed.words(), parsed.spaces.tolist())

    doc.from_array(attrs, parsed.to_array(attrs))

    assert (doc.to_array(attrs) == parsed.to_array(attrs)).all()
    assert doc.ents[1].text == "New York"


@pytest.mark.parametrize(
    ("attrs", "array", "message"),
    [
        pytest.param("TAG", [1, 2], "7 tokens and 1 attributes", id="rows"),
        pytest.param("HEAD", [-1] * 7, "a head lies outside", id="head"),
        pytest.param("ENT_IOB", [4] * 7, "expected ENT_IOB from 0 to 3, got 4", id="iob"),
        pytest.param("TAG", [0.5] * 7, "expected whole numbers", id="floats"),
    ],
)
def test_arrays_that_do_not_fit_are_refused(make_doc, attrs, array, message):
    with pytest.raises(TextError, match=message):
        make_doc().from_array(attrs, np.array(array))


def test_annotation_is_found_where_it_is(parsed, make_doc):
    parsed[0].tag = 0

    assert parsed.has_annotation("TAG")
    assert not parsed.has_annotation("TAG", require_complete=True)
    assert parsed.has_annotation("HEAD")
    assert not make_doc().has_annotation("SENT_START")
    assert make_doc(["a"]).has_annotation("SENT_START")


def test_count_by_leaves_tokens_out(parsed):
    counts = parsed.count_by("TAG", exclude=lambda token: token.i == 0)

    assert counts[parsed.vocab.strings["NNP"]] == 3


@pytest.mark.parametrize("index", [7, -8])
def test_token_out_of_bounds(make_doc, index):
    with pytest.raises(IndexError, match=f"no token {index} in a doc of 7"):
        make_doc()[index]


def test_slices_clip_and_have_no_step(make_doc):
    doc = make_doc()

    assert (doc[5:99].text, len(doc[5:2]), doc[-3:].start) == ("York.", 0, 4)
    with pytest.raises(TextError, match="expected no step, got 2"):
        doc[::2]


def test_bytes_keep_everything(parsed):
    parsed.cats["a"] = 0.5
    parsed.spans["sc"] = [Span(parsed, 0, 2, "X", kb_id="Q1", span_id="i")]
    parsed.tensor = np.ones((7, 2), np.float32)
    parsed.user_data["key", 1] = "value"
    parsed[0].norm_ = "augusta"

    again = Doc(Vocab()).from_bytes(parsed.to_bytes())

    assert again.to_json() == parsed.to_json()
    assert (again.user_data, again.tensor.tolist()) == (parsed.user_data, parsed.tensor.tolist())
    assert (again[0].norm_, again.spans["sc"][0].id_) == ("augusta", "i")
    assert again.annotations.keys() == parsed.annotations.keys()


def test_damaged_bytes_are_an_error(parsed):
    with pytest.raises(LoadError, match="the doc is damaged"):
        Doc(Vocab()).from_bytes(parsed.to_bytes()[:100])


def test_filled_doc_is_not_filled_again(parsed):
    with pytest.raises(TextError, match="only an empty doc can be filled"):
        parsed.from_bytes(parsed.to_bytes())


def test_json_round_trip_between_vocabularies(parsed):
    parsed.spans["sc"] = [parsed[0:2]]

    again = Doc(Vocab()).from_json(parsed.to_json())

    assert again.to_json() == parsed.to_json()


def test_docs_are_joined_with_all_annotations(parsed, make_doc):
    plain = make_doc(["So", "there"], [True, False])
    parsed.spans["sc"] = [parsed[4:6]]
    Token.set_extension("mark", default=0, force=True)
    parsed[4]._.mark = 3

    joined = Doc.from_docs([plain, parsed])

    assert joined.text == "So there Ada Lovelace went to New York."
    assert [ent.text for ent in joined.ents] == ["Ada Lovelace", "New York"]
    assert [token.head.i for token in joined] == [0, 1, 3, 4, 4, 5, 7, 5, 5]
    assert (joined.spans["sc"][0].text, joined[6]._.mark) == ("New York", 3)
    Token.remove_extension("mark")


def test_part_of_a_doc_cuts_entities_and_heads(parsed):
    part = parsed[1:5].as_doc()

    assert [token.ent_iob_ for token in part] == ["", "O", "O", ""]
    assert [token.head.i for token in part] == [1, 1, 2, 2]
    assert [token.dep_ for token in part] == ["nsubj", "ROOT", "ROOT", "dep"] or part[3].head.i == 2


def test_copy_is_independent(parsed):
    other = parsed.copy()
    other[0].tag_ = "X"
    other.ents = []

    assert (parsed[0].tag_, len(parsed.ents)) == ("NNP", 2)


@pytest.mark.parametrize(
    ("start", "end", "mode", "text"),
    [
        pytest.param(4, 12, "strict", "Lovelace", id="exact"),
        pytest.param(5, 12, "strict", None, id="starts-inside"),
        pytest.param(2, 17, "contract", "Lovelace went", id="contract"),
        pytest.param(5, 14, "expand", "Lovelace went", id="expand"),
        pytest.param(3, 12, "expand", "Lovelace", id="starts-in-a-space"),
        pytest.param(5, 7, "contract", None, id="nothing-inside"),
        pytest.param(0, 999, "expand", None, id="beyond-the-end"),
    ],
)
def test_characters_become_tokens(make_doc, start, end, mode, text):
    span = make_doc().char_span(start, end, label="X", alignment_mode=mode)

    assert (span and span.text) == text


def test_spans_compare_by_place_and_label(make_doc):
    doc = make_doc()

    assert Span(doc, 0, 2, "A") == Span(doc, 0, 2, "A") != Span(doc, 0, 2, "B")
    assert min([doc[3:5], doc[0:2], doc[0:1]]).text == "Ada"
    assert len({Span(doc, 0, 2, "A"), Span(doc, 0, 2, "A")}) == 1
    with pytest.raises(IndexError, match="no tokens 5 to 9 in a doc of 7"):
        Span(doc, 5, 9)


def test_lowest_common_ancestors(parsed):
    assert parsed[0:3].get_lca_matrix().tolist() == [[0, 1, 2], [1, 1, 2], [2, 2, 2]]
    assert parsed.get_lca_matrix()[0, 4] == -1


def test_hooks_replace_members(parsed):
    parsed.user_hooks["vector"] = lambda doc: np.array([1.0, 2.0])
    parsed.user_token_hooks["conjuncts"] = lambda token: [token]
    parsed.user_hooks["sents"] = lambda doc: [doc[0:1]]

    assert parsed.vector.tolist() == [1.0, 2.0]
    assert parsed[3].conjuncts == (parsed[3],)
    assert [sent.text for sent in parsed.sents] == ["Ada"]


def test_tensor_stands_in_for_vectors(make_doc):
    doc = make_doc(["a", "b"])
    doc.tensor = np.array([[1.0, 0.0], [0.0, 1.0]], np.float32)

    assert doc.vector.tolist() == [0.5, 0.5]
    with pytest.warns(UserWarning, match="without word vectors"):
        assert doc[0].similarity(doc[1]) == 0.0


def test_utf8_array_goes_from_both_ends(make_doc):
    array = make_doc(["abcd", "é"]).to_utf8_array(4)

    assert array.tolist() == [[97, 100, 98, 99], [195, 169, 255, 255]]


def test_bytes_of_an_unparsed_doc_have_no_parse(vocab):
    doc = Doc(vocab, ["a", "b"], tags=["X", "Y"])

    again = Doc(vocab).from_bytes(doc.to_bytes())

    assert again.annotations.keys() == {"tag"}


def test_reading_entities_adds_no_column(vocab):
    doc = Doc(vocab, ["a", "b"])
    doc.set_column("ent_iob", [3, 2])

    starts, _, _ = doc.ent_arrays()

    assert len(starts) == 0
    assert doc.annotations.keys() == {"ent_iob"}


def test_hooks_of_users_go_with_copies_and_parts(vocab):
    doc = Doc(vocab, ["a", "b"])
    doc.user_hooks["vector_norm"] = lambda doc: 3.0

    assert [each.vector_norm for each in (doc, doc.copy(), doc[:1].as_doc())] == [3.0] * 3
    doc.copy().user_hooks.clear()
    assert doc.vector_norm == 3.0


def test_groups_of_old_files_with_one_name_are_reported(make_doc):
    doc = make_doc(words=["Will", "it", "blend"])
    groups = [SpanGroup(doc, name="test", spans=[doc[i : i + 1]]).to_bytes() for i in (0, 1)]

    with pytest.warns(UserWarning, match="several span groups are called `test`"):
        doc.spans.from_bytes(pack(groups))

    assert [span.text for span in doc.spans["test"]] == ["it"]


def test_id_of_an_entity_without_a_string_is_a_number_in_json(make_doc):
    doc = make_doc(words=["Ada", "codes"])
    doc.spans["links"] = [Span(doc, 0, 1, "PERSON", kb_id=1234), Span(doc, 0, 1, "X", kb_id="Q7")]

    data = doc.to_json()

    assert [span["kb_id"] for span in data["spans"]["links"]] == [1234, "Q7"]
    again = Doc(Vocab()).from_json(json.loads(json.dumps(data)))
    assert again.spans["links"][0].kb_id == 1234
    assert again.spans["links"][1].kb_id_ == "Q7"


@pytest.mark.parametrize(
    ("heads", "cycle"), [([1, 0], "0, 1|1, 0"), ([0, 2, 3, 1], "1, 2, 3|2, 3, 1|3, 1, 2")]
)
def test_heads_that_form_a_cycle_are_refused(heads, cycle):
    with pytest.raises(TextError, match=rf"the heads of tokens ({cycle}) form a cycle"):
        Doc(Vocab(), words=["w"] * len(heads), heads=heads, deps=["dep"] * len(heads))


@pytest.mark.parametrize("head", [10**30, -(10**30), 2, -1])
def test_a_head_outside_of_the_doc_is_named(head):
    with pytest.raises(TextError, match=f"the head of token 1 is {head}, outside of a doc of 2"):
        Doc(Vocab(), words=["a", "b"], heads=[0, head], deps=["dep", "dep"])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"heads": ["x", 0], "deps": ["a", "b"]}, "expected whole numbers in `heads`"),
        ({"heads": 5, "deps": ["a", "b"]}, "expected a list as `heads`, got 5"),
        ({"tags": 5}, "expected a list as `tags`, got 5"),
        ({"sent_starts": 5}, "expected a list as `sent_starts`, got 5"),
        ({"vocab": None}, "expected a Vocab as `vocab`, got None"),
    ],
)
def test_arguments_of_wrong_types_are_named(arguments, message):
    with pytest.raises(TypeError, match=message):
        Doc(**{"vocab": Vocab(), "words": ["a", "b"], **arguments})


def test_a_negative_sentence_start_is_false():
    doc = Doc(Vocab(), words=["a", "b", "c", "d"], sent_starts=[True, -1, -5.7, False])

    assert [token.is_sent_start for token in doc] == [True, False, False, False]


def test_span_groups_and_joined_docs_refuse_other_objects():
    doc = Doc(Vocab(), words=["a", "b"])

    with pytest.raises(TypeError, match="expected a list of spans as `sc`, got 5"):
        doc.spans["sc"] = 5
    with pytest.raises(TypeError, match="expected spans in a span group, got 'x'"):
        doc.spans["sc"] = ["x"]
    with pytest.raises(TypeError, match="expected a list of docs"):
        Doc.from_docs([doc, 5])


def test_a_component_may_copy_the_context_to_another_doc(make_doc):
    nlp = kernel.blank("en")

    @kernel.Language.component("copying_docs")
    def copy_doc(doc):
        copied = doc.copy()
        copied._context = doc._context
        return copied

    nlp.add_pipe("copying_docs")

    assert [context for _, context in nlp.pipe([("a", 1), ("b", 2)], as_tuples=True)] == [1, 2]
