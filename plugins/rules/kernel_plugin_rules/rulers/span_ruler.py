"""The span ruler, which finds spans and entities by patterns."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final, Self

from kernel.errors import ArgumentError, TextError
from kernel.files import check_type, pack, parse_json, unpack
from kernel.pipeline import Language
from kernel.text import Doc, DocBatch, Span, SpanGroup
from kernel_plugin_rules.matcher.levenshtein import FuzzyCompare, levenshtein_compare
from kernel_plugin_rules.rulers.filters import SpansFilter, first_longest_spans_filter
from kernel_plugin_rules.rulers.label_patterns import LabelPattern, to_jsonl
from kernel_plugin_rules.rulers.ruler import Match, Ruler
from kernel_plugin_rules.rulers.scorers import make_overlapping_labeled_spans_scorer

DEFAULT_SPANS_KEY: Final = "ruler"
SCORER: Final = make_overlapping_labeled_spans_scorer(DEFAULT_SPANS_KEY)
_FILE: Final = "patterns"


class SpanRuler(Ruler):
    """Finds spans, which may overlap, by patterns.

        ruler = nlp.add_pipe("span_ruler")
        ruler.add_patterns([{"label": "CITY", "pattern": [{"LOWER": "berlin"}], "id": "Q64"}])
        doc = nlp("Welcome to Berlin"); doc.spans["ruler"]

    All matches become the group of spans `spans_key`, unless that is None, and with
    `annotate_ents` entities. `spans_filter` and `ents_filter` choose from what is there already
    (nothing if `overwrite`) and the matches. Without `spans_filter`, all spans are kept.
    """

    def __init__(
        self,
        nlp: Language,
        name: str = "span_ruler",
        *,
        spans_key: str | None = DEFAULT_SPANS_KEY,
        spans_filter: SpansFilter | None = None,
        annotate_ents: bool = False,
        ents_filter: SpansFilter = first_longest_spans_filter,
        phrase_matcher_attr: str | int | None = None,
        matcher_fuzzy_compare: FuzzyCompare = levenshtein_compare,
        validate: bool = False,
        overwrite: bool = False,
        scorer: Any = SCORER,
    ) -> None:
        self.spans_key = spans_key
        self.spans_filter = spans_filter
        self.annotate_ents = annotate_ents
        self.ents_filter = ents_filter
        self.overwrite = overwrite
        super().__init__(
            nlp,
            name,
            phrase_matcher_attr=phrase_matcher_attr,
            matcher_fuzzy_compare=matcher_fuzzy_compare,
            validate=validate,
            scorer=scorer,
        )

    def _key(self, pattern: LabelPattern) -> str:
        return repr((pattern.label, pattern.id))

    @property
    def key(self) -> str | None:
        """The key of the group of spans."""
        return self.spans_key

    @property
    def ids(self) -> tuple[str, ...]:
        """The ids of all patterns, sorted."""
        return self._ids

    def remove(self, label: str) -> None:
        """Remove all patterns with a label; raises ArgumentError if there are none."""
        self._remove("label", label)

    def remove_by_id(self, pattern_id: str) -> None:
        """Remove all patterns with an id; raises ArgumentError if there are none."""
        self._remove("id", pattern_id)

    # Annotation

    def match(self, doc: Doc) -> list[Span]:
        """Return all matches, each once, sorted by start, end and label."""
        (found,) = self._find(DocBatch([doc]))
        return self._spans(doc, found)

    def _spans(self, doc: Doc, matches: Iterable[Match]) -> list[Span]:
        named = self._named
        values = {(start, end, *named[key]) for key, start, end in matches if start != end}
        return [
            Span.make(doc, start, end, label, span_id=id_)
            for start, end, label, id_ in sorted(values)
        ]

    def set_annotations(self, doc: Doc, matches: Iterable[Span]) -> None:
        """Set the spans of `doc`, or its entities, for matches.

        Raises ArgumentError if entities overlap.
        """
        matches = list(matches)
        if self.spans_key is not None:
            self._set_spans(doc, self.spans_key, matches)
        if self.annotate_ents:
            self._set_ents(doc, matches)

    def _set_spans(self, doc: Doc, key: str, matches: list[Span]) -> None:
        existing = [] if self.overwrite or key not in doc.spans else list(doc.spans[key])
        if self.spans_filter is None:
            spans: Iterable[Span] = [*existing, *matches]
        else:
            spans = self.spans_filter(existing, matches)
        doc.spans[key] = SpanGroup(doc, name=key, spans=spans)

    def _set_ents(self, doc: Doc, matches: list[Span]) -> None:
        existing: list[Span] = [] if self.overwrite else list(doc.ents)
        try:
            doc.ents = sorted(self.ents_filter(existing, matches))
        except TextError as error:
            raise ArgumentError(
                f"the `ents_filter` of `{self.name}` kept entities that overlap: {error.message}",
                hint="use a filter such as `kernel.first_longest_spans_filter.v1`",
            ) from error

    def annotate(self, docs: DocBatch) -> None:
        """Set the spans or entities of all docs."""
        for doc, matches in zip(docs, self._find(docs), strict=True):
            self.set_annotations(doc, self._spans(doc, matches))

    # Storage

    def to_disk(self, path: Path | str, *, exclude: Iterable[str] = ()) -> None:
        """Write the patterns to the file `patterns`, lines of JSON, in the folder `path`."""
        path = Path(path)
        path.mkdir(parents=True, exist_ok=True)
        if _FILE not in exclude:
            path.joinpath(_FILE).write_bytes(to_jsonl(self._patterns))

    def from_disk(self, path: Path | str, *, exclude: Iterable[str] = ()) -> Self:
        """Load what `to_disk` wrote, or a file of patterns; return the component.

        All patterns are replaced. A file has lines of JSON, as for the `entity_ruler`.

        Raises LoadError for a file that is missing or damaged, with the line of a bad pattern.
        """
        if _FILE not in exclude:
            self._read_patterns(Path(path) if Path(path).is_file() else Path(path, _FILE))
        return self

    def to_bytes(self, *, exclude: Iterable[str] = ()) -> bytes:
        """Return the patterns as bytes."""
        packed = json.dumps(self.patterns, separators=(",", ":"))
        return pack({} if _FILE in exclude else {_FILE: packed})

    def from_bytes(self, bytes_data: bytes, *, exclude: Iterable[str] = ()) -> Self:
        """Load the result of `to_bytes`, also that of spaCy; return the component."""
        what = f"the bytes of `{self.name}`"
        found = check_type(unpack(bytes_data, what=what), {f"{_FILE}?": str}, what=what)
        if _FILE in exclude or _FILE not in found:
            return self
        return self._load(parse_json(found[_FILE], what=what))
