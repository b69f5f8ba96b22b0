"""Distributions of others have the rights of ours: trained, resumed, scored, saved, loaded.

Each is installed beside ours; no line of the kernel knows of them.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from attrs import frozen

EXAMPLES = Path(__file__).parents[2] / "examples"
DATA = ("--paths.train", "train.spacy", "--paths.dev", "dev.spacy")
STEPS = ("--training.eval_frequency", "10", "--training.logger.progress_bar", "null")

pytestmark = pytest.mark.slow


@pytest.fixture(scope="session")
def corpus(tmp_path_factory, beside):
    folder = tmp_path_factory.mktemp("corpus")
    env = beside()
    env.run(EXAMPLES / "make_corpus.py", folder, cwd=folder)
    for name in ("train", "dev"):
        env.kernel("convert", f"{name}.iob", ".", "--n-sents", "10", cwd=folder)
    return folder


def weights(pipeline: Path) -> dict[str, bytes]:
    return {str(path.relative_to(pipeline)): path.read_bytes() for path in pipeline.rglob("model")}


def trains_and_resumes(env, folder: Path) -> None:
    """Train 20 steps in one go, and in two; both end with the same bytes."""
    train = ("train", "config.toml", *DATA, *STEPS)
    env.kernel(*train, "--output", "straight", "--training.max_steps", "20", cwd=folder)
    env.kernel(*train, "--output", "resumed", "--training.max_steps", "10", cwd=folder)
    resume = (*train, "--output", "resumed", "--training.max_steps", "20", "--resume")
    assert "Resuming after" in env.kernel(*resume, cwd=folder)
    straight, resumed = (weights(folder / name / "model-last") for name in ("straight", "resumed"))
    assert straight
    assert straight == resumed


class TestReading:
    """A component with doc columns, a score, a config section and a command of its own."""

    @pytest.fixture(scope="class")
    def env(self, beside):
        return beside(EXAMPLES / "reading_plugin")

    @pytest.fixture(scope="class")
    def project(self, env, corpus, tmp_path_factory):
        folder = tmp_path_factory.mktemp("reading")
        env.kernel("init", "config", "config.toml", "--pipeline", "reading", cwd=folder)
        for name in ("train", "dev"):
            source = corpus / f"{name}.spacy"
            env.kernel("reading", "label", "config.toml", source, f"{name}.spacy", cwd=folder)
        trains_and_resumes(env, folder)
        return folder

    def test_keeps_the_contract(self, env, tmp_path):
        tests = EXAMPLES / "reading_plugin" / "tests"
        out = env.run("-m", "pytest", "-q", "-p", "no:cacheprovider", tests, cwd=tmp_path)
        assert "passed" in out

    def test_command_stands_in_a_group_with_its_help(self, env, tmp_path):
        assert "How hard words are to read." in env.kernel("--help", cwd=tmp_path)
        assert "Label the words of a corpus" in env.kernel("reading", "--help", cwd=tmp_path)

    def test_config_explains_scores_and_section(self, project):
        text = (project / "config.toml").read_text(encoding="utf8")
        assert "share of words whose level is right" in text
        assert "words of at least this many letters are hard" in text

    def test_mistakes_in_the_section_are_found(self, env, project, tmp_path):
        text = (project / "config.toml").read_text(encoding="utf8")
        broken = text.replace("hard_from = 8", 'hard_frm = "many"')
        assert broken != text
        tmp_path.joinpath("config.toml").write_text(broken, encoding="utf8")
        out = env.kernel("debug", "config", "config.toml", cwd=tmp_path, check=False)
        line = 1 + broken[: broken.index("hard_frm")].count("\n")
        assert f"config.toml:{line}:" in out
        assert "did you mean `hard_from`?" in out

    def test_wrong_type_in_the_section_is_found(self, env, project, tmp_path):
        text = (project / "config.toml").read_text(encoding="utf8")
        broken = text.replace("hard_from = 8", 'hard_from = "many"')
        tmp_path.joinpath("config.toml").write_text(broken, encoding="utf8")
        out = env.kernel("debug", "config", "config.toml", cwd=tmp_path, check=False)
        assert "hard_from" in out
        assert "'many'" in out

    def test_section_is_in_the_json_schema(self, env, project):
        schema = json.loads(env.kernel("config", "schema", cwd=project))
        assert schema["properties"]["reading"]["properties"]["hard_from"]["default"] == 8

    def test_evaluation_has_its_rows(self, env, project):
        out = env.kernel("evaluate", "straight/model-best", "dev.spacy", cwd=project)
        (row,) = [line for line in out.splitlines() if "READING" in line]
        assert float(row.split()[-1]) > 50
        assert any(line.split()[:1] == ["hard"] for line in out.splitlines())

    def test_training_table_has_its_title(self, env, project):
        train = ("train", "config.toml", *DATA, *STEPS, "--training.max_steps", "10")
        assert "READING" in env.kernel(*train, "--output", "table", cwd=project)

    def test_columns_survive_files_and_processes(self, env, project):
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
