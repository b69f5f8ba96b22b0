"""Load a trained pipeline and show the entities of three sentences.

python examples/show_entities.py demo/model/model-best
"""

from __future__ import annotations

import sys

import kernel

SENTENCES = (
    "Hello, this is Rafael Blom, my Juno 5 tablet never left Rotterdam.",
    "Crane Shipping lost the Opal blender that Thandi ordered in Kampala.",
    "Has Falcon Cycles paid for 12 of the Vertex saw?",
)


def main(path: str) -> None:
    """Print each sentence and the entities in it with their labels."""
    nlp = kernel.load(path)
    for doc in nlp.pipe(SENTENCES):
        print(doc.text)
        for entity in doc.ents:
            print(f"  {entity.label_:8} {entity.text}")


if __name__ == "__main__":
    main(sys.argv[1])
