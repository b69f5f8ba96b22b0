"""`kernel pretrain`, `--pretraining`, and the checks of `[pretraining]`."""

import io
import re

import pytest
from click.testing import CliRunner
from rich.console import Console

from kernel.cli.app import make_program
from kernel.config import fill, find_problems, load_config, load_config_from_str

pytestmark = pytest.mark.usefixtures("quick_disk")


@pytest.fixture
def kernel():
    """Run the command line."""

    def run(*arguments):
        return CliRunner().invoke(make_program(), [str(each) for each in arguments])

    return run


@pytest.fixture
def config_file(make_config, tmp_path):
    def write(**settings):
        path = tmp_path / "config.cfg"
        path.write_text(make_config(**settings).to_str(interpolate=False))
        return path

    return write


def test_command_shows_a_table_and_a_summary(kernel, config_file, tmp_path):
    done = kernel("pretrain", config_file(held_out=0.1), tmp_path / "out")
    assert done.exit_code == 0, done.output
    lines = done.stdout.splitlines()
    assert lines[0].split("  ")[-1].strip() == "W/S"
    rows = [line.split() for line in lines[2:5]]
    assert [row[0] for row in rows] == ["0", "1", "2"]
    assert [len(row) for row in rows] == [6, 6, 6]
    assert lines[5] == "Stopped: 3 epochs are done (`pretraining.max_epochs`)"
    assert lines[6] == "Held-out loss per epoch (* lowest):"
    assert [line.split()[0] for line in lines[7:10]] == ["0", "1", "2"]
    assert sum(line.endswith("*") for line in lines[7:10]) == 1
    assert "Pretraining the layer" in done.stderr
    assert "of the component `tok2vec`" in done.stderr


def test_terminal_shows_a_live_table(run, tmp_path, monkeypatch):
    out = io.StringIO()
    screen = Console(file=out, force_terminal=True, width=100, height=30)
    monkeypatch.setattr("kernel.cli.console.out", screen)
    monkeypatch.setattr("kernel_plugin_pretrain.report.ROW_WORDS", 200)
    run(tmp_path / "out", held_out=0.1, arguments={"silent": False})
    shown = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", out.getvalue())
    assert "words/s" in shown
    last = shown.rpartition("TOTAL LOSS")[2]
    assert len(re.findall(r"(?m)^ *[012] +[\d,]+ +[\d,]+ +[\d.]+ +\d+\.\d{4} ", last)) == 3
    assert "Stopped: 3 epochs" in last


def test_overrides_reach_the_run(kernel, config_file, tmp_path):
    done = kernel(
        *("pretrain", config_file(), tmp_path / "out", "--pretraining.max_epochs", "1"),
        "--skip-last",
    )
    assert done.exit_code == 0, done.output
    found = sorted(path.name for path in (tmp_path / "out").glob("*.bin"))
    assert found == ["model0.bin"]


def test_run_is_resumed_or_overwritten_on_request_only(kernel, config_file, tmp_path):
    command = ["pretrain", config_file(), tmp_path / "out", "--pretraining.max_epochs"]
    assert kernel(*command, "1").exit_code == 0
    refused = kernel(*command, "2")
    assert refused.exit_code == 1
    assert "files of an earlier run" in refused.stderr
    assert kernel(*command, "2", "--resume").exit_code == 0
    assert (tmp_path / "out" / "model1.bin").exists()
    assert kernel(*command, "1", "--overwrite").exit_code == 0
    assert not (tmp_path / "out" / "model1.bin").exists()


def test_weights_are_started_from(kernel, config_file, tmp_path):
    command = ["pretrain", config_file(), tmp_path / "out", "--pretraining.max_epochs"]
    kernel(*command, "2")
    done = kernel(*command, "3", "--resume-path", tmp_path / "out" / "model1.bin")
    assert done.exit_code == 0, done.output
    assert (tmp_path / "out" / "model2.bin").exists()


def test_config_for_pretraining_is_complete(kernel, tmp_path):
    path = tmp_path / "config.toml"
    done = kernel("init", "config", path, "--pipeline", "ner", "--pretraining")
    assert f"    kernel pretrain {path} pretrained --paths.raw_text raw.jsonl\n" in done.stderr
    assert "--paths.init_tok2vec pretrained/model-last.bin" in done.stderr
    assert done.exit_code == 0, done.output
    config = load_config(path)
    assert find_problems(config) == []
    assert config["pretraining"]["component"] == "tok2vec"
    assert config["pretraining"]["layer"] == ""
    assert config["corpora"]["pretrain"]["path"] == "${paths.raw_text}"
    assert config["initialize"]["init_tok2vec"] == "${paths.init_tok2vec}"
    assert config["paths"]["raw_text"] is None
    comments = path.read_text().splitlines()
    above = comments[comments.index("patience = 3") - 1]
    assert above == "# epochs without a lower held-out loss after which to stop; 0: none"


def test_component_with_its_own_layer_is_chosen(kernel, tmp_path):
    base = tmp_path / "base.cfg"
    base.write_text(
        '[nlp]\nlang = "en"\npipeline = ["tagger"]\n\n[components]\n\n[components.tagger]\n'
        'factory = "tagger"\n\n[components.tagger.model]\n@architectures = "kernel.Tagger.v2"\n\n'
        "[components.tagger.model.tok2vec]\n@architectures = "
        '"kernel.HashEmbedCNN.v2"\n'
    )
    done = kernel("init", "fill-config", base, tmp_path / "out.cfg", "--pretraining")
    assert done.exit_code == 0, done.output
    config = load_config(tmp_path / "out.cfg")
    assert (config["pretraining"]["component"], config["pretraining"]["layer"]) == (
        "tagger",
        "tok2vec",
    )


def test_pipeline_without_a_layer_is_refused(kernel, tmp_path):
    base = tmp_path / "base.cfg"
    base.write_text('[nlp]\nlang = "en"\npipeline = []\n')
    done = kernel("init", "fill-config", base, "-", "--pretraining")
    assert done.exit_code == 1
    assert "nothing in this pipeline can be pretrained" in done.stderr


TEXT = """
[nlp]
lang = "en"
pipeline = ["tok2vec"]

[components]

[components.tok2vec]
factory = "tok2vec"

[corpora]

[corpora.pretrain]
@readers = "kernel.JsonlCorpus.v1"
path = null

[pretraining]
objective = {"@architectures":"toy.Objective.v1"}
"""


@pytest.mark.parametrize(
    ("line", "message"),
    [
        pytest.param('max_epochs = "many"', "wrong type", id="type"),
        pytest.param("max_epochs = 0", "out of range", id="range"),
        pytest.param("max_epoch = 5", "has no `max_epoch`", id="unknown"),
        pytest.param('component = "tok2wec"', "`tok2wec` is not in the pipeline", id="component"),
        pytest.param('corpus = "corpora.raw"', "`corpora.raw` names no function", id="corpus"),
        pytest.param("held_out = 0.7", "out of range", id="share"),
        pytest.param('batcher = {"@loggers":"kernel.ConsoleLogger.v1"}', "wrong kind", id="kind"),
    ],
)
def test_problem_is_found_at_its_line(line, message):
    config = load_config_from_str(TEXT + line, name="config.cfg")
    found = find_problems(fill(config), complete=False)
    number = (TEXT + line).splitlines().index(line) + 1
    assert [(p.origin.line, message in str(p)) for p in found][:1] == [(number, True)]


def test_section_is_not_added_unless_asked_for():
    config = fill(load_config_from_str('[nlp]\nlang = "en"\n\n[pretraining]\n'))
    assert not config.get("pretraining")
