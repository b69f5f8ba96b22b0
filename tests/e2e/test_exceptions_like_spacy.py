"""Each error is also of the built-in class that programs written for spaCy catch."""

import copy

import pytest

import kernel
from kernel.errors import KernelError
from kernel.lookups import Lookups
from kernel.strings import StringStore
from kernel.tokens import Doc, DocBin, Span, Token
from kernel.training import Example, validate_examples, validate_get_examples
from kernel.util import load_config, load_meta, load_model, registry


@pytest.fixture
def nlp():
    """A pipeline of two components that do nothing."""
    made = kernel.blank("en")
    made.add_pipe("doc_part", name="a")
    made.add_pipe("doc_part", name="b")
    return made


@pytest.fixture(autouse=True, scope="module")
def _component():
    kernel.Language.component("doc_part", func=lambda doc: doc)
    kernel.Language.component("not_a_doc", func=lambda doc: doc.text)


@pytest.fixture
def doc(nlp):
    return Doc(nlp.vocab, words=["hello", "big", "world"])


PIPELINE = [
    (lambda nlp: kernel.load("/nothing/there"), OSError),
    (lambda nlp: kernel.load("nothing_there"), OSError),
    (lambda nlp: load_model("nothing_there"), OSError),
    (lambda nlp: load_config("/nothing.cfg"), OSError),
    (lambda nlp: load_meta("/nothing.json"), OSError),
    (lambda nlp: nlp.from_disk("/nothing/there"), OSError),
    (lambda nlp: nlp.from_bytes(b"garbage"), ValueError),
    (lambda nlp: kernel.blank("qq"), ImportError),
    (lambda nlp: kernel.require_gpu(99), ValueError),
    (lambda nlp: nlp.get_pipe("x"), KeyError),
    (lambda nlp: nlp.remove_pipe("x"), ValueError),
    (lambda nlp: nlp.rename_pipe("x", "y"), ValueError),
    (lambda nlp: nlp.rename_pipe("a", "b"), ValueError),
    (lambda nlp: nlp.replace_pipe("x", "doc_part"), ValueError),
    (lambda nlp: nlp.enable_pipe("x"), ValueError),
    (lambda nlp: nlp.disable_pipe("x"), ValueError),
    (lambda nlp: nlp.select_pipes(), ValueError),
    (lambda nlp: nlp.select_pipes(disable="x"), ValueError),
    (lambda nlp: nlp.select_pipes(enable="a", disable="a"), ValueError),
    (lambda nlp: nlp.add_pipe("nothing"), ValueError),
    (lambda nlp: nlp.add_pipe(print), ValueError),
    (lambda nlp: nlp.add_pipe("doc_part", name="a"), ValueError),
    (lambda nlp: nlp.add_pipe("doc_part", name="c", before="x"), ValueError),
    (lambda nlp: nlp.add_pipe("doc_part", name="c", before=9), ValueError),
    (lambda nlp: nlp.add_pipe("doc_part", name="c", first=True, last=True), ValueError),
    (lambda nlp: nlp.add_pipe("doc_part", name="c", config={"no": 1}), ValueError),
    (lambda nlp: nlp.add_pipe("ner", source=nlp), KeyError),
    (lambda nlp: nlp.create_pipe("nothing"), ValueError),
    (lambda nlp: nlp.replace_listeners("a", "b", ["model.tok2vec"]), ValueError),
    (lambda nlp: nlp.factory("a.b", func=print), ValueError),
    (lambda nlp: nlp.add_pipe("not_a_doc") and nlp("text"), ValueError),
    (lambda nlp: nlp.add_pipe("tagger") and nlp("text"), ValueError),
    (lambda nlp: nlp(5), ValueError),
    (lambda nlp: nlp.update("x"), TypeError),
    (lambda nlp: nlp.update([nlp("text")]), TypeError),
    (lambda nlp: nlp.update("x", {}), ValueError),
    (lambda nlp: nlp.initialize([]), TypeError),
    (lambda nlp: nlp.add_pipe("ner").initialize(list), TypeError),
    (lambda nlp: nlp.add_pipe("senter").add_label("A"), NotImplementedError),
    (lambda nlp: nlp.from_config({"nlp": {"pipeline": ["c"]}}), ValueError),
    (lambda nlp: validate_examples([5], "m"), TypeError),
    (lambda nlp: validate_get_examples(list, "m"), TypeError),
    (lambda nlp: registry.get("architectures", "nothing"), ValueError),
    (lambda nlp: registry.get("nothing", "nothing"), ValueError),
    (lambda nlp: nlp.config.from_str("[a\n"), ValueError),
    (lambda nlp: nlp.config.from_str("[a]\nb = ${c.d}").interpolate(), ValueError),
    (lambda nlp: nlp.config.from_disk("/nothing.cfg"), OSError),
]

