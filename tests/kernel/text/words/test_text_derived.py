"""Arrays show the words as they are now, however often they were asked for before."""

import numpy as np

from kernel.text import Doc, DocBatch, Vocab, attr_id

NAMES = ["ORTH", "NORM", "IS_STOP", "ID", "LENGTH", "TAG", "ENT_IOB", "HEAD"]


def test_arrays_follow_words_that_change():
    vocab = Vocab()
    doc = Doc(vocab, ["one", "two"])
    before = doc.to_array(NAMES)

    vocab["two"].set_flag(attr_id("IS_STOP"), True)
    vocab["one"].rank = 5
    doc[1].norm_ = "TWO"
    after = doc.to_array(NAMES)

    assert before[:, 2].tolist() == [0, 0]
    assert after[:, 2].tolist() == [0, 1]
    assert (int(before[0, 3]), int(after[0, 3])) == (2**64 - 1, 5)
    assert after[1, 1] == vocab.strings["TWO"] != before[1, 1]


def test_arrays_follow_tables_that_grow():
    vocab = Vocab()
    for start in range(0, 2000, 7):
        words = [f"w{number}" for number in range(start, start + 7)]
        doc = Doc(vocab, words)
        array = doc.to_array(NAMES)
        assert array[:, 0].tolist() == [vocab.strings[word] for word in words]
        assert array[:, 4].tolist() == list(map(len, words))


def test_arrays_are_the_callers_own():
    vocab = Vocab()
    doc = Doc(vocab, ["one", "two"])

    doc.to_array(NAMES)[:] = 7

    assert doc.to_array("LENGTH").tolist() == [3, 3]
    assert Doc(vocab).to_array(NAMES).shape == (0, 8)
    assert Doc(Vocab()).to_array(NAMES).shape == (0, 8)


def test_more_lists_of_attributes_than_are_remembered():
    doc = Doc(Vocab(), ["one", "two"])
    for size in range(1, 9):
        for start in range(3):
            names = (NAMES * 2)[start : start + size]
            array = doc.to_array(names).reshape(2, -1)
            for k, name in enumerate(names):
                assert array[:, k].tolist() == doc.to_array([name]).tolist()


def test_derived_values_follow_the_table():
    table = Vocab().lexemes
    calls = []

    def lengths(table, start):
        calls.append(start)
        return np.array([len(text) for text in table.texts[start:]], np.int32)

    for size in (1, 3, 40):
        rows = table.rows([f"{'x' * number}" for number in range(1, size + 1)])
        assert table.derived("lengths", lengths)[rows].tolist() == list(range(1, size + 1))
        table.derived("lengths", lengths)
    assert calls == [0, 1, 3]
    table.set_value(0, attr_id("IS_STOP"), 1)
    table.derived("lengths", lengths)
    assert calls == [0, 1, 3, 0]


def test_derived_lists_follow_the_table():
    table = Vocab().lexemes
    calls = []

    def texts(table, start):
        calls.append(start)
        return table.texts[start:]

    for word in ("a", "b", "c"):
        table.row(word)
        assert table.derived_list("texts", texts) == table.texts
        table.derived_list("texts", texts)
    assert calls == [0, 1, 2]
    table.set_value(0, attr_id("IS_STOP"), 1)
    assert table.derived_list("texts", texts) == table.texts
    assert calls == [0, 1, 2, 0]


def test_the_oldest_of_many_derived_values_are_forgotten():
    table = Vocab().lexemes
    table.rows(["a", "b"])
    for key in range(200):
        lengths = table.derived(key, lambda table, start, key=key: np.full(2, key))
        texts = table.derived_list(key, lambda table, start, key=key: [key, key])
        assert (lengths.tolist(), texts) == ([key, key], [key, key])
    calls = []
    for key in (0, 199):
        table.derived(key, lambda table, start, key=key: calls.append(key) or np.zeros(2))
    assert calls == [0]


def test_whitespace_is_the_flag():
    vocab = Vocab()
    doc = Doc(vocab, ["a", " ", "\n", "b"])

    assert doc.whitespace().tolist() == [False, True, True, False]
    vocab["b"].set_flag(attr_id("IS_SPACE"), True)
    longer = Doc(vocab, ["b", "\t", "c"])
    assert longer.whitespace().tolist() == [True, True, False]
    batch = DocBatch([doc, Doc(Vocab(), ["\t"]), longer])
    assert batch.whitespace().tolist() == [
        flag for each in batch for flag in (each.to_array("IS_SPACE") != 0).tolist()
    ]
    assert DocBatch().whitespace().tolist() == []
