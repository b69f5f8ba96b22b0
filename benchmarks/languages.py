"""Compare the tokens of each language with spaCy's on the messages of installed programs.

    python -m benchmarks.languages                     all languages, takes minutes
    python -m benchmarks.languages fr de --examples 9  the most frequent differences of two

The texts are those of the message catalogues (`*.mo`) in `/usr/share/locale`, the example sentences
in spaCy, and the treebank of the language, if there is one. The table shows which part of spaCy's
tokens kernel has too; a language whose segmenter is not installed on both sides is left out.
"""

from __future__ import annotations

import argparse
import json
import random
import struct
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import accumulate
from pathlib import Path
from typing import Final, TypeAlias

from attrs import frozen

import kernel
from benchmarks import corpora
from benchmarks.process import run
from benchmarks.sides import HOME, Side, kernel_side, spacy_side

_FOLDER: Final = HOME / "languages"
# Languages whose catalogues have another code.
_LOCALES: Final = {"no": "nb", "ku": "kmr", "fil": "tl"}
_WORKER: Final = """
import importlib, json, sys
library, source, target = sys.argv[1:]
answers = {}

def tokens(nlp, text):
    try:
        return [token.text_with_ws for token in nlp.make_doc(text)]
    except Exception:
        return None

for code, texts in json.load(open(source, encoding="utf8")).items():
    try:
        nlp = importlib.import_module(library).blank(code)
        nlp("")
    except Exception as error:
        answers[code] = str(error).partition("\\n")[0]
    else:
        answers[code] = [tokens(nlp, text) for text in texts]
json.dump(answers, open(target, "w", encoding="utf8"))
"""
_SENTENCES: Final = """
import importlib, json, sys
found = {}
for code in sys.argv[1:]:
    try:
        found[code] = list(importlib.import_module(f"spacy.lang.{code}.examples").sentences)
    except ImportError:
        found[code] = []
print(json.dumps(found))
"""

Tokens: TypeAlias = list[list[str] | None]
"""The tokens of each text, with the space that follows them; None if the segmenter failed."""


@frozen(kw_only=True)
class Compared:
    """How many tokens spaCy has, how many of them kernel has, and what both have instead.

    n_failed  texts that only one of the two could tokenize, which do not count
    """

    n_tokens: int
    n_equal: int
    n_failed: int
    differences: Counter[tuple[str, str]]


def messages(path: Path) -> Iterator[str]:
    """Yield the translations in a message catalogue of GNU gettext."""
    content = path.read_bytes()
    order = "<" if content[:4] == b"\xde\x12\x04\x95" else ">"
    n_strings, _, table = struct.unpack_from(f"{order}3I", content, 8)
    for number in range(1, n_strings):  # the first one describes the catalogue
        length, start = struct.unpack_from(f"{order}2I", content, table + 8 * number)
        plurals = content[start : start + length].split(b"\0")
        yield from (plural.decode("utf8", errors="ignore") for plural in plurals)


def catalogues(folder: Path) -> Iterator[tuple[str, Path]]:
    """Yield the language code and the path of each catalogue in a folder of locales."""
    for path in sorted(folder.glob("*/LC_MESSAGES/*.mo")):
        locale = path.relative_to(folder).parts[0].partition("@")[0].partition("_")[0]
        yield _LOCALES.get(locale, locale), path


def texts_of_treebank(code: str) -> Iterator[str]:
    """Yield the sentences of the treebank of a language, if there is one."""
    for path in sorted((corpora.shared() / code).glob("*.conllu")):
        for line in path.read_text(encoding="utf8").splitlines():
            if line.startswith("# text = "):
                yield line.removeprefix("# text = ")


def collect(codes: Sequence[str], locales: Path, n_characters: int) -> dict[str, list[str]]:
    """Return texts of each language, in random order, with at most `n_characters` in all."""
    sentences = run([spacy_side().python, "-c", _SENTENCES, *codes])
    found: dict[str, list[str]] = json.loads(sentences.stdout)
    for code in codes:
        found[code] += texts_of_treebank(code)
    for code, path in catalogues(locales):
        if code in found:
            found[code] += messages(path)
    return {code: _sample(texts, n_characters) for code, texts in found.items()}


