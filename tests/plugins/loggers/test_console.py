"""The console loggers: plain text, the live table, and the JSONL log."""

import io
import json
import re
import subprocess
import sys
from types import SimpleNamespace

import pytest

from kernel.errors import ConfigError
from kernel.registry import registry
from kernel_plugin_loggers.columns import Columns, short_name
from kernel_plugin_loggers.console import (
    ConsoleLog,
    PlainView,
    console_logger_v1,
    console_logger_v2,
    console_logger_v3,
)
from kernel_plugin_loggers.live import LiveView, clock

TRAINING = {
    "max_steps": 400,
    "eval_frequency": 200,
    "score_weights": {"ents_f": 1.0, "ents_p": 0.0, "ents_per_type": None, "speed": 0.0},
}


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.fixture(autouse=True)
def terminal(monkeypatch):
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "120")
    monkeypatch.setenv("LINES", "30")


@pytest.fixture
def nlp():
    """The parts of a pipeline that a logger uses."""
    trained = SimpleNamespace(is_trainable=True, model=object())
    rules = SimpleNamespace(is_trainable=False)
    return SimpleNamespace(
        pipeline=[("tok2vec", trained), ("ner", trained), ("rules", rules)],
        config={"training": TRAINING},
    )


def make_info(step=0, score=0.5, **changes):
    return {
        "epoch": 1,
        "step": step,
        "score": score,
        "other_scores": {
            "ents_f": score,
            "ents_p": 0.25,
            "ents_per_type": {"PER": {"f": 0.1}},
            "speed": 12345.678,
        },
        "losses": {"tok2vec": 1234.5678, "ner": 3.0},
        "checkpoints": [(score, step)],
        "seconds": 10,
        "words": 5000,
        **changes,
    }


def make_run(step, **changes):
    return SimpleNamespace(
        step=step,
        epoch=0,
        words=100 * (step + 1),
        losses={"ner": 2.5},
        is_evaluation_step=step % 200 == 0,
        **changes,
    )


def lines_of(setup, nlp, *infos):
    stdout = io.StringIO()
    log_step, finalize = setup(nlp, stdout, io.StringIO())
    for info in infos:
        log_step(info)
    finalize()
    return stdout.getvalue().splitlines()


@pytest.mark.parametrize(
    "setup", [console_logger_v1(), console_logger_v2(), console_logger_v3()], ids=["v1", "v2", "v3"]
)
def test_rows_are_aligned_with_their_columns(nlp, setup):
    assert lines_of(setup, nlp, make_info(), None, None, make_info(200, 0.75)) == [
        "  E       #  LOSS TOK2VEC  LOSS NER  ENTS_F  ENTS_P   SPEED   SCORE",
        "---  ------  ------------  --------  ------  ------  ------  ------",
        "  1       0       1234.57      3.00   50.00   25.00  12345.68    0.50",
        "  1     200       1234.57      3.00   75.00   25.00  12345.68    0.75",
    ]


@pytest.mark.parametrize("setup", [console_logger_v1(), console_logger_v3()], ids=["v1", "v3"])
def test_score_that_was_not_measured_is_a_dash(nlp, setup):
    *_, row = lines_of(setup, nlp, make_info(other_scores={}, losses={}))
    assert row.split() == ["1", "0", "0.00", "0.00", "-", "-", "-", "0.50"]


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("ents_f", "ENTS_F"),
        ("loss tok2vec", "LOSS TOK2VEC"),
        ("a_name_of_13c", "A_NAME_OF_13C"),
        ("a_name_of_14ch", "A_NAME_OF_..."),
    ],
)
def test_long_names_are_shortened(name, short):
    assert short_name(name) == short
    assert len(short) <= 13


