import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from kernel.errors import DataError
from kernel_plugin_tagger.edit_trees import NO_TREE, EditTrees, Match, Substitution

# Few letters, so that parts of a form occur again in its lemma.
words = st.text(alphabet="abAß̈", max_size=12) | st.text(max_size=20)


@given(words, words)
@example("", "")
@example("", "be")
@example("was", "")
@example("SHE", "she")
@example("İstanbul", "istanbul")
@example("e\u0301tait", "être")
@example("👩\u200d🔬s", "👩\u200d🔬")
def test_tree_of_a_pair_turns_form_into_lemma(form, lemma):
    trees = EditTrees()
    assert trees.apply(trees.add(form, lemma), form) == lemma


@given(st.lists(st.tuples(words, words), max_size=8))
def test_pair_that_was_added_is_found_and_nothing_else(pairs):
    trees = EditTrees()
    ids = [trees.add(*pair) for pair in pairs]
    n_nodes = len(trees)
    assert [trees.find(*pair) for pair in pairs] == ids
    assert [trees.add(*pair) for pair in pairs] == ids
    assert len(trees) == n_nodes
    assert trees.find("form that is not there", "and its lemma") is None


@given(st.lists(st.tuples(words, words), max_size=8))
def test_trees_survive_their_description(pairs):
    trees = EditTrees()
    for pair in pairs:
        trees.add(*pair)
    again = EditTrees.from_list(trees.to_list())
    assert [again[i] for i in range(len(again))] == [trees[i] for i in range(len(trees))]
    assert [again.find(*pair) for pair in pairs] == [trees.find(*pair) for pair in pairs]


@given(st.lists(st.tuples(words, words), min_size=1, max_size=8), words)
def test_tree_that_fits_another_form_replaces_only_its_substring(pairs, form):
    trees = EditTrees()
    for pair in pairs:
        tree = trees.add(*pair)
        made = trees.apply(tree, form)
        assert made == expected(trees, tree, form)


def expected(trees, tree, form):
    """A direct implementation of the definition."""
    if tree == NO_TREE:
        return ""
    node = trees[tree]
    if isinstance(node, Substitution):
        return node.subst if form == node.orig else None
    if node.prefix_len + node.suffix_len > len(form):
        return None
    end = len(form) - node.suffix_len
    prefix = expected(trees, node.prefix_tree, form[: node.prefix_len])
    suffix = expected(trees, node.suffix_tree, form[end:])
    if prefix is None or suffix is None:
        return None
    return prefix + form[node.prefix_len : end] + suffix


def test_nodes_are_those_that_spacy_makes():
    trees = EditTrees()
    pairs = [
        ("She", "she"),
        ("likes", "like"),
        ("green", "green"),
        ("eggs", "egg"),
        ("was", "be"),
        ("xaybzc", "paqbrc"),
    ]
    assert [trees.add(*pair) for pair in pairs] == [1, 3, 4, 3, 5, 11]
    assert [trees[i] for i in range(len(trees))] == [
        Substitution("S", "s"),
        Match(1, 0, 0, NO_TREE),
        Substitution("s", ""),
        Match(0, 1, NO_TREE, 2),
        Match(0, 0, NO_TREE, NO_TREE),
        Substitution("was", "be"),
        Substitution("x", "p"),
        Substitution("y", "q"),
        Substitution("z", "r"),
        Match(1, 0, 8, NO_TREE),
        Match(1, 2, 7, 9),
        Match(1, 4, 6, 10),
    ]


def test_of_equally_long_substrings_the_first_of_the_form_is_kept():
    trees = EditTrees()
    root = trees[trees.add("xaxb", "bxa")]
    assert (root.prefix_len, root.suffix_len) == (0, 2)


@pytest.mark.parametrize(
    ("form", "lemma"),
    [
        pytest.param("walks", "walk", id="suffix"),
        pytest.param("Walk", "walk", id="prefix"),
        pytest.param("gesehen", "sehen", id="prefix-of-two"),
    ],
)
def test_tree_does_not_fit_a_form_with_other_affixes(form, lemma):
    trees = EditTrees()
    assert trees.apply(trees.add(form, lemma), "x") is None


def test_tree_as_deep_as_a_word_is_long_can_be_built_and_applied():
    form = "".join(f"x{chr(0x4E00 + i)}" for i in range(1500))
    lemma = form.replace("x", "y")
    trees = EditTrees()
    assert trees.apply(trees.add(form, lemma), form) == lemma


MATCH = {"prefix_len": 0, "suffix_len": 0, "prefix_tree": NO_TREE, "suffix_tree": NO_TREE}


@pytest.mark.parametrize(
    ("nodes", "message"),
    [
        pytest.param([{**MATCH, "prefix_tree": 0}], "0 has the child 0", id="its-own-child"),
        pytest.param(
            [MATCH, {**MATCH, "suffix_tree": 7}], "1 has the child 7", id="child-out-of-range"
        ),
        pytest.param([{"prefix_len": 1}], "0 is damaged: .*missing", id="fields-missing"),
        pytest.param([{**MATCH, "suffix_len": -1}], "0 is damaged: 'suffix_len'", id="negative"),
        pytest.param([{"orig": 3, "subst": "x"}], "0 is damaged: 'orig'", id="no-string"),
        pytest.param([{"orig": "a", "subst": "b", "c": 1}], "unexpected", id="unknown-field"),
        pytest.param([7], "0 is damaged", id="no-map"),
        pytest.param([MATCH, MATCH], "tree 1 is the same as 0", id="twice"),
    ],
)
def test_damaged_trees_are_refused(nodes, message):
    with pytest.raises(DataError, match=message):
        EditTrees.from_list(nodes)
