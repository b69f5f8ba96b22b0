# ruff: noqa: NPY002 — it is about the global generators
"""Kernel does not change the threads of matrix products in the rest of the program."""

import logging
import os
import random
import threading

import numpy as np
import pytest

import kernel
from kernel.blas import numpy_blas, single_threaded_blas
from kernel.pipeline import Language
from kernel.text import Doc, Example

pytestmark = pytest.mark.skipif(numpy_blas() is None, reason="numpy has another BLAS")


@pytest.fixture(autouse=True)
def blas():
    """Numpy's BLAS, set to three threads, a number that no other code uses."""
    found = numpy_blas()
    before = found.get_threads()
    found.set_threads(3)
    yield found
    found.set_threads(before)


@pytest.fixture
def nlp():
    nlp = kernel.blank("en")
    nlp.add_pipe("tok2vec")
    nlp.add_pipe("ner").add_label("PERSON")
    return nlp


@pytest.fixture
def examples(nlp):
    doc = Doc(nlp.vocab, words=["Ada", "wrote", "to", "Charles"])
    return [Example.from_dict(doc, {"entities": [(0, 3, "PERSON")]})] * 4


class Watching:
    """A component that records the number of BLAS threads when it is called."""

    def __init__(self):
        self.seen = []

    def __call__(self, doc):
        self.seen.append(numpy_blas().get_threads())
        if doc.text == "bad":
            raise ValueError("a doc that the component cannot take")
        return doc


@pytest.fixture
def watched():
    component = Watching()

    @Language.component("watching_blas")
    def call(doc):
        return component(doc)

    nlp = kernel.blank("en")
    nlp.add_pipe("watching_blas")
    return nlp, component


def test_no_operation_changes_what_the_process_has(nlp, examples, blas, tmp_path):
    optimizer = nlp.initialize(lambda: examples)
    state, python_state = np.random.get_state(), random.getstate()
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level

    def unchanged():
        now = np.random.get_state()
        assert (now[1] == state[1]).all()
        assert now[2:] == state[2:]
        assert random.getstate() == python_state
        assert (list(root.handlers), root.level) == (handlers, level)
        return blas.get_threads() == 3

    assert unchanged()
    nlp.update(examples, sgd=optimizer, drop=0.1)
    assert unchanged()
    nlp("Ada wrote to Charles.")
    assert unchanged()
    for _ in nlp.pipe(["Ada wrote."] * 3, batch_size=1):
        assert unchanged()
    nlp.evaluate(examples)
    assert unchanged()
    nlp.to_disk(tmp_path / "pipeline")
    loaded = kernel.load(tmp_path / "pipeline")
    assert unchanged()
    loaded.get_pipe("tok2vec")(loaded.make_doc("Ada wrote."))
    list(loaded.get_pipe("tok2vec").pipe(iter([loaded.make_doc("Ada wrote.")])))
    assert unchanged()


def test_products_inside_kernel_use_one_thread(watched):
    nlp, component = watched

    nlp("one")
    list(nlp.pipe(["one", "two"]))

    assert component.seen == [1, 1, 1]


def test_threads_are_set_back_after_an_error(watched, blas):
    nlp, component = watched

    with pytest.raises(ValueError, match="cannot take"):
        nlp("bad")
    with pytest.raises(ValueError, match="cannot take"):
        list(nlp.pipe(["good", "bad"]))

    assert component.seen == [1, 1, 1]
    assert blas.get_threads() == 3


def test_last_of_several_threads_sets_them_back(blas):
    entered, leave, seen = threading.Event(), threading.Event(), []

    def other():
        with single_threaded_blas, single_threaded_blas:
            entered.set()
            leave.wait(10)
            seen.append(blas.get_threads())

    thread = threading.Thread(target=other)
    with single_threaded_blas:
        thread.start()
        assert entered.wait(10)
    seen.append(blas.get_threads())
    leave.set()
    thread.join()

    assert seen == [1, 1]
    assert blas.get_threads() == 3


def test_a_number_that_others_set_meanwhile_is_kept(blas):
    with single_threaded_blas:
        blas.set_threads(2)

    assert blas.get_threads() == 2


@pytest.mark.skipif(not hasattr(os, "fork"), reason="the platform has no fork")
@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_forked_process_forgets_the_threads_it_does_not_have(blas):
    entered, leave = threading.Event(), threading.Event()

    def other():
        with single_threaded_blas:
            entered.set()
            leave.wait(10)

    thread = threading.Thread(target=other)
    thread.start()
    assert entered.wait(10)
    child = os.fork()
    if child == 0:
        with single_threaded_blas:
            inside = blas.get_threads()
        os._exit(0 if (inside, blas.get_threads()) == (1, 3) else 1)
    leave.set()
    thread.join()

    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert blas.get_threads() == 3
