"""Lookup tables of installed distributions, in kernel's group of entry points and in spaCy's."""

MODULE = """
theirs = {"lemma_lookup": {"went": "go"}}
ours = {"lemma_lookup": {"went": "wend"}}
"""


def test_tables_of_spacys_entry_points_are_found(distribution, tmp_path, run_python):
    theirs = {"qaa": "acme_tables:theirs", "qab": "acme_tables:theirs"}
    groups = {"spacy_lookups": theirs, "kernel_lookups": {"qab": "acme_tables:ours"}}
    distribution("acme-tables", groups, acme_tables=MODULE)
    code = (
        f"import sys; sys.path.insert(0, {str(tmp_path)!r})\n"
        "from kernel.pipeline import load_lookups\n"
        "from kernel.registry import registry\n"
        "print(*registry.lookups.clashes())\n"
        "for lang in ('qaa', 'qab'):\n"
        "    print(load_lookups(lang, ['lemma_lookup']).get_table('lemma_lookup')['went'])"
    )
    assert run_python(code).split() == ["go", "wend"]
