"""The default config: what a section that says nothing comes to."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any, Final

from kernel.config.config import Config
from kernel.config.merge import merge_trees
from kernel.config.problems import Origin
from kernel.config.schema import SECTIONS, section_defaults
from kernel.config.tree import with_origin
from kernel.plugins import hooks

PATHS: Final = {
    "train": "the data to learn from",
    "dev": "the data for evaluation while training",
    "vectors": "pipeline or folder with word vectors",
    "init_tok2vec": "pretrained weights of tok2vec",
}
"""The keys of `[paths]` that other sections refer to by default, and what they mean."""
_DEFAULT: Final = Origin(layer="default")


def default_config() -> Config:
    """Return a new copy of the default config, with the sections that plugins add."""
    tree = with_origin(_own_sections(), _DEFAULT)
    for sections in _plugin_sections():
        tree = merge_trees(tree, with_origin(sections, _DEFAULT))
    return Config(tree)


def pretraining_config() -> Config:
    """Return a new copy of what pretraining adds to the default config."""
    sections = {
        "paths": {"raw_text": None},
        "corpora": {
            "pretrain": {
                "@readers": "kernel.JsonlCorpus.v1",
                "path": "${paths.raw_text}",
                "min_length": 5,
                "max_length": 500,
                "limit": 0,
            }
        },
        "pretraining": section_defaults(SECTIONS["pretraining"]),
    }
    return Config(with_origin(sections, _DEFAULT))


def _own_sections() -> dict[str, Any]:
    return {
        "paths": dict.fromkeys(PATHS),
        "system": section_defaults(SECTIONS["system"]),
        "nlp": section_defaults(SECTIONS["nlp"]),
        "components": {},
        "corpora": {name: _reader(name) for name in ("train", "dev")},
        "training": section_defaults(SECTIONS["training"]),
        "initialize": section_defaults(SECTIONS["initialize"]),
    }


def _reader(name: str) -> dict[str, Any]:
    return {
        "@readers": "kernel.Corpus.v1",
        "path": f"${{paths.{name}}}",
        "gold_preproc": False,
        "max_length": 0,
        "limit": 0,
        "augmenter": None,
    }


def _plugin_sections() -> list[Mapping[str, Any]]:
    return [copy.deepcopy(dict(answer)) for _, answer in hooks().gather("kernel_default_config")]
