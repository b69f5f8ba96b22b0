"""What a run writes does not depend on the order of sets, which differs between processes."""

import json
import os
import subprocess
import sys
from pathlib import Path

from kernel.text import Doc, DocBin, Vocab
from kernel.training.packing import read_arrays, unpack_strings

TRAIN = """
import importlib.util, io, pathlib, sys
spec = importlib.util.spec_from_file_location("toys", sys.argv[1])
toys = importlib.util.module_from_spec(spec)
spec.loader.exec_module(toys)
config = toys.make_config(max_steps=2)
config["corpora"]["train"] = {"@readers": "kernel.Corpus.v1", "path": sys.argv[2]}
nlp = toys.init_nlp(config)
toys.train(nlp, pathlib.Path(sys.argv[3]), stdout=io.StringIO())
"""
# They are measured.
TIMES = {"seconds", "speed"}


def train(corpus, output, seed):
    toys = Path(__file__).with_name("toys.py")
    subprocess.run(
        [sys.executable, "-c", TRAIN, toys, corpus, output],
        env={**os.environ, "PYTHONHASHSEED": seed},
        check=True,
    )


def without_times(value):
    if isinstance(value, dict):
        return {key: without_times(inner) for key, inner in value.items() if key not in TIMES}
    return value


def test_two_processes_write_the_same_files(tmp_path):
    words = [f"word{number}" for number in range(20)]
    docs = [Doc(Vocab(), words=words) for _ in range(4)]
    for doc in docs:
        doc.cats = {"early": 1.0, "late": 0.0}
    DocBin(docs=docs).to_disk(tmp_path / "train.spacy")
    one, other = tmp_path / "one", tmp_path / "other"
    train(tmp_path / "train.spacy", one, "1")
    train(tmp_path / "train.spacy", other, "2")

    states = [
        json.loads((path / "checkpoint" / "state.json").read_bytes()) for path in (one, other)
    ]
    assert json.dumps(without_times(states[0])) == json.dumps(without_times(states[1]))
    packed = [read_arrays(path / "checkpoint" / "state.npz") for path in (one, other)]
    assert list(packed[0]) == list(packed[1])
    strings = [
        unpack_strings({key: arrays[f"strings/{key}"] for key in ("text", "lengths")})
        for arrays in packed
    ]
    assert strings[0] == strings[1]
    assert set(words) < set(strings[0])
    for path in sorted(one.joinpath("model-last").rglob("*")):
        if path.is_file():
            assert path.read_bytes() == (other / path.relative_to(one)).read_bytes(), path.name
