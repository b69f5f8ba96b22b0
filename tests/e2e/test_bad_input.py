from __future__ import annotations

import json

import pytest


def check(done, *messages):
    """Assert that a command failed with one clear message and nothing else."""
    assert done.returncode == 1, done.stderr
    assert "Traceback" not in done.stderr
    assert done.stderr.count("error: ") == 1, done.stderr
    for message in messages:
        assert message in done.stderr


def entry(text, *entities):
    return json.dumps({"text": text, "entities": entities}) + "\n"


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        pytest.param("none.iob", None, "none.iob: no such file or folder", id="missing-file"),
        pytest.param("a.iob", b"", "a.iob: the file is empty", id="empty-file"),
        pytest.param("a.iob", b"Ada\tB-\n", "a.iob:1: the entity tag 'B-' has no label", id="no-label"),
        pytest.param("a.iob", b"a\tO\n\nM\xfcnchen\tB-LOC\n", "a.iob:3: not UTF-8: byte 0xfc at column 2", id="wrong-encoding"),
        pytest.param("a.iob", b"Ada\tB-PER\nsaw it\n", "a.iob:2: expected a word and its entity tag", id="malformed-line"),
        pytest.param("a.conllu", b"1\tAda\tAda\n", "a.conllu:1: expected 10 columns, separated by tabs, got 3", id="malformed-row"),
        pytest.param("a.json", b'[{"paragraphs": 1}]', 'a.json: document 1: expected an object with "paragraphs"', id="malformed-json"),
        pytest.param(
            "a.jsonl",
            (entry("hi") + entry("Ada saw Rome", [0, 2, "PER"])).encode(),
            "a.jsonl:2: document 2, characters 0 to 2: PER 'Ad': it ends inside of the token 'Ada'",
            id="misaligned",
        ),
        pytest.param(
            "a.jsonl",
            entry("Ada Byron ran", [0, 9, "PER"], [4, 13, "X"]).encode(),
            "a.jsonl:1: entities overlap: PER 'Ada Byron' (characters 0 to 9) and X 'Byron ran' (characters 4 to 13)",
            id="overlap",
        ),
    ],
)  # fmt: skip
def test_bad_file_is_one_message_with_its_place(kernel, tmp_path, name, content, message):
    if content is not None:
        tmp_path.joinpath(name).write_bytes(content)
    check(kernel("convert", name, "out", cwd=tmp_path, check=False), message)
    assert not tmp_path.joinpath("out").exists()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("settings", "messages"),
    [
        pytest.param(["--paths.dev", "dev.spacy"], ["`kernel.Corpus.v1` has no `path`", "--paths.train"], id="no-train"),
        pytest.param(["--paths.train", "none.spacy", "--paths.dev", "dev.spacy"], ["none.spacy: no such file or folder"], id="missing-train"),
        pytest.param(["--paths.train", "train.spacy", "--paths.dev", "none.spacy"], ["none.spacy: no such file or folder"], id="missing-dev"),
        pytest.param(["--paths.train", "empty.spacy", "--paths.dev", "dev.spacy"], ["empty.spacy: the corpus has no documents"], id="empty-train"),
        pytest.param(["--paths.train", "train.spacy", "--paths.dev", "empty.spacy"], ["empty.spacy: the corpus has no documents"], id="empty-dev"),
        pytest.param(["--paths.train", "plain.spacy", "--paths.dev", "dev.spacy"], ["`ner`", "label"], id="no-label"),
        pytest.param(["--paths.train", "broken.spacy", "--paths.dev", "dev.spacy"], ["broken.spacy"], id="broken-train"),
        pytest.param(["--paths.train", "config.cfg", "--paths.dev", "dev.spacy"], ["config.cfg"], id="no-corpus"),
        pytest.param(["--training.droput", "0.1"], ["[training] droput", "did you mean `dropout`?"], id="typo"),
        pytest.param(["--training.dropout", "high"], ["[training] dropout", "high"], id="type"),
        pytest.param(["--code", "none.py"], ["none.py: no such file"], id="no-code"),
        pytest.param(["--gpu-id", "99"], ["GPU 99 cannot be used", "kernel-nlp[cuda12]"], id="no-gpu"),
    ],
)  # fmt: skip
def test_training_that_cannot_start_is_one_message(kernel, project, settings, messages):
    from kernel.text import Doc, DocBin, Vocab

    DocBin().to_disk(project / "empty.spacy")
    plain = Doc(Vocab(), words=["no", "entities"], ents=["O", "O"])
    DocBin(docs=[plain]).to_disk(project / "plain.spacy")
    whole = project.joinpath("train.spacy").read_bytes()
    project.joinpath("broken.spacy").write_bytes(whole[: len(whole) // 2])
    done = kernel("train", "config.cfg", "--output", "never", *settings, cwd=project, check=False)
    check(done, *messages)
    assert not list(project.joinpath("never").glob("model-*"))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["none", "dev.spacy"], "no pipeline 'none'"),
        (["output/model-best", "none.spacy"], "none.spacy: no such file or folder"),
        (["output/model-best", "empty.spacy"], "empty.spacy: the corpus has no documents"),
        ([".", "dev.spacy"], "is not a pipeline"),
    ],
    ids=["model", "data", "empty", "folder"],
)
def test_evaluation_that_cannot_start_is_one_message(kernel, trained, arguments, message):
    from kernel.text import DocBin

    DocBin().to_disk(trained / "empty.spacy")
    if arguments[0] == ".":
        arguments = [str(trained / "output"), *arguments[1:]]
    check(kernel("evaluate", *arguments, cwd=trained, check=False), message)


@pytest.mark.slow
def test_altered_pipeline_is_named(kernel, trained, tmp_path):
    import shutil

    copy = tmp_path / "model"
    shutil.copytree(trained / "output" / "model-best", copy)
    weights = copy / "ner" / "model"
    weights.write_bytes(weights.read_bytes()[:-10])
    check(kernel("evaluate", copy, "dev.spacy", cwd=trained, check=False), "ner/model")


@pytest.mark.parametrize(
    "arguments",
    [["train"], ["train", "config.cfg", "stray"], ["train", "config.cfg", "--nope"], ["convert"]],
    ids=" ".join,
)
def test_wrong_usage_exits_with_2_or_has_a_message(kernel, project, arguments):
    done = kernel(*arguments, cwd=project, check=False)
    assert done.returncode in {1, 2}
    assert "Traceback" not in done.stderr
    assert "rror: " in done.stderr
