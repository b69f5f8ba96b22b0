"""The checkpoint of a training run, with a manifest that matches the damaged file."""

import hashlib
import io
import json
import shutil
import sys

import pytest

from kernel.files import MANIFEST, import_file
from kernel.training import init_nlp, train

KINDS = {"state.json": "json", "state.npz": "bytes", "weights.npz": "bytes"}


@pytest.fixture(scope="module")
def toys(repository):
    path = repository / "tests" / "kernel" / "training" / "toys.py"
    return sys.modules.get("kernel_training_toys") or import_file("kernel_training_toys", path)


def test_checkpoints(fuzz, toys, tmp_path, monkeypatch):
    monkeypatch.setattr("os.fsync", lambda _: None)

    def run(output, n_steps, *, resume=False):
        nlp = init_nlp(toys.make_config(max_steps=n_steps, n_docs=8))
        train(nlp, output, resume=resume, stdout=io.StringIO(), stderr=io.StringIO())

    run(tmp_path / "first", 2)
    checkpoint = tmp_path / "first" / "checkpoint"
    manifest = json.loads(checkpoint.joinpath(MANIFEST).read_bytes())
    seeds = {name: checkpoint.joinpath(name).read_bytes() for name in KINDS}

    def read(name, data):
        output = tmp_path / "output"
        shutil.rmtree(output, ignore_errors=True)
        shutil.copytree(tmp_path / "first", output)
        output.joinpath("checkpoint", name).write_bytes(data)
        entry = {"bytes": len(data), "blake2b": hashlib.blake2b(data, digest_size=16).hexdigest()}
        files = {"files": {**manifest["files"], name: entry}}
        output.joinpath("checkpoint", MANIFEST).write_text(json.dumps(files))
        run(output, 3, resume=True)

    fuzz("checkpoints", seeds, read, kind=KINDS)
