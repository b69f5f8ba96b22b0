"""Annotated texts in all formats that are converted, and the files that corpus readers read."""

import json

import pytest

import kernel
from kernel.text import DocBin
from kernel_plugin_corpus.conversion import choose_converter, convert_file, training_json
from kernel_plugin_corpus.readers import JsonlCorpus, PlainTextCorpus, read_labels

CONLLU = """\
# text = Vámonos al mar😀
1-2\tVámonos\t_\t_\t_\t_\t_\t_\t_\t_
1\tVamos\tir\tVERB\tV\tMood=Imp|Number=Plur\t0\troot\t_\t_
2\tnos\tnosotros\tPRON\tP\tCase=Acc\t1\tobj\t_\t_
3-4\tal\t_\t_\t_\t_\t_\t_\t_\t_
3\ta\ta\tADP\t_\t_\t5\tcase\t_\tname=B-LOC
4\tel\tel\tDET\t_\t_\t5\tdet\t_\tname=I-LOC
5\tmar\tmar\tNOUN\t_\t_\t1\tobl\t_\tname=I-LOC|SpaceAfter=No
5.1\tghost\t_\t_\t_\t_\t_\t_\t_\t_
6\t😀\t_\tSYM\t_\t_\t1\tdep\t_\tSpaceAfter=No

1\tOui\toui\tINTJ\t_\t_\t0\troot\t_\t_
"""
NER = """\
# id 5239d808\tdomain=en
-DOCSTART- -X- O

Ada NNP B-PER
Lovelace NNP I-PER
saw VBD O

New\u00a0York NNP U-LOC
"""
IOB = "Ada|NNP|B-PER saw|VBD|O Rome|NNP|B-LOC\n\nNew\u00a0York|NNP|L-LOC\n"
TEXT = "Ada 😀 met\r\nCharles Babbage"
SPANS = [{"start": 0, "end": 3, "label": "PER"}, {"start": 11, "end": 26, "label": "PER"}]
TRIPLES = [[0, 3, "PER"], [11, 26, "PER"]]
TOKENS = [
    {"orth": "Ada", "space": " ", "tag": "NNP", "pos": "PROPN", "head": 1, "dep": "nsubj"},
    {"orth": "ran", "space": "", "morph": "Tense=Past", "lemma": "run", "head": 0, "dep": "root"},
]
PARAGRAPH = {
    "raw": "Ada ran",
    "sentences": [{"tokens": [{**token, "ner": "O"} for token in TOKENS], "brackets": []}],
    "cats": [{"label": "A", "value": 0.5}],
}
REGION = {"start": 0, "end": 3, "text": "Ada", "labels": ["PER"]}
CHOICES = {"value": {"choices": ["A"]}, "type": "choices", "from_name": "c", "to_name": "text"}
RELATION = {"type": "relation", "from_id": "a", "to_id": "b"}
JSON = {
    "json": [
        {"id": 0, "paragraphs": [PARAGRAPH]},
        {"paragraphs": [{"sentences": [{"tokens": TOKENS}], "entities": [[0, 3, "PER"]]}]},
    ],
    "jsonl": [
        {"text": TEXT, "entities": TRIPLES, "spans": {"sc": SPANS}, "cats": {"A": 1, "B": 0.5}},
        {"text": "a b", "words": ["a", "b"], "spaces": [True, False], "label": ["A"], "spans": []},
    ],
    "tuples": [
        [TEXT, {"entities": TRIPLES, "cats": {"A": 1}}],
        ["I ran", {"heads": [1, 1], "deps": ["nsubj", "ROOT"], "tags": ["P", "V"]}],
    ],
    "prodigy": [
        {"text": TEXT, "spans": SPANS, "answer": "accept", "_input_hash": 1, "_task_hash": 2},
        {"text": "a b", "label": "A", "answer": "reject"},
        {"text": "a b", "options": [{"id": "A"}, {"id": 2}], "accept": ["A"], "answer": "accept"},
        {
            "text": "a b",
            "tokens": [{"text": "a", "ws": True}, {"text": "b", "ws": False}],
            "relations": [{"child": 0, "head": 1, "label": "nsubj"}],
            "answer": "accept",
        },
    ],
    "doccano": [
        {"id": 1, "text": TEXT, "label": TRIPLES, "Comments": []},
        {"text": TEXT, "entities": [{"id": 1, "label": "A", "start_offset": 0, "end_offset": 3}]},
        {"data": "b", "label": ["A"], "relations": [{"from_id": 1}]},
    ],
    "label-studio": [
        {
            "id": 1,
            "annotations": [
                {"result": [{"value": REGION, "type": "labels"}, CHOICES, RELATION]},
                {"result": [], "was_cancelled": True},
            ],
            "data": {"text": TEXT},
        }
    ],
    "json-min": [
        {"text": TEXT, "id": 4, "label": [REGION], "mood": "A", "annotator": 1, "lead_time": 2.5}
    ],
    "dataturks": [
        {
            "content": TEXT,
            "annotation": [
                {"label": ["PER"], "points": [{"start": 0, "end": 2, "text": "Ada"}]},
            ],
        },
        {"content": "a", "annotation": None, "extras": None},
    ],
}


