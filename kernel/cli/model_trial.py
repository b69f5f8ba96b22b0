"""A component that learns a little, so that its model can be looked at."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from kernel.config import resolve_dot_names
from kernel.errors import KernelError, UnknownComponentError, did_you_mean
from kernel.pipeline import get_lang_class, initialize, update, upstreams_of
from kernel.pipeline.learn import apply_gradients, create_optimizer
from kernel.random import Streams, fix_random_seed
from kernel.text import Example
from kernel.training.batches import read
from kernel.training.initialize import STREAMED_SAMPLE

if TYPE_CHECKING:
    from kernel.config import Config
    from kernel.pipeline import Language

DROPOUT: Final = 0.2
MAX_EXAMPLES: Final = 10

# Two sentences with all kinds of annotation, for a config without a corpus.
_SAMPLE: Final = (
    {
        "words": ["Anna", "Weber", "lives", "in", "Oslo", "."],
        "tags": ["NNP", "NNP", "VBZ", "IN", "NNP", "."],
        "pos": ["PROPN", "PROPN", "VERB", "ADP", "PROPN", "PUNCT"],
        "morphs": ["Number=Sing", "Number=Sing", "Person=3", "", "Number=Sing", ""],
        "lemmas": ["Anna", "Weber", "live", "in", "Oslo", "."],
        "heads": [1, 2, 2, 2, 3, 2],
        "deps": ["compound", "nsubj", "ROOT", "prep", "pobj", "punct"],
        "entities": ["B-PERSON", "L-PERSON", "O", "O", "U-GPE", "O"],
        "cats": {"travel": 1.0, "sport": 0.0},
    },
    {
        "words": ["She", "has", "won", "two", "races", "."],
        "tags": ["PRP", "VBZ", "VBN", "CD", "NNS", "."],
        "pos": ["PRON", "AUX", "VERB", "NUM", "NOUN", "PUNCT"],
        "morphs": ["Person=3", "Person=3", "Tense=Past", "", "Number=Plur", ""],
        "lemmas": ["she", "have", "win", "two", "race", "."],
        "heads": [2, 2, 2, 4, 2, 2],
        "deps": ["nsubj", "aux", "ROOT", "nummod", "dobj", "punct"],
        "entities": ["O", "O", "O", "U-CARDINAL", "O", "O"],
        "cats": {"travel": 0.0, "sport": 1.0},
    },
)


class Trial:
    """A component that learns from the first examples of its corpus, with what it is linked to.

    The pipeline is built as the config says, and not initialized yet. Other components are neither
    initialized nor run, except those in `annotating_components`.

    model      the Thinc model of the component
    on_sample  whether examples are made here, because the config has no `paths.train`
    """

    def __init__(self, config: Config, component: str) -> None:
        settings = config.interpolate()
        fix_random_seed(settings["training"]["seed"] or 0)
        self.nlp = get_lang_class(settings["nlp"]["lang"]).from_config(config, auto_fill=True)
        self.component = component
        self.model = _model_of(self.nlp, component)
        self.on_sample = settings.get("paths", {}).get("train") is None
        self._annotating = settings["training"]["annotating_components"]
        self._config = settings

    @property
    def components(self) -> list[str]:
        """The components that take part, in the order of the pipeline.

        A shared layer learns only from components that listen to it.
        """
        names = self.nlp.pipe_names
        listening = [name for name in names if self.component in upstreams_of(self.nlp, name)]
        upstream = upstreams_of(self.nlp, self.component)
        wanted = {self.component, *upstream, *listening, *self._annotating}
        return [name for name in names if name in wanted]

    def initialize(self) -> int:
        """Initialize the components with the corpus; return the number of examples to learn from.

        Raises `KernelError` if the corpus is empty.
        """
        blocks = self._config["components"]
        new = [name for name in self.components if "source" not in blocks.get(name, {})]
        self._optimizer = create_optimizer(self.nlp)
        with self.nlp.select_pipes(enable=new):
            get_examples = self._reader()
            initialize(self.nlp, get_examples, sgd=self._optimizer)
        self._examples = list(islice(get_examples(), MAX_EXAMPLES))
        return len(self._examples)

    def learn(self) -> dict[str, float]:
        """Add up the gradients of the examples; return the losses."""
        with self.nlp.select_pipes(enable=self.components):
            return update(
                self.nlp, self._examples, drop=DROPOUT, sgd=False, annotates=self._annotating
            )

    def apply_gradients(self) -> None:
        """Let the optimizer of the config change the weights."""
        taking_part = self.components
        pairs = [(name, pipe) for name, pipe in self.nlp.pipeline if name in taking_part]
        apply_gradients(pairs, self._optimizer)

    def predict(self) -> Any:
        """Return what the component predicts for the examples, before it becomes annotation."""
        taking_part = self.components
        before = taking_part[: taking_part.index(self.component)]
        docs = [example.predicted.copy() for example in self._examples]
        with self.nlp.select_pipes(enable=before):
            docs = list(self.nlp.pipe(docs))
        return self.nlp.get_pipe(self.component).predict(docs)

    def _reader(self) -> Any:
        if self.on_sample:
            return lambda: [_example(self.nlp, annotation) for annotation in _SAMPLE]
        training = self._config["training"]
        (corpus,) = resolve_dot_names(self._config, [training["train_corpus"]])
        n_examples = STREAMED_SAMPLE if training["max_epochs"] == -1 else None
        streams = Streams(training["seed"] or 0)
        return lambda: islice(read(corpus, self.nlp, streams, "init.data"), n_examples)


def _model_of(nlp: Language, name: str) -> Any:
    """Return the Thinc model of a component; raises `KernelError` if it has none."""
    components = dict(nlp.pipeline)
    if name not in components:
        raise UnknownComponentError(
            f"the pipeline has no component `{name}`", hint=did_you_mean(name, components)
        )
    model = getattr(components[name], "model", None)
    if not hasattr(model, "walk"):
        able = [
            other
            for other, component in components.items()
            if hasattr(getattr(component, "model", None), "walk")
        ]
        raise KernelError(
            f"the component `{name}` has no model of Thinc",
            hint=f"components with a model: {', '.join(able) or 'none'}",
        )
    return model


def _example(nlp: Language, annotation: dict[str, Any]) -> Example:
    words: Sequence[str] = annotation["words"]
    return Example.from_dict(nlp.make_doc(" ".join(words[:-1]) + words[-1]), annotation)
