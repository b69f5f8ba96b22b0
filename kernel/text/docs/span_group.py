"""Groups of spans of a doc, which may overlap.

Axes: M spans of a group.
"""

from __future__ import annotations

import struct
import warnings
import weakref
from collections.abc import Iterable
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt

from kernel.errors import LoadError, TextError, UnsupportedError
from kernel.files import check_type, pack, unpack
from kernel.text.docs.span import Span
from kernel.text.errors import BoundsError, TextTypeError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from kernel.text.docs.doc import Doc

# id, kb_id, label, start, end, start_char, end_char
_SPAN: Final = struct.Struct(">QQQllll")
_EMPTY: Final = b"\x90"
_GROUPS: Final = list[bytes] | dict[bytes, list[str]]
_FIELDS: Final = {"name?": str, "attrs?": dict[str, Any] | None, "spans": list[bytes]}
# start, end, label, kb_id, id, and the characters if they were set apart from the tokens
Entry = tuple[int, int, int, int, int, tuple[int, int] | None]


class _OfDoc:
    """Something that belongs to a doc, but does not keep it alive."""

    def __reduce__(self) -> Any:
        raise UnsupportedError(
            f"a {type(self).__name__} cannot be pickled", hint="pickle its doc, which keeps it"
        )

    def _refer_to(self, doc: Doc) -> None:
        self.doc_ref = weakref.ref(doc)

    @property
    def doc(self) -> Doc:
        """The doc; raises TextError if it is gone."""
        doc = self.doc_ref()
        if doc is None:
            raise TextError(
                f"the doc of {self!r} is gone",
                hint="keep a reference to the doc as long as its spans are used",
            )
        return doc


