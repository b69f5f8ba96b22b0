"""Readers of data files under srsly's names."""

import pytest
import srsly

from kernel.config import load_config_from_str, resolve
from kernel.errors import ConfigError

VALUE = {"nouns": ["cat", "dog"], "n": 2}


@pytest.fixture
def read(tmp_path):
    """Write a file, and return what a block with a reader of srsly makes of it."""

    def make(kind, data, more=""):
        path = tmp_path / f"data.{kind}"
        path.write_bytes(data)
        text = f'[a]\n@readers = "srsly.read_{kind}.v1"\npath = "{path}"\n{more}'
        return resolve(load_config_from_str(text).interpolate()["a"], where="a")

    return make


def test_values_are_read(read):
    assert read("json", srsly.json_dumps(VALUE).encode()) == VALUE
    assert read("yaml", srsly.yaml_dumps(VALUE).encode()) == VALUE
    assert read("msgpack", srsly.msgpack_dumps(VALUE)) == VALUE
    assert read("msgpack", srsly.msgpack_dumps(VALUE), "use_list = false") == {
        "nouns": ("cat", "dog"),
        "n": 2,
    }
    assert list(read("jsonl", b'{"a": 1}\n\n[2]\n')) == [{"a": 1}, [2]]


def test_invalid_lines_can_be_skipped(read):
    data = b'{"a": 1}\nnope\n[2]\n'
    assert list(read("jsonl", data, "skip = true")) == [{"a": 1}, [2]]
    with pytest.raises(ValueError, match=r"data\.jsonl:2: not JSON"):
        list(read("jsonl", data))


@pytest.mark.parametrize(
    ("kind", "data"), [("json", b"{"), ("yaml", b"a: [1"), ("msgpack", b"\x91")]
)
def test_damaged_files_are_named(read, kind, data):
    with pytest.raises(ConfigError, match=rf"data\.{kind}"):
        read(kind, data)
