import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.errors import TextError
from kernel.text import Doc, Example, Vocab
from kernel_plugin_lang.char_classes import alpha, alpha_lower, alpha_upper, code_ranges, icons
from kernel_plugin_lang.tokenizer import Tokenizer

# Pieces of English text, most of them hard to tokenize.
PIECES = [
    *(
        "a",
        "I",
        "the",
        "New",
        "York",
        "don't",
        "can’t",
        "U.S.",
        "e.g.",
        "Mr.",
        "10km",
        "3.14",
        "$5",
    ),
    *(
        ":)",
        ":",
        ")",
        "(",
        "8",
        "-",
        "--",
        "—",
        "'",
        "''",
        '"',
        "...",
        "…",
        ".",
        ",",
        "/",
        "<3",
        "3",
    ),
    *("http://a.b/c?d=e", "x.com", "well-known", "O'Neil", "😀", "°C.", "\u00a0", "_", "=D", "5"),
    *(" ", "  ", "\n", "\t", "\r\n", "\u3000", "end.Start", "a.m.", "'s", "cannot", "gonna"),
]
texts = st.lists(st.sampled_from(PIECES), max_size=12).map("".join) | st.text(max_size=30)


@given(texts)
def test_tokenization_is_lossless(nlp, text):
    assert nlp.make_doc(text).text == text


@given(texts)
def test_cached_chunks_have_the_tokens_of_explain(nlp, text):
    tokens = [token.text for token in nlp.make_doc(text) if not token.is_space]

    assert tokens == [token for _, token in nlp.tokenizer.explain(text)]


@given(texts)
def test_whitespace_occurs_only_in_whitespace_tokens(nlp, text):
    for token in nlp.make_doc(text):
        assert token.is_space or not any(map(str.isspace, token.text))


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        pytest.param("", [], id="empty"),
        pytest.param(" ", [" "], id="one-space"),
        pytest.param("foo ", ["foo"], id="space-at-the-end-belongs-to-the-word"),
        pytest.param("foo  ", ["foo", " "], id="second-space-at-the-end-does-not"),
        pytest.param(" foo", [" ", "foo"], id="space-at-the-start"),
        pytest.param("a\tb", ["a", "\t", "b"], id="tab"),
        pytest.param("a \nb", ["a", "\n", "b"], id="line-break-after-a-space"),
        pytest.param("a\n b", ["a", "\n ", "b"], id="line-break-before-a-space"),
        pytest.param(
            "  Hello  world \n\n foo ", ["  ", "Hello", " ", "world", "\n\n ", "foo"], id="mixed"
        ),
    ],
)
def test_whitespace_is_split_into_its_own_tokens(nlp, text, tokens):
    doc = nlp.make_doc(text)

    assert [token.text for token in doc] == tokens
    assert doc.text == text


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        pytest.param("(hello,", ["(", "hello", ","], id="affixes"),
        pytest.param('"Stop!"', ['"', "Stop", "!", '"'], id="several-suffixes"),
        pytest.param("can't", ["ca", "n't"], id="contraction"),
        pytest.param("(can’t!)", ["(", "ca", "n’t", "!", ")"], id="contraction-inside"),
        pytest.param("its well", ["its", "well"], id="words-like-contractions"),
        pytest.param("U.S.-based", ["U.S.-based"], id="hyphen-after-period"),
        pytest.param("well-known", ["well", "-", "known"], id="hyphen"),
        pytest.param("24-hour", ["24", "-", "hour"], id="hyphen-after-digit-in-english"),
        pytest.param("one/two", ["one", "/", "two"], id="slash"),
        pytest.param("done.Next", ["done", ".", "Next"], id="missing-space"),
        pytest.param("10km.", ["10", "km", "."], id="unit"),
        pytest.param("$5.00", ["$", "5.00"], id="currency"),
        pytest.param("so...", ["so", "..."], id="ellipsis"),
        pytest.param("10a.m.", ["10", "a.m."], id="time"),
        pytest.param("I.B.M.", ["I.B.M."], id="single-letters"),
        pytest.param("http://a.org/x,y.", ["http://a.org/x,y", "."], id="address"),
        pytest.param("(www.a-b.com/c)", ["(", "www.a-b.com/c", ")"], id="address-in-brackets"),
        pytest.param("\u2329a\u232a", ["\u2329", "a", "\u232a"], id="angle-brackets"),
        pytest.param("at 10.0.0.1 now", ["at", "10.0.0.1", "now"], id="private-network"),
        pytest.param("yes:)", ["yes", ":)"], id="emoticon-split-by-rules"),
        pytest.param("ok :-( ;)", ["ok", ":-(", ";)"], id="emoticons"),
        pytest.param("hi😀😀", ["hi", "😀", "😀"], id="emoji"),
        pytest.param("20°C.", ["20", "°", "C", "."], id="degrees"),
    ],
)
def test_tokens_of_english_text(words, text, tokens):
    assert words(text) == tokens


