"""Docs as training JSON, the format that the converter `json` reads."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kernel.text import Doc, iob_to_biluo

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from kernel.text import Token


def docs_to_json(
    docs: Doc | Iterable[Doc], doc_id: int = 0, ner_missing_tag: str = "O"
) -> dict[str, Any]:
    """Return docs as one entry of training JSON: {"id": ..., "paragraphs": [...]}.

    `ner_missing_tag` is the tag of a token whose entity annotation is missing.
    """
    several = [docs] if isinstance(docs, Doc) else docs
    paragraphs = [_paragraph(doc, ner_missing_tag) for doc in several]
    return {"id": doc_id, "paragraphs": paragraphs}


def _paragraph(doc: Doc, ner_missing_tag: str) -> dict[str, Any]:
    tags = iob_to_biluo([_iob(token) for token in doc]) if doc.has_annotation("ENT_IOB") else []
    tokens = [_token(doc, token) for token in doc]
    for token, tag in zip(tokens, tags, strict=False):
        token["ner"] = tag or ner_missing_tag
    paragraph: dict[str, Any] = {
        "raw": None if doc.has_unknown_spaces else doc.text,
        "sentences": [
            {"tokens": tokens[start:end], "brackets": []} for start, end in _sentences(doc)
        ],
        "cats": [{"label": label, "value": value} for label, value in doc.cats.items()],
        "entities": [(ent.start_char, ent.end_char, ent.label_) for ent in doc.ents],
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