class SpanGroup(_OfDoc):
    """Spans of one doc, kept by value: to change one, assign it again.

    `entries` has the values: start, end, label, kb_id, id, and the offsets of characters if
    those were set apart from the tokens. The group does not keep the doc alive.
    """

    def __init__(
        self,
        doc: Doc,
        name: str = "",
        *,
        attrs: Mapping[str, Any] | None = None,
        spans: Iterable[Span] = (),
    ) -> None:
        self._refer_to(doc)
        self.name = name
        self.attrs: dict[str, Any] = dict(attrs or {})
        self.entries: list[Entry] = []
        self.extend(spans)

    def __repr__(self) -> str:
        return repr(list(self))

    def __len__(self) -> int:
        return len(self.entries)

    def __iter__(self) -> Iterator[Span]:
        doc = self.doc
        return (_make(doc, item) for item in list(self.entries))

    def __getitem__(self, i: int) -> Span:
        """Return a copy of a span; raises BoundsError if there is none."""
        return _make(self.doc, self.entries[self._place(i)])

    def __setitem__(self, i: int, span: Span) -> None:
        self.entries[self._place(i)] = self._item(span)

    def __delitem__(self, i: int) -> None:
        del self.entries[self._place(i)]

    def __add__(self, other: SpanGroup | Iterable[Span]) -> SpanGroup:
        made = self.copy()
        made += other
        return made

    def __iadd__(self, other: SpanGroup | Iterable[Span]) -> SpanGroup:  # noqa: PYI034
        if isinstance(other, SpanGroup):
            self.attrs = {**other.attrs, **self.attrs}
        self.extend(other)
        return self

    def append(self, span: Span) -> None:
        """Add a span; raises TextError if it is one of another doc."""
        self.entries.append(self._item(span))

    def extend(self, spans: SpanGroup | Iterable[Span]) -> None:
        """Add spans of the same doc."""
        if isinstance(spans, SpanGroup):
            if spans.doc is not self.doc:
                raise TextError("the span group belongs to another doc", hint="use copy(doc=...)")
            self.entries.extend(spans.entries)
            return
        self.entries.extend([self._item(span) for span in spans])

    @property
    def has_overlap(self) -> bool:
        """Whether any two spans share a token."""
        bounds = sorted(item[:2] for item in self.entries)
        return any(one[1] > two[0] for one, two in pairwise(bounds))

    def arrays(self) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int32], npt.NDArray[np.uint64]]:
        """Return first token, end and label of every span.

        returns  (M,)  each
        """
        bounds = np.array([item[:2] for item in self.entries], np.int32).reshape(-1, 2)
        labels = np.array([item[2] for item in self.entries], np.uint64)
        return bounds[:, 0], bounds[:, 1], labels

    def copy(self, doc: Doc | None = None) -> SpanGroup:
        """Return a copy, for another doc of the same text if one is given.

        Raises TextError if a span does not fit the tokens of that doc.
        """
        if doc is None or doc is self.doc:
            made = SpanGroup(self.doc, name=self.name, attrs=self.attrs)
            made.entries = self.entries.copy()
            return made
        return SpanGroup(doc, name=self.name, attrs=self.attrs, spans=_carry(self, doc))

    def to_bytes(self) -> bytes:
        """Return name, attributes and spans in spaCy's byte format."""
        starts, ends = _char_bounds(self.doc)
        return pack({"name": self.name, "attrs": self.attrs, "spans": self._packed(starts, ends)})

    def _packed(self, starts: list[int], ends: list[int]) -> list[bytes]:
        spans = []
        for start, end, label, kb_id, span_id, chars in self.entries:
            first, last = chars or (starts[start], ends[end - 1] if end > start else starts[start])
            spans.append(_SPAN.pack(span_id, kb_id, label, start, end, first, last))
        return spans

    def from_bytes(self, bytes_data: bytes) -> SpanGroup:
        """Replace name, attributes and spans by those in `bytes_data`.

        Raises LoadError if it is damaged, or if its spans do not fit the doc.
        """
        what = "the span group"
        loaded = check_type(unpack(bytes_data, what=what), _FIELDS, what=what)
        self.name = loaded.get("name", "")
        self.attrs = dict(loaded.get("attrs") or {})
        self.entries = []
        for packed in loaded["spans"]:
            if len(packed) != _SPAN.size:
                raise LoadError(f"the span group `{self.name}` is damaged: a span is not 40 bytes")
            span_id, kb_id, label, start, end, *_ = _SPAN.unpack(packed)
            if not 0 <= start <= end <= len(self.doc):
                raise LoadError(f"the span group `{self.name}` has a span outside of the doc")
            self.entries.append((start, end, label, kb_id, span_id, None))
        self._check_strings()
        return self

    def _check_strings(self) -> None:
        """Keep the strings of labels and ids; raise LoadError for an unknown label."""
        strings = self.doc.vocab.strings
        # They came together with those of the words, which are not permanent.
        strings.keep(self.labels())
        for label in {item[2] for item in self.entries}:
            if label not in strings:
                raise LoadError(f"the span group `{self.name}` has the unknown label {label}")

    def shifted(self, doc: Doc, offset: int) -> SpanGroup:
        """Return the group for a doc in which this one's tokens start at `offset`."""
        made = SpanGroup(doc, name=self.name, attrs=self.attrs)
        made.entries = [
            (item[0] + offset, item[1] + offset, *item[2:5], None) for item in self.entries
        ]
        return made

    def follow(self, first: npt.NDArray[Any], last: npt.NDArray[Any]) -> None:
        """Let spans be of the same words after tokens were merged or split, in place.

        first, last  (N,)  the first and the last of the tokens that each old one has become
        """
        moved: list[Entry] = []
        for start, end, label, kb_id, span_id, _ in self.entries:
            new_start = int(first[start]) if start < len(first) else 0
            new_end = int(last[end - 1]) + 1 if end > start else new_start
            moved.append((new_start, new_end, label, kb_id, span_id, None))
        self.entries = moved

    def labels(self) -> set[int]:
        """Return the ids of all labels, knowledge base ids and span ids."""
        return {number for item in self.entries for number in item[2:5]}

    def _place(self, i: int) -> int:
        if not -len(self) <= i < len(self):
            raise BoundsError(f"no span {i} in a group of {len(self)}")
        return i % len(self)

    def _item(self, span: Span) -> Entry:
        if not isinstance(span, Span):
            raise TextTypeError(f"expected spans in a span group, got {span!r:.80}")
        if span.doc is not self.doc:
            raise TextError(f"the span {span.text!r} belongs to another doc")
        return span.start, span.end, span.label, span.kb_id, span.id, span.known_chars


