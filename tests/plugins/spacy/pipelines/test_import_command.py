"""`kernel import` saves a pipeline of spaCy in kernel's layout, and says what it has."""

import pytest

import kernel
from tests.plugins.spacy.pipelines.spacy_pipelines import TEXTS, annotations


def test_it_saves_the_pipeline_and_lists_its_parts(pipeline, tmp_path, run_kernel):
    done = run_kernel("import", pipeline, tmp_path / "own", "--exclude", "textcat")
    assert done.returncode == 0, done.stderr
    rows = {line.split()[0]: line.split()[1:] for line in done.stdout.splitlines()}
    assert rows["tagger"] == ["tagger", "7", "119"]  # 7 x (16 + 1)
    assert "textcat" not in rows
    theirs, ours = kernel.load(pipeline, exclude=["textcat"]), kernel.load(tmp_path / "own")
    assert ours.pipe_names == theirs.pipe_names
    for text in TEXTS:
        assert annotations(ours(text)) == annotations(theirs(text))


def test_existing_folder_is_kept(pipeline, tmp_path, run_kernel):
    output = tmp_path / "own"
    output.mkdir()
    output.joinpath("notes.txt").write_text("mine")
    assert run_kernel("import", pipeline, output).returncode == 1
    assert [path.name for path in output.iterdir()] == ["notes.txt"]


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        ('factory = "ner"', 'factory = "spancat"', "`ner` needs the component `spancat`"),
        (
            "spacy.MaxoutWindowEncoder.v2",
            "acme.Encoder.v9",
            "`tok2vec` needs `acme.Encoder.v9` of `model.encode`",
        ),
    ],
)
def test_parts_that_no_plugin_has_are_named(pipeline, tmp_path, run_kernel, before, after, message):
    config = pipeline / "config.cfg"
    text = config.read_text(encoding="utf8")
    assert before in text
    config.write_text(text.replace(before, after), encoding="utf8")
    done = run_kernel("import", pipeline, tmp_path / "own")
    assert done.returncode == 1
    assert message in done.stderr
    assert not tmp_path.joinpath("own").exists()


def test_code_registers_what_the_config_names(pipeline, tmp_path, run_kernel):
    config = pipeline / "config.cfg"
    text = config.read_text(encoding="utf8")
    text = text.replace("pipeline = [", 'pipeline = ["acme_step",')
    config.write_text(f'{text}\n[components.acme_step]\nfactory = "acme_step"\n', encoding="utf8")
    code = tmp_path / "functions.py"
    code.write_text("import kernel\nkernel.Language.component('acme_step', func=lambda doc: doc)\n")
    done = run_kernel("import", pipeline, tmp_path / "own", "--code", code)
    assert done.returncode == 0, done.stderr
    # spaCy would not find it.
    options = [tmp_path / "exported", "--to", "spacy", "--code", code]
    done = run_kernel("export", tmp_path / "own", *options)
    assert done.returncode == 1
    assert "`acme_step` needs the component `acme_step`" in done.stderr
