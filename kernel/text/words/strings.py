"""The string store, which maps strings to their 64-bit hashes and back."""

from __future__ import annotations

import contextlib
import json
import weakref
from operator import index
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, overload

import numpy as np
import numpy.typing as npt

from kernel.errors import TextError
from kernel.files import check_type, parse_json, read_file
from kernel.text.errors import TextTypeError, UnknownKeyError
from kernel.text.words.hashing import murmur64, murmur64_all
from kernel.text.words.symbols import IDS, NAMES

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

_HASHED_TOGETHER: Final = 1 << 16


def hash_string(text: str) -> int:
    """Return the id of `text`: 0 if it is empty, a small number for a symbol, else its hash."""
    symbol = IDS.get(text)
    return murmur64(encode_text(text)) if symbol is None else symbol


def hash_strings(texts: Sequence[str]) -> list[int]:
    """Return the id of each text, as `hash_string` does."""
    ids: list[int] = []
    # In parts, because the arrays take many times the memory of the text.
    for start in range(0, len(texts), _HASHED_TOGETHER):
        part = texts[start : start + _HASHED_TOGETHER]
        hashes = murmur64_all([encode_text(text) for text in part]).tolist()
        for i, text in enumerate(part):
            if text in IDS:
                hashes[i] = IDS[text]
        ids += hashes
    return ids


class Generation:
    """Transient strings, known as long as something, such as a doc, refers to them."""

    __slots__ = ("__weakref__", "derived", "ids", "texts")

    def __init__(self) -> None:
        self.ids: dict[str, int] = {}
        self.texts: dict[int, str] = {}
        self.derived: set[str] = set()


