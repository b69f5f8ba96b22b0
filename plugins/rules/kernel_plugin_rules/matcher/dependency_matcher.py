"""The `DependencyMatcher`: parts of dependency trees."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final, TypeAlias

from attrs import define

from kernel.errors import ArgumentError
from kernel.text import Doc, Span, Vocab
from kernel_plugin_rules.matcher.accepting import Accepting
from kernel_plugin_rules.matcher.automaton import Automaton
from kernel_plugin_rules.matcher.errors import MatchPatternError
from kernel_plugin_rules.matcher.levenshtein import levenshtein_compare
from kernel_plugin_rules.matcher.relations import RELATIONS, DependencyTree
from kernel_plugin_rules.matcher.requirements import Requirements
from kernel_plugin_rules.matcher.rules import RulesByKey
from kernel_plugin_rules.matcher.texts import bounds, call_functions
from kernel_plugin_rules.matcher.token_patterns import Compiler, PatternProblem
from kernel_plugin_rules.matcher.tree_patterns import Branch, branches

# The id of the rule, and the token of each dict of the pattern.
Match: TypeAlias = tuple[int, list[int]]
OnMatch: TypeAlias = Callable[["DependencyMatcher", Doc, int, list[Match]], Any]


@define
class _Rule:
    patterns: list[Any]
    on_match: OnMatch | None
    branches: list[list[Branch]]


class DependencyMatcher(RulesByKey):
    """Finds parts of dependency trees.

        pattern = [
            {"RIGHT_ID": "verb", "RIGHT_ATTRS": {"POS": "VERB"}},
            {"LEFT_ID": "verb", "REL_OP": ">", "RIGHT_ID": "obj", "RIGHT_ATTRS": {"DEP": "obj"}},
        ]
        matcher = DependencyMatcher(nlp.vocab)
        matcher.add("OBJECT", [pattern])
        for key, (verb, obj) in matcher(doc): ...

    With `validate`, the attributes are checked as the patterns of a `Matcher` are.
    """

    def __init__(self, vocab: Vocab, *, validate: bool = False) -> None:
        self.vocab = vocab
        self.validate = validate
        self._compiler = Compiler(vocab, levenshtein_compare)
        self._rules: dict[int, _Rule] = {}
        self._functions: dict[int, OnMatch] = {}
        self._compiled: _Compiled | None = None

    def __reduce__(self) -> Any:
        rules = [(key, rule.patterns, rule.on_match) for key, rule in self._rules.items()]
        return self._restored, (self.vocab, self.validate, rules)

    @classmethod
    def _restored(cls, vocab: Vocab, validate: bool, rules: Iterable[Any]) -> DependencyMatcher:
        matcher = cls(vocab, validate=validate)
        for key, patterns, on_match in rules:
            matcher.add(key, patterns, on_match=on_match)
        return matcher

    # Rules

    def add(self, key: str | int, patterns: list[Any], *, on_match: OnMatch | None = None) -> None:
        """Add patterns to a rule, whose function is replaced.

        `on_match` is called for each match, with the matcher, the doc, the index of the match and
        all matches.

        Raises MatchPatternError for invalid patterns, ArgumentError for other arguments; nothing
        is added then.
        """
        if not isinstance(key, str | int):
            raise ArgumentError(f"expected a string as the key of a rule, got {key!r:.60}")
        if on_match is not None and not callable(on_match):
            raise ArgumentError(f"expected a function as on_match of `{key}`, got {on_match!r}")
        if not isinstance(patterns, list):
            raise ArgumentError(f"expected a list of patterns of `{key}`, got {patterns!r:.80}")
        made, problems = [], []
        for index, pattern in enumerate(patterns):
            try:
                made.append(branches(pattern, self._compiler, validate=self.validate))
            except PatternProblem as problem:
                problems.append(f"pattern {index}, {problem}")
        if problems:
            raise MatchPatternError(str(key), problems)
        number = self.vocab.strings.add(key) if isinstance(key, str) else key
        rule = self._rules.setdefault(number, _Rule([], None, []))
        rule.patterns.extend(patterns)
        rule.branches.extend(made)
        rule.on_match = on_match
        self._compiled = None

    def get(self, key: str | int, default: Any = None) -> Any:
        """Return the function and the patterns of a rule, `default` if there is no such rule."""
        rule = self._rules.get(self._id(key))
        return default if rule is None else (rule.on_match, rule.patterns)

    def remove(self, key: str | int) -> None:
        """Remove a rule; raises ArgumentError if there is no such rule."""
        if self._rules.pop(self._id(key), None) is None:
            raise ArgumentError(f"no rule `{key}` to remove")
        self._compiled = None

    # Matching

    def __call__(self, doclike: Doc | Span) -> list[Match]:
        """Return all matches in a doc or span, in the order of the rules and their patterns.

        A match is the id of the rule and the token of each dict of the pattern. A span is matched
        as `span.as_doc()`, so that tokens are counted from its start.

        Raises ArgumentError if a pattern needs annotation that the doc does not have.
        """
        doc, _, _ = bounds(doclike, "DependencyMatcher")
        if isinstance(doclike, Span):
            doc = doclike.as_doc(copy_user_data=True)
        if self._compiled is None:
            trees = [(key, tree) for key, rule in self._rules.items() for tree in rule.branches]
            self._compiled = _Compiled(trees)
            self._functions = {key: r.on_match for key, r in self._rules.items() if r.on_match}
        matches = self._compiled.matches(doc)
        if self._functions:
            call_functions(self._functions, self, doc, matches)
        return matches


class _Compiled:
    """The patterns of a matcher. Each token of a pattern has a bit; see `Automaton`."""

    def __init__(self, trees: Sequence[tuple[int, Sequence[Branch]]]) -> None:
        nodes = [branch.node for _, tree in trees for branch in tree]
        automaton = Automaton((0, [node]) for node in nodes)
        self._accepting: Final = Accepting(automaton)
        self._requirements: Final = Requirements(
            branch.node for _, tree in trees for branch in tree
        )
        bits = iter(1 << placed.base for placed in automaton.patterns)
        self._trees = [(key, tree, [next(bits) for _ in tree]) for key, tree in trees]

    def matches(self, doc: Doc) -> list[Match]:
        """Return the matches in a doc."""
        self._requirements.check(doc)
        classes = self._accepting.classes(doc.lexemes).take(doc.lex).tolist()
        accepting = self._accepting.of_tokens(doc, 0, len(doc), classes)
        present = 0
        for bits_of_token in accepting:
            present |= bits_of_token
        found: list[Match] = []
        tree = None
        for key, branches_of_tree, bits in self._trees:
            if all(present & bit for bit in bits):
                tree = tree or DependencyTree(doc.column("head").tolist())
                search = _Search(tree, branches_of_tree, bits, accepting)
                found.extend((key, tokens) for tokens in search.all())
        return found


class _Search:
    """Looks for the tokens of one pattern, those of later dicts below those of earlier ones."""

    def __init__(
        self,
        tree: DependencyTree,
        pattern: Sequence[Branch],
        bits: Sequence[int],
        accepting: Sequence[int],
    ) -> None:
        self._tree = tree
        self._pattern = pattern
        self._bits = bits
        self._accepting = accepting

    def all(self) -> list[list[int]]:
        """Return the tokens of each match."""
        found = [[i] for i, bits in enumerate(self._accepting) if bits & self._bits[0]]
        for branch, bit in zip(self._pattern[1:], self._bits[1:], strict=True):
            found = [
                [*tokens, token]
                for tokens in found
                for token in RELATIONS[branch.operator](self._tree, tokens[branch.left])
                if self._accepting[token] & bit
            ]
        return found
