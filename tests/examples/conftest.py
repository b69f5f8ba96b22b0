from __future__ import annotations

import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

import pytest
from attrs import frozen

ROOT = Path(__file__).parents[2]


@frozen
class Environment:
    """A Python environment with the packages of this one, and more distributions."""

    python: Path

    def run(self, *arguments: object, cwd: Path, check: bool = True) -> str:
        """Run Python; return its output, with stderr if it is allowed to fail."""
        command = [str(self.python), *map(str, arguments)]
        done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)
        if check:
            assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
            return done.stdout
        return done.stdout + done.stderr

    def kernel(self, *arguments: object, cwd: Path, check: bool = True) -> str:
        """Run the program `kernel`."""
        return self.run("-m", "kernel", *arguments, cwd=cwd, check=check)


@pytest.fixture(scope="session")
def beside(tmp_path_factory):
    """Create an environment that also has the distributions in these folders."""

    def make(*folders: Path) -> Environment:
        home = tmp_path_factory.mktemp("environment")
        venv.create(home, with_pip=False)
        python = home / "bin" / "python"
        paths = {"base": str(home), "platbase": str(home)}
        site = Path(sysconfig.get_path("purelib", "venv", vars=paths))
        ours = sysconfig.get_path("purelib")
        site.joinpath("ours.pth").write_text(f"import site; site.addsitedir({ours!r})\n")
        install = ["--no-deps", "--no-index", "--no-build-isolation", "--quiet", *map(str, folders)]
        command = [sys.executable, "-m", "pip", "--python", str(python), "install", *install]
        subprocess.run(command, check=True, cwd=home)
        return Environment(python)

    return make


@pytest.fixture(scope="session")
def corpus(tmp_path_factory):
    """A folder with `train.spacy` and `dev.spacy`, created by the script of the examples."""
    folder = tmp_path_factory.mktemp("corpus")
    env = Environment(Path(sys.executable))
    env.run(ROOT / "examples" / "make_corpus.py", folder, cwd=folder)
    for name in ("train", "dev"):
        env.kernel("convert", f"{name}.iob", ".", "--n-sents", "10", cwd=folder)
    return folder


@pytest.fixture(scope="session")
def short_run():
    """Settings for training on the corpora in the working directory."""
    data = ("--paths.train", "train.spacy", "--paths.dev", "dev.spacy")
    return (*data, "--training.eval_frequency", "10")


@pytest.fixture(scope="session")
def train_twice(short_run):
    """Train 20 steps in one go, and in two runs; both end with the same bytes."""

    def train(env: Environment, folder: Path) -> None:
        command = ("train", "config.toml", *short_run, "--training.max_steps")
        env.kernel(*command, "20", "--output", "straight", cwd=folder)
        env.kernel(*command, "10", "--output", "resumed", cwd=folder)
        out = env.kernel(*command, "20", "--output", "resumed", "--resume", cwd=folder)
        assert "Resuming after" in out
        straight, resumed = (weights(folder / name) for name in ("straight", "resumed"))
        assert straight
        assert straight == resumed

    return train


def weights(output: Path) -> dict[str, bytes]:
    """Return the files of weights of the last pipeline, by their paths in it."""
    pipeline = output / "model-last"
    return {str(path.relative_to(pipeline)): path.read_bytes() for path in pipeline.rglob("model")}
