from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow


def test_config_of_the_project_is_valid(project, kernel, data):
    done = kernel("debug", "config", "config.cfg", *data, cwd=project)
    assert done.stderr == "ok: config.cfg is valid\n"
    assert done.stdout == ""


def test_training_reports_each_evaluation_and_saves(trained):
    for name in ("model-best", "model-last"):
        folder = trained / "output" / name
        assert {"meta.json", "config.cfg", "ner", "tok2vec", "vocab"} <= {
            path.name for path in folder.iterdir()
        }
    meta = json.loads((trained / "output" / "model-best" / "meta.json").read_text())
    assert meta["lang"] == "en"
    assert meta["pipeline"] == ["tok2vec", "ner"]
    assert sorted(meta["labels"]["ner"]) == ["LOC", "PER"]


def test_table_has_plain_lines_without_a_terminal(project, kernel, data, small, tmp_path):
    done = kernel("train", "config.cfg", "-o", tmp_path / "out", *data, *small, cwd=project)
    assert "LOSS NER" in done.stdout
    assert "\x1b" not in done.stdout + done.stderr
    rows = [line.split() for line in done.stdout.splitlines()]
    steps = [int(row[1]) for row in rows if len(row) > 2 and row[0].isdigit()]
    assert steps == [0, 20, 40]


def test_evaluation_prints_tables_and_writes_json(trained, kernel):
    done = kernel(
        "evaluate", "output/model-best", "dev.spacy", "--output", "scores.json", cwd=trained
    )
    scores = json.loads((trained / "scores.json").read_text())
    assert scores["ents_f"] > 0.8
    assert set(scores["ents_per_type"]) == {"PER", "LOC"}
    lines = done.stdout.splitlines()
    assert f"{scores['ents_f'] * 100:.2f}" in next(line for line in lines if "NER F" in line)
    (row,) = [line.split() for line in lines if line.startswith("PER ")]
    per = scores["ents_per_type"]["PER"]
    assert row[1:] == [f"{per[letter] * 100:.2f}" for letter in "prf"]


def test_info_shows_the_pipeline(trained, kernel):
    done = kernel("info", "output/model-best", "--json", cwd=trained)
    info = json.loads(done.stdout)
    assert info["pipeline"] == ["tok2vec", "ner"]
    assert info["source"] == str(trained / "output" / "model-best")


def test_pipeline_loads_in_python(trained):
    code = (
        "import kernel\n"
        "nlp = kernel.load('output/model-best')\n"
        "doc = nlp('Grace Hopper lives in New York .')\n"
        "print([(ent.text, ent.label_) for ent in doc.ents])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=trained, capture_output=True, text=True, check=True
    )
    assert done.stdout == "[('Grace Hopper', 'PER'), ('New York', 'LOC')]\n"


def test_toml_config_trains_too(project, kernel, data, small, tmp_path):
    toml = tmp_path / "config.toml"
    kernel("init", "config", toml, "--pipeline", "ner", cwd=project)
    kernel("train", toml, "-o", tmp_path / "out", *data, *small, cwd=project)
    assert (tmp_path / "out" / "model-best" / "meta.json").exists()


def test_output_folder_in_use_is_kept(trained, kernel, data, small):
    before = (trained / "output" / "model-best" / "ner" / "model").read_bytes()
    done = kernel("train", "config.cfg", "-o", "output", *data, *small, cwd=trained, check=False)
    assert done.returncode == 1
    assert "error: the output folder output is not empty" in done.stderr
    assert "--resume" in done.stderr
    assert (trained / "output" / "model-best" / "ner" / "model").read_bytes() == before


def wait_for(path: Path, seconds: float = 60):
    end = time.monotonic() + seconds
    while not path.exists() and time.monotonic() < end:
        time.sleep(0.05)
    assert path.exists()


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)], ids=["ctrl-c", "term"]
)
def test_stopped_training_saves_and_resumes(project, kernel, data, small, tmp_path, number, code):
    output = tmp_path / "out"
    command = ["train", "config.cfg", "-o", str(output), *data, *small]
    long = [*command, "--training.max_steps", "100000", "--training.patience", "0"]
    program = Path(sys.executable).with_name("kernel")
    with subprocess.Popen(
        [str(program), *long],
        cwd=project,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        wait_for(output / "model-last")
        process.send_signal(number)
        _, stderr = process.communicate(timeout=60)
    assert process.returncode == code
    assert "training was stopped after" in stderr
    assert "hint: the same command with --resume continues from there" in stderr
    assert "Traceback" not in stderr
    done = kernel(*command, "--resume", "--training.max_steps", "1", cwd=project)
    assert "Resuming after" in done.stdout
