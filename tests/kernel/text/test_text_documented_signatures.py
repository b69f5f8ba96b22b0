"""The members of the text types that spaCy documents: their names, arguments and defaults."""

import inspect

import pytest

from kernel import text
from kernel.text import Doc, Vocab

# Names, order, kinds and defaults; `None` may stand for an empty mapping.
SIGNATURES = {
    "Doc": """
        Doc(vocab, words=None, spaces=None, user_data=None, *, tags=None, pos=None, morphs=None, lemmas=None, heads=None, deps=None, sent_starts=None, ents=None)
        char_span(start_idx, end_idx, label=0, kb_id=0, vector=None, alignment_mode="strict", span_id=0)
        copy()
        count_by(attr_id, exclude=None, counts=None)
        extend_tensor(tensor)
        from_array(attrs, array)
        from_bytes(bytes_data, *, exclude=())
        from_dict(msg, *, exclude=())
        from_disk(path, *, exclude=())
        from_docs(docs, ensure_whitespace=True, attrs=None, *, exclude=())
        from_json(doc_json, *, validate=False)
        get_extension(name)
        get_lca_matrix()
        has_annotation(attr, *, require_complete=False)
        has_extension(name)
        remove_extension(name)
        retokenize()
        set_ents(entities, *, blocked=None, missing=None, outside=None, default="outside")
        set_extension(name)
        similarity(other)
        to_array(py_attr_ids)
        to_bytes(*, exclude=())
        to_dict(*, exclude=())
        to_disk(path, *, exclude=())
        to_json(underscore=None)
        to_utf8_array(nr_char=-1)
    """,
    "Token": """
        check_flag(flag_id)
        get_extension(name)
        has_dep()
        has_extension(name)
        has_head()
        has_morph()
        iob_strings()
        is_ancestor(descendant)
        nbor(i=1)
        remove_extension(name)
        set_extension(name)
        set_morph(features)
        similarity(other)
    """,
    "Span": """
        Span(doc, start, end, label=0, vector=None, vector_norm=None, kb_id=0, span_id=0)
        as_doc(*, copy_user_data=False, array_head=None, array=None)
        char_span(start_idx, end_idx, label=0, kb_id=0, vector=None, id=0, alignment_mode="strict", span_id=0)
        get_extension(name)
        get_lca_matrix()
        has_extension(name)
        remove_extension(name)
        set_extension(name)
        similarity(other)
        to_array(attr_ids)
    """,
    "SpanGroup": """
        SpanGroup(doc, name="", *, attrs=None, spans=())
        append(span)
        copy(doc=None)
        extend(spans)
        from_bytes(bytes_data)
        to_bytes()
    """,
    "SpanGroups": """
        SpanGroups(doc, items=())
        copy(doc=None)
        from_bytes(bytes_data)
        setdefault(key, default=None)
        to_bytes()
    """,
    "DocBin": """
        add(doc)
        from_bytes(bytes_data)
        from_disk(path)
        get_docs(vocab)
        merge(other)
        to_bytes()
        to_disk(path)
    """,
    "Lexeme": """
        Lexeme(vocab, orth=None)
        check_flag(flag_id)
        set_attrs()
        set_flag(flag_id, value)
        similarity(other)
    """,
    "Vocab": """
        Vocab(lex_attr_getters=None, strings=(), lookups=None, oov_prob=-20.0, vectors_name=None, writing_system=None, get_noun_chunks=None)
        add_flag(flag_getter, flag_id=-1)
        deduplicate_vectors()
        from_bytes(bytes_data, *, exclude=())
        from_disk(path, *, exclude=())
        get_vector(orth)
        has_vector(orth)
        memory_zone(mem=None)
        prune_vectors(nr_row, batch_size=1024)
        reset_vectors(*, width=None, shape=None)
        set_vector(orth, vector)
        to_bytes(*, exclude=())
        to_disk(path, *, exclude=())
    """,
    "StringStore": """
        StringStore(strings=None, freeze=False)
        as_int(key)
        as_string(key)
        from_bytes(bytes_data)
        from_disk(path)
        memory_zone(mem=None)
        to_bytes()
        to_disk(path)
        values()
    """,
    "Morphology": """
        Morphology(strings)
        add(features)
        dict_to_feats(features)
        feats_to_dict(feats)
        get(morph)
        normalize_features(features)
    """,
    "MorphAnalysis": """
        from_id(vocab, key)
        get(field, default=None)
        to_dict()
        to_json()
    """,
    "Example": """
        Example(predicted, reference, *, alignment=None)
        copy()
        from_dict(predicted, example_dict)
        get_aligned(field, as_string=False)
        get_aligned_ents_and_ner()
        get_aligned_ner()
        get_aligned_parse(projectivize=True)
        get_aligned_sent_starts()
        get_aligned_spans_x2y(x_spans, allow_overlap=False)
        get_aligned_spans_y2x(y_spans, allow_overlap=False)
        get_matching_ents(check_label=True)
        split_sents()
        to_dict()
    """,
    "Alignment": """
        Alignment(x2y, y2x)
        from_indices(x2y, y2x)
        from_strings(A, B)
    """,
    "Retokenizer": """
        merge(span, attrs=None)
        split(token, orths, heads, attrs=None)
    """,
    "Underscore": """
        get(name)
        has(name)
        set(name, value)
    """,
    "Lookups": """
        Lookups()
        add_table(name, data=None)
        from_bytes(bytes_data)
        from_disk(path, filename="lookups.bin")
        has_table(name)
        remove_table(name)
        set_table(name, table)
        to_bytes()
        to_disk(path, filename="lookups.bin")
    """,
    "Table": """
        from_bytes(bytes_data)
        from_dict(data, name=None)
        get(key, default=None)
        set(key, value)
        to_bytes()
    """,
}
ATTRIBUTES = {
    "Doc": (
        "cats doc ents has_unknown_spaces has_vector is_nered is_parsed is_sentenced is_tagged "
        "lang lang_ noun_chunks sentiment sents spans tensor text text_with_ws user_data "
        "user_hooks user_span_hooks user_token_hooks vector vector_norm vocab _"
    ),
    "Token": (
        "ancestors children cluster conjuncts dep dep_ doc ent_id ent_id_ ent_iob ent_iob_ "
        "ent_kb_id ent_kb_id_ ent_type ent_type_ has_vector head i idx is_alpha is_ascii "
        "is_bracket is_currency is_digit is_left_punct is_lower is_oov is_punct is_quote "
        "is_right_punct is_sent_end is_sent_start is_space is_stop is_title is_upper lang lang_ "
        "left_edge lefts lemma lemma_ lex lex_id like_email like_num like_url lower lower_ morph "
        "n_lefts n_rights norm norm_ orth orth_ pos pos_ prefix prefix_ prob rank right_edge "
        "rights sent sent_start sentiment shape shape_ subtree suffix suffix_ tag tag_ tensor "
        "text text_with_ws vector vector_norm vocab whitespace_ _"
    ),
    "Span": (
        "conjuncts doc end end_char ent_id ent_id_ ents has_vector id id_ kb_id kb_id_ label "
        "label_ lefts lemma_ n_lefts n_rights noun_chunks orth_ rights root sent sentiment sents "
        "start start_char subtree tensor text text_with_ws vector vector_norm vocab _"
    ),
    "Lexeme": (
        "cluster flags has_vector is_alpha is_ascii is_bracket is_currency is_digit is_left_punct "
        "is_lower is_oov is_punct is_quote is_right_punct is_space is_stop is_title is_upper lang "
        "lang_ like_email like_num like_url lower lower_ norm norm_ orth orth_ prefix prefix_ prob "
        "rank sentiment shape shape_ suffix suffix_ text vector vector_norm vocab"
    ),
}
CASES = [
    pytest.param(cls, line.strip(), id=f"{cls}.{line.strip().partition('(')[0]}")
    for cls, lines in SIGNATURES.items()
    for line in lines.strip().splitlines()
]
EMPTY = ({}, (), [])


