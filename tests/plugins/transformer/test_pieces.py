import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kernel.text import Doc
from kernel_plugin_transformer.pieces import Characters, Pieces, align, encode
from kernel_plugin_transformer.slow_offsets import find_offsets
from kernel_plugin_transformer.span_getters import doc_spans, strided_spans, wordpiece_spans
from kernel_plugin_transformer.windows import Reader, make_windows

WORDS = [
    "Anna", "don", "'t", "😀", "👩‍👩‍👧", "naïve", "cafe\u0301", "日本語", "の", "👍🏽", "x", "...", "ﬁne",
    "http://a.b/c?d=1234567890", "\u200b", "İstanbul", "\u0301", "العربية", "½", " ", "  ", "\n", "\n\n", "\t",
    "<s>", "▁", "Ġ", "##s",
]  # fmt: skip
token_lists = st.lists(st.tuples(st.sampled_from(WORDS), st.booleans()), max_size=25)
doc_lists = st.lists(token_lists, min_size=1, max_size=4)
getters = st.sampled_from(
    [
        doc_spans(),
        strided_spans(4, 3),
        strided_spans(5, 5),
        wordpiece_spans(8, 3),
        wordpiece_spans(12, 0),
    ]
)
check = settings(
    max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)


def make_docs(nlp, token_lists):
    return [
        Doc(nlp.vocab, words=[word for word, _ in tokens], spaces=[space for _, space in tokens])
        for tokens in token_lists
    ]


def reader_of(tokenizer, max_pieces=None):
    added = 1 if tokenizer.num_special_tokens_to_add() else 0
    return Reader(tokenizer, max_pieces, added, added)


def align_slowly(chars, docs):
    """The pieces of each token by the rule: those with one of its characters, or its space."""
    owners = [
        (number, token.i)
        for number, doc in enumerate(docs)
        for token in doc
        for _ in token.text_with_ws
    ]
    found = {(number, i): [] for number, doc in enumerate(docs) for i in range(len(doc))}
    for piece, (start, end) in enumerate(chars.tolist()):
        for owner in dict.fromkeys(owners[start:end]):
            found[owner].append(piece)
    return list(found.values())


@check
@given(tokens=doc_lists, get_spans=getters)
def test_each_token_has_the_pieces_with_its_characters(nlp, tokenizer, tokens, get_spans):
    docs = make_docs(nlp, tokens)
    characters = Characters.of(docs)
    pieces = make_windows(get_spans, docs, characters, reader_of(tokenizer)).pieces
    found = align(pieces.chars, characters)
    ends = np.cumsum(found.lengths)
    rows = [
        found.pieces[end - n : end].tolist() for end, n in zip(ends, found.lengths, strict=True)
    ]
    assert rows == align_slowly(pieces.chars, docs)


def test_pieces_are_those_of_the_tokenizer(tokenizer):
    texts = ["Anna lives in Berlin", "", "😀 naïve"]
    pieces = encode(tokenizer, texts)
    expected = tokenizer(texts, return_offsets_mapping=True)
    assert pieces.lengths.tolist() == [len(ids) for ids in expected["input_ids"]]
    assert pieces.ids.tolist() == [piece for ids in expected["input_ids"] for piece in ids]
    assert pieces.chars.tolist() == [
        [*pair] for each in expected["offset_mapping"] for pair in each
    ]


def test_a_space_belongs_to_the_token_before_it(nlp):
    docs = make_docs(nlp, [[("a", True), ("bc", False), ("d", False)]])
    # "a bcd": the pieces "a", " b", "cd".
    found = align(np.array([[0, 1], [1, 3], [3, 5], [0, 0]]), Characters.of(docs))
    assert found.lengths.tolist() == [2, 2, 1]
    assert found.pieces.tolist() == [0, 1, 1, 2, 2]


def test_characters_of_no_docs():
    assert align(np.zeros((0, 2), int), Characters.of([])).lengths.shape == (0,)


def test_pieces_can_be_taken_and_shifted():
    pieces = Pieces(np.arange(3), None, np.array([[0, 1], [1, 2], [0, 4]]), np.array([2, 1]))
    assert pieces.shifted(np.array([10, 20])).chars.tolist() == [[10, 11], [11, 12], [20, 24]]
    assert pieces.take(np.array([2, 0]), np.array([2])).ids.tolist() == [2, 0]


@pytest.mark.parametrize(
    ("text", "pieces", "expected"),
    [
        ("Naïve Café", ["naive", "cafe"], ["Naïve", "Café"]),
        ("unaffable x", ["un", "##aff", "##able", "x"], ["un", "aff", "able", "x"]),
        ("New  York", ["▁New", "▁York"], ["New", "York"]),
        ("in Berlin", ["in", "ĠBer", "lin"], ["in", "Ber", "lin"]),
        ("low er</w>", ["low</w>", "er@@"], ["low", "er"]),
        ("a 😀 b", ["a", "[UNK]", "b"], ["a", "😀", "b"]),
        ("😀 ☂ b 😀", ["[UNK]", "[UNK]", "b", "[UNK]"], ["😀", "☂", "b", "😀"]),
        ("a", ["a", "[UNK]"], ["a", ""]),
    ],
)  # fmt: skip
def test_pieces_are_found_without_offsets(text, pieces, expected):
    special = [1, *(0 for _ in pieces), 1]
    found = find_offsets(text, ["[CLS]", *pieces, "[SEP]"], special)
    assert [text[start:end] for start, end in found] == ["", *expected, ""]
    assert found[0] == found[-1] == (0, 0)


def test_slow_tokenizers_are_aligned(nlp, tokenizer):
    class Slow:
        """The same tokenizer, without offsets."""

        model_input_names = tokenizer.model_input_names
        convert_ids_to_tokens = tokenizer.convert_ids_to_tokens

        def __call__(self, text, **settings):
            return tokenizer(text, **settings)

    texts = ["Anna lives in Berlin, doesn't she?", "naïve café", ""]
    docs = [nlp.make_doc(text) for text in texts]
    slow, fast = encode(Slow(), texts), encode(tokenizer, texts)
    assert slow.ids.tolist() == fast.ids.tolist()
    starts, characters = np.cumsum([0, *map(len, texts[:-1])]), Characters.of(docs)
    found = align(slow.shifted(starts).chars, characters)
    expected = align(fast.shifted(starts).chars, characters)
    # A piece of a fast tokenizer may contain the space before it.
    assert (found.lengths <= expected.lengths).all()
    assert (found.lengths > 0).tolist() == (expected.lengths > 0).tolist()
