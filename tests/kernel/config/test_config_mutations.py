"""Every key that `kernel init config` writes is misspelled, changed and removed: all are found.

Every kind of pipeline is looked at. To be quick, keys of different sections are changed at
once; what is not found among so many problems must be found when it is the only one.
"""

import json
import re
from itertools import zip_longest

import pytest

from kernel.cli.recommend import recommend_config
from kernel.config import Config, find_problems
from kernel.config.toml import toml_item
from kernel.config.tree import walk
from kernel.errors import ConfigError

# Any type at all is right here: a pre-built transition system, and tables of any kind.
ANY_TYPE = {
    ("components", "ner", "moves"),
    ("components", "parser", "moves"),
    ("initialize", "lookups"),
}
# Settings of plugins, which a config may leave out.
OPTIONAL = {("initialize", "init_tok2vec")}
PIPELINES = {
    "ner": ["ner"],
    "parser": ["parser"],
    "tagging": ["tagger", "morphologizer", "senter", "trainable_lemmatizer"],
    "textcat": ["textcat"],
    "textcat_multilabel": ["textcat_multilabel"],
    "joint": ["tagger", "parser", "ner", "textcat"],
}
# The two forms differ in how they are read; that needs no more than two kinds.
CASES = [*((kind, "cfg") for kind in PIPELINES), ("ner", "toml"), ("joint", "toml")]


def _quote_key(key):
    return key if re.fullmatch(r"[\w-]+", key) else json.dumps(key)


def keys(config):
    """Each key that is written as a line of its own."""
    found = (path for path, value in walk(config) if not isinstance(value, dict))
    return [path for path in dict.fromkeys(found) if len(path) > 1]


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


def value_at(config, path):
    value = config
    for key in path:
        value = value[key]
    return value


def batches(paths):
    """The paths in lists of which no two are in the same section."""
    by_section = {}
    for path in paths:
        by_section.setdefault(path[:-1], []).append(path)
    return [list(filter(None, column)) for column in zip_longest(*by_section.values())]


class Written:
    """A complete config as it is written, and what is found when lines of it are changed."""

    def __init__(self, config, form):
        self.config = config
        self.form = form
        self.quote = _quote_key if form == "toml" else str
        self.lines = config.to_str(interpolate=False, format=form).split("\n")
        self.place = {path: line_of(self.lines, path, form) for path in keys(config)}

    def header(self, path):
        return f"[{'.'.join(map(self.quote, path))}]"

    def changed(self, changes):
        """The lines, with these (by number) in place of what they are; None takes one out."""
        lines = [changes.get(number, line) for number, line in enumerate(self.lines)]
        return [line for line in lines if line is not None]

    def problems(self, changes):
        return problems_of(self.changed(changes), self.form)

    def check_each(self, changes, is_found):
        """Whether each change, {path: line}, is found: `is_found(path, problems)`."""
        for batch in batches(changes):
            found = self.problems({self.place[path]: changes[path] for path in batch})
            assert all("object at" not in str(problem) for problem in found)
            for path in batch:
                if not is_found(path, found):
                    alone = self.problems({self.place[path]: changes[path]})
                    assert is_found(path, alone), (path, alone)

    def at_line_of(self, path, problems):
        return [p for p in problems if p.origin.line == self.place[path] + 1]


@pytest.fixture(scope="module", params=CASES, ids="-".join)
def written(request):
    kind, form = request.param
    return Written(recommend_config("en", PIPELINES[kind]).config, form)


def test_complete_config_has_no_problems(written):
    assert written.problems({}) == []


def test_any_misspelled_key_is_found_with_the_right_spelling(written):
    changes = {
        path: written.lines[place].replace(path[-1], slip(path[-1]), 1)
        for path, place in written.place.items()
        if len(path[-1]) > 2
    }

    def is_found(path, problems):
        here = written.at_line_of(path, problems)
        return [(p.suggestion, p.origin.column) for p in here] == [(path[-1], 1)]

    written.check_each(changes, is_found)


def test_wrong_type_of_any_key_is_found_at_its_line(written):
    changes = {}
    for path, place in written.place.items():
        if path not in ANY_TYPE:
            key = written.lines[place].partition(" = ")[0]
            value = wrong_value(value_at(written.config, path), written.form)
            changes[path] = f"{key} = {value}"

    written.check_each(changes, lambda path, problems: bool(written.at_line_of(path, problems)))


def test_removal_of_any_key_is_found_at_its_section(written):
    def is_found(path, problems, lines):
        number = lines.index(written.header(path[:-1])) + 1
        here = [p for p in problems if p.origin.line == number]
        return any(p.path in (path, path[:-1]) for p in here)

    for batch in batches([path for path in written.place if path not in OPTIONAL]):
        changes = {written.place[path]: None for path in batch}
        lines = written.changed(changes)
        found = problems_of(lines, written.form)
        for path in batch:
            if not is_found(path, found, lines):
                alone = written.changed({written.place[path]: None})
                assert is_found(path, problems_of(alone, written.form), alone), path


def test_any_misspelled_section_is_found_with_the_right_spelling(written):
    for path in sections(written.config):
        wrong = written.header((*path[:-1], slip(path[-1])))
        found = written.problems({written.lines.index(written.header(path)): wrong})
        assert any(path[-1] in str(p.suggestion) for p in found), (path, found)


def test_any_misspelled_function_is_found_with_the_right_spelling(written):
    for path, place in written.place.items():
        if not path[-1].startswith("@") and path[-1] != "factory":
            continue
        key, _, name = written.lines[place].partition(" = ")
        found = written.problems({place: f"{key} = {json.dumps(slip(json.loads(name)))}"})
        here = written.at_line_of(path, found)
        assert [p.suggestion for p in here] == [json.loads(name)], (path, here)


def test_wrong_reference_is_found_at_its_line(written):
    for number, line in enumerate(written.lines):
        reference = re.search(r"\$\{([\w.]+)\}", line)
        if reference is None or reference[1] == "null":
            continue
        *section, key = reference[1].split(".")
        wrong = line.replace(reference[0], f"${{{'.'.join([*section, slip(key)])}}}")
        here = [p for p in written.problems({number: wrong}) if p.origin.line == number + 1]
        assert [p.suggestion for p in here] == [reference[0]], (line, here)
