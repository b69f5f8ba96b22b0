"""The texts that both sides read: real corpora if available, otherwise generated ones.

All files are written to `.bench/data`. The first three kinds are for training, as `train` and
`dev`:

    .iob         one token and its tag per line
    .conllu      a treebank, with entities in the last column
    .jsonl       one text and its label per line
    docs.jsonl   one document per line for prediction: {"text", "words", "spaces"}
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from attrs import frozen

from benchmarks.process import run
from benchmarks.sides import HOME, ROOT, Side, kernel_side

DATA = HOME / "data"
# Columns of CoNLL-U.
ID, UPOS, MISC = 0, 3, 9


@frozen(kw_only=True)
class Document:
    """The words of a text, and whether a space follows each."""

    words: list[str]
    spaces: list[bool]

    def to_json(self) -> str:
        """Return the document as a line of JSON."""
        pairs = zip(self.words, self.spaces, strict=True)
        text = "".join(word + " " * space for word, space in pairs)
        return json.dumps({"text": text, "words": self.words, "spaces": self.spaces})


def shared() -> Path:
    """Return the folder of real corpora, which may be missing; set by `KERNEL_BENCH_DATA`."""
    return Path(os.environ.get("KERNEL_BENCH_DATA", ROOT.parent / "shared" / "data"))


def require(name: str) -> Path:
    """Return the folder of the real corpus `name`; exit if it is missing."""
    folder = shared() / name
    if not folder.is_dir():
        raise SystemExit(f"no {name}/ in {shared()}; set KERNEL_BENCH_DATA to another folder")
    return folder


def prepare() -> str:
    """Write the data and return a title that names it."""
    DATA.mkdir(parents=True, exist_ok=True)
    if all((shared() / name).is_dir() for name in ("btc", "ewt", "banking77")):
        documents = _copy_real(shared())
        title = "Broad Twitter Corpus (ner), banking77 (textcat), English Web Treebank (others)"
    else:
        documents = _generate()
        title = "the generated corpora of examples/"
    lines = [document.to_json() for document in documents]
    (DATA / "docs.jsonl").write_text("\n".join(lines) + "\n", encoding="utf8")
    return title


def _copy_real(folder: Path) -> Iterator[Document]:
    for name in ("train", "dev"):
        shutil.copyfile(folder / "btc" / f"{name}.iob", DATA / f"{name}.iob")
        shutil.copyfile(folder / "banking77" / f"{name}.jsonl", DATA / f"{name}.jsonl")
        treebank = folder / "ewt" / f"en_ewt-ud-{name}.conllu"
        write_with_names(treebank, DATA / f"{name}.conllu")
    return read_conllu(folder / "ewt" / "en_ewt-ud-train.conllu")


def _generate() -> Iterator[Document]:
    for maker in ("make_corpus.py", "make_treebank.py"):
        command: list[str | Path] = [sys.executable, ROOT / "examples" / maker, DATA]
        subprocess.run(command, check=True, capture_output=True)
    for name in ("train", "dev"):
        sentences = read_iob([DATA / f"{name}.iob"])
        texts = [(json.loads(each.to_json())["text"], len(each.words)) for each in sentences]
        rows = [json.dumps({"text": text, "label": f"length {n // 4}"}) for text, n in texts]
        (DATA / f"{name}.jsonl").write_text("\n".join(rows) + "\n", encoding="utf8")
    return read_iob([DATA / "train.iob", DATA / "dev.iob"])


def write_with_names(source: Path, target: Path) -> None:
    """Copy a treebank, with each run of proper nouns marked as an entity."""
    rows, before = [], ""
    for row in source.read_text(encoding="utf8").splitlines():
        fields = row.split("\t")
        if len(fields) == 10 and fields[ID].isdigit():
            is_name = fields[UPOS] == "PROPN"
            mark = f"name={'I' if before == 'PROPN' else 'B'}-NAME" if is_name else "name=O"
            fields[MISC] = mark if fields[MISC] == "_" else f"{fields[MISC]}|{mark}"
            before = fields[UPOS]
        elif len(fields) != 10:
            before = ""
        rows.append("\t".join(fields))
    target.write_text("\n".join(rows) + "\n", encoding="utf8")


def convert(side: Side) -> Path:
    """Convert the corpus of entities with the side's own command; return the folder."""
    sources = [DATA / f"{name}.iob" for name in ("train", "dev")]
    return _convert(side, HOME / side.name / "ner", sources, "-c", "ner", "-n", "1")


