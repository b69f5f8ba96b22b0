"""The doc cleaner."""

import numpy as np
import pytest

import kernel
from kernel.pipeline.functions import DocCleaner
from kernel.text import Doc


@pytest.fixture
def nlp():
    return kernel.blank("xx")


@pytest.fixture
def note():
    Doc.set_extension("note", default="")
    yield
    Doc.remove_extension("note")


def test_output_of_layers_is_freed_by_default(nlp):
    nlp.add_pipe("doc_cleaner")
    doc = nlp.make_doc("a")
    doc.tensor = np.ones((1, 2))
    assert nlp(doc).tensor.size == 0


def test_attributes_get_the_given_values(nlp, note):
    nlp.add_pipe("doc_cleaner", config={"attrs": {"_.note": "x", "cats": {"A": 1.0}}})
    doc = nlp("a")
    assert (doc._.note, doc.cats) == ("x", {"A": 1.0})


@pytest.mark.parametrize("name", ["notes", "_.notes", "_.a.b"])
def test_attributes_that_docs_do_not_have_are_warned_of(nlp, name):
    with pytest.warns(UserWarning, match=f"`doc_cleaner`: docs have no attribute `{name}`"):
        DocCleaner({name: None}, silent=False)(nlp.make_doc("a"))
    assert DocCleaner({name: None})(nlp.make_doc("a")).text == "a"


def test_settings_are_saved(tmp_path):
    DocCleaner({"cats": {}}, silent=False).to_disk(tmp_path)
    loaded = DocCleaner({}).from_disk(tmp_path)
    assert loaded.cfg == {"attrs": {"cats": {}}, "silent": False}