def _sample(texts: Iterable[str], n_characters: int) -> list[str]:
    shuffled = sorted(set(texts))
    random.Random(0).shuffle(shuffled)
    totals = accumulate(map(len, shuffled))
    return [text for text, total in zip(shuffled, totals, strict=True) if total <= n_characters]


def tokenize(side: Side, source: Path) -> dict[str, Tokens | str]:
    """Return the tokens that a library makes, or the reason why it makes none, by language."""
    target = _FOLDER / f"{side.name}.json"
    run([side.python, "-c", _WORKER, side.library, str(source), str(target)])
    answers: dict[str, Tokens | str] = json.loads(target.read_text(encoding="utf8"))
    return answers


def compare(ours: Tokens, theirs: Tokens) -> Compared:
    """Return how the tokens of two sides differ, for the same texts."""
    differences: Counter[tuple[str, str]] = Counter()
    n_tokens = n_equal = n_failed = 0
    for one, other in zip(ours, theirs, strict=True):
        if one is None or other is None:
            n_failed += one != other
            continue
        n_tokens += len(other)
        for ours_here, theirs_here in _aligned(one, other):
            if ours_here == theirs_here:
                n_equal += 1
            else:
                differences[" ".join(theirs_here), " ".join(ours_here)] += 1
    return Compared(n_tokens=n_tokens, n_equal=n_equal, n_failed=n_failed, differences=differences)


def _aligned(one: Sequence[str], other: Sequence[str]) -> Iterator[tuple[list[str], list[str]]]:
    """Yield the shortest runs of tokens of both sides that have the same text."""
    ends = [list(accumulate(map(len, tokens))) for tokens in (one, other)]
    start, other_start = 0, 0
    for end in sorted({*ends[0]} & {*ends[1]}):
        stop, other_stop = ends[0].index(end, start) + 1, ends[1].index(end, other_start) + 1
        yield list(one[start:stop]), list(other[other_start:other_stop])
        start, other_start = stop, other_stop


def report(found: Mapping[str, Compared | str], n_examples: int) -> None:
    """Print a line for each language, and the most frequent differences."""
    for code, compared in found.items():
        if isinstance(compared, str):
            print(f"{code:4} left out: {compared}")
            continue
        if not compared.n_tokens:
            print(f"{code:4} left out: no texts that both can tokenize")
            continue
        ratio = compared.n_equal / compared.n_tokens
        failed = f", {compared.n_failed} texts failed" * bool(compared.n_failed)
        print(f"{code:4} {compared.n_tokens:>9,} tokens {ratio:9.3%} equal{failed}")
        for (theirs, ours), count in compared.differences.most_common(n_examples):
            print(f"     {count:>5} times  spaCy: {theirs!r}  kernel: {ours!r}")


def main() -> None:
    """Compare, and print a table."""
    known = [code for code in kernel.registry.languages.names() if code != "xx"]
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("codes", nargs="*", default=known, metavar="CODE", help="languages")
    parser.add_argument("--characters", type=int, default=300_000, help="of each language")
    parser.add_argument("--examples", type=int, default=3, help="differences to print of each")
    parser.add_argument("--locales", type=Path, default=Path("/usr/share/locale"))
    args = parser.parse_args()
    _FOLDER.mkdir(parents=True, exist_ok=True)
    source = _FOLDER / "texts.json"
    texts = collect(args.codes, args.locales, args.characters)
    source.write_text(json.dumps(texts), encoding="utf8")
    ours, theirs = tokenize(kernel_side(), source), tokenize(spacy_side(), source)
    report({code: _compared(ours[code], theirs[code]) for code in args.codes}, args.examples)


def _compared(ours: Tokens | str, theirs: Tokens | str) -> Compared | str:
    if isinstance(ours, str):
        return f"kernel: {ours}"
    return f"spaCy: {theirs}" if isinstance(theirs, str) else compare(ours, theirs)


if __name__ == "__main__":
    main()
