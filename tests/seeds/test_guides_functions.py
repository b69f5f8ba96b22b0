"""What the guides show of functions of one's own, in a file that `--code` names."""

import json
import textwrap

import pytest

import kernel

PIPELINE = """
[nlp]
lang = "en"
pipeline = ["tok2vec", "ner"]
"""


def with_nlp(more):
    return PIPELINE + textwrap.dedent(more)


def test_callback_changes_the_language_before_the_pipeline_is_made(train, write):
    code = write(
        "functions.py",
        """
        from kernel import registry

        @registry.callbacks("guide.sea_words.v1")
        def create_callback(more_stop_words: list[str] = [], shout: bool = False):
            def change(lang_cls):
                class Sea(lang_cls):
                    class Defaults(lang_cls.Defaults):
                        suffixes = (*lang_cls.Defaults.suffixes, r"~+$")
                        stop_words = {*lang_cls.Defaults.stop_words, *more_stop_words}

                if shout:
                    print("the words of the sea are known")
                return Sea

            return change
        """,
    )
    callback = """
        [nlp.before_creation]
        @callbacks = "guide.sea_words.v1"
        more_stop_words = ["ahoy", "arr"]
        shout = true
        """
    path, result = train(with_nlp(callback), code=code, without="[nlp")
    assert "the words of the sea are known" in result.output
    nlp = kernel.load(path)
    assert [token.text for token in nlp.make_doc("land ho~~")] == ["land", "ho", "~~"]
    assert {"ahoy", "arr"} <= {*nlp.Defaults.stop_words}
    assert "ahoy" not in kernel.blank("en").Defaults.stop_words


def test_changed_stop_words_reach_the_vocabulary():
    English = type(kernel.blank("en"))  # noqa: N806

    class Sea(English):
        class Defaults(English.Defaults):
            stop_words = frozenset({"ahoy"})

    assert Sea().vocab["ahoy"].is_stop


def test_argument_of_a_callback_has_a_type(run, config, write):
    code = write(
        "functions.py",
        """
        from kernel import registry

        @registry.callbacks("guide.typed.v1")
        def create_callback(more_stop_words: list[str], shout: bool = False):
            return lambda lang_cls: lang_cls
        """,
    )
    wrong = config(
        with_nlp("""
        [nlp.before_creation]
        @callbacks = "guide.typed.v1"
        more_stop_words = ["ahoy"]
        shout = 1
        """),
        without="[nlp",
    )
    result = run("debug", "config", wrong, "--code", code, expect=1)
    assert "[nlp.before_creation] shout: wrong type; expected true or false, got 1" in result.stderr


@pytest.mark.parametrize("moment", ["after_creation", "after_pipeline_creation"])
def test_callback_changes_the_pipeline_once_it_is_made(train, write, moment):
    code = write(
        "functions.py",
        f"""
        from kernel import registry

        @registry.callbacks("guide.{moment}.v1")
        def create_callback(key: str):
            def change(nlp):
                nlp.meta[key] = nlp.pipe_names
                return nlp

            return change
        """,
    )
    block = f'\n[nlp.{moment}]\n@callbacks = "guide.{moment}.v1"\nkey = "seen"\n'
    path, _ = train(with_nlp(block), code=code, without="[nlp")
    seen = [] if moment == "after_creation" else ["tok2vec", "ner"]
    assert json.loads(path.joinpath("meta.json").read_text())["seen"] == seen


def test_callbacks_run_around_initialization_and_saving(train, write):
    code = write(
        "functions.py",
        """
        from kernel import registry

        def note(word):
            def callback(nlp):
                nlp.meta.setdefault("notes", []).append(word)
                return nlp

            return callback

        registry.callbacks("guide.note.v1")(note)
        """,
    )
    blocks = """
        [initialize]

        [initialize.before_init]
        @callbacks = "guide.note.v1"
        word = "before"

        [initialize.after_init]
        @callbacks = "guide.note.v1"
        word = "after"

        [training]
        max_steps = 2
        eval_frequency = 2

        [training.before_to_disk]
        @callbacks = "guide.note.v1"
        word = "saved"
        """
    path, _ = train(blocks, code=code, without="[training")
    notes = json.loads(path.joinpath("meta.json").read_text())["notes"]
    assert notes[:3] == ["before", "after", "saved"]


