"""What `--pretraining` adds to a config."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from kernel.errors import KernelError


def recommend_config(config: Mapping[str, Any]) -> dict[str, Any]:
    """Return the sections that prepare `config` for pretraining and for its result.

    Raises `KernelError` if the pipeline has no layer that computes word vectors.
    """
    component, layer = _find(config)
    return {
        "paths": {"raw_text": None, "init_tok2vec": None},
        "corpora": {
            "pretrain": {
                "@readers": "kernel.JsonlCorpus.v1",
                "path": "${paths.raw_text}",
                "min_length": 5,
                "max_length": 500,
                "limit": 0,
            }
        },
        "pretraining": {"component": component, "layer": layer, "held_out": 0.02, "patience": 3},
        "initialize": {"init_tok2vec": "${paths.init_tok2vec}"},
    }


def _find(config: Mapping[str, Any]) -> tuple[str, str]:
    """Return the component, and the name of its layer, that computes word vectors."""
    blocks = config.get("components", {})
    for name in blocks:
        if blocks[name].get("factory") == "tok2vec":
            return name, ""
    for name, block in blocks.items():
        if any(key == "tok2vec" and not _listens(layer) for key, layer in _walk(block)):
            return name, "tok2vec"
    raise KernelError(
        "nothing in this pipeline can be pretrained: no component has a layer `tok2vec`",
        hint="components such as tagger, parser and ner have one, or share one",
    )


def _listens(layer: Any) -> bool:
    # The shared component that it listens to is not a `tok2vec`: it has its own pretraining.
    return "Listener" in str(layer.get("@architectures") if isinstance(layer, Mapping) else layer)


def _walk(block: Any) -> Iterator[tuple[str, Any]]:
    for key, value in block.items() if isinstance(block, Mapping) else ():
        yield key, value
        yield from _walk(value)
