"""Small functions under the names of the default config, so that these tests need no plugin."""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, Literal

import catalogue
import pytest
from attrs import frozen

import kernel
from kernel.config import Config, fill
from kernel.registry import registry


class Model:
    def __init__(self, name: str, **made: Any) -> None:
        self.name = name
        self.made = made


class Optimizer:
    def __init__(self, **settings: Any) -> None:
        self.settings = settings


@frozen
class Factory:
    name: str
    func: Callable[..., Any]
    default_config: dict[str, Any]
    default_score_weights: dict[str, float | None]
    shares: bool = False


Numbers = int | float | Iterable[float]


def tokenizer() -> Callable[[Any], Any]:
    return lambda nlp: ("tokenizer", nlp)


def corpus(
    path: Path | None,
    *,
    gold_preproc: bool = False,
    max_length: int = 0,
    limit: int = 0,
    augmenter: Callable[..., Any] | None = None,
) -> Callable[[Any], Iterable[Any]]:
    return lambda nlp: [path, gold_preproc, max_length, limit, augmenter]


def batch_by_words(
    *,
    size: Numbers,
    tolerance: float = 0.2,
    discard_oversize: bool = False,
    get_length: Callable[[Any], int] | None = None,
) -> Callable[[Iterable[Any]], Iterable[list[Any]]]:
    return lambda items: [list(items), [size, tolerance, discard_oversize, get_length]]


def compounding(start: float, stop: float, compound: float, *, t: float = 0.0) -> Iterator[float]:
    while True:
        yield min(start, stop)
        start *= compound + t


def adam(
    learn_rate: Numbers = 0.001,
    *,
    beta1: float = 0.9,
    beta2: float = 0.999,
    L2: float = 0.01,  # noqa: N803
    L2_is_weight_decay: bool = True,  # noqa: N803
    grad_clip: float = 1.0,
    use_averages: bool = True,
    eps: float = 1e-8,
) -> Optimizer:
    return Optimizer(learn_rate=learn_rate, beta1=beta1, beta2=beta2, L2=L2, eps=eps)


def console_logger(progress_bar: bool = False) -> Callable[..., Any]:
    return lambda nlp, stdout, stderr: progress_bar


def tok2vec(embed: Model, encode: Model) -> Model:
    return Model("tok2vec", embed=embed, encode=encode)


def multi_hash_embed(
    width: int, attrs: list[str | int], rows: list[int], include_static_vectors: bool
) -> Model:
    return Model("embed", width=width, attrs=attrs, rows=rows)


def maxout_window_encoder(width: int, window_size: int, maxout_pieces: int, depth: int) -> Model:
    return Model("encode", width=width, depth=depth)


@kernel.listens
def listener(width: int, upstream: str = "*") -> Model:
    return Model("listener", width=width, upstream=upstream)


def transition_parser(
    tok2vec: Model,
    state_type: Literal["parser", "ner"],
    extra_state_tokens: bool,
    hidden_width: int,
    maxout_pieces: int,
    use_upper: bool,
    nO: int | None = None,
) -> Model:
    return Model("parser", tok2vec=tok2vec, hidden_width=hidden_width)


def ner_scorer() -> Callable[..., dict[str, Any]]:
    return lambda examples, **cfg: {"ents_f": 1.0}


def make_tok2vec(nlp: Any, name: str, model: Model) -> Any:
    return ("tok2vec", nlp, name, model)


def make_ner(
    nlp: Any,
    name: str,
    model: Model,
    moves: Any | None,
    scorer: Callable[..., Any] | None,
    incorrect_spans_key: str | None,
    update_with_oracle_cut_size: int,
) -> Any:
    return ("ner", nlp, name, model, moves, scorer, update_with_oracle_cut_size)


FACTORIES = {
    "tok2vec": Factory("tok2vec", make_tok2vec, {}, {}, shares=True),
    "ner": Factory(
        "ner",
        make_ner,
        {
            "moves": None,
            "update_with_oracle_cut_size": 100,
            "incorrect_spans_key": None,
            "scorer": {"@scorers": "kernel.ner_scorer.v1"},
        },
        {"ents_f": 1.0, "ents_p": 0.0, "ents_r": 0.0, "ents_per_type": None},
    ),
}
FUNCTIONS = {
    "tokenizers": {"kernel.Tokenizer.v1": tokenizer},
    "readers": {"kernel.Corpus.v1": corpus},
    "batchers": {"kernel.batch_by_words.v1": batch_by_words},
    "schedules": {"compounding.v1": compounding},
    "optimizers": {"Adam.v1": adam},
    "loggers": {"kernel.ConsoleLogger.v1": console_logger},
    "scorers": {"kernel.ner_scorer.v1": ner_scorer},
    "architectures": {
        "kernel.Tok2Vec.v2": tok2vec,
        "kernel.MultiHashEmbed.v2": multi_hash_embed,
        "kernel.MaxoutWindowEncoder.v2": maxout_window_encoder,
        "kernel.Tok2VecListener.v1": listener,
        "kernel.TransitionBasedParser.v2": transition_parser,
    },
    "factories": FACTORIES,
}

NER = """
[paths]
train = "train.spacy"
dev = "dev.spacy"

[nlp]
lang = "en"
pipeline = ["tok2vec","ner"]

[components]

[components.tok2vec]
factory = "tok2vec"

[components.tok2vec.model]
@architectures = "kernel.Tok2Vec.v2"

[components.tok2vec.model.embed]
@architectures = "kernel.MultiHashEmbed.v2"
width = ${components.tok2vec.model.encode.width}
attrs = ["NORM","PREFIX","SUFFIX","SHAPE"]
rows = [5000,1000,2500,2500]
include_static_vectors = false

[components.tok2vec.model.encode]
@architectures = "kernel.MaxoutWindowEncoder.v2"
width = 96
depth = 4
window_size = 1
maxout_pieces = 3

[components.ner]
factory = "ner"

[components.ner.model]
@architectures = "kernel.TransitionBasedParser.v2"
state_type = "ner"
extra_state_tokens = false
hidden_width = 64
maxout_pieces = 2
use_upper = true

[components.ner.model.tok2vec]
@architectures = "kernel.Tok2VecListener.v1"
width = ${components.tok2vec.model.encode.width}
"""


@pytest.fixture
def register():
    """Register a function for one test: `register("misc", "test.thing.v1", func)`."""
    undo = []

    def add(kind: str, name: str, func: Any) -> Any:
        stored = registry.of(kind)._local
        before = stored.get(name) if name in stored else None
        stored.register(name, func=func)
        undo.append((stored, name, before))
        return func

    yield add
    for stored, name, before in reversed(undo):
        del catalogue.REGISTRY[*stored.namespace, name]
        if before is not None:
            stored.register(name, func=before)


@pytest.fixture
def functions(register):
    """The functions above, under the names that the default config uses."""
    for kind, named in FUNCTIONS.items():
        for name, func in named.items():
            register(kind, name, func)
    register("languages", "en", type("English", (), {"Defaults": type("Defaults", (), {})}))


@pytest.fixture
def read():
    """A config from a text, not interpolated: `read(text)`, `read(text, "toml")`."""

    def read(text: str, form: str = "cfg", **options: Any) -> Config:
        options = {"interpolate": False, "name": f"config.{form}", **options}
        return Config().from_str(text, format=form, **options)

    return read


@pytest.fixture
def ner(functions, read) -> Config:
    """The complete config of a named entity recognizer."""
    return fill(read(NER))
