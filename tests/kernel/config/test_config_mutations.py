"""Each key of what `kernel init config` writes: a slip, a wrong type, a removal, all caught."""

import json
import re

import pytest

from kernel.config import Config, find_problems, load_config
from kernel.config.toml import toml_item
from kernel.config.tree import walk
from kernel.errors import ConfigError

# Any type at all is right here: a pre-built transition system, and tables of any kind.
ANY_TYPE = {("components", "ner", "moves"), ("initialize", "lookups")}
FORMS = ("cfg", "toml")


def _quote_key(key):
    return key if re.fullmatch(r"[\w-]+", key) else json.dumps(key)


def keys(config):
    """Each key that is written as a line of its own."""
    return [path for path, value in walk(config) if len(path) > 1 and not isinstance(value, dict)]


def sections(config):
    return [path for path, value in walk(config) if path and isinstance(value, dict)]


def line_of(lines, path, form):
    quote = _quote_key if form == "toml" else str
    header = f"[{'.'.join(map(quote, path[:-1]))}]"
    start = lines.index(header)
    pattern = re.compile(rf"{re.escape(quote(path[-1]))} = ")
    return next(n for n in range(start, len(lines)) if pattern.match(lines[n]))


def problems_of(lines, form):
    try:
        config = Config().from_str("\n".join(lines), interpolate=False, format=form, name="c")
    except ConfigError as error:
        return error.problems
    return find_problems(config)


def slip(key):
    """The key with two letters in the wrong order."""
    at = next(
        n for n in range(len(key) - 2, -1, -1) if key[n] != key[n + 1] and key[n : n + 2].isalnum()
    )
    return key[:at] + key[at + 1] + key[at] + key[at + 2 :]


def wrong_value(value, form):
    wrong = {"a": [1]} if isinstance(value, str) or value is None else "no such thing"
    return toml_item(wrong, raw=True).as_string() if form == "toml" else json.dumps(wrong)


@pytest.fixture(scope="module")
def ner(run_kernel, tmp_path_factory):
    path = tmp_path_factory.mktemp("config") / "ner.cfg"
    done = run_kernel("init", "config", path, "--pipeline", "ner")
    assert done.returncode == 0, done.stderr
    return load_config(path)


@pytest.fixture(params=FORMS)
def form(request):
    return request.param


@pytest.fixture
def lines(ner, form):
    return ner.to_str(interpolate=False, format=form).split("\n")


def test_complete_config_has_no_problems(ner, lines, form):
    assert problems_of(lines, form) == []


def test_slip_in_any_key_is_found_with_the_right_spelling(ner, lines, form):
    for path in keys(ner):
        if len(path[-1]) < 3:
            continue
        number = line_of(lines, path, form)
        changed = list(lines)
        name = slip(path[-1])
        changed[number] = changed[number].replace(path[-1], name, 1)
        here = [p for p in problems_of(changed, form) if p.origin.line == number + 1]
        assert [p.suggestion for p in here] == [path[-1]], (path, name, here)
        assert here[0].origin.column == 1


def test_wrong_type_of_any_key_is_found_at_its_line(ner, lines, form):
    for path in keys(ner):
        if path in ANY_TYPE:
            continue
        number = line_of(lines, path, form)
        value = ner
        for key in path:
            value = value[key]
        changed = list(lines)
        key = changed[number].partition(" = ")[0]
        changed[number] = f"{key} = {wrong_value(value, form)}"
        found = problems_of(changed, form)
        here = [p for p in found if p.origin.line == number + 1]
        assert here, (path, found)
        assert all("object at" not in str(problem) for problem in found)


def test_removal_of_any_key_is_found_at_its_section(ner, lines, form):
    quote = _quote_key if form == "toml" else str
    for path in keys(ner):
        number = line_of(lines, path, form)
        changed = lines[:number] + lines[number + 1 :]
        header = changed.index(f"[{'.'.join(map(quote, path[:-1]))}]") + 1
        found = problems_of(changed, form)
        here = [p for p in found if p.origin.line == header]
        assert any(p.path == path or p.path == path[:-1] for p in here), (path, found)


def test_slip_in_any_section_is_found_with_the_right_spelling(ner, lines, form):
    quote = _quote_key if form == "toml" else str
    for path in sections(ner):
        number = lines.index(f"[{'.'.join(map(quote, path))}]")
        changed = list(lines)
        changed[number] = f"[{'.'.join(map(quote, (*path[:-1], slip(path[-1]))))}]"
        found = problems_of(changed, form)
        assert any(path[-1] in str(p.suggestion) for p in found), (path, found)


def test_slip_in_any_function_name_is_found_with_the_right_spelling(ner, lines, form):
    for path in keys(ner):
        if not path[-1].startswith("@") and path[-1] != "factory":
            continue
        number = line_of(lines, path, form)
        key, _, name = lines[number].partition(" = ")
        changed = list(lines)
        changed[number] = f"{key} = {json.dumps(slip(json.loads(name)))}"
        here = [p for p in problems_of(changed, form) if p.origin.line == number + 1]
        assert [p.suggestion for p in here] == [json.loads(name)], (path, here)


def test_wrong_reference_is_found_at_its_line(ner, lines, form):
    for number, line in enumerate(lines):
        reference = re.search(r"\$\{([\w.]+)\}", line)
        if reference is None or reference[1] == "null":
            continue
        *section, key = reference[1].split(".")
        changed = list(lines)
        changed[number] = line.replace(reference[0], f"${{{'.'.join([*section, slip(key)])}}}")
        here = [p for p in problems_of(changed, form) if p.origin.line == number + 1]
        assert [p.suggestion for p in here] == [reference[0]], (line, here)
