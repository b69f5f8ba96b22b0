"""Lookup tables of a language, registered by an installed distribution."""

import gzip
import json

import pytest

from kernel.errors import ArgumentError, LoadError, RegistryError, TextError
from kernel.pipeline import load_lookups
from kernel.registry import registry
from kernel.text import Lookups


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
    with pytest.raises(LoadError, match=r"gone\.json`: no such file"):
        load_lookups(tables, ["gone"])
    with pytest.raises(RegistryError) as caught:
        load_lookups("no-such-language", ["norm"])
    assert caught.value.hint.startswith("there are tables of: ")
    assert tables in caught.value.hint
    assert load_lookups(tables, ["rules", "norm"], strict=False).tables == ["norm"]
    assert load_lookups("no-such-language", ["norm"], strict=False).tables == []


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (gzip.compress(b'{"a": "b"}')[:-9], "is damaged"),
        (gzip.compress(b"{}")[:-8] + b"damaged!", "is damaged"),
        (b"no gzip", "is damaged"),
        (gzip.compress(b" " * 3_000_000), "is larger than 1048576 bytes when decompressed"),
        (gzip.compress(b"[1]"), "expected"),
        (gzip.compress(b"[" * 100_000), "nested too deeply"),
    ],
    ids=["cut", "wrong-sum", "not-compressed", "large", "list", "deep"],
)
def test_damaged_tables_name_their_file(tables, tmp_path, monkeypatch, data, message):
    monkeypatch.setenv("KERNEL_MAX_UNPACKED_MB", "1")
    tmp_path.joinpath("table.json.gz").write_bytes(data)
    with pytest.raises(LoadError, match=r"table\.json\.gz`.*" + message):
        load_lookups(tables, ["lemma"])


def test_compressed_file_is_found_by_its_name_without_suffix(tables, tmp_path):
    registry.lookups.get(tables)["short"] = tmp_path / "table.json"

    assert load_lookups(tables, ["short"]).get_table("short")["went"] == "go"


@pytest.mark.parametrize("table", [None, 3, b"x", print, ["a"]])
def test_table_of_a_wrong_type_is_named(tables, table):
    registry.lookups.get(tables)["norm"] = table
    with pytest.raises(LoadError, match=f"the lookup table `norm` of `{tables}` is neither a dict"):
        load_lookups(tables, ["norm"])


def test_tables_that_are_not_a_dict_name_their_language():
    registry.lookups.register("qlist")(["norm"])
    with pytest.raises(LoadError, match="tables of the language `qlist` are not a dict"):
        load_lookups("qlist", ["norm"])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((None, []), "expected the code of a language, got None"),
        (("en", None), "expected a list of names of tables, got None"),
        (("en", "lemma_lookup"), "expected a list of names of tables, got 'lemma_lookup'"),
    ],
)
def test_arguments_of_other_types_are_refused(arguments, message):
    with pytest.raises(ArgumentError, match=message):
        load_lookups(*arguments)
