import json
import shutil
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
