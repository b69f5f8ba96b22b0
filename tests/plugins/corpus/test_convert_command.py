from __future__ import annotations

import json
import os
from collections.abc import Mapping

import pytest
from click.testing import CliRunner

import kernel as library
from kernel.cli.app import make_program
from kernel.registry import registry
from kernel.text import Doc, DocBin

IOB = "Ada\tB-PER\nsaw\tO\nRome\tB-LOC\n\nhello\tO\n"
BAD = json.dumps({"text": "Ada saw Rome", "entities": [[0, 2, "PER"], [8, 12, "LOC"]]})


@pytest.fixture
def kernel():
    """Run the program in this process; returns click's result, with stdout and stderr separate."""

    def run(*arguments, commands=None):
        return CliRunner().invoke(make_program(commands), list(map(str, arguments)))

    return run


@pytest.fixture
def write(tmp_path):
    def write(name, content):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf8")
        return path

    return write


def read(path):
    return list(DocBin().from_disk(path).get_docs(library.blank("xx").vocab))


def test_file_becomes_a_corpus_and_a_summary(kernel, write, tmp_path):
    result = kernel("convert", write("a.iob", IOB), tmp_path / "out")
    target = tmp_path / "out" / "a.spacy"
    assert result.stdout == ""
    assert result.stderr == (f"ok: {target}: 2 documents, 4 tokens, 2 entities (LOC 1, PER 1)\n")
    first, second = read(target)
    assert [(span.text, span.label_) for span in first.ents] == [("Ada", "PER"), ("Rome", "LOC")]
    assert [token.ent_iob_ for token in second] == ["O"]


def test_output_may_be_named(kernel, write, tmp_path):
    result = kernel("convert", write("a.iob", IOB), tmp_path / "train.spacy", "-n", "2")
    assert result.exit_code == 0
    assert len(read(tmp_path / "train.spacy")) == 1


@pytest.mark.parametrize("output", ["out", "out/a.spacy"], ids=["folder", "file"])
def test_files_are_replaced_only_with_force(kernel, write, tmp_path, output):
    target = tmp_path / "out" / "a.spacy"
    source = write("a.iob", IOB)
    assert kernel("convert", source, tmp_path / output).exit_code == 0
    before = target.read_bytes()
    write("a.iob", IOB.replace("Rome", "Oslo"))
    result = kernel("convert", source, tmp_path / output)
    assert result.exit_code == 1
    assert f"{target} exists\nhint: replace it with --force" in result.stderr
    assert target.read_bytes() == before
    assert kernel("convert", source, tmp_path / output, "--force").exit_code == 0
    assert read(target)[0][2].text == "Oslo"


@pytest.mark.parametrize("link", [False, True])
def test_the_input_is_never_replaced(kernel, write, tmp_path, link):
    path = write("a.json", json.dumps({"text": "Ada", "entities": [[0, 3, "PER"]]}))
    content, target = path.read_bytes(), tmp_path
    if link:
        target = tmp_path / "b.json"
        target.symlink_to(path)

    result = kernel("convert", path, target, "-t", "json", "--force")

    output = target if link else path
    assert result.stderr == f"error: the output would replace the input {output}\n"
    assert path.read_bytes() == content


@pytest.mark.parametrize(
    ("output", "message"),
    [
        ("a.iob", "the output {} is a file, but does not end in .spacy"),
        ("folder.spacy", "the output {} is a folder, expected a file"),
    ],
)
def test_the_output_is_a_folder_or_a_corpus(kernel, write, tmp_path, output, message):
    path = write("a.iob", IOB)
    tmp_path.joinpath("folder.spacy").mkdir()

    result = kernel("convert", path, tmp_path / output, "--force")

    assert result.exit_code == 1
    assert result.stderr == f"error: {message.format(tmp_path / output)}\n"
    assert path.read_text() == IOB


def test_a_file_without_documents_says_why(kernel, write, tmp_path):
    task = json.dumps({"text": "Ada", "label": "A", "answer": "ignore"})
    result = kernel("convert", write("a.jsonl", task), tmp_path)
    assert "the file has no documents" in result.stderr
    assert "a.jsonl: 1 task with the answer `ignore` skipped" in result.stderr


