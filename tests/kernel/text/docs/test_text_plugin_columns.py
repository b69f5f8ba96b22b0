"""A column that a plugin adds works wherever a built-in one does."""

import subprocess
import sys
import types
import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import kernel
from kernel.errors import KernelError, PluginError, TextError
from kernel.testing import plugged
from kernel.text import (
    COLUMNS,
    Column,
    Doc,
    DocBatch,
    DocBin,
    Example,
    Vocab,
    attr_id,
    attr_name,
    merge_bins,
    pack_docs,
    unpack_docs,
)

ADDED = (
    Column(name="acme_label", kind="label"),
    Column(name="acme_gloss", kind="string"),
    Column(name="acme_score", kind="number", unset=-1.5),
    Column(name="acme_level", kind="number", dtype="int8"),
    Column(name="acme_partner", kind="token"),
)
NAMES = [column.name for column in ADDED]
WORDS = ["Ada", "met", "Grace", "here"]


def plugin(*columns, name="acme"):
    module = types.ModuleType(name)
    module.kernel_doc_columns = kernel.hookimpl(lambda: columns)
    return plugged(module, name)


@pytest.fixture(autouse=True, scope="module")
def acme():
    with plugin(*ADDED):
        yield


@pytest.fixture
def doc():
    doc = Doc(Vocab(), WORDS)
    for token, gloss in zip(doc, ["a", "b", "c", "d"], strict=True):
        token.acme_gloss_ = gloss
    doc[0].acme_label_ = "PERSON"
    doc[1].acme_score = 0.25
    doc[1].acme_level = -3
    doc[0].acme_partner = doc[2]
    return doc


def shown(doc):
    """The values of all added columns as users see them."""
    return [
        (
            token.acme_label_,
            token.acme_gloss_,
            token.acme_score,
            token.acme_level,
            token.acme_partner.i,
        )
        for token in doc
    ]


SHOWN = [
    ("PERSON", "a", -1.5, 0, 2),
    ("", "b", 0.25, -3, 1),
    ("", "c", -1.5, 0, 2),
    ("", "d", -1.5, 0, 3),
]


def test_tokens_and_spans_show_the_column(doc):
    assert shown(doc) == SHOWN
    assert doc[0].acme_label == doc.vocab.strings["PERSON"]
    assert doc[1:3].column("acme_score").tolist() == [0.25, -1.5]
    assert shown(Doc(Vocab(), ["x"])) == [("", "", -1.5, 0, 0)]


def test_reading_does_not_set(doc):
    bare = Doc(doc.vocab, WORDS)

    assert bare.column("acme_score").tolist() == [-1.5] * 4
    assert bare.annotations == {}
    with pytest.raises(ValueError, match="read-only"):
        bare.column("acme_score")[0] = 1
    assert bare.ensure_column("acme_score").tolist() == [-1.5] * 4
    assert list(bare.annotations) == ["acme_score"]


def test_a_token_outside_of_the_doc_is_refused(doc):
    with pytest.raises(IndexError, match="no token 4 in a doc of 4"):
        doc[0].acme_partner = 4


@pytest.mark.parametrize("name", NAMES)
def test_has_annotation(doc, name):
    assert not Doc(doc.vocab, WORDS).has_annotation(name)
    assert doc.has_annotation(name)
    assert doc.has_annotation(name, require_complete=True) == (name == "acme_gloss")


def test_attributes_have_ids_and_names():
    assert attr_name(attr_id("acme_score")) == "ACME_SCORE"
    assert attr_id("ACME_SCORE") == attr_id(attr_id("acme_score"))
    with pytest.raises(KeyError, match="no token attribute `acme_none`"):
        attr_id("acme_none")


def test_arrays_go_out_and_in(doc):
    array = doc.to_array(["ORTH", *NAMES])
    again = Doc(doc.vocab, WORDS).from_array(["ORTH", *NAMES], array)

    assert shown(again) == SHOWN
    assert array[:, 5].astype(np.int64).tolist() == [2, 0, 0, 0]
    assert doc.count_by("acme_label") == {doc.vocab.strings["PERSON"]: 1, 0: 3}
    assert doc[0:2].to_array("acme_level")[:, 0].astype(np.int8).tolist() == [0, -3]


