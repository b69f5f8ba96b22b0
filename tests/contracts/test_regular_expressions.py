"""No regular expression takes time quadratic in the length of a text."""

import ast
import importlib
import re
import signal
import time
from pathlib import Path

import pytest

import kernel

ROOT = Path(__file__).parents[2]
N_CHARACTERS = 20_000
# Linear patterns take milliseconds, quadratic ones take several seconds.
MAX_SECONDS = 0.5
METHODS = {"match", "search", "fullmatch", "findall", "finditer", "sub", "subn", "split"}
# Calls with patterns that users give, and those that are checked as rules of a language.
OF_USERS = {
    "kernel/cli/commands.py",
    "plugins/lang/kernel_plugin_lang/languages/patterns.py",
    "plugins/lang/kernel_plugin_lang/punctuation.py",
    "plugins/lang/kernel_plugin_lang/serialization.py",
    "plugins/lang/kernel_plugin_lang/urls.py",
    "plugins/loggers/kernel_plugin_loggers/lookup.py",
    "plugins/rules/kernel_plugin_rules/matcher/values.py",
    "plugins/spacy/kernel_plugin_spacy/util/rules.py",
}
RUNS = [
    *("a", "A", "1", " ", "\t", "\n", "\u00a0", ".", ",", "-", "_", "'", '"', "\\", "/", ":", "@"),
    *("=", "#", "$", "{", "[", "(", "|", "*", "…", "é", "中", "😀", "\u0301", "\x00"),
    *("a.", "a@", "a:", "a-", "a ", "1.", "1,", '\\"', "${", "${a", "[a", "a=", ", ", "://", " \n"),
    *("a@a.", "O ", "B-", "a|O ", "name=", "`a` ", "'''", '"""', "10.", "km", "'s", " #\n", "{'a"),
]
ENDS = ["", "!", "\x00", " ", "a", "\n"]


def sources():
    for folder in ("kernel", "plugins"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            relative = str(path.relative_to(ROOT))
            if "/tests/" not in relative and "template" not in relative:
                yield relative, ast.parse(path.read_text(encoding="utf8"))


def module(path):
    parts = Path(path).with_suffix("").parts
    return importlib.import_module(".".join(parts[2:] if parts[0] == "plugins" else parts))


def constant(node):
    try:
        return ast.literal_eval(node)
    except ValueError:
        return None


def calls_of_re(tree):
    """Yield the method, the pattern, the flags and the name of each pattern of a module."""
    names = {
        id(node.value): target.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign | ast.AnnAssign)
        for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
        if isinstance(target, ast.Name)
    }
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Attribute(value=ast.Name(id="re"), attr=method)) if method in {
                *METHODS,
                "compile",
            }:
                flags = [each.attr for each in ast.walk(node) if isinstance(each, ast.Attribute)]
                found = [getattr(re, flag) for flag in flags if flag.isupper()]
                yield method, constant(node.args[0]), found, names.get(id(node))


def methods_of(tree, name):
    used = {
        node.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id == name
    }
    return used & METHODS or {"match"}


def patterns():
    for path, tree in sources():
        for method, pattern, flags, name in calls_of_re(tree):
            if pattern is not None:
                compiled = re.compile(pattern, sum(flags))
            elif name is not None and name.isupper():
                compiled = getattr(module(path), name)
            else:
                assert path in OF_USERS, f"{path}: name the pattern as a constant of the module"
                continue
            used = methods_of(tree, name) if method == "compile" else {method}
            for each in sorted(used):
                yield pytest.param(compiled, each, id=f"{path}-{name or pattern}-{each}")
    for lang in ("en", "xx"):
        rules = kernel.blank(lang).tokenizer.affixes
        for name in ("infix_finditer", "url_match"):
            function = getattr(rules, name)
            yield pytest.param(function.__self__, function.__name__, id=f"{lang}-{name}")


class TooSlowError(Exception):
    pass


@pytest.fixture
def alarm():
    """Stop a pattern that takes time exponential in the length of a text."""

    def stop(*_):
        raise TooSlowError

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, 120)
    yield
    signal.setitimer(signal.ITIMER_REAL, 0)
    signal.signal(signal.SIGALRM, before)


def apply(pattern, method, text):
    if isinstance(pattern.pattern, bytes):
        text = text.encode()
    if method in {"sub", "subn"}:
        getattr(pattern, method)("", text)
    else:
        found = getattr(pattern, method)(text)
        list(found) if method == "finditer" else None


@pytest.mark.parametrize(("pattern", "method"), list(patterns()))
def test_pattern_takes_linear_time(pattern, method, alarm):
    for run in RUNS:
        for end in ENDS:
            text = (run * N_CHARACTERS)[:N_CHARACTERS] + end
            start = time.thread_time()
            apply(pattern, method, text)
            assert time.thread_time() - start < MAX_SECONDS, (run, end)
