"""The lemmatizer, which finds base forms in tables and by rules.

Axes: N tokens of all docs, T tokens without a lemma, K columns, P distinct keys.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable, Iterator, MutableMapping, Sequence
from itertools import groupby
from operator import attrgetter
from pathlib import Path
from typing import Any, Final, Self, TypeVar
from weakref import WeakKeyDictionary

import numpy as np
import numpy.typing as npt

from kernel.errors import ArgumentError, LoadError, RegistryError, TextError
from kernel.pipeline import Language, load_lookups
from kernel.text import DocBatch, Example, LexemeTable, Lookups, Token, Vocab
from kernel_plugin_rules.batch_pipe import BatchPipe
from kernel_plugin_rules.lemmas.rules import RuleTables
from kernel_plugin_tagger.scorers import make_lemmatizer_scorer

Ints = npt.NDArray[np.integer[Any]]
Ids = npt.NDArray[np.uint64]
Key = tuple[int, ...]
MethodT = TypeVar("MethodT", bound=Callable[..., Any])

SCORER: Final = make_lemmatizer_scorer()
_FOLDER: Final = "lookups"
# Finding the distinct words of a short doc takes longer than looking up each.
_MIN_TOKENS_FOR_DISTINCT: Final = 100
# Parts of speech that get the lemma in lower case.
NO_WORDS: Final = frozenset({"", "eol", "space"})


def depends_on(*columns: str) -> Callable[[MethodT], MethodT]:
    """Mark a method `<mode>_lemmatize` whose result follows from the word and these columns.

    The method is then called once for each distinct combination; any other, for each token.
    """

    def mark(method: MethodT) -> MethodT:
        method.lemma_columns = columns  # type: ignore[attr-defined]
        return method

    return mark


class Lemmatizer(BatchPipe):
    """Sets the lemma of each token that has none, or of all with `overwrite`.

    The method `<mode>_lemmatize` returns the possible lemmas of a token; the first is set. A
    subclass adds a mode by a method, and the tables that it needs by `get_lookups_config`.

    Raises `ArgumentError` for an unknown mode.
    """

    depends_on = staticmethod(depends_on)

    def __init__(
        self,
        vocab: Vocab,
        model: Any = None,
        name: str = "lemmatizer",
        *,
        mode: str = "lookup",
        overwrite: bool = False,
        scorer: Any = SCORER,
    ) -> None:
        self.vocab = vocab
        self.model = model
        self.name = name
        self.overwrite = overwrite
        self.scorer = scorer
        self._mode = mode
        self._is_validated = False
        self.lookups = Lookups()
        self._method()

    def __getstate__(self) -> dict[str, Any]:
        return {key: value for key, value in vars(self).items() if key != "cache"}

    def __setstate__(self, state: dict[str, Any]) -> None:
        vars(self).update(state)
        self._forget()

    # Modes

    @property
    def mode(self) -> str:
        """The mode, such as `lookup` or `rule`."""
        return self._mode

    @classmethod
    def get_lookups_config(cls, mode: str) -> tuple[list[str], list[str]]:
        """Return the names of the tables that `mode` needs, and of those that it can use."""
        if mode == "lookup":
            return ["lemma_lookup"], []
        if mode == "rule":
            return ["lemma_rules"], ["lemma_exc", "lemma_index"]
        return [], []

    def lemmatize(self, token: Token) -> list[str]:
        """Return the possible lemmas of `token` in the lemmatizer's mode, the best one first."""
        return self._method()(token)

    @depends_on()
    def lookup_lemmatize(self, token: Token) -> list[str]:
        """Return the lemma of the word in the table `lemma_lookup`, by default the word itself."""
        return self.find("lemma_lookup", token.text) or [token.text]

    def find(self, table: str, form: str) -> list[str]:
        """Return the lemmas of `form` in one of the tables; none if it is not there.

        Raises `ArgumentError` if the table has something else than strings there.
        """
        found = self.lookups.get_table(table, {}).get(form) or []
        found = [found] if isinstance(found, str) else found
        if not isinstance(found, list | tuple) or not all(isinstance(each, str) for each in found):
            raise ArgumentError(
                f"the table `{table}` is damaged: for {form!r}, expected a string or a list of "
                f"strings, got {found!r:.60}"
            )
        return list(found)

    @depends_on("pos", "morph")
    def rule_lemmatize(self, token: Token) -> list[str]:
        """Return the lemmas that the rules and exceptions for the part of speech give."""
        pos = pos_of(token)
        if pos in NO_WORDS or self.is_base_form(token):
            return [token.text.lower()]
        if pos not in self.rule_tables:
            return [token.text if pos == "propn" else token.text.lower()]
        return self.lemmas_by_rules(token.text.lower(), pos) or [token.text]

    def lemmas_by_rules(self, form: str, pos: str) -> list[str]:
        """Return the lemmas of `form`, a word in lower case, that the tables of `pos` give."""
        return self.rule_tables.lemmas(form, pos)

    def is_base_form(self, token: Token) -> bool:
        """Return whether the features of `token` show that it is its own lemma; here always False.

        A mode that asks this depends on `pos` and `morph` only.
        """
        return False

    def _method(self) -> Any:
        method = getattr(self, f"{self._mode}_lemmatize", None)
        if method is None:
            raise ArgumentError(f"`{self.name}` has no mode {self._mode!r}", hint=self._modes())
        return method

    def _modes(self) -> str:
        ending = "_lemmatize"
        modes = [name.removesuffix(ending) for name in dir(type(self)) if name.endswith(ending)]
        return f"a {type(self).__name__} has: {', '.join(modes)}"

    # Tables

    @property
    def lookups(self) -> Lookups:
        """The tables.

        Lemmas that were found before are forgotten if a table changes, but not if a value in a
        table does, such as the exceptions for a part of speech: call `cache.clear()` then.
        """
        return self._lookups

    @lookups.setter
    def lookups(self, lookups: Lookups) -> None:
        given: Any = lookups
        if not isinstance(given, Lookups):
            kind = type(given).__name__
            raise ArgumentError(f"expected Lookups, got {kind}", hint="see kernel.text.Lookups")
        self._lookups = lookups
        self.rule_tables = RuleTables(lookups)
        self._forget()

    def _forget(self) -> None:
        self.cache: MutableMapping[LexemeTable, dict[Key, int]] = WeakKeyDictionary()
        self._revisions: list[tuple[int, int]] = []

    def _check_revisions(self) -> None:
        """Forget lemmas if a table was changed since they were found."""
        tables = map(self.lookups.get_table, self.lookups.tables)
        revisions = [(id(table), table.revision) for table in tables]
        if revisions != self._revisions:
            self._forget()
            self._revisions = revisions

    def initialize(
        self,
        get_examples: Callable[[], Iterable[Example]] | None = None,
        *,
        nlp: Language | None = None,
        lookups: Lookups | None = None,
    ) -> None:
        """Take the tables `lookups`, by default those that an installed package has.

        Raises `ArgumentError` if a table that the mode needs is missing, `RegistryError` or
        `TextError` if no package has it; the tables from before stay then.
        """
        before, self.lookups = (
            self.lookups,
            self._installed_tables() if lookups is None else lookups,
        )
        try:
            self.validate_tables()
        except ArgumentError:
            self.lookups = before
            raise

    def _installed_tables(self) -> Lookups:
        required, optional = self.get_lookups_config(self.mode)
        try:
            tables = load_lookups(self.vocab.lang, required)
        except (RegistryError, TextError) as error:
            where = f"mode `{self.mode}` of `{self.name}`"
            raise type(error)(f"{where}: {error.message}", hint=error.hint) from error
        others = load_lookups(self.vocab.lang, optional, strict=False)
        for name in others.tables:
            tables.set_table(name, others.get_table(name))
        return tables

    def validate_tables(self) -> None:
        """Raise `ArgumentError` if a table that the mode needs is missing."""
        missing = self._missing_tables(self.lookups)
        if missing:
            raise ArgumentError(
                f"`{self.name}` has no {missing}, which its mode `{self.mode}` needs",
                hint="call `nlp.initialize()` with spacy-lookups-data installed, or give tables: "
                "`lemmatizer.initialize(lookups=lookups)`",
            )
        self._is_validated = True

    def _missing_tables(self, lookups: Lookups) -> str:
        required, _ = self.get_lookups_config(self.mode)
        missing = [f"`{name}`" for name in required if name not in lookups]
        return f"table{'s' if len(missing) > 1 else ''} {', '.join(missing)}" if missing else ""

    # Annotation

    def check_ready(self) -> None:
        """Raise `ArgumentError` if a table that the mode needs is missing."""
        if not self._is_validated:
            self.validate_tables()

    def annotate(self, docs: DocBatch) -> None:
        """Set the lemmas of `docs`."""
        self._check_revisions()
        for table, group in groupby(docs, key=attrgetter("lexemes")):
            self._annotate(DocBatch(group), table)

    def _annotate(self, docs: DocBatch, table: LexemeTable) -> None:
        """Set the lemmas of docs whose words are rows of the same table."""
        lemmas = docs.column("lemma")  # (N,)
        tokens = np.arange(len(lemmas)) if self.overwrite else np.flatnonzero(lemmas == 0)  # (T,)
        columns = getattr(self._method(), "lemma_columns", None)
        if columns is None:
            found = [self._lemma(token) for token in _tokens(docs, tokens)]
            lemmas[tokens] = table.intern_all(found)
        else:
            keys = [docs.lex(), *(docs.column(column) for column in columns)]
            if len(tokens) < _MIN_TOKENS_FOR_DISTINCT:
                lemmas[tokens] = self._lemmas_of(docs, table, keys, tokens)
            else:
                first, inverse = _distinct([key[tokens] for key in keys])
                lemmas[tokens] = self._lemmas_of(docs, table, keys, tokens[first])[inverse]
        docs.write(lemma=lemmas)

    def _lemmas_of(
        self, docs: DocBatch, table: LexemeTable, keys: Sequence[Ints], tokens: Ints
    ) -> Ids:
        """Return the ids of the lemmas of some tokens, which are found once for each key.

        keys     K arrays (N,)
        tokens   (P,)  indices into all tokens of `docs`
        returns  (P,)
        """
        known = self.cache.setdefault(table, {})
        asked: list[Key] = list(zip(*(key[tokens].tolist() for key in keys), strict=True))
        new = {key: i for i, key in enumerate(asked) if key not in known}
        if new:
            found = [self._lemma(token) for token in _tokens(docs, tokens[list(new.values())])]
            known.update(zip(new, table.intern_all(found).tolist(), strict=True))
        return np.array([known[key] for key in asked], np.uint64)

    def _lemma(self, token: Token) -> str:
        found: Any = self.lemmatize(token)
        if not found or isinstance(found, str):
            raise ArgumentError(
                f"`{self._mode}_lemmatize` returned {found!r} for {token.text!r}, "
                "expected a list of lemmas with at least one"
            )
        lemma: str = found[0]
        return lemma

    # Storage

    def _writers(self) -> dict[str, Callable[[], bytes]]:
        return {_FOLDER: self.lookups.to_bytes}

    def _readers(self) -> dict[str, Callable[[bytes], object]]:
        return {_FOLDER: lambda data: self._load(Lookups().from_bytes(data))}

    def to_disk(self, path: Path | str, *, exclude: Iterable[str] = ()) -> None:
        """Write the tables to the folder `lookups` in `path`."""
        if _FOLDER not in exclude:
            self.lookups.to_disk(Path(path, _FOLDER))

    def from_disk(self, path: Path | str, *, exclude: Iterable[str] = ()) -> Self:
        """Load the tables that `to_disk` wrote; return the component.

        Raises `LoadError` for a damaged file, or if a table that the mode needs is missing.
        """
        if _FOLDER not in exclude:
            self._load(Lookups().from_disk(Path(path, _FOLDER)), f"`{Path(path, _FOLDER)}`: ")
        return self

    def _load(self, lookups: Lookups, place: str = "") -> None:
        missing = self._missing_tables(lookups)
        if missing:
            needed = f"which the mode `{self.mode}` of `{self.name}` needs"
            raise LoadError(f"{place}no {missing}, {needed}")
        self.lookups = lookups
        self._is_validated = True