def test_hyphen_after_a_digit_is_an_infix_only_in_english():
    import kernel

    assert [token.text for token in kernel.blank("xx").make_doc("24-hour")] == ["24-hour"]


@pytest.mark.parametrize(
    ("text", "norms"),
    [
        pytest.param("I'll", ["i", "will"], id="will"),
        pytest.param("won't", ["will", "not"], id="irregular"),
        pytest.param("'Cause N.Y.", ["because", "New York"], id="single-tokens"),
        pytest.param("“Yes”", ['"', "yes", '"'], id="quotes"),
        pytest.param("Gonna", ["going", "to"], id="gonna"),
        pytest.param("will'll", ["will'll"], id="not-a-contraction"),
    ],
)
def test_norms_of_english_text(nlp, text, norms):
    assert [token.norm_ for token in nlp.make_doc(text)] == norms


def test_norm_of_a_special_case_does_not_change_the_word():
    import kernel

    nlp = kernel.blank("en")
    assert [token.norm_ for token in nlp.make_doc("I'm m")] == ["i", "am", "m"]


def test_explain_names_the_rules(nlp):
    explained = nlp.tokenizer.explain("\"can't x.com/y a-b :) no:)")

    assert explained == [
        ("PREFIX", '"'),
        ("SPECIAL-1", "ca"),
        ("SPECIAL-2", "n't"),
        ("URL_MATCH", "x.com/y"),
        ("TOKEN", "a"),
        ("INFIX", "-"),
        ("TOKEN", "b"),
        ("SPECIAL-1", ":)"),
        ("TOKEN", "no"),
        ("SPECIAL-1", ":)"),
    ]


def test_token_match_takes_precedence_over_affixes():
    tokenizer = Tokenizer(
        Vocab(),
        suffix_search=re.compile("[!)]$").search,
        token_match=re.compile(r"\d+!$").match,
    )

    assert tokenizer.explain("a! 5! 5!)") == [
        ("TOKEN", "a"),
        ("SUFFIX", "!"),
        ("TOKEN_MATCH", "5!"),
        ("TOKEN_MATCH", "5!"),
        ("SUFFIX", ")"),
    ]


def test_infix_at_the_start_is_ignored():
    tokenizer = Tokenizer(Vocab(), infix_finditer=re.compile("-").finditer)

    assert [token.text for token in tokenizer("-a-b-")] == ["-a", "-", "b", "-"]


def test_suffix_search_does_not_see_the_prefix():
    tokenizer = Tokenizer(
        Vocab(),
        prefix_search=re.compile(r"^\$").search,
        suffix_search=re.compile(r"(?<=\$)5$").search,
    )

    assert [token.text for token in tokenizer("$5")] == ["$", "5"]
    assert tokenizer.explain("$5") == [("PREFIX", "$"), ("TOKEN", "5")]


