"""Pipelines of packages that load them by a function of their own."""

import pytest

import kernel
from kernel.errors import LoadError

PACKAGE = """
import kernel

def load(vocab, exclude, **options):
    nlp = kernel.blank("en", vocab=vocab)
    nlp.meta["given"] = {"exclude": exclude, **options}
    return nlp
"""


def test_package_without_an_entry_point_is_loaded_by_its_function(distribution):
    distribution("acme_pipeline", {}, acme_pipeline=PACKAGE)

    nlp = kernel.load("acme_pipeline", exclude=["ner"])

    assert nlp.lang == "en"
    options = {"exclude": ["ner"], "disable": (), "enable": (), "config": {}}
    assert nlp.meta["given"] == options


def test_folder_with_a_pipeline_comes_before_such_a_package(distribution, tmp_path, monkeypatch):
    distribution("acme_pipeline", {}, acme_pipeline=PACKAGE)
    work = tmp_path / "work"
    work.mkdir()
    monkeypatch.chdir(work)
    kernel.blank("de").to_disk("acme_pipeline")

    assert kernel.load("acme_pipeline").lang == "de"


def test_packages_without_the_function_have_no_pipeline(distribution):
    distribution("acme_other", {}, acme_other="x = 1")
    with pytest.raises(LoadError, match="no such folder or installed package"):
        kernel.load("acme_other")


def test_modules_that_are_not_distributions_are_not_imported(distribution):
    distribution("acme_other", {}, acme_pipeline="raise RuntimeError")
    with pytest.raises(LoadError, match="no such folder or installed package"):
        kernel.load("acme_pipeline")


def test_package_that_cannot_be_imported_says_why(distribution):
    distribution("acme_pipeline", {}, acme_pipeline="import no_such_library")
    with pytest.raises(LoadError, match=r"`acme_pipeline` cannot be imported: .*no_such_library"):
        kernel.load("acme_pipeline")
