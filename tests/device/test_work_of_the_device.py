"""A step on a device does not wait for the host more often if the batch is larger."""

import pytest

from kernel.pipeline import blank, initialize, update
from kernel.random import Streams
from kernel.testing import device_double
from tests.device.cases import CASES, make_examples

# Clipping reads the norms of single parameters; how many are clipped varies.
CLIPPED = 5


def work(case, n_copies):
    """Return the copies in a step of training, and in a prediction."""
    factory, config, prepare = CASES[case]
    with device_double() as counts:
        nlp = blank("en")
        if prepare is not None:
            prepare(nlp)
        nlp.add_pipe(factory, config=config)
        examples = make_examples(nlp) * n_copies
        streams = Streams(0)
        optimizer = initialize(nlp, lambda: examples, scope=streams.use)
        for _ in range(2):
            counts.reset()
            update(nlp, examples, sgd=optimizer, drop=0.1, scope=streams.use)
        training = counts.to_host, counts.to_device, counts.waits
        docs = [nlp.make_doc(example.text) for example in examples]
        counts.reset()
        list(nlp.pipe(docs, batch_size=1000))
        return training, (counts.to_host, counts.to_device, counts.waits)


@pytest.mark.parametrize(
    ("case", "most"),
    [("ner", 16), ("parser", 16), ("tagger", 8), ("floret-vectors", 8), ("ensemble-v1", 8)],
)
def test_copies_do_not_depend_on_the_number_of_docs(case, most):
    small, large = work(case, 1), work(case, 3)
    assert small[1] == large[1]
    assert small[0][1:] == large[0][1:]
    assert abs(small[0][0] - large[0][0]) <= CLIPPED
    assert large[0][0] <= most