def test_without_rules_text_is_split_only_at_whitespace():
    tokenizer = Tokenizer(Vocab())

    assert [token.text for token in tokenizer("Don't, (stop)!\nNow.")] == [
        *("Don't,", "(stop)!", "\n", "Now.")
    ]


def test_added_special_case_takes_effect_at_once(fresh):
    assert [token.text for token in fresh("gimme that")] == ["gimme", "that"]

    fresh.tokenizer.add_special_case("gimme", [{"ORTH": "gim", "NORM": "give"}, {65: "me"}])

    doc = fresh("(gimme that!")
    assert [token.text for token in doc] == ["(", "gim", "me", "that", "!"]
    assert doc[1].norm_ == "give"


def test_special_case_may_contain_a_space(fresh):
    assert [token.text for token in fresh("in New York, yes")][1:3] == ["New", "York"]

    fresh.tokenizer.add_special_case("New York", [{"ORTH": "New York"}])

    doc = fresh("in New York, yes")
    assert [token.text for token in doc] == ["in", "New York", ",", "yes"]
    assert doc.text == "in New York, yes"


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("in New York", ["in", "New York"]),
        ("a New Yorker", ["a", "New", "Yorker"]),
        ("(New York), e.g.", ["(", "New York", ")", ",", "e.g."]),
        ("New  York", ["New", " ", "York"]),
        ("!" * 300 + "New York", [*"!" * 300, "New York"]),
        ("one\ttwo", ["one", "\ttwo"]),
        ("1-2  3-4", ["1", "-", "2  3", "-", "4"]),
    ],
)
def test_special_case_with_whitespace_is_found_in_any_words(fresh, text, tokens):
    for special in ("New York", "\ttwo", "2  3"):
        fresh.tokenizer.add_special_case(special, [{"ORTH": special}])

    for _ in range(2):  # the second time from the cache
        assert [token.text for token in fresh(text)] == tokens
        assert [token.text for token in next(fresh.tokenizer.pipe([text]))] == tokens


def test_longest_special_case_wins(fresh):
    # The rules split `:((` into tokens that also form `((` and `:(`.
    assert [token.text for token in fresh("x:((")] == ["x", ":(("]


def test_tokens_of_a_special_case_with_spaces_between_are_not_joined(words):
    assert words("a: 3 b:3")[1:3] == [":", "3"]


@pytest.mark.parametrize(
    ("tokens", "message"),
    [
        pytest.param([{"ORTH": "gim"}], "join to 'gim'", id="too-short"),
        pytest.param([{"ORTH": "gimme", "LEMMA": "give"}], "has LEMMA", id="other-attribute"),
        pytest.param([{"NORM": "give"}], "has no ORTH", id="no-text"),
        pytest.param([], "join to ''", id="no-token"),
    ],
)
def test_wrong_special_case_is_refused(fresh, tokens, message):
    with pytest.raises(TextError, match=message):
        fresh.tokenizer.add_special_case("gimme", tokens)


def test_changed_rules_take_effect_at_once(fresh):
    tokenizer = fresh.tokenizer
    assert [token.text for token in tokenizer("a-b can't")] == ["a", "-", "b", "ca", "n't"]

    tokenizer.infix_finditer = None
    tokenizer.rules = {}

    assert [token.text for token in tokenizer("a-b can't")] == ["a-b", "can't"]
    assert tokenizer.find_infix("a-b") == []


def test_find_prefix_and_find_suffix_return_lengths(nlp):
    tokenizer = nlp.tokenizer

    assert [tokenizer.find_prefix(text) for text in ("$5", "US$5", "a")] == [1, 3, 0]
    assert [tokenizer.find_suffix(text) for text in ("x...", "5km", "dog's", "a")] == [3, 2, 2, 0]
    assert [match.span() for match in tokenizer.find_infix("a-b-c")] == [(1, 2), (3, 4)]


