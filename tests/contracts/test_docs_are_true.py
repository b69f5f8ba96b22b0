"""The docs name every hook, link to what exists, and their Python runs."""

import inspect
import re
from pathlib import Path

import pytest

from kernel import hooks

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("plugins/*/README.md")])
each_page = pytest.mark.parametrize(
    "page", PAGES, ids=lambda page: str(page.relative_to(ROOT)).replace("/", ".")
)


def blocks(page: Path) -> list[str]:
    """The Python of a page, save what only shows a part of something (it has an `…` or a test)."""
    found = re.findall(r"(?ms)^```python\n(.*?)^```", page.read_text(encoding="utf8"))
    return [block for block in found if "…" not in block and "import pytest" not in block]


@each_page
def test_links_lead_somewhere(page):
    targets = re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", page.read_text(encoding="utf8"))
    local = [target for target in targets if not target.startswith(("http:", "https:", "mailto:"))]
    assert [target for target in local if not (page.parent / target).exists()] == []


def test_every_hook_is_in_the_plugin_guide():
    text = (ROOT / "docs" / "plugins.md").read_text(encoding="utf8")
    declared = {
        f"{name}({', '.join(inspect.signature(function).parameters)})": function.kernel_hook[0]
        for name, function in vars(hooks).items()
        if name.startswith("kernel_")
    }
    assert dict(re.findall(r"(?m)^\| `(kernel_\w+\(.*?\))` \| (\w+) ", text)) == declared


def test_changelog_has_each_change_once_under_its_topic():
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf8")
    entries = re.findall(r"(?m)^- (.+)$", text)
    assert [
        entry for entry in entries if entry.startswith("`kernel-")
    ] == []  # topics, not packages
    assert len(entries) == len(set(entries))
    assert set(re.findall(r"(?m)^- ", text.partition("\n### ")[0])) == set()


def test_every_environment_variable_is_in_the_guide_to_configs():
    sources = [*ROOT.glob("kernel/**/*.py"), *ROOT.glob("plugins/*/*/**/*.py")]
    found = re.findall(r"KERNEL_[A-Z_]+", "\n".join(path.read_text("utf8") for path in sources))
    listed = re.findall(
        r"(?m)^\| `(KERNEL_\w+)` \|", (ROOT / "docs" / "config.md").read_text("utf8")
    )
    assert listed == sorted(set(found))


@pytest.mark.parametrize(
    "block",
    [
        pytest.param(
            block,
            id=f"{page.stem}-{number}",
            marks=[pytest.mark.needs("torch", "kernel_plugin_transformer")]
            if re.search(r"(?i)torch|span_getters", block)
            else [],
        )
        for page in PAGES
        if page.parent.parent.name != "plugins"  # those show lines, not programs
        for number, block in enumerate(blocks(page))
    ],
)
def test_python_in_the_docs_runs(block, run_python):
    run_python(block)