def test_no_file_is_written_if_one_of_them_exists(kernel, write, tmp_path):
    write("in/a.iob", IOB)
    write("in/b.iob", IOB)
    taken = write("out/b.spacy", "mine")
    assert kernel("convert", tmp_path / "in", tmp_path / "out").exit_code == 1
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["b.spacy"]
    assert taken.read_text() == "mine"


def test_the_current_folder_is_concatenated(kernel, write, tmp_path, monkeypatch):
    write("data.v1/a.iob", IOB)
    monkeypatch.chdir(tmp_path / "data.v1")
    assert kernel("convert", ".", tmp_path / "out", "--concatenate").exit_code == 0
    assert (tmp_path / "out" / "data.v1.spacy").exists()


def test_json_goes_to_stdout(kernel, write):
    result = kernel("convert", write("a.iob", IOB), "-", "-t", "json")
    assert result.exit_code == 0
    (data,) = json.loads(result.stdout)
    tokens = data["paragraphs"][0]["sentences"][0]["tokens"]
    assert [(token["orth"], token["ner"]) for token in tokens] == [
        ("Ada", "U-PER"),
        ("saw", "O"),
        ("Rome", "U-LOC"),
    ]


def test_json_output_reads_back(kernel, write, tmp_path):
    kernel("convert", write("a.iob", IOB), tmp_path / "a.json")
    result = kernel("convert", tmp_path / "a.json", tmp_path / "b.spacy")
    assert result.exit_code == 0
    assert [[span.label_ for span in doc.ents] for doc in read(tmp_path / "b.spacy")] == [
        ["PER", "LOC"],
        [],
    ]


def test_folder_is_converted_file_by_file(kernel, write, tmp_path):
    write("in/x/a.iob", IOB)
    write("in/b.iob", IOB)
    write("in/.hidden.iob", "")
    result = kernel("convert", tmp_path / "in", tmp_path / "out")
    assert result.exit_code == 0
    found = sorted(str(path.relative_to(tmp_path / "out")) for path in tmp_path.rglob("*.spacy"))
    assert found == ["b.spacy", "x/a.spacy"]


def test_folder_is_concatenated(kernel, write, tmp_path):
    write("in/a.iob", IOB)
    write("in/b.iob", IOB)
    result = kernel("convert", tmp_path / "in", tmp_path / "all.spacy", "--concatenate")
    assert result.exit_code == 0
    assert len(read(tmp_path / "all.spacy")) == 4


def test_misaligned_entities_stop_the_conversion(kernel, write, tmp_path):
    path = write("a.jsonl", BAD)
    result = kernel("convert", path, tmp_path / "out")
    assert result.exit_code == 1
    assert "error: 1 entity does not align with the tokens" in result.stderr
    assert f"{path}:1: document 1, characters 0 to 2: PER 'Ad'" in result.stderr
    assert "--on-misaligned snap" in result.stderr
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("policy", "labels"), [("skip", ["LOC"]), ("snap", ["PER", "LOC"])], ids=["skip", "snap"]
)
def test_misaligned_entities_are_listed_whatever_the_policy(
    kernel, write, tmp_path, policy, labels
):
    path = write("a.jsonl", BAD)
    result = kernel("convert", path, tmp_path / "a.spacy", "--on-misaligned", policy)
    assert result.exit_code == 0
    assert "warning: 1 entity did not align with tokens:" in result.stderr
    assert "characters 0 to 2: PER 'Ad': it ends inside of the token 'Ada'" in result.stderr
    (doc,) = read(tmp_path / "a.spacy")
    assert [span.label_ for span in doc.ents] == labels


def test_sentences_are_segmented_without_a_pipeline(kernel, write, tmp_path):
    path = write("a.ner", "Ada\tB-PER\nsaw\tO\n.\tO\nParis\tB-LOC\n")
    result = kernel("convert", path, tmp_path / "a.spacy", "--seg-sents")
    assert result.exit_code == 0
    assert [doc.text.split() for doc in read(tmp_path / "a.spacy")] == [
        ["Ada", "saw", "."],
        ["Paris"],
    ]