TEXT = [
    (lambda doc: doc[9], IndexError),
    (lambda doc: doc[0:2][7], IndexError),
    (lambda doc: doc[0].nbor(9), IndexError),
    (lambda doc: list(Doc(kernel.Vocab(), words=["x"]).noun_chunks), NotImplementedError),
    (lambda doc: list(doc.sents), ValueError),
    (lambda doc: setattr(doc[0], "lemma_", 5), TypeError),
    (lambda doc: setattr(doc, "ents", [5]), TypeError),
    (lambda doc: setattr(doc, "ents", [Span(doc, 0, 2, "A"), Span(doc, 1, 3, "B")]), ValueError),
    (lambda doc: doc.spans["x"], KeyError),
    (lambda doc: doc._.nothing, AttributeError),
    (lambda doc: Doc.set_extension("a", default=1, getter=len), ValueError),
    (lambda doc: Doc.remove_extension("nothing"), ValueError),
    (lambda doc: Doc(doc.vocab, words=[None]), TypeError),
    (lambda doc: Doc(doc.vocab, words=["a"], spaces=[True, False]), ValueError),
    (lambda doc: doc.to_array(["NOTHING"]), KeyError),
    (lambda doc: copy.deepcopy(doc[0]), NotImplementedError),
    (lambda doc: copy.deepcopy(doc[0:2]), NotImplementedError),
    (lambda doc: Doc(doc.vocab).from_bytes(b"garbage"), ValueError),
    (lambda doc: DocBin().from_bytes(b"garbage"), ValueError),
    (lambda doc: DocBin().from_disk("/nothing"), OSError),
    (lambda doc: doc.vocab.from_bytes(b"garbage"), ValueError),
    (lambda doc: doc.vocab.strings[12345], KeyError),
    (lambda doc: doc.vocab.strings.add(5.5), TypeError),
    (lambda doc: StringStore().from_bytes(b"garbage"), ValueError),
    (lambda doc: Lookups().get_table("nothing"), KeyError),
    (lambda doc: Example(None, doc), TypeError),
    (lambda doc: Example.from_dict(doc, {"nothing": 1}), KeyError),
    (lambda doc: Example.from_dict(doc, {"lemmas": [1, 2, 3]}), TypeError),
    (lambda doc: Example.from_dict(doc, {"entities": [(0.5, 5, "A")]}), TypeError),
    (lambda doc: Example.from_dict(doc, {"tags": ["x"]}), ValueError),
    (lambda doc: Token.set_extension("x"), ValueError),
]


def place(cases):
    """The cases, each with the text of its call as the id."""
    return [
        pytest.param(call, builtin, id=f"{call.__code__.co_firstlineno}-{builtin.__name__}")
        for call, builtin in cases
    ]


@pytest.mark.parametrize(("call", "builtin"), place(PIPELINE))
def test_error_of_a_pipeline_is_of_the_built_in_class(call, builtin, nlp):
    with pytest.raises(builtin) as caught:
        call(nlp)
    check(caught.value)


@pytest.mark.parametrize(("call", "builtin"), place(TEXT))
def test_error_of_a_text_is_of_the_built_in_class(call, builtin, doc):
    with pytest.raises(builtin) as caught:
        call(doc)
    check(caught.value)


def check(error):
    """An error of the kernel has a message that is not a `repr`, and can be copied."""
    if isinstance(error, KernelError):
        assert str(error).startswith(error.message)
        assert str(copy.copy(error)) == str(error)