@pytest.fixture
def nlp():
    return kernel.blank("xx")


@pytest.fixture
def convert(nlp, tmp_path):
    """Return a function that converts damaged data and writes the docs in both formats."""

    def convert(data, name, converter, **options):
        path = tmp_path / name
        path.write_bytes(data)
        docs = convert_file(path, choose_converter(path, converter), options, nlp=nlp).docs
        DocBin(docs=docs, store_user_data=True).to_bytes()
        training_json(docs).encode("utf8")

    return convert


@pytest.mark.parametrize(
    ("converter", "text", "options"),
    [
        ("conllu", CONLLU, {}),
        ("conllu", CONLLU, {"merge_subtokens": True, "morphology": True, "on_misaligned": "snap"}),
        ("ner", NER, {}),
        ("iob", IOB, {}),
    ],
    ids=["conllu", "conllu-merged", "ner", "iob"],
)
def test_lines_of_tokens(fuzz, convert, converter, text, options):
    name = f"a.{converter}"
    fuzz(
        f"{name} {'merged' if options else ''}",
        {converter: text.encode()},
        lambda _, data: convert(data, name, converter, **options),
        kind="text",
        place=name,
    )


@pytest.mark.parametrize("form", JSON)
def test_json(fuzz, convert, form):
    """The format is detected, so damage may also lead to another one."""
    records = JSON[form]
    lines = "\n".join(map(json.dumps, records)).encode()
    fuzz(
        form,
        {"json": json.dumps(records, indent=1).encode(), "jsonl": lines},
        lambda name, data: convert(data, f"a.{name}", "auto", on_misaligned="snap"),
        kind={"json": "json", "jsonl": "text"},
        place="a.{name}",
    )


@pytest.mark.parametrize("form", JSON)
def test_json_with_a_named_converter(fuzz, convert, form):
    converter = "label-studio" if form == "json-min" else form
    fuzz(
        f"{form} named",
        {form: json.dumps(JSON[form]).encode()},
        lambda _, data: convert(data, "a.json", converter),
        kind="json",
        place="a.json",
    )


@pytest.mark.parametrize("damaged", [".ann", ".txt"])
def test_brat(fuzz, convert, tmp_path, damaged):
    files = {
        ".ann": "T1\tPER 0 3\tAda\nT2\tPER 11 18;19 26\tCharles Babbage\nR1\tKnows Arg1:T1 Arg2:T2\n",
        ".txt": TEXT,
    }
    for suffix, text in files.items():
        tmp_path.joinpath(f"a{suffix}").write_bytes(text.encode())
    fuzz(
        f"brat {damaged}",
        {"brat": files[damaged].encode()},
        lambda _, data: convert(data, f"a{damaged}", "brat", on_misaligned="snap"),
        kind="text",
        place="a.",
    )


def test_raw_texts(fuzz, nlp, tmp_path):
    def read(name, data):
        path = tmp_path / f"raw.{name}"
        path.write_bytes(data)
        list((JsonlCorpus if name == "jsonl" else PlainTextCorpus)(path)(nlp))

    seeds = {"jsonl": b'{"text": "Ada ran"}\n\n{"text": "a", "meta": 3}\n', "txt": TEXT.encode()}
    fuzz("raw texts", seeds, read, kind="text", place="raw.{name}")


def test_label_files(fuzz, tmp_path):
    path = tmp_path / "labels.json"

    def read(_, data):
        path.write_bytes(data)
        read_labels(path)

    seeds = {"ner": b'["A", "B"]', "parser": b'{"0": {"": 3}, "1": {"nsubj": 2}}'}
    fuzz("label files", seeds, read, kind="json", place="labels.json")
