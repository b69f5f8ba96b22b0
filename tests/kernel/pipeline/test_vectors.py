"""Word vectors of pipelines: saved, loaded from other pipelines, and compared."""

import warnings

import numpy as np
import pytest

import kernel
from kernel.errors import LoadError
from kernel.pipeline import Language


@pytest.fixture
def with_vectors(tmp_path):
    nlp = kernel.blank("en")
    for word, vector in {"cat": [1, 2], "dog": [3, 4]}.items():
        nlp.vocab.set_vector(word, np.array(vector, np.float32))
    nlp.vocab.vectors.name = "animals"
    nlp.to_disk(tmp_path / "animals")
    return tmp_path / "animals"


@pytest.fixture
def plain_component():
    if not kernel.registry.factories.has("does_nothing"):
        Language.component("does_nothing", func=lambda doc: doc)
    return "does_nothing"


def test_a_saved_pipeline_keeps_its_vectors(with_vectors):
    nlp = kernel.load(with_vectors)

    assert nlp("a dog")[1].vector.tolist() == [3, 4]
    assert nlp.meta["vectors"] == {
        "width": 2,
        "vectors": 100,
        "keys": 2,
        "name": "animals",
        "mode": "default",
    }


@pytest.mark.parametrize("place", ["", "vocab"])
def test_initialize_takes_vectors_of_a_folder(with_vectors, place):
    nlp = kernel.blank("en", config={"initialize": {"vectors": str(with_vectors / place)}})

    nlp.initialize()

    assert nlp("dog").vector.tolist() == [3, 4]
    assert nlp.vocab["dog"].rank == 1
    assert nlp.vocab["unknown"].rank == 2**64 - 1


def test_a_folder_without_vectors_is_named(tmp_path):
    nlp = kernel.blank("en", config={"initialize": {"vectors": str(tmp_path)}})

    with pytest.raises(LoadError, match="has no word vectors"):
        nlp.initialize()


def test_unknown_vectors_are_refused_with_the_command_that_makes_some():
    nlp = kernel.blank("en", config={"initialize": {"vectors": "en_core_web_lg"}})
    with pytest.raises(LoadError, match="no word vectors 'en_core_web_lg': no such") as caught:
        nlp.initialize()
    assert "`kernel init vectors`" in caught.value.hint


def test_other_vectors_than_a_component_learned_with_bring_a_warning(
    with_vectors, plain_component, tmp_path
):
    source = kernel.load(with_vectors)
    source.add_pipe(plain_component)
    source.to_disk(tmp_path / "source")
    components = {"does_nothing": {"source": str(tmp_path / "source")}}
    config = {"nlp": {"pipeline": ["does_nothing"]}, "components": components}

    nlp = kernel.blank("en", config=config)
    assert not nlp.vocab.has_vectors
    with pytest.warns(UserWarning, match="`does_nothing` was trained with other word vectors"):
        nlp.initialize()
    with pytest.warns(UserWarning, match="`does_nothing` was trained with other word vectors"):
        kernel.blank("en").add_pipe("does_nothing", source=source)

    config["initialize"] = {"vectors": str(with_vectors)}
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        kernel.blank("en", config=config).initialize()
