"""The vocabulary: strings, lexemes, word vectors, and attributes of the language."""

from __future__ import annotations

import contextlib
import copy
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from kernel.errors import LoadError, TextError
from kernel.files import check_type, pack, unpack
from kernel.text.errors import TextTypeError
from kernel.text.pickling import ByValue
from kernel.text.vectors.table import BaseVectors, Vectors
from kernel.text.vocab.lexeme import Lexeme
from kernel.text.vocab.stored_lexemes import NORMS, take_values, with_values
from kernel.text.words import attributes
from kernel.text.words.column import COLUMNS
from kernel.text.words.lexemes import LexemeTable
from kernel.text.words.lexical import Getter, base_norm
from kernel.text.words.lookups import LOOKUPS_FILE, Lookups
from kernel.text.words.morphology import Morphology
from kernel.text.words.strings import Generation, StringStore

if TYPE_CHECKING:
    from kernel.text.docs.doc import Doc
    from kernel.text.docs.span import Span

TRANSIENT_LIMIT: Final = 100_000
_MIN_VECTORS: Final = 100
_GROWTH_FACTOR: Final = 1.3

_FIELDS: Final = {"strings?": bytes, "vectors?": bytes, "lookups?": bytes}
NounChunks = Callable[["Doc | Span"], Iterator[tuple[int, int, int]]]


