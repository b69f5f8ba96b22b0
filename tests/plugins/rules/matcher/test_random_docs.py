"""Matching many docs in batches finds what matching them one by one finds."""

from __future__ import annotations

import random
import sys
from pathlib import Path

import pytest

N_JOBS = 150


@pytest.fixture(scope="module")
def side():
    """Returns kernel's side of the comparison with spaCy, which makes matchers and docs of jobs."""
    folder = str(Path(__file__).parent)
    sys.path.insert(0, folder)
    try:
        from matching_side import Side
    finally:
        sys.path.remove(folder)
    return Side("kernel")


@pytest.fixture
def jobs(side, request):
    """Returns random jobs of one kind, each with several docs."""
    make = getattr(sys.modules["random_jobs"], f"{request.param}_job")
    choose = random.Random(7)
    return [make(choose) for _ in range(N_JOBS)]


@pytest.mark.parametrize("jobs", ["matcher", "phrase"], indirect=True)
@pytest.mark.filterwarnings("ignore:the matcher has no patterns")
def test_batches_have_the_matches_of_single_docs(side, jobs):
    n_matches = 0
    for job in jobs:
        matcher = side.matcher(job, [])
        docs = [side.doc(job, arguments) for arguments in job["docs"] for _ in range(2)]
        options = {"allow_missing": True} if job["matcher"] == "Matcher" else {}
        single = [matcher(doc, **options) for doc in docs]
        pairs = matcher.pipe(docs, batch_size=4, return_matches=True, **options)
        assert [matches for _, matches in pairs] == single, job
        n_matches += sum(map(len, single))
    assert n_matches > N_JOBS
