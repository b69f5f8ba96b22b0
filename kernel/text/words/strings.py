"""The string store: every string once, known by its 64-bit hash."""

from __future__ import annotations

import contextlib
import json
import weakref
from pathlib import Path
from typing import TYPE_CHECKING, overload

import numpy as np
import numpy.typing as npt

from kernel.errors import LoadError, TextError
from kernel.text.errors import UnknownKeyError
from kernel.text.words.hashing import murmur64, murmur64_all
from kernel.text.words.symbols import IDS, NAMES

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator


def hash_string(text: str) -> int:
    """Return the id of `text`: 0 if it is empty, a small number for a symbol, else its hash."""
    symbol = IDS.get(text)
    return murmur64(_encode(text)) if symbol is None else symbol


class Generation:
    """Strings that are known for as long as something, such as a doc, holds on to them."""

    __slots__ = ("__weakref__", "ids", "texts")

    def __init__(self) -> None:
        self.ids: dict[str, int] = {}
        self.texts: dict[int, str] = {}


class StringStore:
    """Strings by id and ids by string.

    The symbols are always known; iteration and length leave them out. Strings of a generation
    (of the words met in texts) are known as long as it is the current one or something holds
    on to it, all others for good.
    """

    def __init__(self, strings: Iterable[str] | None = None) -> None:
        # Of all lasting strings and all symbols; `_texts` has the strings alone.
        self._ids: dict[str, int] = dict(IDS)
        self._texts: dict[int, str] = {}
        self._current = Generation()
        self._older: list[weakref.ref[Generation]] = []
        if strings is not None:
            self.add_all(list(strings))

    def __repr__(self) -> str:
        return f"StringStore({len(self)} strings)"

    def __len__(self) -> int:
        return len(self._all())

    def __iter__(self) -> Iterator[str]:
        return iter(self._all())

    def __contains__(self, key: object) -> bool:
        if isinstance(key, str):
            return key in self._ids or self._find(murmur64(_encode(key))) is not None
        return isinstance(key, int | np.integer) and self._find(int(key)) is not None

    @overload
    def __getitem__(self, key: str) -> int: ...
    @overload
    def __getitem__(self, key: int) -> str: ...
    def __getitem__(self, key: str | int) -> str | int:
        """Return the id of a string (which is not added), or the string of an id.

        Raises UnknownKeyError for an id whose string was never added.
        """
        if isinstance(key, str):
            known = self._ids.get(key)
            return murmur64(_encode(key)) if known is None else known
        number = int(key)
        text = self._texts.get(number) or self._find(number)
        if text is None:
            raise UnknownKeyError(
                f"no string with the id {key}", hint="add the string itself to the store first"
            )
        return text

    def add(
        self,
        text: str,
        allow_transient: bool | None = None,
        *,
        generation: Generation | None = None,
    ) -> int:
        """Return the id of `text`, which the store knows from now on.

        With `allow_transient`, or a generation to put it into, it is forgotten when that is.
        """
        known = self._ids.get(text)
        if known is not None:
            return known
        if not isinstance(text, str):
            raise TextError(f"expected a string, got {text!r}")
        if generation is None and allow_transient:
            generation = self._current
        key = murmur64(_encode(text))
        texts, ids = self._places(generation)
        texts[key] = text
        ids[text] = key
        return key

    def add_all(
        self, texts: Collection[str], *, generation: Generation | None = None
    ) -> npt.NDArray[np.uint64]:
        """Add many strings, to a generation if one is given.

        returns  (N,)  the id of each
        """
        lasting, (own_texts, own) = self._ids, self._places(generation)
        new = [text for text in dict.fromkeys(texts) if text not in lasting and text not in own]
        if new:
            hashes = murmur64_all([_encode(text) for text in new]).tolist()
            own_texts.update(zip(hashes, new, strict=True))
            own.update(zip(new, hashes, strict=True))
        if generation is None:
            return np.fromiter(map(lasting.__getitem__, texts), np.uint64, len(texts))
        ids = [lasting[text] if text in lasting else own[text] for text in texts]
        return np.array(ids, np.uint64)

    # Generations

    @property
    def generation(self) -> Generation:
        """The current generation."""
        return self._current

    def renew(self) -> Generation:
        """Start a new generation and return it; the last one lives while something holds it."""
        self._older = [old for old in self._older if old() is not None]
        self._older.append(weakref.ref(self._current))
        self._current = Generation()
        return self._current

    @contextlib.contextmanager
    def memory_zone(self, mem: object = None) -> Iterator[None]:
        """Let transient strings of the block, which nothing holds on to, go when it ends."""
        try:
            yield
        finally:
            self.renew()

    def keep(self, keys: Iterable[int]) -> None:
        """Know these strings for good, if they are known now."""
        for key in keys:
            if key not in self._texts:
                text = self._find(key)
                if text is not None:
                    self.add(text)

    def _places(self, generation: Generation | None) -> tuple[dict[int, str], dict[str, int]]:
        if generation is None:
            return self._texts, self._ids
        return generation.texts, generation.ids

    def _all(self) -> dict[str, int]:
        """Return the lasting strings and those of the current generation, with their ids."""
        lasting = {text: key for key, text in self._texts.items()}
        return {**lasting, **self._current.ids}

    def as_int(self, key: str | int) -> int:
        """Return the id of a string; an id comes back as it is. Nothing is added."""
        return self[key] if isinstance(key, str) else int(key)

    def as_string(self, key: str | int) -> str:
        """Return the string of an id; a string comes back as it is."""
        return key if isinstance(key, str) else self[key]

    def items(self) -> list[tuple[str, int]]:
        """Return every string with its id, in the order in which they were added."""
        return list(self._all().items())

    def keys(self) -> list[str]:
        """Return every string, in the order in which they were added."""
        return list(self._all())

    def values(self) -> list[int]:
        """Return every id, in the order in which the strings were added."""
        return list(self._all().values())

    def to_bytes(self) -> bytes:
        """Return the strings, sorted, as a JSON list."""
        return json.dumps(sorted(self), ensure_ascii=True, indent=2).encode()

    def from_bytes(self, data: bytes) -> StringStore:
        """Add the strings of a JSON list."""
        self.add_all(_read_list(data, "the string store"))
        return self

    def to_disk(self, path: str | Path) -> None:
        """Write the strings, sorted, to `path` as a JSON list."""
        Path(path).write_bytes(self.to_bytes())

    def from_disk(self, path: str | Path) -> StringStore:
        """Add the strings of the JSON list in `path`."""
        self.add_all(_read_list(Path(path).read_bytes(), f"`{path}`"))
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


def _encode(text: str) -> bytes:
    # Half of a surrogate pair cannot be encoded, but it turns up in texts that were cut.
    return text.encode("utf8", "surrogatepass")


def _read_list(data: bytes, name: str) -> list[str]:
    try:
        strings = json.loads(data)
    except ValueError as error:
        raise LoadError(f"{name} is not JSON: {error}") from error
    if not isinstance(strings, list) or not all(isinstance(text, str) for text in strings):
        raise LoadError(f"{name} is not a list of strings")
    return strings
