"""The names that people type, and the small functions behind them."""

import importlib
from itertools import islice

import pytest

import kernel
from kernel import util
from kernel.errors import TextError
from kernel.symbols import LOWER, NOUN, nsubj
from kernel.text import Doc, Span, Vocab

NAMES = {
    "kernel.tokens": "Doc DocBin MorphAnalysis Span SpanGroup SpanGroups Token Retokenizer Underscore",
    "kernel.tokens.doc": "Doc",
    "kernel.tokens.span": "Span",
    "kernel.tokens.span_group": "SpanGroup",
    "kernel.tokens.token": "Token",
    "kernel.training.alignment": "Alignment",
    "kernel.training.converters": "conll_ner_to_docs conllu_to_docs iob_to_docs json_to_docs",
    "kernel.training.example": "Example",
    "kernel.training.iob_utils": "biluo_to_iob iob_to_biluo",
    "kernel.vocab": "BaseVectors Lexeme Lookups Morphology StringStore Vectors Vocab",
    "kernel.training": "Alignment Example biluo_tags_to_offsets offsets_to_biluo_tags docs_to_json "
    "Corpus JsonlCorpus PlainTextCorpus minibatch_by_words minibatch_by_padded_size",
    "kernel.language": "BaseDefaults Language",
    "kernel.scorer": "PRFScore ROCAUCScore Scorer get_ner_prf",
    "kernel.strings": "StringStore hash_string",
    "kernel.lookups": "Lookups Table load_lookups",
    "kernel.morphology": "MorphAnalysis Morphology",
    "kernel.pipeline": "DependencyParser EditTreeLemmatizer EntityRecognizer Morphologizer "
    "MultiLabel_TextCategorizer Pipe SentenceRecognizer Tagger TextCategorizer Tok2Vec TrainablePipe",
    "kernel.lang.char_classes": "ALPHA ALPHA_LOWER ALPHA_UPPER CONCAT_QUOTES LIST_ELLIPSES LIST_ICONS",
    "kernel.lang.en": "English",
    "kernel.lang.en.stop_words": "STOP_WORDS",
    "kernel.lang.xx": "MultiLanguage",
    "kernel.tokenizer": "Tokenizer",
    "kernel.vectors": "Vectors",
    "kernel.symbols": "ORTH nsubj NOUN",
    "kernel.attrs": "LOWER IS_ALPHA",
    "kernel.util": "minibatch compounding filter_spans get_words_and_spaces registry",
}


@pytest.mark.parametrize("module", NAMES)
def test_names_are_where_people_look_for_them(module, run_python):
    run_python(f"from {module} import {', '.join(NAMES[module].split())}")


@pytest.mark.parametrize("module", NAMES)
def test_modules_are_attributes_of_the_package(module, run_python):
    run_python(f"import kernel; {', '.join(f'{module}.{name}' for name in NAMES[module].split())}")


@pytest.mark.parametrize("module", ["kernel.attrs", "kernel.symbols"])
def test_ids_are_imported_with_a_star(module, run_python):
    run_python(f"from {module} import *; assert (LOWER, NOUN, nsubj) == ({LOWER}, {NOUN}, {nsubj})")


@pytest.mark.parametrize(
    ("code", "plugin"),
    [
        ("from kernel.cli import download", "package"),
        ("import kernel.cli; kernel.cli.download", "package"),
        ("from kernel import displacy", "displacy"),
        ("from kernel.pipeline import EntityLinker", "linker"),
        ("import kernel.pipeline; kernel.pipeline.SpanCategorizer", "spancat"),
        ("import kernel.kb", "linker"),
    ],
)
def test_missing_name_says_which_plugin_will_have_it(code, plugin):
    with pytest.raises((ImportError, AttributeError), match=f"`kernel-plugin-{plugin}`"):
        exec(code, {})  # noqa: S102 — the lines above


def test_one_object_has_both_names():
    en = importlib.import_module("kernel.lang.en")
    assert en.English is type(kernel.blank("en"))
    assert en.stop_words.STOP_WORDS is en.English.Defaults.stop_words
    assert kernel.pipeline.Tagger is type(kernel.blank("en").add_pipe("tagger"))


def test_added_name_is_not_a_module():
    with pytest.raises(ModuleNotFoundError, match="use `from kernel"):
        importlib.import_module("kernel.pipeline.Tagger")


def test_type_checkers_find_each_module(repository):
    plugin = repository / "plugins/spacy"
    modules = {path.stem for path in plugin.glob("kernel_plugin_spacy/names/[a-z]*.py")}
    modules.remove("training")  # the kernel has it, with names added
    assert modules == {path.stem for path in plugin.glob("kernel-stubs/*.pyi")}
    assert (plugin / "kernel-stubs/py.typed").read_text() == "partial\n"


def test_the_longest_spans_win():
    doc = Doc(Vocab(), list("abcdef"))
    spans = [
        Span(doc, 0, 2),
        Span(doc, 1, 4),
        Span(doc, 3, 5),
        Span(doc, 4, 6),
        Span(doc, 1, 4, "X"),
    ]

    assert [(span.start, span.end, span.label) for span in util.filter_spans(spans)] == [
        (1, 4, 0),
        (4, 6, 0),
    ]
    assert len(util.filter_chain_spans(spans[:1], spans[2:3])) == 2


def test_words_and_spaces_cover_the_text():
    words, spaces = util.get_words_and_spaces(["a", "b", "c", "."], " a  b\nc. ")

    assert words == [
        " ",
        "a",
        " ",
        "b",
        "\n",
        "c",
        ".",
    ]
    assert spaces == [False, True, False, False, False, False, True]
    assert Doc(Vocab(), words, spaces).text == " a  b\nc. "
    with pytest.raises(TextError, match="not those of the text"):
        util.get_words_and_spaces(["x"], "y")


def test_series_stop_where_they_are_told():
    assert list(islice(util.compounding(1, 10, 3), 4)) == [1, 3, 9, 10]
    assert list(islice(util.compounding(10, 1, 0.5), 5)) == [10, 5, 2.5, 1.25, 1]
    assert list(islice(util.decaying(8, 0.5), 4)) == [8, 8 / 1.5, 4, 3.2]
    assert next(util.decaying(8, 0.5, t=2)) == 4


def test_exceptions_get_curly_apostrophes():
    made = util.update_exc({":)": [{"ORTH": ":)"}]}, {"can't": [{"ORTH": "ca"}, {"ORTH": "n't"}]})

    assert [token["ORTH"] for token in made["can’t"]] == ["ca", "n’t"]
    assert made.keys() == {":)", "can't", "can’t"}
    with pytest.raises(TextError, match="exception 'ab' do not join"):
        util.update_exc({}, {"ab": [{"ORTH": "a"}]})


def test_dots_and_nested_tables_are_two_forms_of_one_thing():
    nested = {"a": {"b": 1, "c": {"d": [2]}}, "e": {}}

    assert util.dict_to_dot(nested) == {"a.b": 1, "a.c.d": [2], "e": {}}
    assert util.dot_to_dict(util.dict_to_dot(nested)) == nested
    block = {"a": {"b": {"@layers": "x", "n": 1}}}
    assert util.dict_to_dot(block, for_overrides=True) == {"a.b": {"@layers": "x", "n": 1}}


@pytest.mark.parametrize(
    ("value", "expected"),
    [(True, 1), (1, 1), (None, 0), (0, 0), (False, -1), (-1, -1), ("x", -1)],
)
def test_truth_in_three_values(value, expected):
    assert util.to_ternary_int(value) == expected
