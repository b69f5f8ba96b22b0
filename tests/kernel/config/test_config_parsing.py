"""Reading `.cfg` and TOML: the meaning, position and mistakes of each line."""

import re

import pytest

from kernel.config import Config, fill, load_config
from kernel.config.toml import update_text
from kernel.errors import ConfigError


@pytest.mark.parametrize(
    ("text", "value"),
    [
        pytest.param("1e3", 1000.0, id="exponent"),
        pytest.param("-0", 0, id="negative-zero"),
        pytest.param(".5", ".5", id="no-leading-digit"),
        pytest.param("007", "007", id="leading-zeros"),
        pytest.param("1_000", "1_000", id="underscore"),
        pytest.param("+5", "+5", id="plus-sign"),
        pytest.param("", "", id="empty"),
        pytest.param("null", None, id="null"),
        pytest.param("True", True, id="python-true"),
        pytest.param("None", None, id="python-none"),
        pytest.param("hello world", "hello world", id="bare-words"),
        pytest.param("'single'", "'single'", id="single-quotes"),
        pytest.param('"unterminated', '"unterminated', id="unterminated"),
        pytest.param('"a" "b"', '"a" "b"', id="two-strings"),
        pytest.param("1 # not a comment", "1 # not a comment", id="inline-comment"),
        pytest.param('["a", 1, null]', ["a", 1, None], id="list"),
        pytest.param("[1, 2", "[1, 2", id="unclosed-list"),
        pytest.param('{"a": {"b": [1]}}', {"a": {"b": [1]}}, id="table"),
        pytest.param('"\\u00e9"', "é", id="escape"),
        pytest.param("a=b", "a=b", id="equals-sign-in-value"),
        pytest.param("[1,\n  2]", [1, 2], id="list-over-two-lines"),
        pytest.param("[1,\n  # two\n  2]", [1, 2], id="comment-inside-a-value"),
        pytest.param("a\n  b", "a\nb", id="text-over-two-lines"),
        pytest.param("1\n\n continued", "1\n\ncontinued", id="blank-line-inside-a-value"),
        pytest.param("$$5", "$5", id="doubled-dollar"),
    ],
)
def test_value_is_json_or_else_a_string(read, text, value):
    found = read(f"[a]\nx = {text}")["a"]["x"]
    assert found == value
    assert type(found) in {type(value), type(read("[a]\nx = {}")["a"]["x"])}


def test_colon_separates_as_equals_does(read):
    assert read("[a]\nx : 5\ny: a:b") == {"a": {"x": 5, "y": "a:b"}}


def test_indentation_inside_a_section_is_free(read):
    assert read("[a]\n    x = 1\n    y = 2\n  z = 3") == {"a": {"x": 1, "y": 2, "z": 3}}


def test_comments_start_a_line(read):
    assert read("# one\n; two\n[a]  # three\nx = 1\n# four\n") == {"a": {"x": 1}}


def test_section_may_come_before_its_parent(read):
    assert read("[a.b]\nx = 1\n[a]\ny = 2") == {"a": {"b": {"x": 1}, "y": 2}}


def test_positional_section_needs_no_header_of_its_own(read):
    assert read("[a]\n[a.*.x]\nv = 1\n[a.*.y]\nv = 2") == {
        "a": {"*": {"x": {"v": 1}, "y": {"v": 2}}}
    }


CFG = """
[paths]
train = null

[training]
  dropout = 0.1
seed = ${system.seed}

[training.batcher]
@batchers = "kernel.batch_by_words.v1"
sizes = [1,
  2]
names = {"a": {"b": 1}}

[system]
seed = 0
"""

TOML = """
[paths]
train = "${null}"

[training]
  dropout = 0.1
seed = "${system.seed}"

[training.batcher]
"@batchers" = "kernel.batch_by_words.v1"
sizes = [1,
  2]
names = {a = {b = 1}}

[system]
seed = 0
"""


def test_both_formats_give_the_same_tree(read):
    assert read(CFG) == read(TOML, "toml")


