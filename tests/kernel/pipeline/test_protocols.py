"""Components of other makes: each has only the methods of one protocol, and no base class."""

import numpy as np
import pytest

import kernel
from kernel.pipeline import Language
from kernel.text import Example


class Plain:
    """Only a callable."""

    def __call__(self, doc):
        return doc


class Rehearsing(Plain):
    """Can rehearse, in its own way."""

    def __init__(self):
        self.weights = np.ones(2)
        self.remembered = None
        self.seen = []

    def start_rehearsal(self):
        self.remembered = self.weights.copy()

    def rehearse(self, examples, *, sgd, losses):
        self.seen.append(len(examples))
        losses["rehearsing"] = losses.get("rehearsing", 0.0) + 1.5
        return losses

    def update(self, examples, *, drop, sgd, losses):
        return losses

    def finish_update(self, sgd):
        self.seen.append(sgd)


class Keeping(Plain):
    """Stores itself in a folder, and only there."""

    value = 0

    def to_disk(self, path, *, exclude=()):
        path.mkdir()
        path.joinpath("value").write_text(str(self.value))

    def from_disk(self, path, *, exclude=()):
        self.value = int(path.joinpath("value").read_text())


class Counting(Plain):
    """Annotates batches in two steps."""

    sizes = ()

    def predict(self, docs):
        self.sizes = (*self.sizes, len(docs))
        return docs.lengths

    def set_annotations(self, docs, predictions):
        for doc, length in zip(docs, predictions.tolist(), strict=True):
            doc.cats["long"] = float(length > 1)


@pytest.fixture(scope="module", autouse=True)
def factories():
    for make in (Rehearsing, Keeping, Counting):
        name = make.__name__.lower()
        Language.factory(name, func=lambda nlp, name, make=make: make())


@pytest.fixture
def nlp():
    return kernel.blank("en")


def test_rehearsal_is_started_once_and_updates_once(nlp):
    pipe = nlp.add_pipe("rehearsing")
    examples = [Example(nlp.make_doc("a"), nlp.make_doc("a"))]

    nlp.resume_training(sgd="sgd")
    losses = nlp.rehearse(examples, sgd="sgd")

    assert pipe.remembered is not pipe.weights
    assert losses == {"rehearsing": 1.5}
    assert pipe.seen == [1, "sgd"]
    assert nlp.rehearse(examples, sgd="sgd", exclude=["rehearsing"]) == {}


def test_a_component_that_has_only_folders_is_saved_and_loaded(nlp, tmp_path):
    nlp.add_pipe("keeping").value = 5
    nlp.to_disk(tmp_path / "saved")

    assert kernel.load(tmp_path / "saved").get_pipe("keeping").value == 5


def test_a_component_in_two_steps_gets_whole_batches(nlp):
    pipe = nlp.add_pipe("counting")

    docs = list(nlp.pipe(["one", "two words", "three"], batch_size=2))

    assert [doc.cats["long"] for doc in docs] == [0.0, 1.0, 0.0]
    assert pipe.sizes == (2, 1)
    assert nlp("two words").cats == {"long": 1.0}
