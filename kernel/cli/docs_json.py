"""Docs as training JSON, the format that the converter `json` reads."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from kernel.text.iob import iob_to_biluo

if TYPE_CHECKING:
    from kernel.text import Doc, Token


def docs_to_text(docs: Sequence[Doc]) -> str:
    """Return the docs as JSON: one entry, a paragraph for each doc."""
    paragraphs = [_paragraph(doc) for doc in docs]
    return json.dumps([{"id": 0, "paragraphs": paragraphs}], ensure_ascii=False, indent=1)


def _paragraph(doc: Doc) -> dict[str, Any]:
    tags = iob_to_biluo([_iob(token) for token in doc]) if doc.has_annotation("ENT_IOB") else []
    tokens = [_token(doc, token) for token in doc]
    for token, tag in zip(tokens, tags, strict=False):
        token["ner"] = tag or "-"
    paragraph: dict[str, Any] = {
        "raw": None if doc.has_unknown_spaces else doc.text,
        "sentences": [
            {"tokens": tokens[start:end], "brackets": []} for start, end in _sentences(doc)
        ],
        "cats": [{"label": label, "value": value} for label, value in doc.cats.items()],
    }
    return paragraph


def _token(doc: Doc, token: Token) -> dict[str, Any]:
    data: dict[str, Any] = {"id": token.i, "orth": token.text, "space": token.whitespace_}
    values = {
        "tag": token.tag_,
        "pos": token.pos_,
        "morph": str(token.morph),
        "lemma": token.lemma_,
    }
    data |= {key: value for key, value in values.items() if doc.has_annotation(key.upper())}
    if doc.has_annotation("DEP"):
        data["head"] = token.head.i - token.i
        data["dep"] = token.dep_
    return data


def _sentences(doc: Doc) -> Iterator[tuple[int, int]]:
    if not doc.has_annotation("SENT_START"):
        yield 0, len(doc)
        return
    for sentence in doc.sents:
        yield sentence.start, sentence.end


def _iob(token: Token) -> str | None:
    return f"{token.ent_iob_}-{token.ent_type_}".rstrip("-") or None
