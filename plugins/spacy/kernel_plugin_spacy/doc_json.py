"""The type of a doc as JSON."""

from __future__ import annotations

from typing import Any, TypedDict


class DocJSONSchema(TypedDict, total=False):
    """The result of `Doc.to_json`."""

    text: str
    cats: dict[str, float]
    ents: list[dict[str, Any]]
    sents: list[dict[str, int]]
    spans: dict[str, list[dict[str, Any]]]
    tokens: list[dict[str, Any]]
    underscore_doc: dict[str, Any]
    underscore_token: dict[str, list[dict[str, Any]]]
    underscore_span: dict[str, list[dict[str, Any]]]
