"""No pattern matches in a text of letters or of digits if it is said that it cannot."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

import kernel
from kernel_plugin_lang.plain import matches_plain

characters = st.sampled_from(
    ["a", "7", "-", r"\.", "[a-c]", "[^a]", "[-7]", "[«-»]", r"\d", r"\w", r"[\d-]", r"\s", "."]
)
quantities = st.sampled_from(["", "", "", "+", "*", "?", "{2}", "{0,3}", "+?", "++"])
groups = st.sampled_from(
    ["(?={})", "(?!{})", "(?<={})", "(?<!{})", r"\b{}", "(?i:{})", "({})", "(?>{})", "(?:a|{})"]
)
parts = st.builds(str.__add__, characters, quantities) | st.builds(str.format, groups, characters)
rules = st.lists(parts, min_size=1, max_size=3).map("".join)
plain_texts = st.text("abcAß", min_size=1, max_size=5) | st.text("07٣", min_size=1, max_size=5)


@given(rules, plain_texts)
def test_pattern_that_cannot_match_does_not(rule, text):
    pattern = re.compile(rule)

    if not matches_plain(pattern):
        assert pattern.search(text) is None


@pytest.mark.parametrize("rule", ["'s", r"(?<=[0-9])km", r"[0-9]+°", r"a-b|a+\.", r"(?<=\d)[a-z]+"])
def test_patterns_that_cannot_match(rule):
    assert not matches_plain(re.compile(rule))


@pytest.mark.parametrize("rule", ["Rp", r"-*", r"\d+", "[^-]", "a-b|ab", "(?i)-", "(?<!-)a"])
def test_patterns_that_may_match(rule):
    assert matches_plain(re.compile(rule))


@pytest.mark.parametrize("code", ["de", "hu", "nl", "ro", "xx"])
def test_rules_of_languages_leave_plain_words_alone(code):
    assert kernel.blank(code).tokenizer.affixes.spares_plain