def convert_joint(side: Side) -> Path:
    """Convert the treebank with names, ten sentences per document; return the folder."""
    sources = [DATA / f"{name}.conllu" for name in ("train", "dev")]
    return _convert(side, HOME / side.name / "joint", sources, "-n", "10")


def convert_treebank(side: Side) -> Path:
    """Convert the English Web Treebank, ten sentences per document; return the folder."""
    folder = require("ewt")
    sources = [folder / f"en_ewt-ud-{name}.conllu" for name in ("train", "dev")]
    return _convert(side, HOME / side.name / "ewt", sources, "-n", "10", "-T")


def convert_french(side: Side) -> Path:
    """Convert the French treebank, ten sentences per document; return the folder."""
    folder = require("fr")
    sources = [folder / f"{name}.conllu" for name in ("train", "dev")]
    return _convert(side, HOME / side.name / "fr", sources, "-n", "10")


def convert_intents(side: Side) -> Path:
    """Convert the corpus of intents; return the folder."""
    return _convert_jsonl(side, "intents", DATA)


CONVERT = {"ner": convert, "joint": convert_joint, "intents": convert_intents}
"""The function that writes each corpus of the table's training runs for a side."""


def convert_categories(side: Side, *, name: str) -> Path:
    """Convert the real corpus `name` of texts with categories; return the folder."""
    return _convert_jsonl(side, name, require(name))


def _convert_jsonl(side: Side, name: str, source: Path) -> Path:
    # spaCy has no converter for this format, so both sides read files written by kernel.
    sources = [source / f"{part}.jsonl" for part in ("train", "dev")]
    return _convert(kernel_side(), HOME / side.name / name, sources, "-l", "en")


def _convert(side: Side, target: Path, sources: Sequence[Path], *options: str) -> Path:
    """Write `train.spacy` and `dev.spacy` to `target`."""
    target.mkdir(parents=True, exist_ok=True)
    for name, source in zip(("train", "dev"), sources, strict=True):
        converted = target / f"{source.stem}.spacy"
        converted.unlink(missing_ok=True)
        run([*side.cli, "convert", source, target, *options])
        converted.rename(target / f"{name}.spacy")
    return target


def read_conllu(path: Path) -> Iterator[Document]:
    """Yield the paragraphs of a treebank."""
    words: list[str] = []
    spaces: list[bool] = []
    range_end, range_space = 0, True
    for line in path.read_text(encoding="utf8").splitlines():
        if line.startswith(("# newpar", "# newdoc")) and words:
            yield Document(words=words, spaces=spaces)
            words, spaces = [], []
        fields = line.split("\t")
        if len(fields) != 10 or "." in fields[0]:
            continue
        space = "SpaceAfter=No" not in fields[9]
        first, _, last = fields[0].partition("-")
        if last:  # a surface token of several words; the space belongs to the last word
            range_end, range_space = int(last), space
            continue
        words.append(fields[1])
        inside = int(first) < range_end
        spaces.append(not inside and (range_space if int(first) == range_end else space))
        range_end = range_end if inside else 0
    yield Document(words=words, spaces=spaces)


def read_iob(paths: Iterable[Path]) -> Iterator[Document]:
    """Yield the sentences of files with one token and its tag per line."""
    for path in paths:
        for block in path.read_text(encoding="utf8").split("\n\n"):
            words = [line.split("\t")[0] for line in block.splitlines()]
            if words:
                yield Document(words=words, spaces=[True] * len(words))
