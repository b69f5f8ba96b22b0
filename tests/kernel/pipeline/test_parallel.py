"""`nlp.pipe` with several processes: the same docs, in order, and errors that name the doc.

Components are registered when this module is imported, which the workers do too.
"""

import os
import signal
import time
import types

import numpy as np
import pytest

import kernel
from kernel.errors import KernelError
from kernel.pipeline import Language, ignore_error
from kernel.pipeline.parallel import WorkerError
from kernel.testing import plugged
from kernel.text import COLUMNS, Column, Doc, Span, pack_docs, unpack_docs

slow = pytest.mark.slow  # processes start


@Language.component("parallel_marks")
def marks(doc):
    if "bad" in doc.text:
        raise ValueError("a bad doc")
    doc.ents = [Span(doc, 0, 1, "FIRST")] if len(doc) else []
    doc.cats = {"length": float(len(doc))}
    doc.user_data["threads"] = [os.environ["OPENBLAS_NUM_THREADS"], os.getpid()]
    doc.tensor = np.full((len(doc), 2), len(doc), np.float32)
    return doc


@Language.component("parallel_dies")
def dies(doc):
    if doc.text == "die":
        os.kill(os.getpid(), signal.SIGKILL)
    return doc


RATING = Column(name="parallel_rating", kind="number", unset=-1)
PARTNER = Column(name="parallel_partner", kind="token")


@Language.component("parallel_rates")
def rates(doc):
    COLUMNS.add([RATING, PARTNER])  # in a worker, which has only installed plugins
    if len(doc) > 1:
        doc.set_column("parallel_rating", np.arange(len(doc)) / 2)
        doc[0].parallel_partner = 1
    return doc


def marking():
    nlp = kernel.blank("en")
    nlp.add_pipe("parallel_marks")
    return nlp


@slow
def test_docs_come_back_in_order_with_all_that_was_set():
    nlp = marking()
    texts = [f"Näher text number {i}, it's <b>" + " x" * (i % 7) for i in range(100)] + [""]

    docs = list(nlp.pipe(((text, i) for i, text in enumerate(texts)), as_tuples=True, n_process=2))

    assert [doc.text for doc, _ in docs] == texts
    assert [context for _, context in docs] == list(range(len(texts)))
    for doc, _ in docs[:-1]:
        assert [ent.label_ for ent in doc.ents] == ["FIRST"]
        assert doc.cats == {"length": float(len(doc))}
        assert doc.tensor.tolist() == [[len(doc), len(doc)]] * len(doc)
        assert doc.vocab is nlp.vocab
    assert {doc.user_data["threads"][0] for doc, _ in docs} == {"1"}
    assert os.getpid() not in {doc.user_data["threads"][1] for doc, _ in docs}


@slow
def test_columns_of_plugins_come_back():
    plugin = types.ModuleType("rating")
    plugin.kernel_doc_columns = kernel.hookimpl(lambda: [RATING, PARTNER])
    with plugged(plugin, "rating"):
        nlp = kernel.blank("en")
        nlp.add_pipe("parallel_rates")

        alone, *docs = nlp.pipe(["alone", "a b", "c d e"], n_process=2)

        assert [[token.parallel_rating for token in doc] for doc in docs] == [[0, 0.5], [0, 0.5, 1]]
        assert [[token.parallel_partner.i for token in doc] for doc in docs] == [[1, 1], [1, 1, 2]]
        assert not alone.annotations
        assert alone[0].parallel_rating == -1


@slow
def test_contexts_never_leave_the_process():
    unpackable = object()

    ((doc, context),) = marking().pipe([("text", unpackable)], as_tuples=True, n_process=2)

    assert doc.text == "text"
    assert context is unpackable


@slow
def test_an_error_brings_its_doc_and_the_workers_traceback():
    nlp = marking()
    stream = nlp.pipe(["good", "fine", "a bad one", "late"], n_process=2)

    with pytest.raises(
        WorkerError, match=r"`parallel_marks` failed on document 2, 'a bad one': ValueError: a bad"
    ) as caught:
        list(stream)

    assert 'raise ValueError("a bad doc")' in caught.value.traceback
    assert isinstance(caught.value, ValueError)


@slow
def test_an_error_handler_lets_only_the_failing_doc_go():
    nlp = marking()
    nlp.set_error_handler(ignore_error)

    docs = list(nlp.pipe(["good", "bad", "fine"], n_process=2, batch_size=3))

    assert [doc.text for doc in docs] == ["good", "fine"]


@slow
def test_a_killed_worker_raises_within_seconds():
    nlp = kernel.blank("en")
    nlp.add_pipe("parallel_dies")
    start = time.monotonic()

    with pytest.raises(KernelError, match=r"was killed by signal 9 at documents 0 to \d+"):
        list(nlp.pipe(["one", "die", "two"], n_process=2))

    assert time.monotonic() - start < 20  # two interpreters that start, on a busy machine


@slow
def test_components_that_workers_cannot_find_are_named(monkeypatch):
    # As on systems where processes are not forked.
    monkeypatch.setattr("kernel.pipeline.parallel.start_method", lambda _: "spawn")

    @Language.component("parallel_local")
    def local(doc):
        return doc

    local.__module__ = "__main__"
    nlp = kernel.blank("en")
    nlp.add_pipe("parallel_local")

    with pytest.raises(
        WorkerError, match=r"could not load the pipeline: RegistryError: .*: no `parallel_local`"
    ):
        list(nlp.pipe(["text"], n_process=2))


def test_registered_tables_do_not_keep_workers_from_starting():
    kernel.registry.lookups.register("qparallel")({"lemma_lookup": {"geese": "goose"}})
    docs = kernel.blank("xx").pipe(["geese"] * 3, n_process=2)
    assert [doc.text for doc in docs] == ["geese"] * 3


@pytest.mark.parametrize("number", [0, -2])
def test_an_invalid_number_of_processes_is_refused(number):
    with pytest.raises(KernelError, match=f"1 or more, or -1 for all, got {number}"):
        list(kernel.blank("en").pipe(["text"], n_process=number))


def test_packed_docs_are_the_same_docs():
    vocab = kernel.blank("en").vocab
    first = Doc(vocab, ["New", "York", "näher"], heads=[1, 1, 1], deps=["a", "ROOT", "b"])
    first[0].norm_ = "neu"
    first.spans["group"] = [Span(first, 0, 2, "CITY")]
    first.user_data["list"] = [1, [2]]
    second = Doc(vocab, ["x"], spaces=[False])
    other = kernel.blank("en").vocab

    one, empty, two = unpack_docs(pack_docs([first, Doc(vocab), second]), other)

    assert one.to_bytes() == first.to_bytes()
    assert [token.norm_ for token in one] == ["neu", "york", "näher"]
    assert one.annotations.keys() == first.annotations.keys()
    assert one.spans["group"][0].label_ == "CITY"
    assert one.user_data == {"list": [1, [2]]}
    assert (len(empty), two.text, two.annotations) == (0, "x", {})


class Quiet(Language):
    """A subclass with a language that no plugin registers."""

    lang = "qq"


@slow
@pytest.mark.parametrize("language", [Language, Quiet])
def test_workers_have_the_class_of_the_pipeline(language):
    nlp = language()

    texts = [doc.text for doc in nlp.pipe(["(a).", "b"] * 4, n_process=2, batch_size=2)]

    assert texts == ["(a).", "b"] * 4
