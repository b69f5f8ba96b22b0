"""Edit trees: how to turn a form into its lemma by keeping and replacing substrings.

The longest common substring of both is kept. The parts before and after it are edited by trees of
their own, down to parts without common characters, which are replaced. A tree stores the lengths of
prefixes and suffixes, not the kept text, so many forms share one tree: Chrupała (2008), *Towards a
Machine-Learning Architecture for Lexical Functional Grammar Parsing*, chapter 6.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from difflib import SequenceMatcher
from typing import Any, Final

from attrs import evolve, field, frozen
from attrs.validators import ge, instance_of

from kernel.errors import DataError

# The id for "no tree", also in files.
NO_TREE: Final = 0xFFFFFFFF

_Count = field(validator=[instance_of(int), ge(0)])


@frozen
class Match:
    """Keep the text between a prefix and a suffix, and edit these two by other trees.

    Lengths are in characters. With `NO_TREE`, the result has nothing for that part.
    """

    prefix_len: int = _Count
    suffix_len: int = _Count
    prefix_tree: int = _Count
    suffix_tree: int = _Count


@frozen
class Substitution:
    """Replace one string by another."""

    orig: str = field(validator=instance_of(str))
    subst: str = field(validator=instance_of(str))


Node = Match | Substitution


class EditTrees:
    """Nodes by id. Equal nodes are stored once; children come before their parents."""

    def __init__(self) -> None:
        self._nodes: list[Node] = []
        self._ids: dict[Node, int] = {}

    def __len__(self) -> int:
        return len(self._nodes)

    def __getitem__(self, tree: int) -> Node:
        return self._nodes[tree]

    def add(self, form: str, lemma: str) -> int:
        """Return the id of the tree from `form` to `lemma`; a new tree is added."""
        made: list[int] = []
        for node in _plan(form, lemma):
            made.append(self._intern(_with_children(node, made)))
        return made.pop()

    def find(self, form: str, lemma: str) -> int | None:
        """Return the id of the tree from `form` to `lemma`, None if there is none."""
        made: list[int] = []
        for node in _plan(form, lemma):
            tree = self._ids.get(_with_children(node, made))
            if tree is None:
                return None
            made.append(tree)
        return made.pop()

    def apply(self, tree: int, form: str) -> str | None:
        """Return the lemma of `form` by a tree, None if the tree does not fit the form."""
        pieces: list[str] = []
        # Trees can be as deep as words are long, too deep for recursion.
        todo: list[tuple[int, str] | str] = [(tree, form)]
        while todo:
            step = todo.pop()
            if isinstance(step, str):
                pieces.append(step)
                continue
            number, text = step
            if number == NO_TREE:
                continue
            node = self._nodes[number]
            if isinstance(node, Substitution):
                if node.orig != text:
                    return None
                pieces.append(node.subst)
                continue
            start, end = node.prefix_len, len(text) - node.suffix_len
            if start > end:
                return None
            todo += [(node.suffix_tree, text[end:]), text[start:end]]
            todo.append((node.prefix_tree, text[:start]))
        return "".join(pieces)

    def to_list(self) -> list[dict[str, Any]]:
        """Return the nodes as JSON-like maps, in the order of their ids."""
        return [
            {"orig": node.orig, "subst": node.subst}
            if isinstance(node, Substitution)
            else {
                "prefix_len": node.prefix_len,
                "suffix_len": node.suffix_len,
                "prefix_tree": node.prefix_tree,
                "suffix_tree": node.suffix_tree,
            }
            for node in self._nodes
        ]

    @classmethod
    def from_list(cls, nodes: Iterable[Mapping[str, Any]]) -> EditTrees:
        """Return the trees that `to_list` describes.

        Raises `DataError` for a node that is malformed or a duplicate, or that does not come after
        its children.
        """
        trees = cls()
        for number, fields in enumerate(nodes):
            node = _read_node(number, fields)
            if trees._intern(node) != number:
                raise DataError(f"edit tree {number} is the same as {trees._ids[node]}")
        return trees

    def _intern(self, node: Node) -> int:
        tree = self._ids.setdefault(node, len(self._nodes))
        if tree == len(self._nodes):
            self._nodes.append(node)
        return tree


# In a plan, 0 stands for a child, and `NO_TREE` for no child.


def _plan(form: str, lemma: str) -> list[Node]:
    """Return the nodes of the tree from `form` to `lemma`, children before their parents."""
    backwards: list[Node] = []
    todo = [(form, lemma)]
    while todo:
        source, target = todo.pop()
        start, begin, size = _common(source, target)
        if not size and (source or target):
            backwards.append(Substitution(source, target))
            continue
        before = source[:start], target[:begin]
        after = source[start + size :], target[begin + size :]
        node = Match(
            prefix_len=len(before[0]),
            suffix_len=len(after[0]),
            prefix_tree=0 if any(before) else NO_TREE,
            suffix_tree=0 if any(after) else NO_TREE,
        )
        backwards.append(node)
        todo.extend(part for part in (before, after) if any(part))
    return backwards[::-1]


def _with_children(node: Node, made: list[int]) -> Node:
    """Return a node of a plan; its children are the last of the trees `made`."""
    if isinstance(node, Substitution):
        return node
    suffix = made.pop() if node.suffix_tree != NO_TREE else NO_TREE
    prefix = made.pop() if node.prefix_tree != NO_TREE else NO_TREE
    return evolve(node, prefix_tree=prefix, suffix_tree=suffix)


def _common(source: str, target: str) -> tuple[int, int, int]:
    """Return the start of the longest common substring in both strings, and its length.

    If there are several, the first one in `source` is taken, then the first one in `target`.
    """
    if source == target:
        return 0, 0, len(source)
    matcher = SequenceMatcher(None, source, target, autojunk=False)
    return matcher.find_longest_match()


def _read_node(number: int, fields: Any) -> Node:
    try:
        node = Substitution(**fields) if "orig" in fields else Match(**fields)
    except (TypeError, ValueError) as error:
        raise DataError(f"edit tree {number} is damaged: {error.args[0]}") from error
    if isinstance(node, Match):
        for child in (node.prefix_tree, node.suffix_tree):
            if child != NO_TREE and child >= number:
                raise DataError(
                    f"edit tree {number} has the child {child}, expected one that comes before it"
                )
    return node
