import re

import pytest

import kernel
from kernel.errors import KernelError, LoadError
from kernel.files import pack, unpack
from kernel.text import Vocab
from kernel_plugin_lang.tokenizer import Tokenizer

TEXT = "I can't (really) go to x.com/y, a-b :) no:) “yes” 10km. \n U.S."


def facts(tokenizer: Tokenizer) -> list[tuple[str, str, str]]:
    return [(token.text, token.norm_, token.whitespace_) for token in tokenizer(TEXT)]


def test_bytes_round_trip_keeps_the_rules(nlp):
    data = nlp.tokenizer.to_bytes(exclude=["vocab"])

    loaded = Tokenizer(nlp.vocab).from_bytes(data)

    assert facts(loaded) == facts(nlp.tokenizer)
    assert loaded.rules == nlp.tokenizer.rules
    assert loaded.to_bytes(exclude=["vocab"]) == data


def test_disk_round_trip_keeps_changed_rules(fresh, tmp_path):
    fresh.tokenizer.add_special_case("gimme", [{"ORTH": "gim", "NORM": "give"}, {"ORTH": "me"}])
    fresh.tokenizer.infix_finditer = re.compile("~").finditer
    fresh.tokenizer.faster_heuristics = False
    fresh.tokenizer.to_disk(tmp_path / "tokenizer")

    loaded = Tokenizer(Vocab()).from_disk(tmp_path / "tokenizer")

    assert [token.norm_ for token in loaded("gimme a-b c~d")] == [
        "give",
        "me",
        "a-b",
        "c",
        "~",
        "d",
    ]
    assert loaded.faster_heuristics is False


def test_file_has_patterns_and_exceptions_under_their_names(nlp):
    fields = unpack(nlp.tokenizer.to_bytes(exclude=["vocab"]))

    assert sorted(fields) == [
        *("exceptions", "faster_heuristics", "infix_finditer", "prefix_search"),
        *("suffix_search", "token_match", "url_match"),
    ]
    assert fields["exceptions"]["don't"] == [{65: "do", 67: "do"}, {65: "n't", 67: "not"}]
    assert list(fields["exceptions"]) == sorted(fields["exceptions"])
    assert fields["token_match"] is None
    assert re.compile(fields["suffix_search"]).search("so...").span() == (2, 5)


def test_bytes_contain_the_vocabulary_unless_excluded():
    tokenizer = Tokenizer(Vocab(strings=["zyzzyva"]))

    loaded = Tokenizer(Vocab()).from_bytes(tokenizer.to_bytes())
    without = Tokenizer(Vocab()).from_bytes(tokenizer.to_bytes(exclude=["vocab"]))

    assert "zyzzyva" in loaded.vocab.strings
    assert "zyzzyva" not in without.vocab.strings


def test_exceptions_may_name_their_attributes():
    data = pack({"exceptions": {"ab": [{"ORTH": "a"}, {"ORTH": "b", "NORM": "bee"}]}})

    assert [token.norm_ for token in Tokenizer(Vocab()).from_bytes(data)("ab")] == ["a", "bee"]


def test_function_that_is_not_a_pattern_method_cannot_be_saved(fresh):
    fresh.tokenizer.token_match = lambda text: None

    with pytest.raises(KernelError, match="`token_match` cannot be saved") as raised:
        fresh.tokenizer.to_bytes()
    assert "`match` of a compiled regular expression" in raised.value.hint


@pytest.mark.parametrize(
    ("data", "message"),
    [
        pytest.param(b"\xc1\xc1", "damaged", id="not-messagepack"),
        pytest.param(pack([1]), "is a list, expected dict", id="not-a-map"),
        pytest.param(pack({"prefix": ""}), "unknown field: 'prefix'", id="unknown-field"),
        pytest.param(pack({"exceptions": {"a": 1}}), "`exceptions` is a dict", id="wrong-type"),
        pytest.param(pack({"prefix_search": "("}), "`prefix_search` is not a regular", id="regex"),
    ],
)
def test_damaged_file_raises_load_error(data, message):
    with pytest.raises(LoadError, match=message):
        Tokenizer(Vocab()).from_bytes(data)


def test_saved_pipeline_tokenizes_the_same(fresh, tmp_path):
    fresh.tokenizer.add_special_case("gimme", [{"ORTH": "gim"}, {"ORTH": "me"}])
    fresh.to_disk(tmp_path / "pipeline")

    loaded = kernel.load(tmp_path / "pipeline")

    assert facts(loaded.tokenizer) == facts(fresh.tokenizer)
    assert [token.text for token in loaded("gimme")] == ["gim", "me"]


def test_empty_pattern_can_be_saved(fresh):
    fresh.tokenizer.suffix_search = re.compile("").search

    read = Tokenizer(fresh.vocab).from_bytes(fresh.tokenizer.to_bytes())

    assert [token.text for token in read("(a) b!")] == ["(", "a)", "b!"]
