"""Docstrings, comments and documentation are written in plain technical English.

A table of patterns finds phrases that most readers have to read twice, and suggests a plain one.
It is deliberately small: a pattern must not match ordinary English.
"""

import ast
import re
import tokenize
from collections.abc import Iterable, Iterator
from io import StringIO
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parents[2]
FOLDERS = ("kernel", "plugins", "examples", "docs", "benchmarks", "tools")
PAGES = ("README.md", "CONTRIBUTING.md")


class Pattern(NamedTuple):
    """A regular expression, the advice for its matches, and an example of each side."""

    regex: str
    advice: str
    example: str
    plain: str


PATTERNS = (
    Pattern(
        r"(?<!\bthere )\b(?:is|are|was|were) no (?!longer|more|less|fewer|better|worse|other)\w+",
        'write "is not a …", or name the opposite ("for an unknown attribute")',
        "Raises KeyError for what is no attribute.",
        "There is no attribute, and it is no longer needed.",
    ),
    Pattern(
        r"\b(?:that|which|what|it|they|those|one) (?:is|are) (?-i:none)\b",
        'name what is meant ("if the file is not a `.spacy` file")',
        "Raises LoadError if it is none.",
        "Returns None if there is none.",
    ),
    Pattern(r"\banew\b", 'write "again"', "It is made anew.", "It is made again, a new one."),
    Pattern(
        r"\bmend(?:s|ed|ing)?\b",
        'write "fix", "repair" or "restore"',
        "It mends the tree.",
        "It amends the tree.",
    ),
    Pattern(
        r"\bwhoever\b",
        'write "the code that …", "users who …" or use the passive',
        "It is handed to whoever set the handler.",
        "It is passed to the error handler.",
    ),
    Pattern(
        r"\bfor good\b(?! (?:reason|measure|result|performance|cause))",
        'write "permanently" or "until the process ends"',
        "The string is kept for good.",
        "There are two methods for good reasons.",
    ),
    Pattern(r"\bshall\b", 'write "must", "will" or "is to"', "It shall be set.", "It must be set."),
    Pattern(
        r"(?<!\beach )(?<!\ball )(?<!\bboth )(?<!\bone )(?<!\bsome )(?<!\bnone )(?<!\bmost )"
        r"(?<!\bmany )(?<!\bany )\bof which\b",
        'write two sentences, or use "whose" or "that"',
        "A text of which the first token is a name.",
        "Two arrays, each of which has one row.",
    ),
    Pattern(
        r"\bas many as there are\b",
        'write "all", or "the number of …"',
        "It takes as many as there are.",
        "It takes as many docs as fit.",
    ),
    Pattern(
        r"\bbeside\b",
        'write "next to", "besides" or "compared with"',
        "Its time beside that of spaCy.",
        "Besides, it is next to the other.",
    ),
    Pattern(
        r"\bit is (?:them|him|her|me|us) that\b",
        "name the thing, and put it first",
        "It is them that count.",
        "They are the ones that count.",
    ),
    Pattern(
        r"\b(?:can|could|may|to)(?: always)? be had\b",
        'write "is available" or "can be restored"',
        "The text can always be had back.",
        "The text can always be restored.",
    ),
    Pattern(
        r"\b(?-i:Say) (?:whether|of each)\b",
        'write "return whether"',
        "Say whether a token is set.",
        "Return whether a token is set.",
    ),
    Pattern(
        r"\b(?:word|step|token|doc)s an? (?:second|minute|hour|step|doc|token)\b",
        'write "per"',
        "It reads 1,000 words a second.",
        "It reads 1,000 words per second.",
    ),
    Pattern(
        r", save (?:for|that|what|where)\b",
        'write "except"',
        "All are read, save for the first.",
        "Write all, then save for each of them.",
    ),
)
COMPILED = [(re.compile(each.regex.replace(" ", r"\s"), re.IGNORECASE), each) for each in PATTERNS]
ANY = re.compile("|".join(compiled.pattern for compiled, _ in COMPILED), re.IGNORECASE)


class Passage(NamedTuple):
    """A docstring, a block of comments or a page, and the line of the file at which it starts."""

    line: int
    text: str


def docstrings(source: str) -> Iterator[Passage]:
    """Yield each string that is a statement: docstrings, also those of attributes."""
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Expr(value=ast.Constant(value=str(text))):
                yield Passage(node.lineno, text)


def comments(source: str) -> Iterator[Passage]:
    """Yield each run of comments on adjacent lines as one text."""
    start, lines = 0, []
    for token in tokenize.generate_tokens(StringIO(source).readline):
        if token.type != tokenize.COMMENT:
            continue
        line, text = token.start[0], token.string.lstrip("#").strip()
        if lines and line != start + len(lines):
            yield Passage(start, "\n".join(lines))
            lines = []
        start = start if lines else line
        lines.append(text)
    if lines:
        yield Passage(start, "\n".join(lines))


def page(source: str) -> Iterator[Passage]:
    """Yield the text of a page in Markdown, with an empty line for each line of code."""
    blocks = re.compile(r"(?ms)^ *```.*?^ *```")
    yield Passage(1, blocks.sub(lambda block: "\n" * block[0].count("\n"), source))


def passages(path: Path) -> Iterator[Passage]:
    """Yield the prose in a file."""
    source = path.read_text(encoding="utf8")
    if not ANY.search(re.sub(r"\n[ #]*", "\n", source)):
        return  # most files; parsing all of them would take seconds
    if path.suffix == ".md":
        yield from page(source)
    else:
        yield from docstrings(source)
        yield from comments(source)


def findings(passage: Passage) -> Iterator[tuple[int, str, str]]:
    """Yield line, phrase and advice of each match in a passage; code in backticks is ignored."""
    text = re.sub(r"`[^`\n]+`", "`x`", re.sub(r"\n[ >]*", "\n", passage.text))
    for compiled, pattern in COMPILED:
        for match in compiled.finditer(text):
            line = passage.line + text.count("\n", 0, match.start())
            yield line, " ".join(match[0].split()), pattern.advice


def checked_files() -> Iterable[Path]:
    """Return all files with prose."""
    files = [ROOT / name for name in PAGES]
    for folder in FOLDERS:
        files += sorted([*(ROOT / folder).rglob("*.py"), *(ROOT / folder).rglob("*.md")])
    return files


def test_docstrings_comments_and_pages_are_plain():
    found = [
        f"{path.relative_to(ROOT)}:{line}: “{phrase}”: {advice}"
        for path in checked_files()
        for passage in passages(path)
        for line, phrase, advice in findings(passage)
    ]
    assert not found, "\n" + "\n".join(found)


@pytest.mark.parametrize("pattern", PATTERNS, ids=lambda pattern: pattern.example)
def test_pattern_matches_its_example_and_not_plain_english(pattern):
    matched = [advice for _, _, advice in findings(Passage(1, pattern.example))]
    assert pattern.advice in matched
    assert list(findings(Passage(1, pattern.plain))) == []


def test_findings_have_the_line_of_their_first_word():
    source = '"""Fine.\n\nMade\nanew.\n"""\nx = 1\n# Of what is\n# no use.\ny = 2  # shall\n'
    found = [
        (line, phrase)
        for passage in [*docstrings(source), *comments(source)]
        for line, phrase, _ in findings(passage)
    ]
    assert found == [(4, "anew"), (7, "is no use"), (9, "shall")]


def test_code_in_pages_is_ignored():
    source = "One `anew`.\n\n```python\nanew()\n```\nMade anew.\n"
    found = [(line, phrase) for each in page(source) for line, phrase, _ in findings(each)]
    assert found == [(6, "anew")]
