"""Variables: the value of `${…}` in every position."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kernel.config import Config, Values
from kernel.errors import ConfigError

SOURCES = """
[a]
x = 5
s = "hey"
n = null
t = true
l = [1, 2]
q = "say \\"hi\\""
f = 1.50
p = "C:\\\\new"
[a.b]
c = 1
"""


@pytest.mark.parametrize(
    ("text", "value"),
    [
        pytest.param("${a.x}", 5, id="number"),
        pytest.param("${a:x}", 5, id="colon"),
        pytest.param('"${a.x}"', "5", id="quotes-make-a-string"),
        pytest.param("${a.s}", "hey", id="string"),
        pytest.param("${a.n}", None, id="null"),
        pytest.param('"${a.n}"', "null", id="null-in-quotes"),
        pytest.param("v${a.x}v", "v5v", id="inside-text"),
        pytest.param("1${a.x}", 15, id="text-becomes-a-number"),
        pytest.param("${a.x}${a.x}", 55, id="two-numbers"),
        pytest.param("${a.s}${a.s}", "heyhey", id="two-strings"),
        pytest.param('"v${a.s}-${a:x}"', "vhey-5", id="two-in-quotes"),
        pytest.param('"p${a.t}"', "ptrue", id="true-in-quotes"),
        pytest.param("v${a.f}", "v1.5", id="number-as-json"),
        pytest.param("[${a.x}, 2]", [5, 2], id="list-of-text"),
        pytest.param("[${a.s}, 2]", "[hey, 2]", id="string-breaks-a-list"),
        pytest.param('["${a.x}", 2]', ["5", 2], id="quotes-inside-a-list"),
        pytest.param('[${a.x}, "${a.q}"]', [5, 'say "hi"'], id="quotes-in-the-string"),
        pytest.param('{"k": "${a.s}"}', {"k": "hey"}, id="inline-table"),
        pytest.param('[{"k": "${a.x}"}]', [{"k": "5"}], id="table-in-a-list"),
        pytest.param("${a.l}", [1, 2], id="whole-list"),
        pytest.param('"l${a.l}"', "l[1, 2]", id="list-in-quotes"),
        pytest.param("${a.b}", {"c": 1}, id="whole-section"),
        pytest.param("${a.b.c}", 1, id="key-of-a-subsection"),
        pytest.param("${a.p}/x", "C:\\new/x", id="backslash"),
        pytest.param('"${a.p}"', "C:\\new", id="backslash-in-quotes"),
        pytest.param("$$5", "$5", id="dollar"),
        pytest.param("$${a.x}", "${a.x}", id="dollar-before-a-brace"),
        pytest.param("$$$$${a.x}", "$$5", id="dollars-before-a-variable"),
        pytest.param('"a$$${a.x}"', "a$5", id="dollar-and-variable"),
    ],
)
def test_variable_is_replaced_by_its_value(text, value):
    config = Config().from_str(f"{SOURCES}\n[b]\nv = {text}", format="cfg")
    found = config.interpolate()["b"]["v"]
    assert found == value
    assert type(found) is type(value) or isinstance(value, dict)


def test_toml_has_the_same_values_as_cfg():
    cfg = Config().from_str(f"{SOURCES}\n[b]\nv = [${{a.x}}, 2]\nw = v${{a.s}}", interpolate=False)
    toml = Config().from_str(
        cfg.to_str(interpolate=False, format="toml"), interpolate=False, format="toml"
    )
    assert toml == cfg
    assert toml.interpolate() == cfg.interpolate()


def test_name_without_section_is_first_looked_up_in_its_own_section():
    config = Config().from_str("[a]\nx = ${y}\ny = 3\nz = ${b}\n[b]\ny = 4\nb = ${y}")
    assert config["a"] == {"x": 3, "y": 3, "z": {"y": 4, "b": 4}}


def test_references_may_be_chained_beyond_ten():
    lines = [f"x{n} = ${{a.x{n + 1}}}" for n in range(15)]
    assert Config().from_str("\n".join(["[a]", *lines, "x15 = 7"]))["a"]["x0"] == 7


def test_reference_reaches_into_a_referenced_section():
    config = Config().from_str("[a]\nx = 5\n[b]\np = ${a}\n[c]\nk = ${b.p.x}")
    assert config["c"]["k"] == 5


def test_copies_of_a_section_share_nothing():
    config = Config().from_str("[a]\nx = [1]\n[b]\np = ${a}\nq = ${a}")
    config["b"]["p"]["x"].append(2)
    assert config["b"]["q"]["x"] == config["a"]["x"] == [1]


def test_origin_of_a_value_has_those_of_its_references():
    text = "[a]\nx = 5\n[b]\ny = ${a.x}\n[c]\nz = ${b.y}"
    origin = Config().from_str(text, name="c.cfg").origin("c.z")
    assert [(o.layer, o.line, o.reference) for o in origin.chain()] == [
        ("variable", 6, "b.y"),
        ("variable", 4, "a.x"),
        ("file", 2, None),
    ]


def problem(text):
    with pytest.raises(ConfigError) as caught:
        Config().from_str(text, name="c.cfg")
    (found,) = caught.value.problems
    return found


def test_unknown_reference_suggests_the_nearest():
    found = problem("[paths]\ntrain = null\n[a]\nx = ${paths.trian}")
    assert (found.origin.line, found.path) == (4, ("a", "x"))
    assert found.suggestion == "${paths.train}"


def test_reference_to_a_missing_section_suggests_the_nearest():
    assert problem("[paths]\ntrain = null\n[a]\nx = ${path.train}").suggestion == "${paths.train}"


def test_section_inside_a_string_or_list_is_a_problem():
    for text in ('"pre${b}"', '["${b}"]', "[${b}]"):
        found = problem(f"[a]\nx = {text}\n[b]\ny = 1")
        assert "whole section" in found.message
        assert found.origin.line == 2


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("[a]\nx = ${a.y}\ny = ${a.x}", id="two-keys"),
        pytest.param("[a]\nx = ${a}", id="section-in-itself"),
        pytest.param("[x]\nx = ${x}", id="key-named-as-its-section"),
        pytest.param("[a]\nx = v${a.x}", id="key-in-itself"),
    ],
)
def test_circular_reference_is_one_problem(text):
    found = problem(text)
    assert "leads back to itself" in found.message
    assert found.origin.line in {2, 3}


def test_all_missing_references_are_reported_at_once_and_once():
    with pytest.raises(ConfigError) as caught:
        Config().from_str("[a]\nx = ${no.thing}\ny = ${a.x}\nz = ${other}", name="c")
    assert [problem.origin.line for problem in caught.value.problems] == [2, 4]


def test_list_of_any_depth_is_interpolated():
    config = Config().from_str('[a]\nx = [["${b.y}", {"k": ["${b.y}"]}]]\n[b]\ny = "v"')
    assert config["a"]["x"] == [["v", {"k": ["v"]}]]


# ---- writing and reading again

NAMES = st.text("abcxyz_@*", min_size=1, max_size=4)
TEXTS = st.text(
    st.sampled_from(list("ab5 \"'$\\{}[]:=#;\n\té/.-")) | st.characters(codec="utf8"), max_size=12
)
SCALARS = (
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats(allow_nan=False) | TEXTS
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES | TEXTS, inner, max_size=3),
    max_leaves=8,
)
TREES = st.dictionaries(
    NAMES.filter(lambda name: name.strip("*@")),
    st.dictionaries(NAMES, VALUES, max_size=4),
    max_size=4,
)


@pytest.mark.parametrize("form", ["cfg", "toml"])
@settings(max_examples=40)
@given(tree=TREES)
def test_interpolated_config_comes_back_from_its_text(form, tree):
    values = Values(tree)
    again = Config().from_str(values.to_str(format=form), format=form).interpolate()
    assert again == values
    assert json.dumps(again, sort_keys=True) == json.dumps(values, sort_keys=True)


PIECES = st.sampled_from(
    ["${a.s}", "${a.n}", "${a:z}", "x", " ", "5", "$$", '"', "[", "]", ", ", "{", "}", "\\", "\n"]
)


@pytest.mark.parametrize("form", ["cfg", "toml"])
@settings(max_examples=60)
@given(text=st.lists(PIECES, max_size=6).map("".join))
def test_text_with_variables_means_the_same_when_written_and_read(form, text):
    raw = Config({"a": {"s": "str", "n": 5, "z": None, "v": text}})
    written = raw.to_str(interpolate=False, format=form)
    again = Config().from_str(written, interpolate=False, format=form)
    try:
        value = raw.interpolate()["a"]["v"]
    except ConfigError:
        with pytest.raises(ConfigError):
            again.interpolate()
        return
    assert again.interpolate()["a"]["v"] == value


def test_values_do_not_change_with_the_config():
    config = Config({"a": {"x": 1, "y": "${a.x}"}})
    values = config.interpolate()
    assert isinstance(values, Values)
    assert values == {"a": {"x": 1, "y": 1}}
    config["a"]["x"] = 2
    assert values["a"]["x"] == 1
    copied = values.copy()
    copied["a"]["x"] = 3
    assert isinstance(copied, Values)
    assert values == values.interpolate() == Values(values)
    assert values["a"]["x"] == 1


def test_config_of_values_has_the_same_values():
    values = Values({"a": {"x": "${no.variable}", "y": "$5", "z": ["$${b}"]}})
    assert Config(values).interpolate() == values
    assert Config(values).copy().merge({}).interpolate() == values


def test_values_are_written_as_they_are_whether_or_not_variables_are_wanted():
    values = Config({"a": {"x": 1, "y": "${a.x}"}}).interpolate()
    assert values.to_str() == values.to_str(interpolate=False) == "[a]\nx = 1\ny = 1\n"
    assert values.to_bytes() == values.to_str().encode()


def test_config_is_written_with_its_variables_unless_values_are_wanted(tmp_path):
    config = Config({"a": {"x": 1, "y": "${a.x}"}})
    config.to_disk(tmp_path / "a.cfg")
    assert config.to_str() == "[a]\nx = 1\ny = ${a.x}\n"
    assert (tmp_path / "a.cfg").read_bytes() == config.to_bytes() == config.to_str().encode()
    assert config.to_str(interpolate=True) == "[a]\nx = 1\ny = 1\n"
    assert (config.is_interpolated, config.interpolate().is_interpolated) == (False, True)
    assert Config().from_str(config.to_str()).is_interpolated


def test_names_of_variables_are_known_after_they_were_replaced():
    text = "[mine]\nx = 1\n[b]\ny = ${mine.x}"
    assert Config().from_str(text, interpolate=False).interpolate().replaced == {"mine.x"}
    read = Config().from_str(text)
    assert read.variables == Config(read).variables == {"mine.x"}


def test_config_stays_as_it_was_if_a_text_cannot_be_read():
    config = Config({"a": {"x": 1}})
    with pytest.raises(ConfigError):
        config.from_str("[b]\ny = ${no.variable}")
    assert config == {"a": {"x": 1}}
