"""Lookup tables of a language, registered by an installed distribution."""

import gzip
import json

import pytest

from kernel.errors import LoadError, RegistryError, TextError
from kernel.lookups import Lookups, load_lookups
from kernel.registry import registry


@pytest.fixture
def tables(tmp_path):
    """Tables of a language that no other test knows: one here, one in a file, one that is gone."""
    path = tmp_path / "table.json.gz"
    path.write_bytes(gzip.compress(json.dumps({"went": "go"}).encode()))
    lang = f"q{tmp_path.name.lower()}"
    known = {"norm": {"u": "you"}, "lemma": path, "gone": tmp_path / "gone.json"}
    registry.lookups.register(lang)(known)
    return lang


def test_tables_of_a_language_are_loaded(tables):
    lookups = load_lookups(tables, ["norm", "lemma"])

    assert isinstance(lookups, Lookups)
    assert lookups.get_table("norm")["u"] == "you"
    assert lookups.get_table("lemma")["went"] == "go"


def test_missing_tables_are_an_error_only_if_strict(tables):
    with pytest.raises(TextError, match="no lookup table `rules` of the language"):
        load_lookups(tables, ["rules"])
    with pytest.raises(LoadError, match=r"gone\.json cannot be read"):
        load_lookups(tables, ["gone"])
    with pytest.raises(RegistryError):
        load_lookups("no-such-language", ["norm"])
    assert load_lookups(tables, ["rules", "norm"], strict=False).tables == ["norm"]
    assert load_lookups("no-such-language", ["norm"], strict=False).tables == []