@pytest.mark.parametrize(("form", "text"), [("cfg", CFG), ("toml", TOML)])
def test_each_value_knows_its_line_and_column(read, form, text):
    config = read(text, form)
    places = {
        "paths": (2, 1),
        "paths.train": (3, 1),
        "training.dropout": (6, 3),
        "training.batcher": (9, 1),
        "training.batcher.sizes": (11, 1),
        "training.batcher.names": (13, 1),
        "system.seed": (16, 1),
    }
    for path, (line, column) in places.items():
        origin = config.origin(path)
        assert (origin.layer, origin.path, origin.line, origin.column) == (
            "file",
            f"config.{form}",
            line,
            column,
        ), path


def test_key_of_an_inline_table_has_its_own_column(read):
    config = read("[a]\nx = {b = 1, c = {d = 2}}", "toml")
    assert (config.origin("a.x.c").line, config.origin("a.x.c").column) == (2, 13)
    assert config.origin("a.x.c.d").column == 18


def test_keys_with_dots_and_quotes_are_found(read):
    config = read("[a]\nb.c = 1\n\"d e\" = 2\n['f']\n'g' = 3", "toml")
    assert config == {"a": {"b": {"c": 1}, "d e": 2}, "f": {"g": 3}}
    assert config.origin(("a", "b", "c")).line == 2
    assert config.origin(("a", "d e")).line == 3
    assert config.origin(("f", "g")).line == 5


def problems(read, text, form="cfg"):
    with pytest.raises(ConfigError) as caught:
        read(text, form)
    return caught.value.problems


@pytest.mark.parametrize("form", ["cfg", "toml"])
def test_repeated_key_names_both_lines(read, form):
    (problem,) = problems(read, "[a]\nx = 1\ny = 2\nx = 3", form)
    assert (problem.origin.line, problem.path) == (4, ("a", "x"))
    assert "line 2" in problem.message


@pytest.mark.parametrize("form", ["cfg", "toml"])
def test_repeated_section_names_both_lines(read, form):
    (problem,) = problems(read, "[a]\nx = 1\n[b]\n[a]\ny = 2", form)
    assert (problem.origin.line, problem.path) == (4, ("a",))
    assert "line 1" in problem.message


@pytest.mark.parametrize("form", ["cfg", "toml"])
def test_key_and_section_of_one_name_conflict(read, form):
    (problem,) = problems(read, "[a]\nb = 1\n[a.b]\nc = 1", form)
    assert {2, 3} == {problem.origin.line, int(problem.message.split("line ")[1].split(",")[0])}


@pytest.mark.parametrize("form", ["cfg", "toml"])
def test_lone_dollar_is_explained(read, form):
    (problem,) = problems(read, '[a]\nx = "cost: $5"', form)
    assert problem.origin.line == 2
    assert "`$$`" in problem.expected


@pytest.mark.parametrize("form", ["cfg", "toml"])
def test_setting_outside_of_a_section_is_a_problem(read, form):
    assert problems(read, "x = 1\n[a]\ny = 2", form)[0].origin.line == 1


def test_undeclared_parent_is_a_problem_with_the_nearest_name(read):
    (problem,) = problems(read, "[training]\n[training.logger]\nx = 1\n[trainig.optimizer]\ny = 1")
    assert (problem.origin.line, problem.suggestion) == (4, "[training.optimizer]")


def test_misspelled_parent_is_reported_at_the_parent(read):
    (problem,) = problems(read, "[trainig]\n[training.logger]\nx = 1\n[training.optimizer]\ny = 1")
    assert (problem.origin.line, problem.suggestion) == (1, "[training]")


def test_all_mistakes_in_a_text_are_reported_at_once(read):
    text = "[a]\nx = 1\nx = 2\nno value here\n[b.c]\ny = $5\n"
    assert [problem.origin.line for problem in problems(read, text)] == [3, 4, 5, 6]


