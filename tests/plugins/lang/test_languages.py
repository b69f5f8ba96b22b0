import pytest

import kernel
from kernel.lang.en import English
from kernel.registry import registry
from kernel_plugin_lang.exceptions import make_base_exceptions, update_exc


def flags(nlp, words: str, name: str) -> list[str]:
    return [word for word in words.split() if getattr(nlp.vocab[word], name)]


def test_languages_are_found_by_their_codes():
    assert registry.languages.get("en") is English
    assert registry.languages.get("xx").__name__ == "MultiLanguage"
    assert type(kernel.blank("xx")) is registry.languages.get("xx")


@pytest.mark.parametrize("code", ["en", "xx"])
def test_vocabulary_knows_its_language(code):
    nlp = kernel.blank(code)

    assert nlp.vocab.lang == code
    assert nlp("word")[0].lang_ == code


def test_english_numbers(nlp):
    words = (
        "eleven Twenty gajillion third millionth 21st 103RD 3/4 -10,000.5 +six ~six six, 1,000th "
        "+1st ten-ish st fourty"
    )

    assert [word for word in words.split() if nlp.vocab[word].like_num] == words.split()[:-3]


def test_stop_words_count_in_any_case(nlp):
    assert len(English.Defaults.stop_words) == 326
    assert flags(nlp, "the The n't n’t whereupon house", "is_stop") == [
        *("the", "The", "n't", "n’t", "whereupon")
    ]
    assert flags(kernel.blank("xx"), "the The", "is_stop") == []


def test_like_url_of_addresses(nlp):
    words = "http://x a.com www.x a.b.travel/ x.info:80 a.photography:80/x a.notld e.g. .com a@b.com 10.1"

    assert flags(nlp, words, "like_url") == [
        *("http://x", "a.com", "www.x", "a.b.travel/", "x.info:80", "a.photography:80/x", "a.notld")
    ]


@pytest.mark.parametrize(
    ("text", "is_address"),
    [
        pytest.param("https://user:pw@example.co.uk:8080/a?b#c", True, id="everything"),
        pytest.param("ftp://8.8.8.8/x", True, id="public-ip"),
        pytest.param("192.168.0.1", False, id="private-ip"),
        pytest.param("172.20.1.1", False, id="another-private-ip"),
        pytest.param("172.32.1.1", True, id="public-ip-next-to-private-range"),
        pytest.param("me@example.com", True, id="with-a-login"),
        pytest.param("example.COM", False, id="capital-domain"),
        pytest.param("example.c", False, id="short-domain"),
        pytest.param("-example.com", False, id="label-starts-with-hyphen"),
        pytest.param("bücher.example", True, id="letters-beyond-ascii"),
        pytest.param("word", False, id="no-dot"),
    ],
)
def test_url_match_matches_whole_addresses(text, is_address):
    assert bool(English.Defaults.url_match(text)) == is_address


def test_number_of_special_cases():
    assert len(make_base_exceptions()) == 176
    assert len(English.Defaults.tokenizer_exceptions) == 1347


def test_tokens_of_every_special_case_join_to_its_string():
    for text, tokens in English.Defaults.tokenizer_exceptions.items():
        assert "".join(token[65] for token in tokens) == text


def test_contractions_come_in_all_spellings():
    rules = English.Defaults.tokenizer_exceptions

    assert rules["She’ll’ve"] == [
        {65: "She", 67: "she"},
        {65: "’ll", 67: "will"},
        {65: "’ve", 67: "have"},
    ]
    assert rules["shouldnt"] == [{65: "should", 67: "should"}, {65: "nt", 67: "not"}]
    assert "shell" not in rules
    assert "these's" not in rules


def test_rule_whose_tokens_do_not_join_to_its_string_is_refused():
    with pytest.raises(ValueError, match="special case 'ab' join to 'a'"):
        update_exc({}, {"ab": [{65: "a"}]})


def test_defaults_are_made_once_and_can_be_replaced():
    class Own(English):
        class Defaults(English.Defaults):
            infixes = (*English.Defaults.infixes, "~")

    assert English.Defaults.prefixes is English.Defaults.prefixes
    assert [token.text for token in Own()("a~b can't")] == ["a", "~", "b", "ca", "n't"]
    assert "~" not in English.Defaults.infixes


def test_plugin_module_imports_neither_numpy_nor_the_package(run_python):
    code = (
        "import sys, kernel_plugin_lang.plugin;"
        "print([name for name in sys.modules if name.startswith(('numpy', 'kernel_plugin_lang.'))])"
    )

    assert run_python(code).strip() == "['kernel_plugin_lang.plugin']"
