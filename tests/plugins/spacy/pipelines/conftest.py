import json
import os
import shutil
import subprocess
import zipfile
from pathlib import Path

import pytest

HERE = Path(__file__).parent


@pytest.fixture(scope="session")
def stored(tmp_path_factory):
    """A folder with the pipeline `all` that spaCy 3.8.18 saved, and its predictions.

    `spacy_pipelines.py` trained it. The components are those of `PIPELINES["all"]` there.
    """
    folder = tmp_path_factory.mktemp("spacy")
    zipfile.ZipFile(HERE / "trained_in_spacy.zip").extractall(folder)
    return folder


@pytest.fixture
def pipeline(stored, tmp_path):
    """The folder of a pipeline that spaCy saved, which may be changed."""
    return Path(shutil.copytree(stored / "all", tmp_path / "all"))


@pytest.fixture
def predictions(stored):
    """The predictions of spaCy for the texts, by that pipeline."""
    return json.loads(stored.joinpath("all.json").read_text(encoding="utf8"))


@pytest.fixture(scope="session")
def run_with_spacy():
    """Runs a task of `spacy_pipelines.py` on a folder, with an interpreter that has spaCy."""
    python = os.environ.get("KERNEL_SPACY_PYTHON")
    if python is None:
        pytest.skip("needs KERNEL_SPACY_PYTHON, the path of an interpreter with spaCy")

    def run(task, folder):
        command = [python, "-W", "ignore", HERE / "spacy_pipelines.py", task, folder]
        subprocess.run(command, check=True)

    return run


@pytest.fixture(scope="session")
def trained_with_spacy(run_with_spacy, tmp_path_factory):
    """A folder with all pipelines, trained with spaCy, and its predictions."""
    folder = tmp_path_factory.mktemp("pipelines")
    run_with_spacy("train", folder)
    return folder