def test_bad_toml_names_its_line_and_section(read):
    (problem,) = problems(read, '[a]\nx = 1\n[a.b]\n@readers = "x"', "toml")
    assert (problem.origin.line, problem.origin.column, problem.path) == (4, 1, ("a", "b"))
    assert "quotes" in problem.hint


@pytest.mark.parametrize("value", ["1", "{c = 1}"], ids=["value", "inline-table"])
def test_dotted_key_cannot_continue_a_value(read, value):
    (problem,) = problems(read, f"[a]\nb = {value}\nb.d = 2", "toml")
    assert (problem.origin.line, problem.path) == (3, ("a", "b"))
    assert problem.message == "both a key, at line 2, and a section"


def test_unusual_line_separators_do_not_change_the_lines_of_toml(read):
    (problem,) = problems(read, "# a\u2028b\n[a]\nx = y\n", "toml")
    assert (problem.origin.line, problem.origin.column, problem.received) == (3, 5, "`x = y`")
    text = '# a\u2028b\n[a]\nx = "y\u2028z"\n# c\n[b]\ny = 1\n'
    changed = update_text(text, {"a": {"x": "z"}, "b": {"y": 2}})
    assert changed == '# a\u2028b\n[a]\nx = "z"\n# c\n[b]\ny = 2\n'


def test_date_in_toml_is_a_problem(read):
    (problem,) = problems(read, "[a]\nx = 2020-01-01", "toml")
    assert (problem.path, problem.hint) == (("a", "x"), "put it in quotes")


def test_suffix_of_a_file_is_its_format(tmp_path):
    cfg, toml = tmp_path / "c.cfg", tmp_path / "c.toml"
    Config().from_str(CFG, interpolate=False).to_disk(cfg, interpolate=False)
    Config().from_disk(cfg, interpolate=False).to_disk(toml, interpolate=False)
    assert '"@batchers"' in toml.read_text()
    assert load_config(cfg) == load_config(toml) == Config().from_str(CFG, interpolate=False)
    assert load_config(toml).origin("system.seed").path == str(toml)


@pytest.mark.parametrize("text", [CFG, TOML])
def test_standard_input_is_read_in_either_format(monkeypatch, text):
    import io

    monkeypatch.setattr("sys.stdin", io.StringIO(text))
    config = load_config("-")
    assert config["training"]["batcher"]["@batchers"] == "kernel.batch_by_words.v1"
    assert config.origin("system.seed").path == "<stdin>"


def test_missing_file_is_a_config_error(tmp_path):
    with pytest.raises(ConfigError, match=r"nothing\.cfg: there is no such file"):
        load_config(tmp_path / "nothing.cfg")


def test_file_in_another_encoding_is_a_config_error(tmp_path):
    path = tmp_path / "latin.cfg"
    path.write_bytes("[a]\nx = é".encode("latin-1"))
    with pytest.raises(ConfigError, match="not UTF-8 text, at byte 8"):
        load_config(path)


def test_windows_line_ends_and_byte_order_marks_do_not_matter(tmp_path):
    path = tmp_path / "windows.cfg"
    path.write_bytes(b"\xef\xbb\xbf[a]\r\nx = 1\r\n")
    assert load_config(path) == {"a": {"x": 1}}


def test_config_keeps_its_origins_through_copies(read):
    import copy

    config = read(CFG)
    for same in (config.copy(), copy.deepcopy(config), Config(config)):
        assert same == config
        assert same.origin("training.dropout").line == 6
    changed = config.copy()
    changed["training"]["batcher"]["names"]["a"]["b"] = 2
    assert config["training"]["batcher"]["names"]["a"]["b"] == 1
    assert config.origin("training.nothing").line == 5


DEEP = 100_000