def test_bytes_json_and_bins(doc):
    docs = [doc, Doc(doc.vocab, ["bare"]), doc.copy()]
    stored = DocBin(docs=docs).to_bytes()
    read = list(DocBin().from_bytes(stored).get_docs(Vocab()))

    assert [shown(each) for each in read[::2]] == [SHOWN, SHOWN]
    assert read[1].annotations == {}
    assert shown(Doc(Vocab()).from_bytes(doc.to_bytes())) == SHOWN
    assert shown(Doc(Vocab()).from_json(doc.to_json())) == SHOWN
    assert shown(next(DocBin().from_bytes(merge_bins([stored, stored])).get_docs(Vocab()))) == SHOWN


def test_bins_keep_the_columns_that_are_asked_for(doc):
    chosen = next(DocBin(["TAG", "acme_level"], docs=[doc]).get_docs(Vocab()))
    none = next(DocBin(["TAG"], docs=[doc]).get_docs(Vocab()))

    assert list(chosen.annotations) == ["acme_level"]
    assert none.annotations == {}


def test_bins_of_bins_with_and_without_the_column(doc):
    docbin = DocBin(docs=[Doc(doc.vocab, ["bare"])])
    docbin.merge(DocBin(docs=[doc]))

    bare, full = docbin.get_docs(Vocab())

    assert bare.annotations == {}
    assert shown(full) == SHOWN


def test_other_processes(doc):
    docs = [Doc(doc.vocab, ["bare"]), doc]

    bare, full = unpack_docs(pack_docs(docs), Vocab())

    assert bare.annotations == {}
    assert shown(full) == SHOWN


def test_joined_docs_and_parts(doc):
    joined = Doc.from_docs([doc, Doc(doc.vocab, ["bare"]), doc])

    assert shown(joined)[:4] == SHOWN
    assert [values[4] for values in shown(joined)] == [2, 1, 2, 3, 4, 7, 6, 7, 8]
    assert shown(joined[5:].as_doc()) == SHOWN
    # The partner of the first token is left behind.
    assert [values[4] for values in shown(doc[0:2].as_doc())] == [0, 1]
    only = Doc.from_docs([doc, doc], attrs=["acme_score"])
    assert list(only.annotations) == ["acme_score"]


def test_merged_and_split_tokens(doc):
    with doc.retokenize() as retokenizer:
        retokenizer.merge(doc[0:2], attrs={"acme_level": 5, "acme_label": "PAIR"})
        retokenizer.split(doc[3], ["he", "re"], heads=[doc[3], doc[3]])

    values = shown(doc)
    assert [token.text for token in doc] == ["Ada met", "Grace", "he", "re"]
    assert values[0][0] == "PAIR"
    assert values[0][3] == 5
    assert [value[4] for value in values] == [1, 1, 2, 3]


def test_examples(doc):
    given = {
        "words": WORDS,
        "acme_label": ["PERSON", None, None, None],
        "acme_score": [None, 0.25, None, None],
        "acme_partner": [2, None, None, None],
    }
    example = Example.from_dict(Doc(doc.vocab, ["Ada", "met", "Gra", "ce", "here"]), given)

    assert example.get_aligned("acme_label", as_string=True) == ["PERSON", "", "", "", ""]
    assert example.get_aligned("acme_score") == [-1.5, 0.25, -1.5, -1.5, -1.5]
    tokens = example.to_dict()["token_annotation"]
    assert tokens["acme_label"] == ["PERSON", "", "", ""]
    again = Example.from_dict(example.predicted, example.to_dict())
    assert again.reference.column("acme_partner").tolist() == [2, 1, 2, 3]


