"""Write the annotations of texts by a pipeline, in the library of this interpreter.

python exported_worker.py LIBRARY PIPELINE TEXTS.json ANNOTATIONS.json
"""

import importlib
import json
import sys
from pathlib import Path
from typing import Any

from trained_worker import BATCH, annotations

SENTENCE = 7


def compared(doc: Any) -> dict[str, Any]:
    """Return the annotations of a doc. Its first token starts a sentence.

    spaCy says so only if the token is not a special case of the tokenizer.
    """
    tokens = annotations(doc)
    for first in tokens[:1]:
        first[SENTENCE] = True
    return {"tokens": tokens, "cats": doc.cats}


def main() -> None:
    """Annotate all texts in batches."""
    library, pipeline, source, target = sys.argv[1:]
    nlp = importlib.import_module(library).load(pipeline)
    texts = json.loads(Path(source).read_text(encoding="utf8"))
    docs = [compared(doc) for doc in nlp.pipe(texts, batch_size=BATCH)]
    Path(target).write_text(json.dumps(docs), encoding="utf8")


if __name__ == "__main__":
    main()