@pytest.mark.parametrize(
    ("form", "text", "message"),
    [
        ("cfg", f"[a]\nx = {'[' * DEEP}{']' * DEEP}", "nested more than 50 levels deep"),
        ("cfg", "[a]\nx = " + '{"a":' * DEEP + "1" + "}" * DEEP, "nested more than 50 levels deep"),
        ("toml", f"[a]\nx = {'[' * DEEP}{']' * DEEP}", "nested more than 50 levels deep"),
        ("toml", f"[a]\nx = 0x{'f' * 6000}", "the number has too many digits"),
        ("cfg", '[a]\nx = "\\ud800"', "the string has half of a character, '\\ud800'"),
    ],
    ids=["list", "table", "toml-list", "toml-integer", "surrogate"],
)
def test_values_that_cannot_be_used_are_reported_by_line(read, form, text, message):
    with pytest.raises(ConfigError, match=re.escape(message)) as caught:
        read(text, form)
    assert caught.value.problems[0].origin.line == 2


def test_sections_have_a_greatest_depth(read):
    names = [".".join("a" * depth) for depth in range(1, 60)]
    with pytest.raises(ConfigError, match="nested more than 50 levels deep") as caught:
        read("\n".join(f"[{name}]" for name in names))
    assert caught.value.problems[0].origin.line == 51


def test_lines_are_read_in_linear_time(read):
    with pytest.raises(ConfigError, match="not a section and not a setting"):
        read(f"[a]\nk{' ' * 1_000_000}x")
    assert read(f"[a]\nk{' ' * 1_000_000}= 1") == {"a": {"k": 1}}


def test_variables_that_lead_too_far_are_reported(read):
    lines = [f"x{n} = ${{a.x{n + 1}}}" for n in range(200)]
    with pytest.raises(ConfigError, match="variables lead more than 50 levels deep"):
        read("\n".join(["[a]", *lines, "x200 = 1"])).interpolate()


def test_variables_cannot_make_a_config_huge(read):
    lines = [f'x{n} = "${{a.x{n + 1}}}${{a.x{n + 1}}}"' for n in range(40)]
    with pytest.raises(ConfigError, match="variables make the config too large"):
        read("\n".join(["[a]", *lines, 'x40 = "abc"'])).interpolate()
    sections = [f"[a{n}]\nl = ${{a{n - 1}}}\nr = ${{a{n - 1}}}" for n in range(1, 40)]
    with pytest.raises(ConfigError, match="variables make the config too large"):
        read("\n".join(["[a0]\nx = 1", *sections])).interpolate()


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_every_line_end_ends_a_line(read, end):
    assert read(end.join(["[a]", "x = [", "  1", "  ]", "y = 2"])) == {"a": {"x": [1], "y": 2}}
    with pytest.raises(ConfigError) as caught:
        read(end.join(["[a]", "x = 1", "x = 2"]))
    assert caught.value.problems[0].origin.line == 3


def test_keys_that_cannot_be_written_are_refused(read):
    with pytest.raises(ConfigError, match="not a name for a setting") as caught:
        read("[a]\n[x = 1")
    assert caught.value.problems[0].origin.line == 2


def test_comments_of_cfg_are_kept(functions, read):
    text = (
        "# the corpus\n\n[paths]\n# where\n; it is\ntrain = null\n\n"
        '# language\n[nlp]\nlang = "en"\n# none yet\npipeline = []\n# the end\n'
    )
    filled = fill(read(text))

    written = filled.to_str(interpolate=False)

    assert "# the corpus\n[paths]\n# where\n; it is\ntrain = null\n" in written
    assert '\n# language\n[nlp]\nlang = "en"\n' in written
    assert "\n# none yet\npipeline = []\n" in written
    assert written.endswith("\n\n# the end\n")
    assert read(written) == filled
    assert read(written).to_str(interpolate=False) == written
    assert "#" not in filled.to_str(interpolate=False, format="toml")


def test_all_missing_parents_of_a_section_are_one_problem(read):
    with pytest.raises(ConfigError) as caught:
        read("[nlp]\n[a.b.c]\nx = 1\n[a.b.d]\n")
    (problem,) = caught.value.problems
    assert problem.message == "its parent sections [a] and [a.b] are not there"
    assert (problem.origin.line, problem.hint) == (2, "add the lines [a] and [a.b] above it")
