"""Plugins use public names of the kernel only, and the kernel knows no plugin by name."""

import ast
import importlib
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
# Modules that are public whole; of packages, what `__all__` lists is.
MODULES = {"errors", "files", "hooks", "lines", "plugins", "random", "registry"}
# Words of spaCy's command line and of its file formats, which happen to be those of components.
OF_SPACY = {
    "kernel/cli/init_config.py: tagger,parser,ner",
    "kernel/text/examples/example_dict.py: ner",
}

PACKAGES = sorted(
    path
    for pattern in ("plugins/*/kernel_plugin_*", "examples/*/kernel_plugin_*")
    for path in ROOT.glob(pattern)
)


def parsed(folder: Path) -> Iterator[tuple[str, ast.Module]]:
    for path in sorted(folder.rglob("*.py")):
        yield path.relative_to(folder.parent).as_posix(), ast.parse(path.read_text("utf8"))


def imports_of_kernel(tree: ast.Module) -> Iterator[tuple[str, str]]:
    """The module and the name of each import; the name of `import kernel.x` is empty."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and re.match(r"kernel(\.|$)", node.module or ""):
            yield from ((node.module, alias.name) for alias in node.names)
        elif isinstance(node, ast.Import):
            found = [alias.name for alias in node.names if alias.name.startswith("kernel.")]
            yield from ((name, "") for name in found)


def is_public(module: str, name: str) -> bool:
    parts = module.split(".")[1:]
    if not parts:
        return name in importlib.import_module("kernel").__all__ or name in MODULES
    if len(parts) > 1 or not name:
        return False
    if parts[0] in MODULES:
        return not name.startswith("_")
    return name in getattr(importlib.import_module(module), "__all__", ())


@pytest.mark.parametrize("package", PACKAGES, ids=lambda path: path.name)
def test_plugin_imports_public_names_only(package):
    private = {
        f"from {module} import {name}"
        for _, tree in parsed(package)
        for module, name in imports_of_kernel(tree)
        if not is_public(module, name)
    }
    assert sorted(private) == []


@pytest.mark.parametrize(
    "package",
    ["config", "ops", "pipeline", "scoring", "testing", "text", "training", "cli"],
)
def test_public_names_are_there(package):
    module = importlib.import_module(f"kernel.{package}")
    assert [name for name in module.__all__ if not hasattr(module, name)] == []
    assert not [name for name in module.__all__ if name.startswith("_")]


def docstrings(tree: ast.Module) -> set[int]:
    """The ids of the constants that are docstrings, of classes' attributes too."""
    bodies = [node.body for node in ast.walk(tree) if isinstance(getattr(node, "body", None), list)]
    expressions = [node for body in bodies for node in body if isinstance(node, ast.Expr)]
    return {id(node.value) for node in expressions}


def first_party_words() -> re.Pattern[str]:
    index = json.loads((ROOT / "kernel" / "first_party.json").read_text(encoding="utf8"))
    components = "|".join({*index["factories"], "transformer", "textcat", "tok2vec"})
    scores = r"(ents|dep|tag|pos|morph|lemma|cats)_\w+"
    return re.compile(rf"\b({components})\b|Listener|-listener|^{scores}$")


def mentions(tree: ast.Module, words: re.Pattern[str]) -> set[str]:
    """The texts in the code, but for docstrings, that have one of the words in them."""
    skipped = docstrings(tree)
    return {
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
        if id(node) not in skipped and words.search(node.value)
    }


def test_kernel_names_no_first_party_component_or_score():
    words = first_party_words()
    found = {
        f"{path}: {' '.join(text.split())}"
        for path, tree in parsed(ROOT / "kernel")
        for text in mentions(tree, words)
    }
    assert found == OF_SPACY
