"""Components without a base class, with only the methods of one protocol."""

import contextlib

import numpy as np
import pytest
import thinc.api

import kernel
from kernel.pipeline import Language, TrainablePipe
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


class Learning(Plain):
    """Learns only the number of examples."""

    def __init__(self):
        self.labels = ["FEW", "MANY"]
        self.weight, self.gradient = 0.0, 0.0
        self.initialized_with = None

    def initialize(self, get_examples, *, nlp, start=1.0):
        self.initialized_with = len(list(get_examples()))
        self.weight = start

    def update(self, examples, *, drop, sgd, losses):
        self.gradient += len(examples)
        losses["learning"] = losses.get("learning", 0.0) + self.gradient
        return losses

    def finish_update(self, sgd):
        self.weight, self.gradient = sgd(self.weight, self.gradient), 0.0

    @contextlib.contextmanager
    def use_params(self, params):
        before, self.weight = self.weight, params["weight"]
        yield
        self.weight = before

    def to_bytes(self, *, exclude=()):
        return str(self.weight).encode()

    def from_bytes(self, data, *, exclude=()):
        self.weight = float(data)


class Fussy(Plain):
    """Fails on every doc, and has its own error handler."""

    handler = None

    def __call__(self, doc):
        raise ValueError("no")

    def set_error_handler(self, handler):
        self.handler = handler

    def get_error_handler(self):
        return self.handler


class Doubtful(Plain):
    """Annotates in two steps, but also has a `pipe`, which is used."""

    def predict(self, docs):
        raise AssertionError("`pipe` is there to be used")

    def set_annotations(self, docs, predictions):
        raise AssertionError("`pipe` is there to be used")

    def pipe(self, stream, *, batch_size):
        for doc in stream:
            doc.cats["piped"] = 1.0
            yield doc


@pytest.fixture(scope="module", autouse=True)
def factories():
    for make in (Rehearsing, Keeping, Counting, Learning, Fussy, Doubtful):
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


def test_a_component_without_a_base_learns(nlp):
    pipe = nlp.add_pipe("learning")
    examples = [Example(nlp.make_doc("a"), nlp.make_doc("a")) for _ in range(3)]

    nlp.initialize(lambda: examples, sgd=lambda weight, gradient: weight + gradient)
    losses = nlp.update(examples)

    assert pipe.initialized_with == 3
    assert losses == {"learning": 3.0}
    assert pipe.weight == 4.0
    assert nlp.update(examples, exclude=["learning"]) == {}
    nlp.update(examples, sgd=False)
    assert (pipe.weight, pipe.gradient) == (4.0, 3.0)
    with nlp.use_params({"weight": 9.0}):
        assert pipe.weight == 9.0
    assert pipe.weight == 4.0


def test_packable_components_are_saved_as_bytes(nlp):
    nlp.add_pipe("learning").weight = 2.5
    other = kernel.blank("en")
    other.add_pipe("learning")

    other.from_bytes(nlp.to_bytes())

    assert other.get_pipe("learning").weight == 2.5
    assert nlp.pipe_labels == {"learning": ["FEW", "MANY"]}


def test_its_own_error_handler_is_asked(nlp):
    failed = []
    nlp.add_pipe("fussy")
    nlp.set_error_handler(lambda name, component, docs, error: failed.append((name, str(error))))

    assert list(nlp.pipe(["a", "b"])) == []
    assert failed == [("fussy", "no")] * 2


def test_a_pipe_of_its_own_is_used(nlp):
    nlp.add_pipe("doubtful")
    assert [doc.cats for doc in nlp.pipe(["a", "b"])] == [{"piped": 1.0}] * 2


def test_component_without_cfg_of_its_own_is_saved(tmp_path):
    class Bare(TrainablePipe):
        def __init__(self):
            self.name, self.model = "bare", thinc.api.Linear(2, 2).initialize()

    Bare().to_disk(tmp_path / "bare")
    assert (tmp_path / "bare" / "cfg").read_bytes() == b"{}"
    assert Bare().from_disk(tmp_path / "bare").cfg == {}
