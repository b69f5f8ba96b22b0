"""Print the seconds that a library takes for the noun phrases of parsed docs, and their number.

    python noun_chunk_times.py LIBRARY LANG PARSES.json

The file has a list of docs, each with `words`, `pos`, `deps` and `heads`.
"""

import importlib
import json
import sys
import time
from pathlib import Path

ROUNDS = 7


def main() -> None:
    """Measure the fastest of some rounds, each with new docs."""
    library, lang, path = sys.argv[1:]
    vocab = importlib.import_module(library).blank(lang).vocab
    doc_class = importlib.import_module(f"{library}.tokens").Doc
    parses = json.loads(Path(path).read_text(encoding="utf8"))
    seconds = []
    n_chunks = 0
    for _ in range(ROUNDS):
        docs = [doc_class(vocab, **parse) for parse in parses]
        start = time.thread_time()
        n_chunks = sum(len(list(doc.noun_chunks)) for doc in docs)
        seconds.append(time.thread_time() - start)
    print(json.dumps([min(seconds), n_chunks]))


if __name__ == "__main__":
    main()
