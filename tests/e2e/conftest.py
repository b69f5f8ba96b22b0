from __future__ import annotations

import os
import random
import subprocess
import sys
from pathlib import Path

import pytest

PEOPLE = ["Ada Byron", "Alan Kay", "Grace Hopper", "Linus", "Barbara Liskov", "Edsger"]
PLACES = ["Rome", "New York", "Lima", "Oslo", "Cape Town"]
PATTERNS = ["P lives in L .", "yesterday P left L with P", "is L larger than L ?", "ask P !"]

# Small enough to train in seconds.
SMALL = [
    *("--components.tok2vec.model.encode.width", "16"),
    *("--components.tok2vec.model.encode.depth", "1"),
    *("--components.tok2vec.model.embed.rows", "[200, 100, 100, 100]"),
    *("--components.ner.model.hidden_width", "8"),
    *("--training.max_steps", "40"),
    *("--training.eval_frequency", "20"),
    *("--training.optimizer.learn_rate", "0.01"),
]


def sentences(seed, count):
    """Yield sentences as rows of word and tag, made of people and places."""
    choose = random.Random(seed)
    for _ in range(count):
        rows = []
        for word in choose.choice(PATTERNS).split():
            names, label = {"P": (PEOPLE, "PER"), "L": (PLACES, "LOC")}.get(word, ([word], None))
            for index, part in enumerate(choose.choice(names).split()):
                rows.append((part, f"{'I' if index else 'B'}-{label}" if label else "O"))
        yield rows


@pytest.fixture(scope="session")
def iob():
    """Return the text of a file with a number of sentences, which depends only on the seed."""

    def make(seed, count):
        return "\n\n".join(
            "\n".join("\t".join(row) for row in rows) for rows in sentences(seed, count)
        )

    return make


@pytest.fixture(scope="session")
def kernel():
    """Run the installed `kernel` as a user does; returns the finished process."""
    program = Path(sys.executable).with_name("kernel")

    def run(*arguments, cwd, check=True, **settings):
        command = [str(program), *map(str, arguments)]
        environment = {**os.environ, "NO_COLOR": "1"}
        environment.pop("KERNEL_CONFIG_OVERRIDES", None)
        done = subprocess.run(
            command,
            check=False,
            cwd=cwd,
            env=environment,
            capture_output=True,
            text=True,
            **settings,
        )
        if check:
            assert done.returncode == 0, f"{' '.join(command)}\n{done.stdout}\n{done.stderr}"
        return done

    return run


@pytest.fixture(scope="session")
def corpora(repository):
    """The folder of real corpora; tests that need it are skipped if it is missing."""
    default = repository.parent / "shared" / "data"
    folder = Path(os.environ.get("KERNEL_BENCH_DATA", default))
    if not (folder / "ewt").is_dir():
        pytest.skip("no real corpora; KERNEL_BENCH_DATA names their folder")
    return folder


@pytest.fixture(scope="session")
def small():
    """Settings that make a model small enough to train in seconds."""
    return SMALL


@pytest.fixture(scope="session")
def project(tmp_path_factory, kernel, iob):
    """A folder with `train.spacy`, `dev.spacy` and `config.cfg`."""
    folder = tmp_path_factory.mktemp("project")
    for name, seed, count in (("train", 1, 120), ("dev", 2, 30)):
        folder.joinpath(f"{name}.iob").write_text(iob(seed, count), encoding="utf8")
        kernel("convert", f"{name}.iob", ".", cwd=folder)
    kernel("init", "config", "config.cfg", "--pipeline", "ner", cwd=folder)
    return folder


@pytest.fixture(scope="session")
def data():
    """Settings that name the corpora of the project."""
    return ["--paths.train", "train.spacy", "--paths.dev", "dev.spacy"]


@pytest.fixture(scope="session")
def trained(project, kernel, data, small):
    """The project after training; its pipeline is in `output/model-best`."""
    kernel("train", "config.cfg", "--output", "output", *data, *small, cwd=project)
    return project
