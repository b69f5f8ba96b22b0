from __future__ import annotations

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
        ("a.CONLLU", "", "conllu"),
        ("a.json", "[]", "json"),
        ("a.jsonl", "{}", "jsonl"),
        ("a.docx", "", None),
    ],
)
def test_converter_is_guessed_from_name_and_content(name, head, converter):
    assert kernel_guess_converter(path=Path(name), head=head) == converter