def test_labels_are_mapped(kernel, write, tmp_path):
    row = "1\tAda\t_\t_\t_\t_\t0\troot\t_\tU-PERSON\n"
    names = write("names.json", '{"PERSON": "PER"}')
    path = write("a.conllu", row)
    result = kernel("convert", path, tmp_path / "a.spacy", "--ner-map", names)
    assert result.exit_code == 0
    (doc,) = read(tmp_path / "a.spacy")
    assert [span.label_ for span in doc.ents] == ["PER"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["none.iob", "out"], "none.iob: no such file or folder"),
        (["a.iob"], "a .spacy file cannot go to stdout"),
        (["a.iob", "out", "-c", "nope"], "no `nope` in the registry `converters`"),
        (["a.iob", "out", "-T"], "the converter `ner` has no option --merge-subtokens"),
        (["a.iob", "out", "-n", "-1"], "`n_sents` is -1; expected 0 or more"),
        (["a.iob", "out", "-n", "two"], "--n-sents two: expected a whole number"),
        (
            ["a.json", "out", "--on-misaligned", "x"],
            '--on-misaligned x: expected one of "error", "skip", "snap"',
        ),
        (
            ["a.iob", "out", "-c", "conllu", "--ner-map", "no.json"],
            "no.json: cannot be read: No such file",
        ),
        (["a.iob", "out", "-c", "conllu", "--ner-map", '{"A": 1}'], "expected a table"),
        (["one.ner", "out", "--seg-sents", "-b", "plain"], "finds no sentences"),
        (["a.iob", "out", "-l", "qq"], "no language `qq`"),
        (["a.what", "out"], "neither the name nor the content says what format this is"),
        (["mixed", "out"], "the folder has files of several kinds: .iob, .json"),
        (["hollow", "out"], "the folder has no files"),
        (["two", "x.spacy"], "2 input files, but one output file"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_files_that_cannot_be_converted_are_reported(
    kernel, write, tmp_path, monkeypatch, arguments, message
):
    monkeypatch.chdir(tmp_path)
    for name in ("a.iob", "mixed/a.iob", "two/a.iob", "two/b.iob"):
        write(name, IOB)
    write("mixed/b.json", "[]")
    write("a.what", "some text")
    write("a.json", "[]")
    write("one.ner", "Ada\tB-PER\nsaw\tO\n")
    library.blank("xx").to_disk(tmp_path / "plain")
    tmp_path.joinpath("hollow").mkdir()
    result = kernel("convert", *arguments)
    assert result.exit_code == 1
    assert f"error: {message}" in result.stderr or message in result.stderr.splitlines()[0]
    assert "Traceback" not in result.stderr


@registry.converters.register("acme")
def read_acme(
    source, *, nlp, times: int = 2, tags: Mapping[str, str] | None = None, loud: bool = False
):
    """Yield docs.

    times  how often each word comes
    tags   tags of words
    """
    for line in source.read_text().splitlines():
        words = [line.upper() if loud else line] * times
        yield Doc(nlp.vocab, words=words, tags=[(tags or {}).get(word, "") for word in words])


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="named pipes are a feature of Unix")
def test_a_pipe_is_refused(kernel, tmp_path):
    os.mkfifo(tmp_path / "a.jsonl")
    result = kernel("convert", tmp_path / "a.jsonl", tmp_path / "out")
    assert "a.jsonl: neither a file nor a folder" in result.stderr


def test_folder_of_brat_is_converted(kernel, write, tmp_path):
    for name in ("a", "b"):
        write(f"in/{name}.txt", "Ada saw Rome")
        write(f"in/{name}.ann", "T1\tPER 0 3\tAda\n")
    write("in/annotation.conf", "[entities]\n")
    result = kernel("convert", tmp_path / "in", tmp_path / "out.spacy", "--concatenate")
    assert result.exit_code == 0, result.stderr
    assert len(read(tmp_path / "out.spacy")) == 2


def test_summary_counts_spans_and_categories(kernel, write, tmp_path):
    data = {
        "text": "Ada saw Rome",
        "spans": {"sc": [[0, 3, "PER"], [0, 7, "X"]]},
        "entities": [[8, 12, "LOC"]],
        "cats": {"A": 1, "B": 0},
    }
    result = kernel("convert", write("a.jsonl", json.dumps(data)), tmp_path)
    assert (
        "1 document, 3 tokens, 1 entity (LOC 1), 2 spans in `sc` (PER 1, X 1), "
        "1 category (A 1)" in result.stderr
    )