class StringStore:
    """Maps strings to ids and ids to strings.

    The symbols are always known, but iteration and length exclude them. So are derived strings,
    such as prefixes of words, which can be computed again. Transient strings, such
    as the words found in texts, belong to a generation. They are known as long as that is the
    current generation or is referred to; all other strings are permanent. With `freeze`, only
    `strings` are permanent, and those that are added later belong to the current generation.
    """

    def __init__(self, strings: Iterable[str] | None = None, freeze: bool = False) -> None:
        # The ids of all permanent strings and of the symbols; `_texts` excludes the symbols.
        self._ids: dict[str, int] = dict(IDS)
        self._texts: dict[int, str] = {}
        self._derived: set[str] = set()
        self._current = Generation()
        self._older: list[weakref.ref[Generation]] = []
        self._is_frozen = False
        if strings is not None:
            self.add_all(list(strings))
        self._is_frozen = freeze

    def __repr__(self) -> str:
        return f"StringStore({len(self)} strings)"

    def __reduce__(self) -> Any:
        return _of_bytes, (type(self), self.to_bytes())

    def __len__(self) -> int:
        current = self._current
        n_transient = len(current.ids.keys() - self._ids.keys() - current.derived)
        return len(self._texts) - len(self._derived) + n_transient

    def __iter__(self) -> Iterator[str]:
        return iter(self._all())

    def __contains__(self, key: object) -> bool:
        if isinstance(key, str):
            return key in self._ids or self._find(murmur64(encode_text(key))) is not None
        return isinstance(key, int | np.integer) and self._find(int(key)) is not None

    @overload
    def __getitem__(self, key: str) -> int: ...
    @overload
    def __getitem__(self, key: int) -> str: ...
    def __getitem__(self, key: str | int) -> str | int:
        """Return the id of a string, which may be given in UTF-8, or the string of an id.

        Nothing is added. Raises UnknownKeyError for an id whose string is unknown.
        """
        if isinstance(key, str):
            known = self._ids.get(key)
            return murmur64(encode_text(key)) if known is None else known
        try:
            number = index(key)
        except TypeError:
            return self[_decode(key)]
        text = self._texts.get(number) or self._find(number)
        if text is None:
            raise UnknownKeyError(
                f"no string with the id {key}", hint="add the string itself to the store first"
            )
        return text

    def add(
        self,
        text: str | bytes,
        allow_transient: bool | None = None,
        *,
        generation: Generation | None = None,
        derived: bool = False,
    ) -> int:
        """Add `text`, which may be given in UTF-8, and return its id.

        With `allow_transient` the string is added to the current generation, with `generation`
        to that one, and is forgotten with it; otherwise it is permanent. A `derived` string is
        known, but neither listed nor saved, unless it is added in another way too.

        Raises TextError if `text` is neither a string nor UTF-8.
        """
        if not isinstance(text, str):
            text = _decode(text, expected="a string")
        known = self._ids.get(text)
        if known is not None:
            if not derived:
                self._derived.discard(text)
            return known
        if generation is None and (allow_transient or self._is_frozen):
            generation = self._current
        texts, ids, not_listed = self._tables(generation)
        key = ids.get(text)
        if key is None:
            key = ids[text] = murmur64(encode_text(text))
            texts[key] = text
            if derived:
                not_listed.add(text)
        elif not derived:
            not_listed.discard(text)
        return key

    def add_all(
        self,
        texts: Collection[str],
        *,
        generation: Generation | None = None,
        derived: bool = False,
    ) -> npt.NDArray[np.uint64]:
        """Add many strings, permanently or to a generation; see `add`.

        returns  (N,)  the id of each
        """
        if generation is None and self._is_frozen:
            generation = self._current
        permanent, (own_texts, own, not_listed) = self._ids, self._tables(generation)
        new = [text for text in dict.fromkeys(texts) if text not in permanent and text not in own]
        if derived:
            not_listed.update(new)
        else:
            self._derived.difference_update(texts)
            not_listed.difference_update(texts)
        if new:
            _check_strings(new)
            hashes = murmur64_all([encode_text(text) for text in new]).tolist()
            own_texts.update(zip(hashes, new, strict=True))
            own.update(zip(new, hashes, strict=True))
        if generation is None:
            return np.fromiter(map(permanent.__getitem__, texts), np.uint64, len(texts))
        ids = [permanent[text] if text in permanent else own[text] for text in texts]
        return np.array(ids, np.uint64)

    # Generations

    @property
    def generation(self) -> Generation:
        """The current generation."""
        return self._current

    def renew(self) -> Generation:
        """Start a new generation and return it.

        The strings of the old one are forgotten when nothing refers to it any more.
        """
        self._older = [old for old in self._older if old() is not None]
        self._older.append(weakref.ref(self._current))
        self._current = Generation()
        return self._current

    @contextlib.contextmanager
    def memory_zone(self, mem: object = None) -> Iterator[None]:
        """Forget the transient strings of the block at its end, except those still in use."""
        try:
            yield
        finally:
            self.renew()

    def keep(self, keys: Iterable[int], *, derived: bool = False) -> None:
        """Make the strings with these ids permanent; unknown ids are ignored; see `add`."""
        for key in keys:
            text = self._find(key)
            if text is not None:
                self.add(text, derived=derived)

    def known(self, keys: Iterable[int]) -> set[str]:
        """Return the strings of those ids that have one."""
        found = map(self._find, keys)
        return {text for text in found if text is not None}

    def keep_all(self, generation: Generation) -> None:
        """Make all strings of a generation permanent."""
        self.add_all(generation.ids.keys() - generation.derived)
        self.add_all(generation.derived, derived=True)

    def _tables(
        self, generation: Generation | None
    ) -> tuple[dict[int, str], dict[str, int], set[str]]:
        if generation is None:
            return self._texts, self._ids, self._derived
        return generation.texts, generation.ids, generation.derived

    def _all(self) -> dict[str, int]:
        """Return the ids of the permanent strings and of the current generation."""
        current = self._current
        listed = {text: key for key, text in self._texts.items() if text not in self._derived}
        unlisted = current.derived
        listed.update({text: key for text, key in current.ids.items() if text not in unlisted})
        return listed

    def as_int(self, key: str | int) -> int:
        """Return the id of a string, or an id unchanged; nothing is added."""
        return self[key] if isinstance(key, str | bytes) else index(key)

    def as_string(self, key: str | int) -> str:
        """Return the string of an id, or a string unchanged."""
        return key if isinstance(key, str) else self[key]

    def items(self) -> list[tuple[str, int]]:
        """Return all strings with their ids, in the order of adding."""
        return list(self._all().items())

    def keys(self) -> list[str]:
        """Return all strings, in the order of adding."""
        return list(self._all())

    def values(self) -> list[int]:
        """Return all ids, in the order of adding."""
        return list(self._all().values())

    def to_bytes(self) -> bytes:
        """Return the strings, sorted, as a JSON list."""
        return json.dumps(sorted(self), ensure_ascii=True, indent=2).encode()

    def from_bytes(self, bytes_data: bytes) -> StringStore:
        """Add the strings of a JSON list; raises LoadError if `bytes_data` is damaged."""
        self.add_all(_read_list(bytes_data, "the string store"))
        return self

    def to_disk(self, path: str | Path) -> None:
        """Write the strings, sorted, to `path` as a JSON list."""
        Path(path).write_bytes(self.to_bytes())

    def from_disk(self, path: str | Path) -> StringStore:
        """Add the strings of the JSON list in `path`; raises LoadError if it is damaged."""
        self.add_all(_read_list(read_file(path), f"`{path}`"))
        return self

    def _find(self, key: int) -> str | None:
        if 0 <= key < len(NAMES):
            return NAMES[key]
        found = self._texts.get(key) or self._current.texts.get(key)
        if found is not None:
            return found
        for older in self._older:
            generation = older()
            if generation is not None and key in generation.texts:
                return generation.texts[key]
        return None


def _of_bytes(cls: type[StringStore], data: bytes) -> StringStore:
    return cls().from_bytes(data)


def _check_strings(texts: Iterable[object]) -> None:
    for text in texts:
        if not isinstance(text, str):
            raise TextTypeError(f"expected strings, got {text!r}")


def _decode(text: object, expected: str = "a string or an id") -> str:
    if not isinstance(text, bytes):
        raise TextTypeError(f"expected {expected}, got {text!r}")
    try:
        return text.decode("utf8", "surrogatepass")
    except UnicodeDecodeError as error:
        raise TextError(f"expected a string in UTF-8, got {text!r}: {error}") from error


def encode_text(text: str) -> bytes:
    """Return the text in UTF-8, also if it has been cut inside of a surrogate pair."""
    return text.encode("utf8", "surrogatepass")


def _read_list(data: bytes, what: str) -> list[str]:
    strings: list[str] = check_type(parse_json(data, what=what), list[str], what=what)
    return strings