class SpanGroups(_OfDoc, dict[str, SpanGroup]):
    """The span groups of a doc, by key; a list of spans that is assigned becomes a group."""

    def __init__(self, doc: Doc, items: Iterable[tuple[str, Any]] | Mapping[str, Any] = ()) -> None:
        super().__init__()
        self._refer_to(doc)
        self.update(items)

    def __setitem__(self, key: str, value: SpanGroup | Iterable[Span]) -> None:
        if isinstance(value, SpanGroup):
            if value.doc is not self.doc:
                raise TextError(f"the span group `{key}` belongs to another doc")
            super().__setitem__(key, value)
            return
        if not isinstance(value, Iterable):
            raise TextTypeError(f"expected a list of spans as `{key}`, got {value!r:.80}")
        super().__setitem__(key, SpanGroup(self.doc, name=key, spans=value))

    def setdefault(self, key: str, default: Any = None) -> SpanGroup:
        """Return the group of a key, made of `default` if there is none."""
        if key not in self:
            self[key] = [] if default is None else default
        return self[key]

    def update(self, *args: Any, **kwargs: Any) -> None:
        """Set many groups."""
        for key, value in dict(*args, **kwargs).items():
            self[key] = value

    def copy(self, doc: Doc | None = None) -> SpanGroups:
        """Return copies of all groups, for another doc of the same text if one is given."""
        made = SpanGroups(self.doc if doc is None else doc)
        for key, group in self.items():
            made[key] = group.copy(doc)
        return made

    def to_bytes(self) -> bytes:
        """Return all groups; one that stands under several keys is written once."""
        if not self:
            return _EMPTY
        keys: dict[bytes, list[str]] = {}
        for key, group in self.items():
            keys.setdefault(group.to_bytes(), []).append(key)
        return pack(keys)

    def from_bytes(self, bytes_data: bytes) -> SpanGroups:
        """Replace all groups by those in `bytes_data`; raises LoadError if it is damaged.

        Old versions of spaCy saved groups without their keys. If several of these have the same
        name, a warning says that only the last one is kept.
        """
        self.clear()
        if bytes_data in {b"", _EMPTY}:
            return self
        what = "the span groups"
        loaded = check_type(unpack(bytes_data, what=what), _GROUPS, what=what)
        if isinstance(loaded, list):
            for packed in loaded:
                group = SpanGroup(self.doc).from_bytes(packed)
                if group.name in self:
                    warnings.warn(
                        f"several span groups are called `{group.name}`: the last one is kept",
                        stacklevel=2,
                    )
                self[group.name] = group
            return self
        for packed, keys in loaded.items():
            group = SpanGroup(self.doc).from_bytes(packed)
            for key in keys:
                self[key] = group
        return self


def _make(doc: Doc, item: Entry) -> Span:
    return Span.make(doc, *item)


def _carry(group: SpanGroup, doc: Doc) -> Iterator[Span]:
    starts, ends = _char_bounds(group.doc)
    for start, end, label, kb_id, span_id, _ in group.entries:
        last = ends[end - 1] if end > start else starts[start]
        bounds = doc.char_span(starts[start], last)
        if bounds is None:
            raise TextError(
                f"{group.doc[start:end].text!r} does not fit the tokens of the other doc"
            )
        yield Span.make(doc, bounds.start, bounds.end, label, kb_id, span_id)


def _char_bounds(doc: Doc) -> tuple[list[int], list[int]]:
    starts, ends = doc.char_starts().tolist(), doc.char_ends().tolist()
    return [*starts, ends[-1] if ends else 0], ends