def test_schedule_of_ones_own_sets_the_batch_size(train, write):
    code = write(
        "functions.py",
        """
        from kernel import registry

        @registry.schedules("guide.growing.v1")
        def growing(start: int = 1, factor: float = 1.001):
            while True:
                print("size", round(start, 2))
                yield start
                start = start * factor
        """,
    )
    blocks = """
        [training]
        max_steps = 3
        eval_frequency = 3

        [training.batcher]
        @batchers = "spacy.batch_by_words.v1"
        discard_oversize = false
        tolerance = 0.2

        [training.batcher.size]
        @schedules = "guide.growing.v1"
        start = 8
        factor = 1.5
        """
    path, result = train(blocks, code=code, without="[training")
    sizes = [line for line in result.output.splitlines() if line.startswith("size")]
    assert sizes[:3] == ["size 8", "size 12.0", "size 18.0"]
    assert kernel.load(path).config["training"]["batcher"]["size"]["factor"] == 1.5


STREAM = """
import itertools
from collections.abc import Callable, Iterator
from pathlib import Path

from kernel import Example, Language, registry


def read_catches(source):
    for line in Path(source).read_text(encoding="utf8").splitlines():
        text, _, fish = line.partition("|")
        yield text, [(text.index(fish), text.index(fish) + len(fish), "FISH")]


@registry.readers("guide.catches.v1")
def stream_data(source: str, forever: bool = True) -> Callable[[Language], Iterator[Example]]:
    def generate(nlp):
        for turn in itertools.count() if forever else range(1):
            for text, entities in read_catches(source):
                variant = text.upper() if turn % 2 else text
                yield Example.from_dict(nlp.make_doc(variant), {"entities": entities})

    return generate


@registry.batchers("guide.no_twins.v1")
def no_twins(size: int) -> Callable[[Iterator[Example]], Iterator[list[Example]]]:
    def batches(examples):
        batch = {}
        for example in examples:
            batch.setdefault(example.text, example)
            if len(batch) == size:
                yield list(batch.values())
                batch = {}

    return batches


@registry.readers("guide.split_catches.v1")
def split(source: str, n_dev: int = 1) -> dict[str, Callable[[Language], Iterator[Example]]]:
    def part(start, stop):
        def generate(nlp):
            for text, entities in itertools.islice(read_catches(source), start, stop):
                yield Example.from_dict(nlp.make_doc(text), {"entities": entities})

        return generate

    return {"train": part(n_dev, None), "dev": part(0, n_dev)}
"""

CATCHES = "we caught two herring|herring\nthe eel got away|eel\none perch for dinner|perch\n"


@pytest.fixture
def catches(write):
    """The file with functions, and the file that they read."""
    return write("functions.py", STREAM), write("catches.txt", CATCHES)


def test_reader_of_ones_own_streams_without_an_end(train, catches):
    code, source = catches
    blocks = f"""
        [corpora]

        [corpora.train]
        @readers = "guide.catches.v1"
        source = "{source}"

        [corpora.dev]
        @readers = "guide.catches.v1"
        source = "{source}"
        forever = false

        [training]
        max_epochs = -1
        max_steps = 6
        eval_frequency = 3

        [training.batcher]
        @batchers = "guide.no_twins.v1"
        size = 2
        """
    path, _ = train(blocks, code=code, without="[training")
    nlp = kernel.load(path)
    assert nlp.get_pipe("ner").labels == ("FISH",)
    assert nlp.config["corpora"]["train"]["forever"] is True
    assert nlp.config["training"]["batcher"] == {"@batchers": "guide.no_twins.v1", "size": 2}


def test_corpora_are_one_function(train, catches):
    code, source = catches
    blocks = f"""
        [corpora]
        @readers = "guide.split_catches.v1"
        source = "{source}"
        n_dev = 1
        """
    path, _ = train(blocks, code=code)
    performance = json.loads(path.joinpath("meta.json").read_text())["performance"]
    assert set(performance["ents_per_type"]) == {"FISH"}


def test_corpora_are_named_freely(train, catches):
    code, source = catches
    block = f'@readers = "guide.catches.v1"\nsource = "{source}"\nforever = false\n'
    blocks = f"""
[corpora]

[corpora.spring]
{block}
[corpora.autumn]
{block}
[training]
max_steps = 2
eval_frequency = 2
train_corpus = "corpora.spring"
dev_corpus = "corpora.autumn"
"""
    path, _ = train(blocks, code=code, without="[training")
    assert kernel.load(path).get_pipe("ner").labels == ("FISH",)