@pytest.mark.parametrize(
    ("name", "hint"),
    [("a.csv", "write each row as a line of JSON, such as"), ("a.py", "`json.dump(TRAIN_DATA,")],
)
def test_a_table_or_a_program_gets_a_hint_how_to_convert_it(kernel, write, tmp_path, name, hint):
    result = kernel("convert", write(name, "text,label\nfine,pos\n"), tmp_path)
    assert result.exit_code == 1
    assert hint in result.stderr


def test_a_file_in_no_known_format_lists_the_formats(kernel, write, tmp_path):
    result = kernel("convert", write("a.jsonl", '{"review": "fine"}'), tmp_path)
    assert result.exit_code == 1
    assert 'a.jsonl:1: expected an object with a "text"' in result.stderr
    for name in ("jsonl", "tuples", "prodigy", "doccano", "label-studio", "dataturks"):
        assert f"\n  {name} " in result.stderr
    result = kernel("convert", write("a.docx", "?"), tmp_path)
    assert "\n  brat          brat: annotations in `.ann` files" in result.stderr
    assert "\n  iob           IOB: one sentence per line" in result.stderr


def test_a_converter_of_ones_own_has_its_options_on_the_command_line(kernel, write, tmp_path):
    arguments = ["--times", "3", "--tags", '{"ADA": "N"}', "--loud"]
    path = write("in/a.acme", "ada")
    done = kernel("convert", path, tmp_path / "a.spacy", "-c", "acme", *arguments)
    assert done.exit_code == 0, done.output
    (doc,) = read(tmp_path / "a.spacy")
    assert [(token.text, token.tag_) for token in doc] == [("ADA", "N")] * 3


@registry.converters.register("acme_texts")
def read_texts(source, *, nlp):
    """A converter with a mistake: it yields texts."""
    yield from source.read_text().split()


def test_a_converter_has_to_yield_docs(kernel, write, tmp_path):
    path = write("a.txt", "Ada saw")
    result = kernel("convert", path, tmp_path, "-c", "acme_texts")
    assert result.exit_code == 1
    assert result.stderr.startswith("error: the converter `acme_texts` returned 'Ada', expected")


def test_defaults_are_those_of_the_converter(kernel, write, tmp_path):
    assert (
        kernel("convert", write("a.acme", "ada"), tmp_path / "a.spacy", "-c", "acme").exit_code == 0
    )
    assert [len(doc) for doc in read(tmp_path / "a.spacy")] == [2]


def test_help_of_one_converter_has_its_options_only(kernel):
    text = kernel("convert", "--converter", "acme", "--help").stdout
    assert "Options of the converter acme" in text
    assert "INTEGER How often each word comes. [default: 2]" in " ".join(text.split())
    assert "--n-sents" not in text


def test_help_has_the_options_of_all_converters(kernel):
    text = kernel("convert", "--help").stdout
    for title in (
        "acme",
        "conllu, conllubio",
        "conll, ner",
        "iob",
        "dataturks, doccano, json, jsonl, label-studio, tuples",
    ):
        assert f"{title}:" in text
    assert "-n, --n-sents INTEGER" in text
    assert "--on-misaligned [error|skip|snap]" in text


def test_a_pipeline_segments_sentences(kernel, write, tmp_path):
    nlp = library.blank("xx")
    nlp.add_pipe("acme_every_other")
    nlp.to_disk(tmp_path / "base")
    path = write("a.ner", "".join(f"{word}\tO\n" for word in "abcdef"))
    done = kernel("convert", path, tmp_path / "a.spacy", "-s", "--base", tmp_path / "base")
    assert done.exit_code == 0, done.output
    assert [len(doc) for doc in read(tmp_path / "a.spacy")] == [2, 2, 2]


@library.Language.component("acme_every_other")
def every_other(doc):
    for token in doc:
        token.is_sent_start = token.i % 2 == 0
    return doc


def test_without_the_plugin_its_distribution_is_named(kernel):
    done = kernel("convert", "a", "b", commands=[])
    assert done.exit_code == 2
    assert "pip install kernel-plugin-corpus" in done.stderr
