import os
from pathlib import Path

import pytest

import kernel


@pytest.fixture(scope="session")
def nlp():
    return kernel.blank("en")


@pytest.fixture
def fresh():
    return kernel.blank("en")


@pytest.fixture
def words(nlp):
    return lambda text: [token.text for token in nlp.make_doc(text)]


@pytest.fixture(scope="session")
def corpora(repository) -> Path:
    folder = Path(os.environ.get("KERNEL_BENCH_DATA", repository.parent / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip("needs the corpora; set KERNEL_BENCH_DATA to their folder")
    return folder