class Vocab:
    """Strings, word types, lookup tables and word vectors.

    `lex_attr_getters` maps attribute ids to functions that compute the attribute from the
    word's text. They replace the language-independent functions.

    `strings` are words that the vocabulary has from the beginning.

    Words found in texts are forgotten once there are more than `transient_limit` of them
    (None: never). A new lexeme table then replaces the old one, which stays alive as long as
    docs that use it. The first words, words with an attribute that was set, such as a rank or a
    flag, and all strings added to the string store are kept.
    """

    def __init__(
        self,
        lex_attr_getters: Mapping[int, Getter] | None = None,
        strings: Iterable[str] = (),
        lookups: Lookups | None = None,
        oov_prob: float = -20.0,
        vectors_name: str | None = None,
        writing_system: Mapping[str, Any] | None = None,
        get_noun_chunks: NounChunks | None = None,
        *,
        transient_limit: int | None = TRANSIENT_LIMIT,
        **unknown: object,
    ) -> None:
        if unknown:
            raise TextTypeError(
                f"a Vocab has no argument `{next(iter(unknown))}`",
                hint="what spaCy 2 had here, such as maps of tags, is set by components now",
            )
        # Docs are made of a vocabulary: before the first one, plugins add their columns.
        COLUMNS.discover()
        self.lex_attr_getters: dict[int, Getter] = dict(lex_attr_getters or {})
        words = list(strings)
        self.strings = StringStore(words)
        self._transient_limit = transient_limit
        self._lexemes = LexemeTable(
            self.strings, self.lex_attr_getters, generation=self._new_generation()
        )
        self._lexemes.keep(self._lexemes.rows([word for word in words if word]).tolist())
        self._lock = threading.Lock()
        self._n_zones = 0
        self.morphology = Morphology(self.strings)
        self.cfg: dict[str, Any] = {"oov_prob": oov_prob, "vectors_name": vectors_name}
        self.writing_system: dict[str, Any] = dict(writing_system or {})
        self.get_noun_chunks = get_noun_chunks
        self._vectors: BaseVectors = Vectors(strings=self.strings, name=vectors_name)
        self._lookups = Lookups()
        self.lookups = Lookups() if lookups is None else lookups

    def __reduce__(self) -> Any:
        bare_vectors = copy.copy(self._vectors)
        # The restored table gets the strings of the restored vocabulary.
        bare_vectors.strings = None  # type: ignore[assignment]
        settings = {
            "writing_system": self.writing_system,
            "transient_limit": self._transient_limit,
        }
        functions = ByValue((self.lex_attr_getters, self.get_noun_chunks))
        data = self.to_bytes(exclude=["vectors"])
        values = list(self._lexemes.values_set())
        return _restored, (type(self), settings, self.cfg, functions, bare_vectors, data, values)

    # Transient and permanent words

    @property
    def lexemes(self) -> LexemeTable:
        """The current lexeme table."""
        return self._lexemes

    @property
    def transient_limit(self) -> int | None:
        """The number of words found in texts that are remembered; None keeps all from now on."""
        return self._transient_limit

    @transient_limit.setter
    def transient_limit(self, limit: int | None) -> None:
        self._transient_limit = limit
        table = self._lexemes
        if limit is None:
            if table.generation is not None:
                self.strings.keep_all(table.generation)
            table.generation = None
        elif table.generation is None:
            table.generation = self.strings.generation

    def table_for_docs(self) -> LexemeTable:
        """Return the lexeme table for a new doc; a new table if the current one is full.

        All rows of a doc must belong to one table; pass that table to `Doc.from_rows`.
        """
        table, limit = self._lexemes, self._transient_limit
        if limit is None or len(table) - table.n_first <= limit:
            return table
        with self._lock:
            if table is self._lexemes:
                self._lexemes = table.successor(self._new_generation())
            return self._lexemes

    def _new_generation(self) -> Generation | None:
        return None if self._transient_limit is None else self.strings.renew()

    @contextlib.contextmanager
    def memory_zone(self, mem: object = None) -> Iterator[None]:
        """Check the limit of remembered words at the end of the block.

        Memory is bounded without this method too; it exists for compatibility with spaCy.
        Objects created in the block stay valid after it.
        """
        self._n_zones += 1
        try:
            yield
        finally:
            self._n_zones -= 1
            self.table_for_docs()

    @property
    def in_memory_zone(self) -> bool:
        """Whether the program is inside a `memory_zone`."""
        return self._n_zones > 0

    @property
    def lang(self) -> str:
        """The code of the language, "" if it is not set."""
        getter = self.lex_attr_getters.get(attributes.LANG)
        return str(getter("")) if getter is not None else ""

    @property
    def lookups(self) -> Lookups:
        """The lookup tables; setting tables with a `lexeme_norm` changes the NORM of all words.

        Raises TextError for norms that are not strings.
        """
        return self._lookups

    @lookups.setter
    def lookups(self, lookups: Lookups) -> None:
        norms = lookups.get_table(NORMS, {})
        for norm in norms.values():
            if not isinstance(norm, str):
                raise TextTypeError(f"the table `{NORMS}` has {norm!r}, expected strings")
        self._lookups = lookups
        if lookups.has_table(NORMS):
            own: Getter = self.lex_attr_getters.get(attributes.NORM, base_norm)
            self.lexemes.set_getter(attributes.NORM, lambda text: norms.get(text) or own(text))

    @property
    def vectors(self) -> Any:
        """The word vectors, by default an empty table. Setting them adds their strings."""
        return self._vectors

    @vectors.setter
    def vectors(self, vectors: BaseVectors) -> None:
        self.strings.add_all(list(vectors.strings))
        self._vectors = vectors

    @property
    def vectors_length(self) -> int:
        """The width of the vectors; 0 without vectors, -1 for vectors without a table."""
        shape = getattr(self._vectors, "shape", None)
        return -1 if shape is None else int(shape[1])

    @property
    def vectors_attr(self) -> int:
        """The attribute by which vectors are looked up, by default ORTH."""
        return int(getattr(self._vectors, "attr", attributes.ORTH))

    @property
    def has_vectors(self) -> bool:
        """Whether any word may have a vector."""
        return self.vectors_length != 0 and len(self._vectors) > 0

    def __len__(self) -> int:
        """Return the number of word types."""
        return len(self.lexemes.base_rows())

    def __contains__(self, key: object) -> bool:
        return key in self.lexemes

    def __iter__(self) -> Iterator[Lexeme]:
        table = self._lexemes
        return (Lexeme(self, row=row, table=table) for row in list(table.base_rows()))

    def __getitem__(self, key: str | int) -> Lexeme:
        """Return the lexeme of a word or an id; an unknown word is added.

        Raises UnknownKeyError for an id whose string is unknown.
        """
        table = self._lexemes
        row = table.row(key) if isinstance(key, str) else table.row_of_orth(int(key))
        return Lexeme(self, row=row, table=table)

    def add_flag(self, flag_getter: Callable[[str], bool], flag_id: int = -1) -> int:
        """Add a boolean attribute to all words, and return its id.

        Raises TextError if `flag_id` is not from 1 to 63, or if all flags are in use.
        """
        if flag_id == -1:
            taken = [flag for flag in attributes.FLAGS if self.lexemes.getter(flag) is not None]
            free = sorted(set(attributes.FLAGS) - set(taken) - set(range(1, 19)))
            if not free:
                raise TextError("all 63 flags are in use", hint="give the id of one to replace")
            flag_id = free[0]
        if flag_id not in attributes.FLAGS:
            raise TextError(f"expected a flag from 1 to 63, got {flag_id}")
        self.lex_attr_getters[flag_id] = flag_getter
        self.lexemes.set_getter(flag_id, flag_getter)
        return flag_id

    # Vectors

    def has_vector(self, orth: str | int) -> bool:
        """Return whether the word has a vector."""
        return self.has_vectors and self._vector_key(orth) in self._vectors

    def get_vector(self, orth: str | int) -> Any:
        """Return the vector of a word, zeros if the word has no vector.

        returns  (width,)
        """
        if isinstance(orth, str) and self.vectors_attr == attributes.ORTH:
            key: str | int = orth  # a floret table has a vector for any text
        else:
            key = self._vector_key(orth)
        if self.has_vectors and key in self._vectors:
            return self._vectors[key]
        return np.zeros(max(0, self.vectors_length), np.float32)

    def set_vector(self, orth: str | int, vector: Any) -> None:
        """Set the vector of a word; the table grows if necessary.

        vector   (width,)

        Raises TextError for a vector of another width.
        """
        table = self._changeable_vectors("set_vector")
        vector = vector if hasattr(vector, "shape") else np.asarray(vector)
        if vector.ndim == 0 or table.shape[1] not in {0, vector.size}:
            raise TextError(
                f"expected {table.shape[1] or 'an array of'} numbers as the vector of {orth!r}, "
                f"got {vector!r:.80}"
            )
        if isinstance(orth, str):
            self.strings.add(orth)
        key = self._vector_key(orth)
        if table.is_full and key not in table:
            # The first word sets the width.
            n_rows = max(_MIN_VECTORS, int(len(table) * _GROWTH_FACTOR))
            table.resize((n_rows, table.shape[1] or vector.size))
        self[orth].rank = table.add(key, vector=vector)

    def reset_vectors(
        self, *, width: int | None = None, shape: tuple[int, int] | None = None
    ) -> None:
        """Replace the vectors with an empty table, by default of the same shape.

        Raises TextError if both `width` and `shape` are given.
        """
        if width is not None and shape is not None:
            raise TextError("give `width` or `shape`, not both")
        table = self._changeable_vectors("reset_vectors")
        new_shape = shape or (table.shape[0], table.shape[1] if width is None else width)
        self._vectors = Vectors(strings=self.strings, shape=new_shape, name=table.name)

    def prune_vectors(self, nr_row: int, batch_size: int = 1024) -> dict[str, tuple[str, float]]:
        """Keep the vectors of the `nr_row` most probable words.

        Every other word gets the row of the most similar vector.

        Returns for each of these words the word whose vector it has now, and their cosine.
        """
        vectors = self._changeable_vectors("prune_vectors")
        rows = vectors.key2row
        keys = sorted(rows, key=lambda key: (-self[key].prob, rows[key]))
        kept, others = keys[:nr_row], keys[nr_row:]
        places = {key: row for row, key in enumerate(kept)}
        made = vectors.with_rows(vectors.data[[rows[key] for key in kept]], places)
        if not kept or not others:
            self._vectors = made
            return {}
        queries = vectors.data[[rows[key] for key in others]]
        nearest, new_rows, scores = made.most_similar(queries, batch_size=batch_size)
        shared = {}
        for index, key in enumerate(others):
            made.add(key, row=int(new_rows[index, 0]))
            word = self.strings[int(nearest[index, 0])]
            shared[self.strings[key]] = (word, float(scores[index, 0]))
        self._vectors = made
        return shared

    def deduplicate_vectors(self) -> None:
        """Let words with equal vectors share a row."""
        self._vectors = self._changeable_vectors("deduplicate_vectors").deduplicated()

    def _changeable_vectors(self, action: str) -> Vectors:
        """Return the vectors if their table can be changed; raise TextError otherwise."""
        if not isinstance(self._vectors, Vectors):
            raise TextError(f"`{action}` does not work with a {type(self._vectors).__name__}")
        if action != "reset_vectors":
            self._vectors.check_default(action)
        return self._vectors

    def _vector_key(self, orth: str | int) -> int:
        attr = self.vectors_attr
        if attr == attributes.ORTH:
            return self.strings.as_int(orth)
        return self.lexemes.value(self[orth].row, attr)

    # Writing and reading

    def to_disk(self, path: str | Path, *, exclude: Iterable[str] = ()) -> None:
        """Write strings, vectors, lookups, and values of words that were set by hand, to `path`."""
        folder = Path(path)
        folder.mkdir(parents=True, exist_ok=True)
        if "strings" not in exclude:
            self.strings.to_disk(folder / "strings.json")
        if "vectors" not in exclude:
            self._vectors.to_disk(folder, exclude=["strings"])
        if "lookups" not in exclude:
            with_values(self.lookups, self.lexemes).to_disk(folder)

    def from_disk(self, path: str | Path, *, exclude: Iterable[str] = ()) -> Vocab:
        """Read strings, vectors and lookups from the folder `path`.

        Raises LoadError if the strings are missing or damaged.
        """
        folder = Path(path)
        if "strings" not in exclude:
            if not (folder / "strings.json").exists():
                raise LoadError(f"`{folder}` is not a vocabulary: it has no strings.json")
            self.strings.from_disk(folder / "strings.json")
        if "vectors" not in exclude:
            self._vectors.from_disk(folder, exclude=["strings"])
        if "lookups" not in exclude:
            lookups = self.lookups.from_disk(folder)
            what = f"`{folder / LOOKUPS_FILE}`"
            self.lookups = take_values(lookups, self.lexemes, what=what)
        return self

    def to_bytes(self, *, exclude: Iterable[str] = ()) -> bytes:
        """Return strings, vectors and lookups as bytes."""
        writers: dict[str, Callable[[], bytes]] = {
            "strings": self.strings.to_bytes,
            "vectors": partial(self._vectors.to_bytes, exclude=["strings"]),
            "lookups": with_values(self.lookups, self.lexemes).to_bytes,
        }
        return pack({name: write() for name, write in writers.items() if name not in exclude})

    def from_bytes(self, bytes_data: bytes, *, exclude: Iterable[str] = ()) -> Vocab:
        """Read what `to_bytes` returned; raises LoadError if it is damaged."""
        parts = unpack(bytes_data, what="the vocabulary")
        check_type(parts, _FIELDS, what="the vocabulary")
        if "strings" in parts and "strings" not in exclude:
            self.strings.from_bytes(parts["strings"])
        if "vectors" in parts and "vectors" not in exclude:
            self._vectors.from_bytes(parts["vectors"], exclude=["strings"])
        if "lookups" in parts and "lookups" not in exclude:
            lookups = self.lookups.from_bytes(parts["lookups"])
            self.lookups = take_values(lookups, self.lexemes, what="the lookup tables")
        return self


def _restored(
    cls: type[Vocab],
    settings: Mapping[str, Any],
    cfg: dict[str, Any],
    functions: ByValue,
    vectors: BaseVectors,
    data: bytes,
    values: Iterable[tuple[str, int, int]],
) -> Vocab:
    getters, get_noun_chunks = functions.value
    vocab = cls(getters, get_noun_chunks=get_noun_chunks, **settings)
    vocab.cfg = cfg
    vocab.from_bytes(data)
    for word, attr, value in values:
        vocab.lexemes.set_value(vocab.lexemes.row(word), attr, value)
    vectors.strings = vocab.strings
    vocab.vectors = vectors
    return vocab
