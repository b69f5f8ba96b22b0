"""The tokenizer's cache does not change its results."""

import pytest

from kernel.text import Vocab
from kernel_plugin_lang.tokenizer import Tokenizer

TEXTS = [
    f"the {number} of (the) can't-{number}, \n x{number}:) a.b{number % 7} the"
    for number in range(50)
]


def tokens(docs):
    return [[(token.text, token.norm_, token.whitespace_) for token in doc] for doc in docs]


def with_cache_size(nlp, size: int) -> Tokenizer:
    own = nlp.tokenizer
    return Tokenizer(
        Vocab(),
        own.rules,
        own.prefix_search,
        own.suffix_search,
        own.infix_finditer,
        url_match=own.url_match,
        max_cache_size=size,
    )


@pytest.mark.parametrize("size", [0, 1, 2, 7, 100, 10_000])
def test_cache_size_does_not_change_tokens(nlp, size):
    tokenizer = with_cache_size(nlp, size)

    expected = tokens(map(nlp.tokenizer, TEXTS))

    assert tokens(map(tokenizer, TEXTS)) == expected
    assert tokens(map(tokenizer, TEXTS)) == expected


@pytest.mark.parametrize("batch_size", [1, 7, 1000])
def test_pipe_gives_the_same_docs_as_calls(nlp, fresh, batch_size):
    piped = list(fresh.tokenizer.pipe(iter(TEXTS), batch_size=batch_size))

    assert tokens(piped) == tokens(map(nlp.tokenizer, TEXTS))


def test_each_chunk_is_analysed_once(fresh):
    asked = []
    search = fresh.tokenizer.prefix_search
    fresh.tokenizer.prefix_search = lambda text: asked.append(text) or search(text)
    fresh("warm up")
    asked.clear()

    fresh("seldom seen, seldom heard, seldom seen,")
    first = list(asked)
    fresh("seldom heard, seldom seen,")

    assert first.count("seldom") == 1
    assert first.count("seen,") == 1
    assert asked == first


def test_docs_do_not_share_arrays(nlp):
    one, two = nlp.tokenizer.pipe(["a b", "a b"])
    one.spaces[0] = False

    assert two.text == nlp.make_doc("a b").text == "a b"
