"""Lookups, morphology, span groups, extension attributes and tags."""

import pytest

from kernel.errors import LoadError, TextError
from kernel.files import pack
from kernel.text import (
    Doc,
    Lexeme,
    Lookups,
    Morphology,
    Span,
    SpanGroup,
    StringStore,
    Table,
    Token,
    Vocab,
    offsets_to_biluo_tags,
)


def test_features_have_one_normal_form(vocab):
    add, strings = vocab.morphology.add, vocab.strings

    assert strings[add("Number=Sing|Case=Nom,Acc")] == "Case=Acc,Nom|Number=Sing"
    assert add({"Number": "Sing", "Case": "Nom,Acc"}) == add("Number=Sing|Case=Nom,Acc")
    assert (add(""), add("_")) == (456, 456)


def test_token_has_its_features(make_doc):
    doc = make_doc()
    doc[0].set_morph("Number=Sing|Case=Nom,Acc")

    morph = doc[0].morph

    assert (morph.get("Case"), morph.get("Tense"), "Number=Sing" in morph) == (
        ["Acc", "Nom"],
        [],
        True,
    )
    assert (str(morph), morph.to_dict()["Number"], len(morph)) == (
        "Case=Acc,Nom|Number=Sing",
        "Sing",
        3,
    )
    assert (str(doc[1].morph), doc[1].has_morph()) == ("", False)
    assert Morphology.dict_to_feats(Morphology.feats_to_dict("b=2|a=1")) == "a=1|b=2"


def test_table_is_keyed_by_id_or_string(vocab):
    lookups = Lookups()
    table = lookups.add_table("lemma", {"going": "go"})

    again = Lookups().from_bytes(lookups.to_bytes()).get_table("lemma")

    assert (table["going"], again["going"], "going" in again, again.get("x", 1)) == (
        "go",
        "go",
        True,
        1,
    )
    with pytest.raises(TextError, match="the table `lemma` exists already"):
        lookups.add_table("lemma")
    with pytest.raises(KeyError, match="no table `nope`\nhint: there are: lemma"):
        lookups.get_table("nope")


def test_joined_tables_are_keyed_by_id():
    table = Table("lemma", {"going": "go"})
    joined = table | {"went": "go"}
    before = table.revision
    table |= {"gone": "go"}

    assert ("went" in joined, "went" in table, joined.name) == (True, False, "lemma")
    assert (table["gone"], type(table.copy()), table.copy() == table) == ("go", Table, True)
    assert table.revision > before


@pytest.mark.parametrize("key", ["nope", 5])
def test_unknown_key_of_a_table_is_named(key):
    table = Table("lemma", {"going": "go"})
    for use in (table.__getitem__, table.pop, table.__delitem__):
        with pytest.raises(KeyError, match=f"no {key!r} in the table `lemma`"):
            use(key)


def test_table_is_read_from_the_bytes_of_spacy():
    key = Table("", {"going": 1}).popitem()[0]
    data = pack({"name": "lemma", "dict": {key: "go", 5: ["a"]}, "bloom": b"\r"})
    table = Table().from_bytes(data)
    assert (table.name, table["going"], table[5]) == ("lemma", "go", ["a"])
    assert Table().from_bytes(table.to_bytes()) == table
    with pytest.raises(LoadError, match="`dict` is a list, expected dict"):
        Table().from_bytes(pack({"name": "lemma", "dict": [[key, "go"]]}))


def test_group_holds_copies(make_doc):
    doc = make_doc()
    doc.spans["sc"] = [Span(doc, 0, 2, "A"), Span(doc, 1, 3, "B")]
    group = doc.spans["sc"]

    group[0].label_ = "changed"

    assert [span.label_ for span in group] == ["A", "B"]
    assert group.has_overlap
    assert [array.tolist() for array in group.arrays()[:2]] == [[0, 1], [2, 3]]


def test_group_under_two_keys_is_written_once(make_doc):
    doc = make_doc()
    group = SpanGroup(doc, name="g", attrs={"k": 1}, spans=[Span(doc, 0, 2, "A", kb_id="Q")])
    doc.spans["a"] = doc.spans["b"] = group

    again = Doc(doc.vocab, doc.words()).spans
    other = make_doc()
    other.spans.from_bytes(doc.spans.to_bytes())

    assert (len(again), list(other.spans), other.spans["b"].attrs) == (0, ["a", "b"], {"k": 1})
    assert other.spans["a"][0].kb_id_ == "Q"


def test_group_is_of_one_doc(make_doc):
    one, two = make_doc(), make_doc()

    with pytest.raises(TextError, match="belongs to another doc"):
        one.spans["x"] = [two[0:1]]
    one.spans["x"] = [one[0:2]]
    assert one.spans["x"].copy(two)[0].doc is two


def test_extensions_are_kept_where_they_belong(make_doc):
    Doc.set_extension("notes", default=[])
    Span.set_extension("size", getter=len)
    Doc.set_extension("count", method=lambda doc, word: doc.words().count(word))
    one, two = make_doc(), make_doc()

    one._.notes.append("x")

    assert (one._.notes, two._.notes) == (["x"], [])
    assert (one[0:3]._.size, one._.count("to")) == (3, 1)
    with pytest.raises(AttributeError, match="Doc has no extension attribute `nope`"):
        one._.nope  # noqa: B018
    with pytest.raises(TextError, match="exactly one of"):
        Doc.set_extension("bad", default=1, getter=len)
    with pytest.raises(TextError, match="has an extension attribute `notes` already"):
        Doc.set_extension("notes", default=1)
    for cls, name in ((Doc, "notes"), (Span, "size"), (Doc, "count")):
        cls.remove_extension(name)


def test_vocab_knows_what_it_has(vocab):
    assert "cat" not in vocab
    vocab["cat"]

    assert ("cat" in vocab, [lexeme.text for lexeme in vocab]) == (True, ["cat"])
    assert isinstance(Vocab().from_bytes(vocab.to_bytes()), Vocab)


def test_offsets_that_are_no_integers_are_refused(make_doc):
    with pytest.raises(TextError, match="whole numbers in `entities`, got \\('0', 3, 'A'\\)"):
        offsets_to_biluo_tags(make_doc(), [("0", 3, "A")])


def test_attributes_explain_themselves_on_the_class():
    assert Token.lemma_.__doc__ == "`lemma`, as a string; empty if unset."
    assert "IS_ALPHA" in Lexeme.is_alpha.__doc__


def test_vocabulary_knows_that_it_is_in_a_memory_zone(vocab):
    with vocab.memory_zone(), vocab.memory_zone():
        pass
    assert not vocab.in_memory_zone
    with vocab.memory_zone():
        assert vocab.in_memory_zone


def test_strings_of_a_memory_zone_go_unless_something_holds_them():
    strings = StringStore(["stays"])

    with strings.memory_zone():
        key = strings.add("goes", allow_transient=True)
        assert strings[key] == "goes"

    assert (key in strings, "stays" in strings) == (False, True)


def test_group_is_shown_as_its_spans(make_doc):
    doc = make_doc()
    doc.spans["sc"] = [Span(doc, 0, 1, "A"), Span(doc, 1, 3, "B")]

    assert str(doc.spans["sc"]) == str([doc[0:1], doc[1:3]])
