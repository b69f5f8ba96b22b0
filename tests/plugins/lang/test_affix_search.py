"""A search in a few characters finds the same affix as a search in the whole word."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

import kernel
from kernel.text import Vocab
from kernel_plugin_lang.affix_search import PrefixSearch, SuffixSearch, pattern_of
from kernel_plugin_lang.reach import prefix_reach, suffix_reach
from kernel_plugin_lang.tokenizer import make_tokenizer

_CHARACTERS = "ab.…0'$- \n"
characters = st.sampled_from(["a", "b", r"\.", "…", "[0-9]", "[^ab]", r"\d", "'", "-", r"\$", "."])
quantities = st.sampled_from(["", "", "", "+", "*", "?", "{2}", "{1,3}", "{2,}", "+?", "++"])
assertions = st.sampled_from(
    ["(?={})", "(?!{})", "(?<={})", "(?<!{})", r"\b{}", r"\B{}", "(?i:{})", "({})", "(?>{})"]
)
parts = (
    st.builds(str.__add__, characters, quantities)
    | st.builds(str.format, assertions, characters)
    | st.builds("(?:{}|{}{})".format, characters, characters, quantities)
)
rules = st.lists(parts, min_size=1, max_size=3).map("".join)
maybe_at_start = st.builds(str.__add__, st.sampled_from(["", "", "^", r"\A"]), rules)
texts = st.lists(
    st.builds(str.__mul__, st.sampled_from(_CHARACTERS), st.sampled_from([1, 1, 2, 5, 40])),
    min_size=1,
    max_size=8,
).map("".join)


def length_in(search, text: str) -> int:
    match = search(text)
    return match.end() - match.start() if match else 0


def found(affixes, text: str, start: int, end: int, outermost: int) -> int:
    by_char = affixes.by_char.get(text[outermost], affixes.otherwise)
    length = affixes.length(text, start, end)
    assert by_char in {-1, length}
    return length


@given(st.lists(rules, min_size=1, max_size=4), texts, st.sampled_from(["^", r"\A", ""]))
def test_prefix_is_that_of_the_whole_word(alternatives, text, anchor):
    pattern = re.compile("|".join(anchor + rule for rule in alternatives))
    for method in (pattern.search, pattern.match, pattern.fullmatch):
        affixes = PrefixSearch(method)
        for start in {0, len(text) // 2}:
            expected = length_in(method, text[start:])
            assert found(affixes, text, start, len(text), start) == expected


@given(st.lists(maybe_at_start, min_size=1, max_size=4), texts, st.sampled_from(["$", r"\Z", ""]))
def test_suffix_is_that_of_the_whole_word(alternatives, text, anchor):
    pattern = re.compile("|".join(rule + anchor for rule in alternatives))
    affixes = SuffixSearch(pattern.search)
    for start, end in {(0, len(text)), (len(text) // 3, len(text)), (0, len(text) // 2 + 1)}:
        expected = length_in(pattern.search, text[start:end])
        assert found(affixes, text, start, end, end - 1) == expected


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        pytest.param("^a", 2, id="one-character"),
        pytest.param(r"^US\$|^\$", 4, id="longest"),
        pytest.param(r"^\+(?![0-9])", 3, id="lookahead"),
        pytest.param(r"^\.\.+", 3, id="open-repeat"),
        pytest.param("^a{2,5}b?", 7, id="bounded-repeat"),
        pytest.param("a", None, id="without-anchor"),
        pytest.param("^a+b", None, id="repeat-in-the-middle"),
        pytest.param("^a(?=b*c)", None, id="open-lookahead"),
        pytest.param(r"^(a)\1", None, id="backreference"),
        pytest.param("(?m)^a", None, id="multiline"),
        pytest.param("(?i)^a", None, id="ignore-case"),
    ],
)
def test_reach_of_prefix_rules(pattern, expected):
    reach = prefix_reach(re.compile(pattern), is_anchored=False)

    assert (reach and reach.n_characters) == expected


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        pytest.param("a$", 3, id="one-character"),
        pytest.param("(?<=[0-9])(?:km|m)$", 5, id="lookbehind"),
        pytest.param(r"\.\.+$|a$", 4, id="open-repeat"),
        pytest.param("'s$|'S$", 4, id="common-start"),
        pytest.param("a", None, id="without-anchor"),
        pytest.param("ba+$", None, id="repeat-of-another-character"),
        pytest.param("(?<=b)a+$", None, id="lookbehind-before-a-repeat"),
        pytest.param("^a$|b{3}$", 5, id="start-of-the-text"),
        pytest.param("(?:^a|b)c$", None, id="start-of-the-text-in-a-group"),
    ],
)
def test_reach_of_suffix_rules(pattern, expected):
    reach = suffix_reach(re.compile(pattern))

    assert (reach and reach.n_characters) == expected


@pytest.mark.parametrize(
    ("rule", "firsts", "lasts"),
    [
        pytest.param("a|bc", "ab", "ac", id="alternatives"),
        pytest.param("(?!x)[ab]c(?=y)", "ab", "c", id="assertions"),
        pytest.param("(?:ab)?c(?:de)?", "ac", "ce", id="optional-groups"),
        pytest.param("<a[^>]+>", "<", ">", id="open-repeat-in-the-middle"),
    ],
)
def test_only_characters_of_rules_are_searched(rule, firsts, lasts):
    starts = "|".join("^" + each for each in rule.split("|"))
    ends = "|".join(each + "$" for each in rule.split("|"))

    assert PrefixSearch(re.compile(starts).search).by_char.keys() == {*firsts, "\n"}
    assert SuffixSearch(re.compile(ends).search).by_char.keys() == {*lasts, "\n"}


def test_own_rules_have_a_short_reach(nlp):
    prefixes = prefix_reach(nlp.tokenizer.prefix_search.__self__, is_anchored=False)
    suffixes = suffix_reach(nlp.tokenizer.suffix_search.__self__)

    assert prefixes.n_characters <= 5
    assert suffixes.n_characters <= 12


@pytest.mark.parametrize("code", kernel.registry.languages.names())
def test_rules_of_languages_look_at_a_limited_number_of_characters(code):
    tokenizer = make_tokenizer(Vocab(), kernel.registry.languages.get(code).Defaults)
    prefixes = prefix_reach(pattern_of(tokenizer.prefix_search)[0], is_anchored=False)
    suffixes = suffix_reach(pattern_of(tokenizer.suffix_search)[0])

    assert prefixes.n_characters is not None
    assert suffixes.n_characters is not None