def test_logger_of_ones_own_sees_each_evaluation(train, write, tmp_path):
    code = write(
        "functions.py",
        """
        import json
        from pathlib import Path
        from typing import IO, Any

        from kernel import registry

        @registry.loggers("guide.lines.v1")
        def line_logger(path: Path):
            def setup(nlp, stdout, stderr):
                stdout.write(f"writing about {', '.join(nlp.pipe_names)}\\n")
                file = path.open("w")

                def log_step(info: dict[str, Any] | None):
                    if info is not None:
                        keys = ("step", "score", "losses")
                        file.write(json.dumps({key: info[key] for key in keys}) + "\\n")

                def finalize():
                    file.close()

                return log_step, finalize

            return setup
        """,
    )
    blocks = f"""
        [training]
        max_steps = 4
        eval_frequency = 2

        [training.logger]
        @loggers = "guide.lines.v1"
        path = "{tmp_path / "log.jsonl"}"
        """
    _, result = train(blocks, code=code, without="[training")
    assert "writing about tok2vec, ner" in result.output
    rows = [json.loads(line) for line in (tmp_path / "log.jsonl").read_text().splitlines()]
    assert [row["step"] for row in rows][:2] == [0, 2]
    assert set(rows[-1]["losses"]) == {"tok2vec", "ner"}
    assert all(0 <= row["score"] <= 1 for row in rows)


def test_embedding_of_ones_own_takes_the_place_of_another(train, write):
    code = write(
        "functions.py",
        """
        import numpy
        from thinc.api import Embed, Model, chain, list2ragged, ragged2list, with_array

        from kernel import Doc, registry

        def lengths() -> Model[list[Doc], list]:
            def forward(model, docs, is_train):
                ids = [[[min(len(token), 9)] for token in doc] for doc in docs]
                rows = [numpy.array(each, dtype="uint64").reshape(-1, 1) for each in ids]
                return rows, lambda gradient: []

            return Model("lengths", forward)

        @registry.architectures("guide.LengthEmbedding.v1")
        def embed(output_width: int) -> Model[list[Doc], list]:
            table = chain(list2ragged(), with_array(Embed(output_width, 10, column=0)))
            return chain(lengths(), table, ragged2list())
        """,
    )
    blocks = """
        [components.tok2vec.model.embed]
        @architectures = "guide.LengthEmbedding.v1"
        output_width = 16
        """
    path, _ = train(blocks, code=code, without="[components.tok2vec.model.embed")
    nlp = kernel.load(path)
    doc = nlp("Ships come and go")
    assert doc.tensor.shape == (4, 16)


def test_component_of_ones_own_is_configured(train, write):
    code = write(
        "functions.py",
        """
        from kernel import Doc, Language

        if not Doc.has_extension("knots"):
            Doc.set_extension("knots", default=0.0)

        @Language.factory("guide_speed", default_config={"unit": "kn"})
        def make_speed(nlp, name: str, unit: str, scale: float):
            def set_speed(doc):
                for number, word in zip(doc, doc[1:]):
                    if number.like_num and word.text == unit:
                        doc._.knots = float(number.text) * scale
                return doc

            return set_speed

        @Language.component("guide_quiet")
        def quiet(doc):
            return doc
        """,
    )
    blocks = """
        [nlp]
        lang = "en"
        pipeline = ["tok2vec", "ner", "speed", "quiet"]

        [components.speed]
        factory = "guide_speed"
        scale = 0.5

        [components.quiet]
        factory = "guide_quiet"
        """
    path, _ = train(blocks, code=code, without="[nlp")
    nlp = kernel.load(path)
    assert nlp.config["components"]["speed"]["unit"] == "kn"
    assert nlp("She makes 12 kn today")._.knots == 6.0


def test_scorer_augmenter_and_misc_of_ones_own_are_named(train, write):
    code = write(
        "functions.py",
        """
        from kernel import Example, registry

        @registry.scorers("guide.count.v1")
        def count(per: float):
            return lambda examples, **cfg: {"ents_count": len(list(examples)) / per}

        @registry.misc("guide.shouted.v1")
        def shouted(mark: str):
            return lambda text: text.upper() + mark

        @registry.augmenters("guide.shout.v1")
        def shout(change):
            def augment(nlp, example):
                doc = nlp.make_doc(change(example.text))
                yield example
                yield Example(doc, doc.copy())

            return augment
        """,
    )
    blocks = """
        [components.ner.scorer]
        @scorers = "guide.count.v1"
        per = 8

        [corpora]

        [corpora.train]
        @readers = "spacy.Corpus.v1"
        path = ${paths.train}

        [corpora.train.augmenter]
        @augmenters = "guide.shout.v1"

        [corpora.train.augmenter.change]
        @misc = "guide.shouted.v1"
        mark = "!"

        [training.score_weights]
        ents_count = 1.0
        """
    path, _ = train(blocks, code=code)
    performance = json.loads(path.joinpath("meta.json").read_text())["performance"]
    assert performance["ents_count"] == 0.5
    assert kernel.load(path).get_pipe("ner").labels == ("PORT", "SHIP")


def test_error_in_the_file_names_its_line(run, config, write):
    code = write("functions.py", "import kernel\n\nkernel.registry.readers.nothing\n")
    result = run("debug", "config", config(), "--code", code, expect=1)
    assert f"{code}:3: AttributeError" in result.stderr
