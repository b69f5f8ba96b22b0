"""The figures of the benchmarks are the ones that were measured."""

import sys

import pytest
from attrs import evolve

from benchmarks import btc_ner, corpora, ewt, french, process, runs, suite, table, tasks, textcat
from benchmarks.sides import Side


def side_of(name, library, path=None):
    return Side(name=name, library=library, title=name, python=path, cli=())


KERNEL, SPACY = side_of("kernel", "kernel"), side_of("spacy", "spacy")


def test_ratio_says_how_many_times_better_kernel_is():
    figures = {
        "train": {"kernel": [300, 100, 200], "spacy": [50, 60, 40]},
        "import": {"kernel": [0.25], "spacy": [1.0]},
    }
    assert [(row.first, row.second, row.ratio) for row in table.rows(figures, [KERNEL, SPACY])] == [
        ("200 words/s", "50 words/s", "4.0x"),
        ("0.25 s", "1.00 s", "4.0x"),
    ]


def test_measure_that_one_side_lacks_is_left_out():
    assert list(table.rows({"train": {"kernel": [300], "spacy": []}}, [KERNEL, SPACY])) == []


def test_two_versions_of_kernel_are_compared_to_the_hundredth():
    earlier = side_of("earlier", "kernel")
    figures = {"train": {"kernel": [209], "earlier": [200]}}
    assert "| kernel | earlier | ratio |" in table.markdown(figures, [KERNEL, earlier])
    assert [row.ratio for row in table.rows(figures, [KERNEL, earlier])] == ["1.04x"]


def test_markdown_goes_between_the_marks(tmp_path):
    page = tmp_path / "page.md"
    page.write_text("before\n<!-- bench -->\nold\n<!-- /bench -->\nafter\n")
    table.put_into(page, "bench", "new\n")
    assert page.read_text() == "before\n<!-- bench -->\nnew\n<!-- /bench -->\nafter\n"


def test_page_without_marks_is_refused(tmp_path):
    page = tmp_path / "page.md"
    page.write_text("nothing\n")
    with pytest.raises(ValueError, match="expected one <!-- bench -->"):
        table.put_into(page, "bench", "new\n")


def run_of(side, seed, score, seconds, peak_mb):
    return runs.Run(
        side=side, seed=seed, scores={"ents_f": score}, seconds=seconds, peak_mb=peak_mb
    )


def test_report_gives_means_and_parts():
    finished = [
        run_of("kernel", 0, 0.5, 20, 200),
        run_of("kernel", 1, 0.6, 30, 300),
        run_of("spacy", 0, 0.5, 100, 500),
    ]
    text = runs.report(finished)
    assert "kernel  mean    ents_f 0.5500" in text
    assert "0.25 of spaCy's time and 0.50 of its memory" in text


def test_table_of_runs_has_means_and_each_score():
    text = runs.markdown([run_of("kernel", 0, 0.5, 20, 200), run_of("kernel", 1, 0.6, 30, 300)])
    assert "| ents_f | 0.5500 (0.500, 0.600) |  |" in text
    assert "| wall time | 25 s |  |" in text
    assert "| peak memory | 250 MB |  |" in text


def test_page_has_the_marks_that_commands_fill(repository):
    page = (repository / "docs" / "benchmarks.md").read_text(encoding="utf8")
    for mark in ("bench", "btc", "ewt", "ewt-patience", "french", *textcat.JOBS):
        assert f"<!-- {mark} -->\n" in page
        assert f"<!-- /{mark} -->\n" in page


@pytest.mark.parametrize(
    "job", [btc_ner.JOB, ewt.JOB, french.JOB, *textcat.JOBS.values()], ids=lambda job: job.name
)
def test_finished_runs_are_not_repeated(job, tmp_path, monkeypatch, capsys):
    trained = []

    def train_once(job, side, folder, seed, steps):
        trained.append((side.name, seed, steps))
        scores = dict.fromkeys(job.scores, 0.5)
        return runs.Run(side=side.name, seed=seed, scores=scores, seconds=1, peak_mb=1)

    side = side_of("kernel", "kernel", tmp_path)
    monkeypatch.setattr(runs, "train_once", train_once)
    monkeypatch.setattr(runs.sides, "HOME", tmp_path)
    monkeypatch.setattr(runs.sides, "kernel_side", lambda: side)
    monkeypatch.setattr(runs.sides, "spacy_side", lambda: side)
    job = evolve(job, convert=lambda side: tmp_path)
    for arguments in (
        ["--seeds", "0"],
        ["--seeds", "0", "1"],
        ["--until-patience", "--seeds", "0"],
    ):
        runs.main(job, ["--side", "kernel", *arguments])

    assert trained == [("kernel", 0, job.steps), ("kernel", 1, job.steps), ("kernel", 0, None)]
    assert f"{job.scores[0]} 0.5000" in capsys.readouterr().out


def test_every_measure_can_be_taken():
    for name in suite.NAMES:
        assert name in {*suite.TRAININGS, *tasks.TASKS, "help", "import"}
    assert suite.TRAININGS.keys() >= set(suite.MODELS.values())


def test_prediction_without_a_pipeline_trains_it_first(tmp_path, monkeypatch):
    monkeypatch.setattr(suite, "HOME", tmp_path)
    side = side_of("kernel", "kernel", tmp_path)
    assert suite.with_training(["predict_joint", "help"], [side]) == [
        "train_joint",
        "predict_joint",
        "help",
    ]
    suite.model_of(side, "train_joint").mkdir(parents=True)
    assert suite.with_training(["predict_joint", "help"], [side]) == ["predict_joint", "help"]


def test_runs_of_proper_nouns_become_entities(tmp_path):
    rows = [("Ada", "PROPN"), ("Byron", "PROPN"), ("saw", "VERB"), ("Rome", "PROPN")]
    lines = [f"{n}\t{word}\t_\t{pos}\t_\t_\t0\troot\t_\t_" for n, (word, pos) in enumerate(rows, 1)]
    (tmp_path / "in.conllu").write_text("\n".join([*lines, "", *lines[:1]]) + "\n")
    corpora.write_with_names(tmp_path / "in.conllu", tmp_path / "out.conllu")
    out = (tmp_path / "out.conllu").read_text().splitlines()
    marks = [line.rpartition("\t")[2] for line in out if line]
    assert marks == ["name=B-NAME", "name=I-NAME", "name=O", "name=B-NAME", "name=B-NAME"]


def test_treebank_text_is_put_together_with_its_spaces(tmp_path):
    rows = ["1-2\tdon't\tSpaceAfter=No", "1\tdo\t_", "2\tn't\t_", "3\t!\t_", "4\tOk\t_"]
    lines = ["\t".join([*row.split("\t")[:2], *"_______", row.split("\t")[2]]) for row in rows]
    path = tmp_path / "bank.conllu"
    path.write_text("# newdoc id = 1\n" + "\n".join(lines) + "\n")
    (document,) = corpora.read_conllu(path)
    assert document.words == ["do", "n't", "!", "Ok"]
    assert document.spaces == [False, False, True, True]


def test_failed_command_shows_what_it_said():
    with pytest.raises(RuntimeError, match="out of luck"):
        process.run([sys.executable, "-c", "raise SystemExit('out of luck')"])


def test_peak_memory_is_that_of_the_command():
    done = process.run([sys.executable, "-c", "b'x' * 200_000_000"])
    assert 195 < done.peak_mb < 240
