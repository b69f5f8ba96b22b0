from __future__ import annotations

import pytest

import kernel


@pytest.fixture
def nlp():
    return kernel.blank("xx")


@pytest.fixture
def write(tmp_path):
    def write(name, content, encoding="utf8"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
        return path

    return write


@pytest.fixture
def entities():
    """Return the entities of a doc as (text, label)."""
    return lambda doc: [(span.text, span.label_) for span in doc.ents]
