import pytest

from kernel import blank
from kernel.text import Doc


@pytest.fixture
def ruler():
    """Return an entity ruler for a tag, which fails for docs without tags."""
    ruler = blank("en").add_pipe("entity_ruler")
    ruler.add_patterns([{"label": "NAME", "pattern": [{"TAG": "NNP"}]}])
    return ruler


def docs_of(ruler):
    vocab = ruler.nlp.vocab
    return [
        Doc(vocab, words=["Ada"], tags=["NNP"]),
        Doc(vocab, words=["Bob"]),
        Doc(vocab, words=["Cy"], tags=["NNP"]),
    ]


def test_docs_that_fail_in_a_batch_are_dropped_alone(ruler):
    failed = []
    ruler.set_error_handler(lambda name, component, docs, error: failed.extend(docs))
    found = list(ruler.pipe(docs_of(ruler), batch_size=3))

    assert [[ent.text for ent in doc.ents] for doc in found] == [["Ada"], ["Cy"]]
    assert [doc.text for doc in failed] == ["Bob "]


def test_errors_are_raised_without_a_handler(ruler):
    with pytest.raises(Exception, match="TAG"):
        list(ruler.pipe(docs_of(ruler)))