@pytest.mark.parametrize(
    ("values", "message"),
    [
        pytest.param({"acme_label": ["a"]}, "expected 4 values in `acme_label`", id="length"),
        pytest.param({"acme_label": [1] * 4}, "expected strings in `acme_label`", id="string"),
        pytest.param({"acme_level": ["x"] * 4}, "expected numbers in `acme_level`", id="number"),
        pytest.param({"acme_partner": [9] * 4}, "is 9, outside of a doc of 4", id="token"),
    ],
)
def test_wrong_values_in_examples(doc, values, message):
    with pytest.raises(TextError, match=message):
        Example.from_dict(doc, values)


def test_batches_read_and_write(doc):
    batch = DocBatch([doc, Doc(doc.vocab, ["bare"]), doc.copy()])

    assert batch.column("acme_partner").tolist() == [2, 1, 2, 3, 4, 7, 6, 7, 8]
    assert batch.column("acme_score")[[1, 4, 6]].tolist() == [0.25, -1.5, 0.25]
    batch.write(acme_partner=[3, 3, 3, 3, 4, 8, 8, 8, 8], acme_level=np.arange(9))
    assert [each.column("acme_partner").tolist() for each in batch] == [[3] * 4, [0], [3] * 4]
    assert batch[2].column("acme_level").tolist() == [5, 6, 7, 8]
    with pytest.raises(TextError, match="expected 9 values of `acme_level`, got"):
        batch.write(acme_level=np.arange(8))


def test_strings_live_as_their_kind_says():
    vocab = Vocab(transient_limit=1)
    doc = Doc(vocab, ["one", "two", "three"])
    doc[0].acme_label_, doc[0].acme_gloss_ = "LASTING", "passing"
    label, gloss = doc[0].acme_label, doc[0].acme_gloss
    data = DocBin(docs=[doc]).to_bytes()

    del doc
    for start in range(5):
        Doc(vocab, [f"{start}-{number}" for number in range(3)])

    assert vocab.strings[label] == "LASTING"
    assert gloss not in vocab.strings
    assert next(DocBin().from_bytes(data).get_docs(vocab))[0].acme_gloss_ == "passing"


def test_files_of_a_plugin_that_is_not_installed(doc):
    stored = DocBin(docs=[doc]).to_bytes()
    data, empty = doc.to_bytes(), types.ModuleType("empty")

    with plugged(empty, "empty"), pytest.MonkeyPatch.context() as patch:
        patch.setattr(type(COLUMNS), "discover", lambda self: None)
        COLUMNS.reset()
        docbin = DocBin().from_bytes(stored)
        with pytest.warns(UserWarning, match="`acme_gloss`, `acme_label`.* are left out"):
            read = list(docbin.get_docs(Vocab()))
        with pytest.warns(UserWarning, match="left out"):
            Doc(Vocab()).from_bytes(data)
        kept = docbin.to_bytes()

    assert read[0].annotations == {}
    COLUMNS.reset()
    assert shown(next(DocBin().from_bytes(kept).get_docs(Vocab()))) == SHOWN


def test_files_without_added_columns_have_no_part_for_them():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        doc = Doc(Vocab(), WORDS)
        assert "columns" not in doc.to_dict()
        assert len(next(DocBin(docs=[doc]).get_docs(Vocab()))) == 4


def test_processes_that_only_import_text_know_the_columns():
    code = (
        "import types, kernel\n"
        "from kernel.testing import plugged\n"
        "from kernel.text import Column, Doc, Vocab\n"
        "plugin = types.ModuleType('acme')\n"
        "columns = [Column(name='acme_mood', kind='number', dtype='int8')]\n"
        "plugin.kernel_doc_columns = kernel.hookimpl(lambda: columns)\n"
        "with plugged(plugin):\n"
        "    doc = Doc(Vocab(), ['a'])\n"
        "    doc[0].acme_mood = 3\n"
        "    print(doc.to_array('acme_mood').tolist())\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["[3]"]


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        pytest.param(
            {"name": "Acme", "kind": "number"}, "needs a name of lower-case letters", id="case"
        ),
        pytest.param({"name": "acme", "kind": "text"}, "unknown kind 'text'", id="kind"),
        pytest.param(
            {"name": "acme", "kind": "label", "dtype": "int8"}, "has no `dtype`", id="dtype"
        ),
        pytest.param(
            {"name": "acme", "kind": "number", "dtype": "U5"}, "expected a numeric type", id="text"
        ),
        pytest.param(
            {"name": "acme", "kind": "number", "dtype": "flat"},
            "expected a numeric type",
            id="type",
        ),
        pytest.param(
            {"name": "acme", "kind": "number", "dtype": "int8", "unset": 300},
            "is 300 where it is not set, which int8 does not hold",
            id="range",
        ),
        pytest.param(
            {"name": "acme", "kind": "number", "unset": float("nan")},
            "is nan where it is not set",
            id="nan",
        ),
    ],
)
def test_wrong_columns_are_refused(settings, message):
    with pytest.raises(PluginError, match=message):
        Column(**settings)


