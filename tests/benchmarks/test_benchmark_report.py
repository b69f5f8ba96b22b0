"""The figures of the benchmarks are the ones that were measured."""

import sys

import pytest

from benchmarks import corpora, process, table
from benchmarks.__main__ import write_markdown
from benchmarks.btc_ner import Run, report


def test_ratio_says_how_many_times_better_kernel_is():
    figures = {
        "train": {"kernel": [300, 100, 200], "spacy": [50, 60, 40]},
        "import": {"kernel": [0.25], "spacy": [1.0]},
    }
    assert [(row.kernel, row.spacy, row.ratio) for row in table.rows(figures)] == [
        ("200 words/s", "50 words/s", "4.0x"),
        ("0.25 s", "1.00 s", "4.0x"),
    ]


def test_measure_that_one_side_lacks_is_left_out():
    assert list(table.rows({"train": {"kernel": [300], "spacy": []}})) == []


def test_markdown_goes_between_the_marks(tmp_path):
    page = tmp_path / "page.md"
    page.write_text("before\n<!-- bench -->\nold\n<!-- /bench -->\nafter\n")
    write_markdown(page, "new\n")
    assert page.read_text() == "before\n<!-- bench -->\nnew\n<!-- /bench -->\nafter\n"


def test_page_without_marks_is_refused(tmp_path):
    page = tmp_path / "page.md"
    page.write_text("nothing\n")
    with pytest.raises(ValueError, match="expected one <!-- bench -->"):
        write_markdown(page, "new\n")


def test_report_gives_means_and_parts():
    runs = [
        Run(side="kernel", seed=0, ents_f=0.5, seconds=20, peak_mb=200),
        Run(side="kernel", seed=1, ents_f=0.6, seconds=30, peak_mb=300),
        Run(side="spacy", seed=0, ents_f=0.5, seconds=100, peak_mb=500),
    ]
    text = report(runs)
    assert "kernel  mean    ents_f 0.5500" in text
    assert "0.25 of spaCy's time and 0.50 of its memory" in text


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