def pos_of(token: Token) -> str:
    """Return the part of speech in lower case, as tables have it; warn if there is none."""
    if not token.pos:
        # Python shows equal warnings once.
        warnings.warn(
            "the lemmatizer found tokens without a part of speech, and used lower case; "
            "a component before it must set `pos`",
            stacklevel=2,
        )
    return token.pos_.lower()


def _tokens(docs: DocBatch, indices: Ints) -> Iterator[Token]:
    """Yield the tokens at `indices` (T,) among those of all docs."""
    offsets = docs.offsets
    numbers = np.searchsorted(offsets, indices, side="right") - 1  # (T,)
    places = zip(numbers.tolist(), (indices - offsets[numbers]).tolist(), strict=True)
    return (docs[number][i] for number, i in places)


def _distinct(keys: Sequence[Ints]) -> tuple[Ints, Ints]:
    """Find the distinct combinations of values.

    keys     K arrays (T,)
    returns  (P,) and (T,): the first index of each combination, and for each index its combination
    """
    codes = keys[0].astype(np.int64)  # (T,)
    for key in keys[1:]:
        values, others = np.unique(key, return_inverse=True)
        codes = codes * max(1, len(values)) + others
    _, first, inverse = np.unique(codes, return_index=True, return_inverse=True)
    return first, inverse