def test_a_column_may_not_hide_a_member_of_tokens():
    refused = pytest.raises(PluginError, match=r"`is_alpha` would hide `Token\.is_alpha`")
    with plugin(Column(name="is_alpha", kind="number"), name="other"), refused:
        Vocab()
    assert Doc(Vocab(), ["a"])[0].is_alpha


def test_a_column_may_not_hide_a_key_of_examples():
    refused = pytest.raises(PluginError, match=r"`spaces` would hide a key of `Example\.from_dict`")
    with plugin(Column(name="spaces", kind="number"), name="other"), refused:
        Vocab()
    assert not hasattr(Doc(Vocab(), ["a"])[0], "spaces")


def test_columns_go_with_their_plugin():
    with plugin(Column(name="acme_gone", kind="label"), name="other"):
        doc = Doc(Vocab(), ["a"])
        doc[0].acme_gone_ = "x"
        assert doc.has_annotation("acme_gone")
    with pytest.raises(AttributeError):
        doc[0].acme_gone_  # noqa: B018
    with pytest.raises(KernelError, match="no doc column `acme_gone`"):
        Doc(Vocab(), ["a"]).column("acme_gone")


texts = st.sampled_from(["", "a", "LABEL", "\u00e9t\u00e9", "a b"])
numbers = st.floats(-1e6, 1e6, width=32)


@st.composite
def docs(draw):
    n = draw(st.integers(0, 5))
    doc = Doc(Vocab(), draw(st.lists(st.sampled_from(WORDS), min_size=n, max_size=n)))

    def column(strategy):
        return draw(st.none() | st.lists(strategy, min_size=n, max_size=n))

    for name, strategy in {
        "acme_label": texts,
        "acme_gloss": texts,
        "acme_score": numbers,
        "acme_level": st.integers(-128, 127),
        "acme_partner": st.integers(0, max(0, n - 1)),
    }.items():
        values = column(strategy)
        if values is not None:
            is_string = COLUMNS[name].is_string
            doc.set_column(name, doc.add_strings(name, values) if is_string else values)
    return doc


@given(docs())
def test_every_form_keeps_every_value(doc):
    expected = shown(doc)
    forms = {
        "array": Doc(doc.vocab, doc.words()).from_array(NAMES, doc.to_array(NAMES)),
        "bytes": Doc(Vocab()).from_bytes(doc.to_bytes()),
        "json": Doc(Vocab()).from_json(doc.to_json()),
        "bin": next(DocBin(docs=[doc]).get_docs(Vocab())),
        "process": unpack_docs(pack_docs([doc]), Vocab())[0],
        "copy": doc.copy(),
        "part": doc[:].as_doc(),
        "joined": Doc.from_docs([doc]),
    }
    assert {name: shown(form) for name, form in forms.items()} == dict.fromkeys(forms, expected)


@given(st.lists(docs().map(lambda doc: doc.to_bytes()), min_size=1, max_size=3))
def test_joining_and_cutting_are_inverse(packed):
    vocab = Vocab()
    parts = [Doc(vocab).from_bytes(data) for data in packed]
    joined = Doc.from_docs(parts)

    ends = np.cumsum([len(part) for part in parts]).tolist()
    for part, end in zip(parts, ends, strict=True):
        assert shown(joined[end - len(part) : end].as_doc()) == shown(part)
