"""The registries of extension attributes, as code that resets or copies them uses them."""

import pickle  # noqa: TID251 — as multiprocessing does

import pytest

from kernel.errors import TextError
from kernel.text import Doc, Span, Token, Underscore, Vocab


@pytest.fixture(autouse=True)
def restored():
    state = Underscore.get_state()
    yield
    Underscore.load_state(state)


def test_registries_are_those_of_the_classes():
    Doc.set_extension("acme", default=1)
    Span.set_extension("acme", default=2)
    assert Underscore.doc_extensions["acme"].as_tuple() == (1, None, None, None)
    assert "acme" in Underscore.span_extensions
    assert "acme" not in Underscore.token_extensions


def test_replaced_registry_is_that_of_the_class():
    Doc.set_extension("acme", default=1)
    Underscore.doc_extensions = {}
    assert not Doc.has_extension("acme")
    Underscore.doc_extensions = {"acme": (None, None, len, None)}
    assert Doc(Vocab(), words=["a", "b"])._.acme == 2


def test_state_is_restored_in_another_process():
    Token.set_extension("acme", getter=len)
    Doc.set_extension("acme", default=1)
    state = pickle.loads(pickle.dumps(Underscore.get_state()))  # noqa: S301
    Underscore.token_extensions = Underscore.doc_extensions = {}
    Underscore.load_state(state)
    assert Doc(Vocab(), words=["abc"])[0]._.acme == 3
    assert Doc.get_extension("acme") == (1, None, None, None)


def test_inherited_attributes_can_be_registered_once_more():
    Doc.set_extension("acme", default=1)
    Doc.inherit_extensions()
    assert Doc.get_extension("acme") == (1, None, None, None)
    Doc.set_extension("acme", default=2)
    with pytest.raises(TextError, match="already"):
        Doc.set_extension("acme", default=3)
