"""`init config` recommends for each language what spaCy's command does."""

import json
import os
import subprocess
from pathlib import Path

import pytest

from kernel.cli.recommend import recommend_config
from kernel_plugin_lang import data

CODES = sorted(path.stem for path in Path(data.__path__[0]).glob("*.toml"))
NAMES = ["tagger", "parser", "ner"]
CODE = f"""
import json, sys, spacy
from spacy.cli.init_config import init_config
found = {{}}
for lang, optimize in json.load(sys.stdin):
    config = init_config(lang=lang, pipeline={NAMES}, optimize=optimize, gpu=False, silent=True)
    found[f"{{lang}} {{optimize}}"] = config
json.dump(found, sys.stdout)
"""
OPTIMIZED_FOR = ["efficiency", "accuracy"]
# Differences that docs/config.md explains.
OURS = {
    ("nlp", "vectors"): None,
    ("training", "optimizer", "use_averages"): True,
}
EMBED = ("components", "tok2vec", "model", "embed", "include_static_vectors")


@pytest.fixture(scope="module")
def configs():
    """The configs that spaCy recommends, by language and aim."""
    python = os.environ.get("KERNEL_SPACY_PYTHON")
    if python is None:
        pytest.skip("needs KERNEL_SPACY_PYTHON, the path of an interpreter with spaCy")
    cases = [(code, optimize) for code in CODES for optimize in OPTIMIZED_FOR]
    done = subprocess.run(
        [python, "-W", "ignore", "-c", CODE],
        input=json.dumps(cases),
        capture_output=True,
        text=True,
        check=True,
    )
    renamed = done.stdout.replace('"spacy.', '"kernel.')
    return json.loads(renamed[renamed.index("{") :])


def leaves(tree, path=()):
    """Return the settings of a config, by their places."""
    if not isinstance(tree, dict):
        return {path: tree}
    found = {}
    for key, value in tree.items():
        found |= leaves(value, (*path, key))
    return found


@pytest.mark.slow
@pytest.mark.parametrize("optimize", OPTIMIZED_FOR)
@pytest.mark.parametrize("lang", CODES)
def test_recommended_config_is_spacys(configs, lang, optimize):
    ours = leaves(json.loads(json.dumps(recommend_config(lang, NAMES, optimize=optimize).config)))
    theirs = leaves(configs[f"{lang} {optimize}"])
    # A setting of a plugin, which cannot add keys to [paths].
    del theirs["paths", "init_tok2vec"]
    theirs["initialize", "init_tok2vec"] = None
    del theirs["nlp", "vectors", "@vectors"]
    theirs |= OURS
    if theirs["paths", "vectors"] is None:
        theirs[EMBED] = False

    assert ours == theirs
