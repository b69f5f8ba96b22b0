from __future__ import annotations

import json
from pathlib import Path

import pytest

from kernel_plugin_corpus.plugin import kernel_guess_converter


@pytest.mark.parametrize(
    ("name", "head", "converter"),
    [
        ("a.iob", "Ada\tB-PER\nsaw\tO\n", "ner"),
        ("a.iob", "Ada|NNP|B-PER saw|VBD|O\n", "iob"),
        ("a.ner", "Ada|B-PER saw|O\n", "iob"),
        ("a.txt", "Ada NNP B-PER\nsaw VBD O\n", "ner"),
        ("a.txt", "just some words\n", None),
        ("a.conll", "unclear\n", "ner"),
        ("a.conll", "# text = Ada\r\n1\tAda" + "\t_" * 8 + "\r\n", "conllu"),
        ("a.conll", "# id 3\nAda _ _ B-PER\n", "ner"),
        ("a.CONLLU", "", "conllu"),
        ("a.json", "[]", "json"),
        ("a.jsonl", "{}", "jsonl"),
        ("a.docx", "", None),
    ],
)
def test_converter_is_guessed_from_name_and_content(name, head, converter):
    assert kernel_guess_converter(path=Path(name), head=head) == converter


EXPORTS = {
    "prodigy": [{"text": "a", "spans": [], "_input_hash": 3, "answer": "accept"}],
    "doccano": [
        {"id": 1, "text": "a", "label": []},
        {"id": 2, "text": "a", "label": [[0, 1, "A"]]},
    ],
    "label-studio": [{"id": 1, "annotations": [{"result": []}], "data": {"text": "a"}}],
    "dataturks": [{"content": "a", "annotation": None, "extras": None}],
    "tuples": [["a", {"entities": [[0, 1, "A"]]}]],
    "json": [{"id": 0, "paragraphs": []}],
    "jsonl": [{"text": "a", "entities": [[0, 1, "A"]]}, {"text": "b", "label": "x"}],
}
JSON_MIN = [{"text": "a", "id": 3, "label": [{"start": 0, "end": 1, "labels": ["A"]}]}]

# Longer than the part of the file that is looked at.
LONG = [*EXPORTS["doccano"], *[{"id": 3, "text": "b" * 3_000, "label": []}] * 400]


@pytest.mark.parametrize("name", ["a.json", "a.jsonl", "a.txt", "a.json1", "export"])
@pytest.mark.parametrize("indent", [None, 2, "lines"])
@pytest.mark.parametrize(
    ("converter", "records"),
    [*EXPORTS.items(), ("label-studio", JSON_MIN), ("doccano", LONG)],
    ids=[*EXPORTS, "json-min", "long"],
)
def test_exports_are_recognized_by_their_content(converter, records, indent, name):
    if indent == "lines":
        head = "\ufeff" + "\r\n".join(json.dumps(record) for record in records)
    else:
        head = json.dumps(records, indent=indent)
    assert kernel_guess_converter(path=Path(name), head=head[:1_000_000]) == converter


def test_unknown_content_leaves_it_to_the_name():
    for head in ('{"a": 1}', "[1, 2]", '{"text": 3', "[[["):
        assert kernel_guess_converter(path=Path("a.jsonl"), head=head) == "jsonl"
        assert kernel_guess_converter(path=Path("a.dat"), head=head) is None


def test_a_text_beside_annotations_is_of_brat(tmp_path):
    path = tmp_path / "a.txt"
    assert kernel_guess_converter(path=path, head="Ada saw\n") is None
    path.with_suffix(".ann").touch()
    assert kernel_guess_converter(path=path, head="Ada saw\n") == "brat"
    assert kernel_guess_converter(path=path.with_suffix(".ann"), head="") == "brat"
