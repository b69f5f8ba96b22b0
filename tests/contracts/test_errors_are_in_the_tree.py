"""The tree in `kernel/errors.py` has every error of the kernel where it belongs."""

import importlib
import pkgutil

import pytest

import kernel
from kernel import errors


def described() -> dict[str, str]:
    """The name of each error in the tree, with that of the one above it."""
    lines = errors.__doc__.splitlines()
    above = ["KernelError"]
    found = {}
    for line in lines[lines.index("KernelError") + 1 :]:
        name = line.lstrip("│├└─ ").split()[0]
        depth = line.index(name) // 4
        above[depth:] = [name]
        found[name] = above[depth - 1]
    return found


def defined() -> dict[str, str]:
    """The same of the classes that the kernel defines."""
    for module in pkgutil.walk_packages(kernel.__path__, "kernel."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    found, todo = {}, [errors.KernelError]
    while todo:
        parent = todo.pop()
        own = [each for each in parent.__subclasses__() if each.__module__.startswith("kernel.")]
        found.update({each.__name__: parent.__name__ for each in own})
        todo += own
    return found


@pytest.mark.slow
def test_tree_of_errors_is_complete():
    assert described() == defined()
