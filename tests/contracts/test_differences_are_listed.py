"""The page of differences from spaCy lists what the code says is missing or has no effect."""

import ast
import itertools
import re
from collections.abc import Iterator
from pathlib import Path

from kernel.registry import missing_names

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "differences.md").read_text(encoding="utf8")
KINDS = {"components": "factories", "functions (`misc`)": "misc", "names in Python": "modules"}

# Parameters that a protocol demands from each of its functions, by the function's name.
DEMANDED = {
    "find_spec": {"path", "target"},  # importlib
    "format_commands": {"ctx"},  # click
    "from_bytes": {"data"},
    "from_disk": {"path"},
    "get_command": {"ctx"},
    "initialize": {"nlp"},
    "initialize_layers": {"X", "Y"},  # Thinc
    "is_base_form": {"token"},  # of languages
    "joint_views": {"names"},
    "list_commands": {"ctx"},
    "make_doc_cleaner": {"nlp"},  # factories
    "make_sentencizer": {"nlp"},
    "make_token_splitter": {"nlp"},
    "pipe": {"batch_size"},
}
NAMES = {
    "configure_minibatch": "spacy.batch_by_sequence.v1",
    "compounding": "compounding.v1",
    "slanted_triangular": "slanted_triangular.v1",
    "from_json": "Doc.from_json",
    "Scorer.__init__": "Scorer",
    "make_future_entity_ruler": "future_entity_ruler",
    "make_textcat": "textcat",
}


def rows(heading: str) -> Iterator[list[str]]:
    """Yield the cells of each row of the tables below a heading."""
    section = re.search(rf"(?ms)^## {heading}\n(.*?)(?=^## |\Z)", PAGE)[1]
    for line in section.splitlines():
        if line.startswith("| ") and not line.startswith("| ---"):
            yield [cell.strip() for cell in line.strip("|").split(" | ")]


def full_names(cell: str) -> Iterator[str]:
    """Yield the names in a cell, where `.v2` is a version of the name before it."""
    stem = ""
    for name in re.findall(r"`([^`]+)`", cell):
        if re.fullmatch(r"\.v\d+", name):
            yield stem + name
        else:
            stem = re.sub(r"\.v\d+$", "", name)
            yield name


def functions(tree: ast.Module) -> Iterator[tuple[str, ast.FunctionDef]]:
    """Yield the public functions and methods of a module, with their qualified names."""
    classes = [node for node in tree.body if isinstance(node, ast.ClassDef)]
    bodies = [("", tree.body), *((f"{each.name}.", each.body) for each in classes)]
    for prefix, body in bodies:
        for node in body:
            is_function = isinstance(node, ast.FunctionDef)
            if is_function and (node.name == "__init__" or node.name[0] != "_"):
                yield prefix + node.name, node


def is_declaration(function: ast.FunctionDef) -> bool:
    """Return whether a function has no body, or is a setter that only raises an error."""
    body = [each for each in function.body if not isinstance(each, ast.Expr)]
    return all(isinstance(each, ast.Pass | ast.Raise) for each in body) and len(body) < 2


def without_effect() -> Iterator[tuple[str, str]]:
    """Yield (function, parameter) for parameters that nothing reads, or that are documented so."""
    for path in itertools.chain((ROOT / "kernel").rglob("*.py"), ROOT.glob("plugins/*/*/**/*.py")):
        for name, function in functions(ast.parse(path.read_text(encoding="utf8"))):
            documented = re.findall(
                r"(?m)^ *(\w+) +has no effect", ast.get_docstring(function) or ""
            )
            read = {each.id for each in ast.walk(function) if isinstance(each, ast.Name)}
            arguments = function.args
            names = [each.arg for each in [*arguments.args, *arguments.kwonlyargs]]
            unread = {each for each in names if each not in read and each[0] != "_"}
            unread -= {"self", "cls"} | DEMANDED.get(function.name, set())
            for parameter in {*documented} | (set() if is_declaration(function) else unread):
                yield name, parameter


def test_arguments_without_effect_are_on_the_page():
    found = {f"{NAMES.get(name, name)}({parameter}=)" for name, parameter in without_effect()}
    listed = [
        name for argument, _ in rows("Arguments without effect") for name in full_names(argument)
    ]
    assert sorted(listed) == sorted(found)


def test_missing_names_are_on_the_page():
    table = [row for row in rows("Missing") if row[0].startswith("`kernel-plugin-")]
    listed = [
        (KINDS.get(kind, kind), name.removeprefix("kernel."), plugin.strip("`"))
        for plugin, kind, names in table
        for name in full_names(names)
    ]
    missing = missing_names().items()
    found = [(kind, name, plugin) for kind, names in missing for name, plugin in names.items()]
    assert sorted(listed) == sorted(found)
    assert table == sorted(table)
