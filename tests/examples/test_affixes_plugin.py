"""A third-party shared layer without special names, which `init config` recommends."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

PLUGIN = Path(__file__).parents[2] / "examples" / "affixes_plugin"

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def env(beside):
    return beside(PLUGIN)


@pytest.fixture(scope="module")
def project(env, corpus, train_twice, tmp_path_factory):
    folder = tmp_path_factory.mktemp("affixes")
    for name in ("train.spacy", "dev.spacy"):
        folder.joinpath(name).write_bytes((corpus / name).read_bytes())
    env.kernel("init", "config", "config.toml", "--pipeline", "affixes,ner", cwd=folder)
    train_twice(env, folder)
    return folder


def test_plugin_keeps_the_contract(env, tmp_path):
    out = env.run("-m", "pytest", "-q", "-p", "no:cacheprovider", PLUGIN / "tests", cwd=tmp_path)
    assert "passed" in out


def test_recommended_config_has_the_shared_layer_first(env, project):
    code = (
        "import json; from kernel.config import load_config;"
        "config = load_config('config.toml').interpolate();"
        "print(json.dumps([config['nlp']['pipeline'], config['components']['ner']['model']['tok2vec']]))"
    )
    pipeline, listener = json.loads(env.run("-c", code, cwd=project))
    assert pipeline == ["affixes", "ner"]
    assert listener["@architectures"] == "affixes.Reader.v1"
    assert listener["width"] == 64


def test_listener_without_its_layer_is_found_in_the_config(env, project, tmp_path):
    text = (project / "config.toml").read_text(encoding="utf8")
    broken = text.replace('pipeline = ["affixes", "ner"]', 'pipeline = ["ner"]')
    assert broken != text
    tmp_path.joinpath("config.toml").write_text(broken, encoding="utf8")
    out = env.kernel("debug", "config", "config.toml", cwd=tmp_path, check=False)
    assert "affixes" in out
    assert "ok:" not in out


def test_entities_are_found_in_a_new_process(env, project):
    out = env.kernel("evaluate", "straight/model-best", "dev.spacy", cwd=project)
    assert "NER F" in out
    code = (
        "import kernel; nlp = kernel.load('straight/model-best');"
        "print(nlp.pipe_names, nlp('Ada met Bob').tensor.shape)"
    )
    assert env.run("-c", code, cwd=project) == "['affixes', 'ner'] (3, 64)\n"
