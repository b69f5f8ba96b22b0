"""Converters of texts in the formats of training data, with the arguments that spaCy's take.

They yield docs with the vocabulary of a new multi-language pipeline. Malformed data raises
`DataError` with the line. `no_print` has no effect: nothing is printed.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from kernel import blank
from kernel.registry import registry
from kernel.text import Doc

__all__ = ["conll_ner_to_docs", "conllu_to_docs", "iob_to_docs", "json_to_docs"]


def iob_to_docs(input_data: str, n_sents: int = 10, no_print: bool = False) -> Iterator[Doc]:
    """Yield docs of `n_sents` lines of tokens such as `word|IOB` or `word|tag|IOB`."""
    return _convert("iob", input_data, n_sents=n_sents)


def conll_ner_to_docs(
    input_data: str,
    n_sents: int = 10,
    seg_sents: bool = False,
    model: str | None = None,
    no_print: bool = False,
) -> Iterator[Doc]:
    """Yield docs of `n_sents` sentences, or of the file's documents, with a token on each line.

    With `seg_sents`, sentences of a text without blank lines are found by the pipeline `model`.
    """
    return _convert("ner", input_data, n_sents=n_sents, seg_sents=seg_sents, base=model)


def conllu_to_docs(
    input_data: str,
    n_sents: int = 10,
    append_morphology: bool = False,
    ner_map: Mapping[str, str] | None = None,
    merge_subtokens: bool = False,
    no_print: bool = False,
) -> Iterator[Doc]:
    """Yield docs of `n_sents` sentences of CoNLL-U.

    `append_morphology` appends the features to tags, `ner_map` renames entity labels, and
    `merge_subtokens` makes one token of the words of a multiword token.
    """
    return _convert(
        "conllu",
        input_data,
        n_sents=n_sents,
        morphology=append_morphology,
        ner_map=ner_map,
        merge_subtokens=merge_subtokens,
    )


def json_to_docs(input_data: str | bytes | dict[str, Any] | list[Any]) -> Iterator[Doc]:
    """Yield a doc for each paragraph of training JSON, given as a text or as its values."""
    if isinstance(input_data, bytes):
        input_data = input_data.decode("utf8")
    return _convert("json", input_data if isinstance(input_data, str) else json.dumps(input_data))


def _convert(name: str, text: str, **options: Any) -> Iterator[Doc]:
    docs: Iterator[Doc] = registry.converters.get(name)(text, nlp=blank("xx"), **options)
    return docs