def expected_signature(line):
    """The parameters that a line of the table describes."""
    arguments = line.partition("(")[2].rpartition(")")[0]
    namespace = {}
    exec(f"def documented({arguments}): ...", namespace)  # noqa: S102 — a line of the table
    return inspect.signature(namespace["documented"]).parameters


def actual_parameters(function, *, is_method):
    parameters = list(inspect.signature(function).parameters.values())
    return parameters[1:] if is_method else parameters


@pytest.mark.parametrize(("cls", "line"), CASES)
def test_arguments_are_those_that_are_documented(cls, line):
    owner, name = getattr(text, cls), line.partition("(")[0]
    function = owner if name == cls else getattr(owner, name)
    static = inspect.getattr_static(owner, name, None)
    is_method = name != cls and not isinstance(static, staticmethod | classmethod)

    expected = expected_signature(line)
    actual = {each.name: each for each in actual_parameters(function, is_method=is_method)}

    assert list(actual)[: len(expected)] == list(expected)
    for parameter in expected.values():
        own = actual[parameter.name]
        assert own.kind == parameter.kind
        both_empty = own.default in EMPTY and parameter.default in EMPTY
        assert own.default == parameter.default or both_empty
    for extra in list(actual.values())[len(expected) :]:
        is_optional = extra.default is not inspect.Parameter.empty
        assert is_optional or extra.kind is inspect.Parameter.VAR_KEYWORD


@pytest.fixture(scope="module")
def objects():
    vocab = Vocab()
    vocab.set_vector("a", [1.0])
    doc = Doc(vocab, ["a", "b"], heads=[0, 0], deps=["ROOT", "dep"])
    return {"Doc": doc, "Token": doc[0], "Span": doc[0:2], "Lexeme": vocab["a"]}


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize(
    ("cls", "name"), [(cls, name) for cls, names in ATTRIBUTES.items() for name in names.split()]
)
def test_attribute_can_be_read(objects, cls, name):
    if name == "noun_chunks":
        with pytest.raises(NotImplementedError):
            getattr(objects[cls], name)
    else:
        getattr(objects[cls], name)


@pytest.mark.parametrize("kind", ["doc", "token", "span"])
def test_hooks_can_be_set_at_once(objects, kind):
    doc = objects["Doc"].copy()
    name = "user_hooks" if kind == "doc" else f"user_{kind}_hooks"
    setattr(doc, name, {"vector_norm": lambda each: 3.0})

    assert {"doc": doc, "token": doc[0], "span": doc[0:1]}[kind].vector_norm == 3.0


def test_arguments_of_older_versions_have_a_hint():
    with pytest.raises(TypeError, match="no argument `tag_map`\nhint: what spaCy 2 had here"):
        Vocab(tag_map={})
    with pytest.raises(TypeError, match="a Vocab has no argument `foo`"):
        Vocab(foo=1)


@pytest.mark.parametrize("cls", ["Token", "Span", "Lexeme"])
def test_none_comes_before_everything(objects, cls):
    one = objects[cls]

    assert (one < None, one <= None, one > None, one >= None) == (False, False, True, True)
    with pytest.raises(TypeError, match="not supported between instances"):
        one < 5  # noqa: B015 — the comparison raises
