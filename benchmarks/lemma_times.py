"""Write the lemmas of tagged sentences, and print the words per second of the lemmatizer.

python lemma_times.py LIBRARY LANG MODE SENTENCES.json LEMMAS.json
"""

import importlib
import json
import sys
import time
from pathlib import Path


def main() -> None:
    """Measure the first pass over the sentences, and the second one over new docs of them."""
    library, lang, mode, source, target = sys.argv[1:]
    nlp = importlib.import_module(library).blank(lang)
    make_doc = importlib.import_module(f"{library}.tokens").Doc
    lemmatizer = nlp.add_pipe("lemmatizer", config={"mode": mode})
    lemmatizer.initialize()
    with Path(source).open(encoding="utf8") as file:
        sentences = json.load(file)
    speeds = []
    for _ in range(2):
        docs = [
            make_doc(nlp.vocab, words=words, pos=pos, morphs=morphs)
            for words, pos, morphs in sentences
        ]
        start = time.thread_time()
        docs = list(lemmatizer.pipe(docs, batch_size=128))
        speeds.append(sum(map(len, docs)) / (time.thread_time() - start))
    with Path(target).open("w", encoding="utf8") as file:
        json.dump([[token.lemma_ for token in doc] for doc in docs], file)
    print(json.dumps(speeds))


if __name__ == "__main__":
    main()
