"""Why entities do not fit the tokens."""

import pytest

from kernel.text import Doc, Vocab
from kernel_plugin_corpus.converters.misaligned import why_misaligned


@pytest.mark.parametrize(
    ("start", "end", "reason"),
    [
        pytest.param(0, 3, "", id="aligned"),
        pytest.param(4, 8, "it ends inside of the token 'Lovelace'", id="end"),
        pytest.param(6, 12, "it starts inside of the token 'Lovelace'", id="start"),
        pytest.param(3, 12, "it starts or ends with whitespace", id="whitespace"),
        pytest.param(5, 5, "it is empty", id="empty"),
        pytest.param(9, 99, "it lies outside of the text, which has 17 characters", id="outside"),
    ],
)
def test_reason_is_said_in_words(start, end, reason):
    doc = Doc(Vocab(), ["Ada", "Lovelace", "went"], [True, True, False])
    assert why_misaligned(doc, start, end) == reason
