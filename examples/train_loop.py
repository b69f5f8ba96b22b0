"""Train an entity recognizer in your own loop, without a config file.

python examples/train_loop.py

`kernel train` does more: it evaluates, keeps the best pipeline, and resumes after a crash. Your
own loop is useful in experiments and notebooks, and shows the parts of a training step.
"""

from __future__ import annotations

import random

import kernel
from kernel import Example
from kernel.random import fix_random_seed

TRAIN = [
    ("Who is Shaka Khan?", {"entities": [(7, 17, "PERSON")]}),
    ("I like London and Berlin.", {"entities": [(7, 13, "PLACE"), (18, 24, "PLACE")]}),
    ("Greta Weber lives in Oslo.", {"entities": [(0, 11, "PERSON"), (21, 25, "PLACE")]}),
    ("They met Omar Haddad in Porto.", {"entities": [(9, 20, "PERSON"), (24, 29, "PLACE")]}),
    ("Nothing happened on Tuesday.", {"entities": []}),
    ("Lisbon is warmer than Tallinn.", {"entities": [(0, 6, "PLACE"), (22, 29, "PLACE")]}),
]


def main(n_epochs: int = 30) -> None:
    """Train on six sentences and print the predicted entities of each."""
    fix_random_seed(0)
    nlp = kernel.blank("en")
    nlp.add_pipe("ner")
    examples = [Example.from_dict(nlp.make_doc(text), gold) for text, gold in TRAIN]
    optimizer = nlp.initialize(lambda: examples)

    for epoch in range(n_epochs):
        random.shuffle(examples)
        losses: dict[str, float] = {}
        for start in range(0, len(examples), 2):
            nlp.update(examples[start : start + 2], drop=0.2, sgd=optimizer, losses=losses)
        if epoch % 10 == 9:
            print(f"epoch {epoch + 1:2}: loss {losses['ner']:.3f}")

    for doc in nlp.pipe(text for text, _ in TRAIN):
        print(f"{doc.text:32}", [(entity.text, entity.label_) for entity in doc.ents])


if __name__ == "__main__":
    main()
