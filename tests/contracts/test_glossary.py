"""The glossary defines words that the project uses, in alphabetical order."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
GLOSSARY = ROOT / "docs" / "glossary.md"


@pytest.fixture(scope="module")
def terms() -> list[str]:
    if not GLOSSARY.exists():
        pytest.skip("there is no glossary")
    rows = re.findall(r"(?m)^\| ([^|]+?) \|", GLOSSARY.read_text(encoding="utf8"))
    return [row for row in rows if row not in ("term", "---")]


@pytest.fixture(scope="module")
def words_in_use() -> str:
    """All code and documentation but the glossary, in lower case, words joined by one space."""
    paths = [
        *(ROOT / "kernel").rglob("*.py"),
        *(ROOT / "plugins").rglob("*.py"),
        *ROOT.glob("*.md"),
        *(ROOT / "docs").rglob("*.md"),
    ]
    texts = [path.read_text(encoding="utf8") for path in paths if path != GLOSSARY]
    return " ".join(re.findall(r"[^\W_]+", " ".join(texts).lower()))


def test_terms_are_sorted_and_defined_once(terms):
    assert terms == sorted(set(terms))


def test_every_term_is_used(terms, words_in_use):
    unused = [term for term in terms if not re.search(rf"\b{term.lower()}e?s?\b", words_in_use)]
    assert unused == [], "define only words that the code or the documentation uses"
