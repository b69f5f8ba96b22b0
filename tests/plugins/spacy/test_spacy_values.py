import pytest

from kernel import util
from kernel.errors import ConfigError, KernelError, TextError
from kernel.text import Doc, Vocab


def test_dotted_key_is_read_and_set_where_it_exists():
    config = {"a": {"b": {"c": 1}}, "d": 2}

    util.set_dot_to_object(config, "a.b.c", 3)
    util.set_dot_to_object(config, "d", 4)

    assert (util.dot_to_object(config, "a.b"), config["d"]) == ({"c": 3}, 4)
    with pytest.raises(KeyError, match=r"a\.x\.c"):
        util.set_dot_to_object(config, "a.x.c", 3)


def test_leaves_of_a_dictionary_come_with_their_paths():
    assert list(util.walk_dict({"a": {"b": 1, "c": {}}, "d": [2]})) == [
        (("a", "b"), 1),
        (("d",), [2]),
    ]


def test_copy_of_a_config_shares_nothing_and_refuses_objects():
    config = {"a": {"b": [1]}}

    copied = util.copy_config(config)
    copied["a"]["b"].append(2)

    assert config == {"a": {"b": [1]}}
    with pytest.raises(ConfigError, match="only hold values of JSON"):
        util.copy_config({"a": object()})


@pytest.mark.parametrize(
    ("values", "equal"), [([], True), ([1, 1, 1.0], True), (iter("ab"), False), ([[1], [1]], True)]
)
def test_all_values_are_compared(values, equal):
    assert util.all_equal(values) is equal


def test_html_is_escaped_and_minified():
    assert util.escape_html('<a href="x">R&D\'s') == "&lt;a href=&quot;x&quot;&gt;R&amp;D's"
    assert util.minify_html("  <a>\n    <b>  x</b>\n</a>\n") == "<a><b>  x</b></a>"


def test_test_run_is_not_a_notebook():
    assert not util.is_in_jupyter()


def test_slices_are_cut_as_python_cuts_them():
    assert util.normalize_slice(5, None, -1) == (0, 4)
    assert util.normalize_slice(5, 4, 2) == (4, 4)
    with pytest.raises(TextError, match="expected no step"):
        util.normalize_slice(5, 0, 5, 2)


def test_exceptions_are_repeated_with_another_character():
    made = util.expand_exc({"o'": [{"ORTH": "o'", "NORM": "of"}], "x": [{"ORTH": "x"}]}, "'", "`")

    assert made["o`"] == [{"ORTH": "o`", "NORM": "of"}]
    assert made.keys() == {"o'", "o`", "x"}


def test_joined_rules_are_tied_to_their_ends():
    assert util.compile_prefix_regex(["a", "", r"\("]).search("xa") is None
    assert util.compile_prefix_regex(["a", r"\("]).search("(x").group() == "("
    assert util.compile_suffix_regex([r"\)", "b"]).search("xb)").group() == ")"
    assert [m.span() for m in util.compile_infix_regex(["-", "~"]).finditer("a-b~c")] == [
        (1, 2),
        (3, 4),
    ]


def test_fields_are_written_and_read_but_for_those_excluded(tmp_path):
    values = {"a": 1, "b.json": 2, "c": 3}
    getters = {key: lambda value=value: value for key, value in values.items()}
    got = {}
    setters = {key: lambda value, key=key: got.update({key: value}) for key in values}

    util.from_bytes(util.to_bytes(getters, exclude=["b"]), setters, exclude=["c"])

    assert util.to_dict(getters, exclude=["a"]) == {"b.json": 2, "c": 3}
    assert got == {"a": 1}


def test_files_are_written_and_read_but_for_those_excluded(tmp_path):
    writers = {name: lambda path: path.write_text(path.name) for name in ("a", "b")}
    read = []

    util.to_disk(tmp_path / "x", writers, exclude=["b"])
    util.from_disk(tmp_path / "x", {"a": lambda path: read.append(path.read_text())})

    assert [path.name for path in (tmp_path / "x").iterdir()] == read == ["a"]


def test_frozen_containers_refuse_changes():
    for change in (
        lambda: util.SimpleFrozenDict(a=1).update(b=2),
        lambda: util.SimpleFrozenDict(a=1).pop("a"),
        lambda: util.SimpleFrozenList([1]).append(2),
        lambda: util.SimpleFrozenList([1]).sort(),
    ):
        with pytest.raises(KernelError, match="cannot be changed"):
            change()


def test_tokenizer_without_state_is_written_as_nothing(tmp_path):
    class Letters(util.DummyTokenizer):
        def __init__(self, vocab):
            self.vocab = vocab

        def __call__(self, text):
            return Doc(self.vocab, list(text))

    tokenizer = Letters(Vocab())

    assert [len(doc) for doc in tokenizer.pipe(["ab", "c"])] == [2, 1]
    assert tokenizer.from_bytes(tokenizer.to_bytes()) is tokenizer
