"""The hook file is a contract: it says when each hook is called, and what for."""

import inspect

import pytest

from kernel import hooks

HOOKS = {
    name: function for name, function in vars(hooks).items() if hasattr(function, "kernel_hook")
}


def test_there_are_hooks_for_every_phase():
    assert {"kernel_doc_columns", "kernel_train", "kernel_commands"} <= HOOKS.keys()


@pytest.mark.parametrize("name", HOOKS)
def test_hook_is_named_after_the_project(name):
    assert name.startswith("kernel_")


@pytest.mark.parametrize("name", HOOKS)
def test_docstring_of_hook_has_called_line(name):
    summary, _, rest = (inspect.getdoc(HOOKS[name]) or "").partition("\n\n")
    assert summary.endswith(".")
    assert "Called: " in rest


@pytest.mark.parametrize("name", HOOKS)
def test_hook_is_fully_annotated(name):
    signature = inspect.signature(HOOKS[name])
    assert signature.return_annotation is not inspect.Signature.empty
    assert all(
        parameter.annotation is not inspect.Parameter.empty
        for parameter in signature.parameters.values()
    )
