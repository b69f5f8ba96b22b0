"""The entity ruler, which finds entities by patterns."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, Self

from kernel.errors import LoadError
from kernel.files import check_type, pack, read_json, unpack, write_file
from kernel.pipeline import Language, dump_json
from kernel.text import Doc, DocBatch
from kernel_plugin_rules.matcher.levenshtein import FuzzyCompare, levenshtein_compare
from kernel_plugin_rules.rulers.entity_columns import Entity, write_entities
from kernel_plugin_rules.rulers.label_patterns import LabelPattern, to_jsonl
from kernel_plugin_rules.rulers.ruler import Match, Ruler
from kernel_plugin_rules.rulers.scorers import make_entity_ruler_scorer

SCORER: Final = make_entity_ruler_scorer()
DEFAULT_ID_SEP: Final = "||"
_CFG: Final = {
    "overwrite?": bool,
    "phrase_matcher_attr?": str | int | None,
    "ent_id_sep?": str,
}


class EntityRuler(Ruler):
    """Finds entities by patterns.

        ruler = nlp.add_pipe("entity_ruler")
        ruler.add_patterns([{"label": "GPE", "pattern": "Berlin", "id": "Q64"}])

    Of matches that overlap, the longest counts, then the first one. Matches with tokens of
    entities that are set already are left out, unless `overwrite_ents`: the match replaces them
    then.
    """

    def __init__(
        self,
        nlp: Language,
        name: str = "entity_ruler",
        *,
        phrase_matcher_attr: str | int | None = None,
        matcher_fuzzy_compare: FuzzyCompare = levenshtein_compare,
        validate: bool = False,
        overwrite_ents: bool = False,
        ent_id_sep: str = DEFAULT_ID_SEP,
        patterns: Iterable[Mapping[str, Any]] | None = None,
        scorer: Any = SCORER,
    ) -> None:
        self.overwrite = overwrite_ents
        self.ent_id_sep = ent_id_sep
        super().__init__(
            nlp,
            name,
            phrase_matcher_attr=phrase_matcher_attr,
            matcher_fuzzy_compare=matcher_fuzzy_compare,
            validate=validate,
            scorer=scorer,
        )
        if patterns is not None:
            self.add_patterns(patterns)

    def _key(self, pattern: LabelPattern) -> str:
        return f"{pattern.label}{self.ent_id_sep}{pattern.id}" if pattern.id else pattern.label

    @property
    def ent_ids(self) -> tuple[str, ...]:
        """The ids of all patterns, sorted."""
        return self._ids

    @property
    def token_patterns(self) -> dict[str, list[Any]]:
        """The patterns of tokens, by the label and the id, joined by `ent_id_sep`."""
        return self._by_key(lambda pattern: not isinstance(pattern, str))

    @property
    def phrase_patterns(self) -> dict[str, list[Any]]:
        """The phrases, by the label and the id, joined by `ent_id_sep`."""
        return self._by_key(lambda pattern: isinstance(pattern, str))

    def _by_key(self, is_wanted: Callable[[Any], bool]) -> dict[str, list[Any]]:
        found: dict[str, list[Any]] = {}
        for pattern in self._patterns:
            if is_wanted(pattern.pattern):
                found.setdefault(self._key(pattern), []).append(pattern.pattern)
        return found

    def remove(self, ent_id: str) -> None:
        """Remove all patterns with an id; raises ArgumentError if there are none."""
        self._remove("id", ent_id)

    # Annotation

    def match(self, doc: Doc) -> list[Match]:
        """Return all matches, each once: the id of its key, start and end; the longest first."""
        (found,) = self._find(DocBatch([doc]))
        return _sorted(found)

    def set_annotations(self, doc: Doc, matches: Iterable[Match]) -> None:
        """Set the entities of `doc` for matches, those of the first of them that overlap."""
        write_entities(DocBatch([doc]), [self._entities(doc, matches)])

    def annotate(self, docs: DocBatch) -> None:
        """Set the entities of all docs."""
        found = self._find(docs)
        entities = [
            self._entities(doc, _sorted(matches)) if matches else []
            for doc, matches in zip(docs, found, strict=True)
        ]
        write_entities(docs, entities)

    def _entities(self, doc: Doc, matches: Iterable[Match]) -> Sequence[Entity]:
        types = doc.annotations.get("ent_type")
        kept = types if types is not None and not self.overwrite and types.any() else None
        taken: set[int] = set()
        chosen = []
        for key, start, end in matches:
            tokens = range(start, end)
            if taken.isdisjoint(tokens) and (kept is None or not kept[start:end].any()):
                taken.update(tokens)
                chosen.append((start, end, *self._named[key]))
        return chosen

    # Storage

    @property
    def _settings(self) -> dict[str, Any]:
        return {
            "overwrite": self.overwrite,
            "phrase_matcher_attr": self.phrase_matcher_attr,
            "ent_id_sep": self.ent_id_sep,
        }

    def _set(self, settings: Any, what: str) -> None:
        """Take settings; those that are missing stay. The patterns have to be loaded after this."""
        for name, value in check_type(settings, _CFG, what=what).items():
            if name in self._settings:
                setattr(self, name, value)

    def to_disk(self, path: Path | str, *, exclude: Iterable[str] = ()) -> None:
        """Write the folder `path`, or a single file of patterns if its name ends in `.jsonl`.

        The fields of the folder are `cfg` and `patterns`.
        """
        path, patterns = Path(path), to_jsonl(self._patterns)
        if path.suffix == ".jsonl":
            write_file(path, patterns)
            return
        path.mkdir(parents=True, exist_ok=True)
        if "cfg" not in exclude:
            path.joinpath("cfg").write_bytes(dump_json(self._settings))
        if "patterns" not in exclude:
            path.joinpath("patterns.jsonl").write_bytes(patterns)

    def from_disk(self, path: Path | str, *, exclude: Iterable[str] = ()) -> Self:
        """Load a folder or a file of patterns, which replace all others; return the component.

        Raises LoadError for a file that is missing or damaged, with the line of a bad pattern.
        """
        path = Path(path)
        file = path.with_suffix(".jsonl")
        # Early versions wrote a single file, with this ending after the name of the component.
        if path.suffix == ".jsonl" or (file.is_file() and not path.exists()):
            self._read_patterns(file)
            return self
        if not path.is_dir():
            raise LoadError(f"`{path}` is missing: expected a folder or a file of patterns")
        if "cfg" not in exclude:
            self._set(read_json(path / "cfg"), f"`{path / 'cfg'}`")
        if "patterns" not in exclude:
            self._read_patterns(path / "patterns.jsonl")
        return self

    def to_bytes(self, *, exclude: Iterable[str] = ()) -> bytes:
        """Return the settings and the patterns as bytes."""
        fields = {**self._settings, "patterns": self.patterns}
        return pack({name: value for name, value in fields.items() if name not in exclude})

    def from_bytes(self, bytes_data: bytes, *, exclude: Iterable[str] = ()) -> Self:
        """Load the result of `to_bytes`, also that of spaCy; return the component."""
        what = f"the bytes of `{self.name}`"
        found = check_type(unpack(bytes_data, what=what), dict[str, Any], what=what)
        given = {name: value for name, value in found.items() if name not in exclude}
        self._set({name: given[name] for name in self._settings if name in given}, what)
        return self._load(given["patterns"]) if "patterns" in given else self


def _sorted(matches: Iterable[Match]) -> list[Match]:
    """Return matches with tokens, each once: the longest first, then by their start."""
    # Matches of equally many tokens keep the order of the set, as in spaCy.
    unique = {match for match in matches if match[1] != match[2]}
    return sorted(unique, key=lambda match: (match[2] - match[1], -match[1]), reverse=True)
