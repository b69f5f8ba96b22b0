"""Ids of parts of speech: `from kernel.parts_of_speech import NOUN`."""

from __future__ import annotations

from kernel_plugin_spacy.attributes import PARTS_OF_SPEECH as IDS

NAMES = {number: name for name, number in IDS.items()}

__all__ = ["IDS", "NAMES", *filter(None, IDS)]  # noqa: PLE0604


def __getattr__(name: str) -> int:
    if name not in IDS:
        raise AttributeError(f"module 'kernel.parts_of_speech' has no attribute {name!r}")
    return IDS[name]
