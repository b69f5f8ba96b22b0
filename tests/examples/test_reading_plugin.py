"""A third-party component with doc columns, a score, a config section and a command."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

PLUGIN = Path(__file__).parents[2] / "examples" / "reading_plugin"

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def env(beside):
    return beside(PLUGIN)


@pytest.fixture(scope="module")
def project(env, corpus, train_twice, tmp_path_factory):
    folder = tmp_path_factory.mktemp("reading")
    env.kernel("init", "config", "config.toml", "--pipeline", "reading", cwd=folder)
    for name in ("train", "dev"):
        source = corpus / f"{name}.spacy"
        env.kernel("reading", "label", "config.toml", source, f"{name}.spacy", cwd=folder)
    train_twice(env, folder)
    return folder


def test_keeps_the_contract(env, tmp_path):
    tests = PLUGIN / "tests"
    out = env.run("-m", "pytest", "-q", "-p", "no:cacheprovider", tests, cwd=tmp_path)
    assert "passed" in out


def test_command_stands_in_a_group_with_its_help(env, tmp_path):
    assert "How hard words are to read." in env.kernel("--help", cwd=tmp_path)
    assert "Label the words of a corpus" in env.kernel("reading", "--help", cwd=tmp_path)


def test_config_explains_scores_and_section(project):
    text = (project / "config.toml").read_text(encoding="utf8")
    assert "share of words with the correct level" in text
    assert "words of at least this many letters are hard" in text


def test_mistakes_in_the_section_are_found(env, project, tmp_path):
    text = (project / "config.toml").read_text(encoding="utf8")
    broken = text.replace("hard_from = 8", 'hard_frm = "many"')
    assert broken != text
    tmp_path.joinpath("config.toml").write_text(broken, encoding="utf8")
    out = env.kernel("debug", "config", "config.toml", cwd=tmp_path, check=False)
    line = 1 + broken[: broken.index("hard_frm")].count("\n")
    assert f"config.toml:{line}:" in out
    assert "did you mean `hard_from`?" in out


def test_wrong_type_in_the_section_is_found(env, project, tmp_path):
    text = (project / "config.toml").read_text(encoding="utf8")
    broken = text.replace("hard_from = 8", 'hard_from = "many"')
    tmp_path.joinpath("config.toml").write_text(broken, encoding="utf8")
    out = env.kernel("debug", "config", "config.toml", cwd=tmp_path, check=False)
    assert "hard_from" in out
    assert 'the string "many"' in out


def test_section_is_in_the_json_schema(env, project):
    schema = json.loads(env.kernel("config", "schema", "config.toml", cwd=project))
    assert schema["properties"]["reading"]["properties"]["hard_from"]["default"] == 8


def test_evaluation_has_its_rows(env, project):
    out = env.kernel("evaluate", "straight/model-best", "dev.spacy", cwd=project)
    (row,) = [line for line in out.splitlines() if "READING" in line]
    assert float(row.split()[-1]) > 50
    assert any(line.split()[:1] == ["hard"] for line in out.splitlines())


def test_training_table_has_its_title(env, project, short_run):
    train = ("train", "config.toml", *short_run, "--training.max_steps", "10")
    assert "READING" in env.kernel(*train, "--output", "table", cwd=project)


def test_columns_survive_files_and_processes(env, project):
    write = (
        "import kernel; nlp = kernel.load('straight/model-best');"
        "doc = nlp('Incomprehensibilities are so hard');"
        "kernel.DocBin(docs=[doc]).to_disk('said.spacy');"
        "print(doc.to_array(['reading_level']).tolist())"
    )
    read = (
        "import kernel; vocab = kernel.blank('en').vocab;"
        "[doc] = kernel.DocBin().from_disk('said.spacy').get_docs(vocab);"
        "print(doc.to_array(['reading_level']).tolist());"
        "assert doc.has_annotation('reading_ease'), 'no ease'"
    )
    assert env.run("-c", write, cwd=project) == env.run("-c", read, cwd=project)
