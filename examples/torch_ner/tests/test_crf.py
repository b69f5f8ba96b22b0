"""The conditional random field, compared with sums and maxima over all tag sequences."""

import itertools

import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("kernel_plugin_torch_ner")

from kernel_plugin_torch_ner.crf import LinearChainCRF
from kernel_plugin_torch_ner.tags import allowed_tags, entities_of, tags_of

pytestmark = pytest.mark.needs("torch")
TAGS = tags_of(["PER"])
LENGTHS = [4, 1, 3]


@pytest.fixture
def crf():
    torch.manual_seed(0)
    made = LinearChainCRF(*allowed_tags(TAGS)).double()
    for param in made.parameters():
        torch.nn.init.normal_(param)
    return made


@pytest.fixture
def scores():
    torch.manual_seed(1)
    return torch.randn(len(LENGTHS), max(LENGTHS), len(TAGS), dtype=torch.double)


def sequences(crf, length):
    """Return all sequences that are allowed."""
    return [
        tags
        for tags in itertools.product(range(len(TAGS)), repeat=length)
        if crf.may_start[tags[0]]
        and crf.may_end[tags[-1]]
        and all(crf.allowed[pair] for pair in itertools.pairwise(tags))
    ]


def score(crf, scores, tags):
    return (
        crf.starts[tags[0]]
        + sum(scores[token, tag] for token, tag in enumerate(tags))
        + sum(crf.transitions[pair] for pair in itertools.pairwise(tags))
        + crf.ends[tags[-1]]
    )


def log_sum(crf, scores, found):
    return torch.stack([score(crf, scores, tags) for tags in found]).logsumexp(0)


def test_partition_is_the_sum_over_all_sequences(crf, scores):
    found = crf.log_partition(scores, torch.tensor(LENGTHS))
    expected = [
        log_sum(crf, row, sequences(crf, length))
        for row, length in zip(scores, LENGTHS, strict=True)
    ]
    torch.testing.assert_close(found, torch.stack(expected))


def test_best_tags_are_the_best_of_all_sequences(crf, scores):
    found = crf.best_tags(scores, torch.tensor(LENGTHS)).tolist()
    for row, length, tags in zip(scores, LENGTHS, found, strict=True):
        every = sequences(crf, length)
        best = torch.stack([score(crf, row, each) for each in every]).argmax()
        assert tags == [*every[best], *[0] * (max(LENGTHS) - length)]


def test_loss_of_known_and_unknown_tags_is_that_of_the_sequences_that_fit(crf, scores):
    gold = torch.ones(scores.shape, dtype=torch.bool)
    for row, tags in enumerate([(0, 1, 2, 3), (4,), (0, None, 0)]):
        for token, tag in enumerate(tags):
            if tag is not None:
                gold[row, token] = torch.arange(len(TAGS)) == tag
    loss = crf.loss(scores, torch.tensor(LENGTHS), gold)
    expected = 0
    for row, length, allowed in zip(scores, LENGTHS, gold, strict=True):
        every = sequences(crf, length)
        fitting = [tags for tags in every if all(allowed[i, tag] for i, tag in enumerate(tags))]
        expected += log_sum(crf, row, every) - log_sum(crf, row, fitting)
    torch.testing.assert_close(loss, expected)


def test_gradients_are_those_of_finite_differences(crf, scores):
    gold = torch.zeros(scores.shape, dtype=torch.bool)
    gold[:, :, 0] = True
    params = tuple(crf.parameters())

    def loss(scores, *_):
        return crf.loss(scores, torch.tensor(LENGTHS), gold)

    assert torch.autograd.gradcheck(loss, (scores.requires_grad_(), *params))


def test_tags_that_are_not_allowed_are_never_predicted(crf):
    tags = tags_of(["A", "B"])
    field = LinearChainCRF(*allowed_tags(tags))
    torch.manual_seed(2)
    found = field.best_tags(20 * torch.randn(40, 12, len(tags)), torch.full((40,), 12))
    for row in found.tolist():
        names = [tags[tag] for tag in row]
        covered = sum(end - start for start, end, _ in entities_of(names))
        assert covered == sum(name != "O" for name in names)
