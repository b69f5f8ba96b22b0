import struct
from collections import Counter

from benchmarks.languages import catalogues, compare, messages


def write_catalogue(path, pairs):
    """Write message ids with their translations as a catalogue of GNU gettext."""
    n = len(pairs)
    offset = 28 + 16 * n
    tables, strings = b"", b""
    for column in (0, 1):
        for pair in pairs:
            text = pair[column].encode()
            tables += struct.pack("<2I", len(text), offset + len(strings))
            strings += text + b"\0"
    path.parent.mkdir(parents=True)
    header = struct.pack("<7I", 0x950412DE, 0, n, 28, 28 + 8 * n, 0, 0)
    path.write_bytes(header + tables + strings)


def test_catalogues_are_found_and_read(tmp_path):
    path = tmp_path / "pt_BR" / "LC_MESSAGES" / "ls.mo"
    write_catalogue(
        path, [("", "Language: pt"), ("file\0files", "arquivo\0arquivos"), ("no", "não")]
    )

    assert list(catalogues(tmp_path)) == [("pt", path)]
    assert list(messages(path)) == ["arquivo", "arquivos", "não"]


def test_differences_are_the_shortest_runs_of_the_same_text():
    ours = [["a ", "b", "c ", "de"], ["x"], None]
    theirs = [["a ", "bc ", "d", "e"], ["x"], ["y"]]

    compared = compare(ours, theirs)

    assert (compared.n_tokens, compared.n_equal, compared.n_failed) == (5, 2, 1)
    assert compared.differences == Counter({("bc ", "b c "): 1, ("d e", "de"): 1})