def test_without_faster_heuristics_every_special_case_is_searched():
    def tokenizer(*, faster: bool) -> Tokenizer:
        # No rule splits `xab` by itself; the infix rule makes it a token inside `q-xab-`.
        return Tokenizer(
            Vocab(),
            {"xab": [{"ORTH": "x"}, {"ORTH": "ab"}]},
            infix_finditer=re.compile("(?<=-)xab(?=-)").finditer,
            faster_heuristics=faster,
        )

    assert [token.text for token in tokenizer(faster=True)("q-xab-")] == ["q-", "xab", "-"]
    assert [token.text for token in tokenizer(faster=False)("q-xab-")] == ["q-", "x", "ab", "-"]


@given(st.text(st.sampled_from([chr(point) for point in range(0x3000)]), min_size=1))
def test_shortcut_for_plain_chunks_agrees_with_the_rules(nlp, text):
    # No rule may match in a chunk of letters or digits, for which the rules are skipped.
    tokenizer = nlp.tokenizer
    if not (text.isalpha() or text.isdecimal()):
        return

    assert tokenizer.affixes.spares_plain
    assert tokenizer.find_prefix(text) == tokenizer.find_suffix(text) == 0
    assert tokenizer.find_infix(text) == []
    assert tokenizer.url_match(text) is None


def test_no_letter_or_digit_is_an_affix(nlp):
    tokenizer = nlp.tokenizer
    plain = [c for c in map(chr, range(0x30000)) if c.isalpha() or c.isdecimal()]

    assert [c for c in plain if tokenizer.find_prefix(c) or tokenizer.find_suffix(c)] == []
    assert tokenizer.find_infix(" ".join(plain)) == []


def test_letter_classes_are_disjoint_where_letters_have_case():
    lower, upper = re.compile(f"[{alpha_lower()}]"), re.compile(f"[{alpha_upper()}]")
    letter = re.compile(f"[{alpha()}]")

    ranges = code_ranges("41-24F 386-3FF 400-4FF")
    for char in (chr(point) for first, last in ranges for point in range(first, last + 1)):
        assert not (lower.match(char) and upper.match(char))
        assert bool(letter.match(char)) >= bool(lower.match(char))


def test_icons_do_not_depend_on_the_unicode_version():
    matches = re.compile(icons()).match

    assert sum(matches(chr(point)) is not None for point in range(0x110000)) == 5984


def test_score_counts_tokens_with_equal_offsets(nlp):
    gold = Doc(nlp.vocab, words=["a", "b-c", "d"], spaces=[True, True, False])

    scores = nlp.tokenizer.score([Example(nlp.make_doc("a b-c d"), gold)])

    assert scores["token_p"] == pytest.approx(2 / 5)
    assert scores["token_r"] == pytest.approx(2 / 3)


@pytest.mark.parametrize(
    ("run", "n_tokens"),
    [
        pytest.param("=" * 100_000, 100_000, id="prefixes"),
        pytest.param("x" + "!" * 100_000, 100_001, id="suffixes"),
        pytest.param(
            "(" * 50_000 + "can't" + ")" * 50_000, 100_002, id="affixes-of-a-special-case"
        ),
        pytest.param("." * 100_000, 1, id="one-long-affix"),
        pytest.param("a:" * 50_000, 100_000, id="infixes-that-may-begin-an-address"),
        pytest.param("://" * 33_000 + "x", 2, id="schemes"),
        pytest.param(":)" * 50_000, 99_997, id="special-cases-split-by-rules"),
        pytest.param("😀" * 100_000, 100_000, id="emoji"),
    ],
)
def test_time_for_a_long_word_is_linear(fresh, run, n_tokens):
    # Any step that takes time in proportion to all the rest of the word would take minutes here.
    doc = fresh.make_doc(run)

    assert doc.text == run
    assert len(doc) == n_tokens
