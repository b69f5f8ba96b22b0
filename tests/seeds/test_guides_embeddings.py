"""The embedding layers of one's own that the guides show, in a file that `--code` names."""

import numpy as np
import pytest

import kernel

EMBEDDING = """
    from typing import Dict, List

    from kernel.ml.featureextractor import FeatureExtractor
    from kernel.ml.layers import Embed, add, chain, remap_ids
    from kernel.ml.staticvectors import StaticVectors
    from kernel.util import registry
    from kernel.tokens import Doc
    from thinc.api import Model
    from thinc.types import Floats2d

    @registry.misc("my_example.key2row.v1")
    def make_key2row():
        from kernel.strings import hash_string

        return {hash_string(word): row for row, word in enumerate(["Bergen", "Hull"], start=1)}

    @registry.architectures("my_example.MyEmbedding.v1")
    def MyCustomVectors(
        output_width: int,
        vector_width: int,
        embed_rows: int,
        key2row: Dict[int, int]
    ) -> Model[List[Doc], List[Floats2d]]:
        return add(
            StaticVectors(nO=output_width),
            chain(
               FeatureExtractor(["ORTH"]),
               remap_ids(key2row),
               Embed(nO=output_width, nV=embed_rows)
            )
        )
    """
BLOCK = """
    [components.tok2vec.model.embed]
    @architectures = "my_example.MyEmbedding.v1"
    output_width = ${components.tok2vec.model.encode:width}
    vector_width = 5
    embed_rows = 3

    [components.tok2vec.model.embed.key2row]
    @misc = "my_example.key2row.v1"

    [initialize]
    vectors = ${paths.vectors}
    """


@pytest.fixture
def vectors(tmp_path):
    """The folder of a pipeline whose vocabulary has vectors for some words."""
    nlp = kernel.blank("en")
    rng = np.random.default_rng(0)
    for word in ("Aurora", "Bergen", "Cadiz", "sailed"):
        nlp.vocab.set_vector(word, rng.normal(size=5).astype("f"))
    nlp.to_disk(tmp_path / "vectors")
    return tmp_path / "vectors"


def test_static_vectors_are_added_to_a_table_of_ones_own(train, write, vectors):
    code = write("functions.py", EMBEDDING)
    without = "[components.tok2vec.model.embed"
    path, _ = train(BLOCK, "--paths.vectors", vectors, code=code, without=without)
    nlp = kernel.load(path)
    model = nlp.get_pipe("tok2vec").model
    tables = [node for node in model.walk() if node.name == "embed"]
    assert [table.get_param("E").shape for table in tables] == [(3, 16)]
    doc = nlp("The Aurora left Bergen")
    assert np.isfinite(doc.tensor).all()


def test_embedding_that_is_only_static_vectors_is_called(train, write, vectors):
    code = write(
        "functions.py",
        """
        from kernel.ml.staticvectors import StaticVectors
        from kernel.util import registry

        print("I was imported!")

        @registry.architectures("my_example.OnlyVectors.v1")
        def MyEmbedding(output_width: int):
            print("I was called!")
            return StaticVectors(nO=output_width)
        """,
    )
    block = """
        [components.tok2vec.model.embed]
        @architectures = "my_example.OnlyVectors.v1"
        output_width = 16

        [initialize]
        vectors = ${paths.vectors}
        """
    without = "[components.tok2vec.model.embed"
    _, result = train(block, "--paths.vectors", vectors, code=code, without=without)
    assert "I was imported!" in result.output
    assert "I was called!" in result.output
