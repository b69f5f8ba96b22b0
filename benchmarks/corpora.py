"""The texts that both sides read: real corpora where they are, the made one elsewhere.

Everything is written below `.bench/data`: `train.iob` and `dev.iob` (a token and its tag a
line), and `docs.jsonl`, one document a line: {"text", "words", "spaces"}.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from attrs import frozen

from benchmarks.sides import HOME, ROOT, Side

DATA = HOME / "data"


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
    """Return the folder of real corpora, which may be missing; `KERNEL_BENCH_DATA` names it."""
    return Path(os.environ.get("KERNEL_BENCH_DATA", ROOT.parent / "shared" / "data"))


def prepare() -> str:
    """Write the data and return the name of what it is."""
    DATA.mkdir(parents=True, exist_ok=True)
    real = shared()
    if (real / "btc").is_dir() and (real / "ewt").is_dir():
        for name in ("train", "dev"):
            shutil.copyfile(real / "btc" / f"{name}.iob", DATA / f"{name}.iob")
        documents = read_conllu(real / "ewt" / "en_ewt-ud-train.conllu")
        title = "training on the Broad Twitter Corpus, everything else on English Web Treebank text"
    else:
        maker = ROOT / "examples" / "make_corpus.py"
        subprocess.run([sys.executable, maker, DATA], check=True, capture_output=True)
        documents = read_iob([DATA / "train.iob", DATA / "dev.iob"])
        title = "everything on the corpus of examples/make_corpus.py"
    lines = [document.to_json() for document in documents]
    (DATA / "docs.jsonl").write_text("\n".join(lines) + "\n", encoding="utf8")
    return title


def convert(side: Side) -> Path:
    """Convert train and dev with the side's own command, and return the folder."""
    target = HOME / side.name
    target.mkdir(parents=True, exist_ok=True)
    for name in ("train", "dev"):
        command: list[str | Path] = [
            *side.cli,
            "convert",
            DATA / f"{name}.iob",
            target,
            "-c",
            "ner",
            "-n",
            "1",
        ]
        subprocess.run(command, check=True, capture_output=True)
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
        if last:  # a surface token over several words: the space after it is its last word's
            range_end, range_space = int(last), space
            continue
        words.append(fields[1])
        inside = int(first) < range_end
        spaces.append(not inside and (range_space if int(first) == range_end else space))
        range_end = range_end if inside else 0
    yield Document(words=words, spaces=spaces)


def read_iob(paths: Iterable[Path]) -> Iterator[Document]:
    """Yield the sentences of files with a token and its tag a line."""
    for path in paths:
        for block in path.read_text(encoding="utf8").split("\n\n"):
            words = [line.split("\t")[0] for line in block.splitlines()]
            if words:
                yield Document(words=words, spaces=[True] * len(words))
