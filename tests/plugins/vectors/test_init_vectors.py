import json

import numpy as np
import pytest

from kernel.pipeline import blank, load
from kernel.registry import registry
from kernel.text import Doc

ROWS = {
    "cat": [1, 0, 0],
    "cats": [0.9, 0.1, 0],
    "dog": [0, 1, 0],
    "dogs": [0, 0.9, 0.1],
    "Cat": [1, 0, 0],
}
TEXT = "".join(f"{word} {' '.join(map(str, row))}\n" for word, row in ROWS.items())


@pytest.fixture
def source(tmp_path):
    path = tmp_path / "v.txt"
    path.write_text(TEXT)
    return path


@pytest.fixture
def init_vectors(run_kernel, tmp_path):
    """The vectors of the pipeline that the command makes."""

    def run(path, *options):
        done = run_kernel("init", "vectors", "en", path, tmp_path / "out", *options)
        assert done.returncode == 0, done.stderr
        return load(tmp_path / "out").vocab

    return run


def test_created_pipeline_has_the_vector_of_every_word(init_vectors, source, tmp_path):
    vocab = init_vectors(source, "--verbose")
    for word, row in ROWS.items():
        np.testing.assert_allclose(vocab.get_vector(word), row)
    assert not vocab.has_vector("emu")
    assert [vocab.vectors.find(key=word) for word in ROWS] == [0, 1, 2, 3, 0]
    meta = json.loads((tmp_path / "out" / "meta.json").read_text())["vectors"]
    # Two words have equal vectors and therefore share a row.
    assert meta == {
        "width": 3,
        "vectors": 4,
        "keys": 5,
        "name": "en_pipeline.vectors",
        "mode": "default",
    }


def test_prune_truncate_and_name_options(init_vectors, source):
    vocab = init_vectors(source, "--truncate", 4, "--prune", 2, "--name", "mine")
    assert vocab.vectors.name == "mine"
    assert len(vocab.vectors) == 2
    assert vocab.vectors.n_keys == 4
    # The first words keep their vectors; each other word has the most similar of these.
    for word, kept in [("cat", "cat"), ("cats", "cats"), ("dog", "cats"), ("dogs", "cats")]:
        np.testing.assert_allclose(vocab.get_vector(word), ROWS[kept])
    assert not vocab.has_vector("Cat")


def test_vectors_can_be_looked_up_by_another_attribute(init_vectors, source):
    vocab = init_vectors(source, "--attr", "LOWER")
    np.testing.assert_allclose(vocab.get_vector("CATS"), ROWS["cats"])


def test_floret_table_has_a_vector_for_any_word(init_vectors, tmp_path):
    path = tmp_path / "floret.txt"
    path.write_text("2 3 2 3 1 7 < >\n0 1 2 3\n1 4 5 6\n")
    vocab = init_vectors(path, "--mode", "floret")
    assert vocab.vectors.mode == "floret"
    assert vocab.vectors.shape == (2, 3)
    assert Doc(vocab, words=["unheard"])[0].vector.any()


def test_rows_of_an_array_are_ranks_of_words(init_vectors, tmp_path):
    np.savez(tmp_path / "v.npz", np.array([[1, 2], [3, 4]], "f"))
    (tmp_path / "words.jsonl").write_text('{"orth": "b", "id": 1}\n{"orth": "a", "id": 0}\n')
    vocab = init_vectors(tmp_path / "v.npz", "--lexemes-jsonl", tmp_path / "words.jsonl")
    assert vocab.get_vector("b").tolist() == [3, 4]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        pytest.param(["--mode", "floret", "--truncate", "1"], "cannot be truncated", id="floret"),
        pytest.param(["--attr", "ORHT"], "did you mean `ORTH`", id="attribute"),
    ],
)
def test_conflicting_options_are_reported(run_kernel, source, tmp_path, options, message):
    done = run_kernel("init", "vectors", "en", source, tmp_path / "out", *options)
    assert done.returncode == 1
    assert message in done.stderr
    assert not (tmp_path / "out").exists()


def test_a_folder_is_replaced_only_with_force(run_kernel, source, tmp_path):
    target = tmp_path / "out"
    target.mkdir()
    command = ["init", "vectors", "en", source, target]
    assert run_kernel(*command).returncode == 0  # an empty folder
    target.joinpath("meta.json").write_text("mine")
    done = run_kernel(*command)
    assert done.returncode == 1
    assert f"{target} exists" in done.stderr
    assert target.joinpath("meta.json").read_text() == "mine"
    assert run_kernel(*command, "--force").returncode == 0
    assert load(target).vocab.vectors_length == 3


def test_array_without_ranked_words_is_reported(run_kernel, tmp_path):
    np.savez(tmp_path / "v.npz", np.ones((2, 2), "f"))
    done = run_kernel("init", "vectors", "en", tmp_path / "v.npz", tmp_path / "out")
    assert done.returncode == 1
    assert "no word has the rank 0" in done.stderr
    assert "--lexemes-jsonl" in done.stderr


def test_registered_vectors_are_empty_and_share_the_strings():
    vocab = blank("en").vocab
    vectors = registry.vectors.get("spacy.Vectors.v1")()(vocab)
    assert len(vectors) == 0
    assert vectors.strings is vocab.strings