def test_log_has_a_line_for_each_evaluation(nlp, tmp_path):
    path = tmp_path / "logs" / "run.jsonl"
    setup = console_logger_v3(console_output=False, output_file=path)
    assert lines_of(setup, nlp, make_info(), None, make_info(200)) == []
    lines_of(setup, nlp, make_info(400))  # a resumed run continues the same file
    records = [json.loads(line) for line in path.read_text().splitlines()]
    assert [record["step"] for record in records] == [0, 200, 400]
    assert records[0] == {
        "epoch": 1,
        "step": 0,
        "words": 5000,
        "seconds": 10,
        "losses": {"tok2vec": 1234.5678, "ner": 3.0},
        "scores": make_info()["other_scores"],
        "score": 0.5,
    }


def test_log_that_cannot_be_written_is_an_error(nlp, tmp_path):
    with pytest.raises(ConfigError, match=r"`training\.logger\.output_file` cannot be written"):
        console_logger_v3(output_file=tmp_path)(nlp, io.StringIO(), io.StringIO())


def test_table_is_live_only_on_a_terminal(nlp, monkeypatch):
    def view_on(stdout):
        log, finalize = console_logger_v3()(nlp, stdout, io.StringIO())
        finalize()
        return type(log._view)

    assert view_on(Terminal()) is LiveView
    assert view_on(io.StringIO()) is PlainView
    monkeypatch.setenv("TERM", "dumb")
    assert view_on(Terminal()) is PlainView


def run_live(progress_bar=None, n_rows=3, scores=(0.25, 0.75, 0.5)):
    stdout = Terminal()
    columns = Columns(losses=("ner",), scores=("ents_f",))
    view = LiveView(columns, TRAINING, stdout, progress_bar)
    log = ConsoleLog(view, None)
    for number in range(n_rows):
        for step in (200 * number, 200 * number + 1):
            log.watch_step(make_run(step))
            if step % 200 == 0:
                log(make_info(step, scores[number % len(scores)]))
    before_end = stdout.getvalue()
    log.finalize()
    end = stdout.getvalue()[len(before_end) :]
    return re.sub(r"\x1b\[[\d;?]*[a-zA-Z]", "", before_end), re.sub(
        r"\x1b\[[\d;?]*[a-zA-Z]", "", end
    )


def test_live_table_shows_the_progress_of_the_run():
    shown, _ = run_live()
    assert "epoch 0 · step 200 of 400 · ner 2.50 · " in shown
    assert "words/s" in shown
    assert " left" in shown
    assert "evaluating" in shown


def test_live_table_marks_the_best_row_at_the_end():
    _, end = run_live()
    rows = [line for line in end.splitlines() if "★" in line]
    assert len(rows) == 1
    assert "75.00" in rows[0]
    assert "200" in rows[0]
    assert "25.00" in end
    assert "50.00" in end


def test_live_table_shows_all_rows_at_the_end():
    shown, end = run_live(n_rows=60)
    assert all(f" {200 * number} " in end for number in range(60))
    assert shown.count("E       #") == shown.count("SCORE")  # never taller than the screen
    last_frame = shown[shown.rindex("SCORE") :]
    assert last_frame.count("\n") <= 30


@pytest.mark.parametrize("progress_bar", ["train", "eval"])
def test_progress_bar_is_drawn_on_a_terminal(progress_bar):
    assert "━" in run_live(progress_bar)[0]
    assert "━" not in run_live(None)[0]


@pytest.mark.parametrize(
    ("seconds", "shown"), [(0, "0:00"), (59.6, "1:00"), (83, "1:23"), (3600, "1:00:00")]
)
def test_clock_formats_durations(seconds, shown):
    assert clock(seconds) == shown


def test_rich_is_imported_only_for_a_live_table():
    code = (
        "import sys, kernel_plugin_loggers.plugin, kernel_plugin_loggers.console as c;"
        "c.console_logger_v3(); assert 'rich' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.parametrize("name", ["ConsoleLogger.v1", "ConsoleLogger.v2", "ConsoleLogger.v3"])
@pytest.mark.parametrize("prefix", ["kernel", "spacy"])
def test_loggers_are_found_by_name(prefix, name):
    assert callable(registry.loggers.get(f"{prefix}.{name}")())
