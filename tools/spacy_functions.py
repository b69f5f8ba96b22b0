"""Print what the configs of spaCy can name, as JSON: functions, components, languages, settings.

    $KERNEL_SPACY_PYTHON tools/spacy_functions.py \
        > plugins/spacy/kernel_plugin_spacy/pipelines/spacy_functions.json

Runs with an interpreter that has spaCy; its registries and its default config have it all.
"""

import inspect
import json
import pkgutil
from collections.abc import Callable

import spacy
import spacy.lang
from spacy.language import DEFAULT_CONFIG_PRETRAIN_PATH
from spacy.util import get_lang_class, load_config, registry

KINDS = """
    architectures augmenters batchers callbacks initializers layers loggers losses misc optimizers
    readers schedules scorers tokenizers vectors
"""
# spaCy 3.8 fails when it runs a model with this one.
UNUSABLE = {"spacy.TextCatLowData.v1"}
SECTIONS = ("nlp", "training", "initialize", "pretraining")


def arguments(function: Callable[..., object]) -> str:
    """Return the names of the arguments of a function; those of a component are its settings."""
    names = inspect.signature(function).parameters
    return " ".join(name for name in names if name not in ("nlp", "name"))


def of_registry(kind: str) -> dict[str, str]:
    """Return the arguments of each function of a registry, by name."""
    found = getattr(registry, kind).get_all()
    return {name: arguments(found[name]) for name in sorted(found) if name not in UNUSABLE}


def languages() -> str:
    """Return the codes of all languages; imports them, and with them their components."""
    names = [module.name for module in pkgutil.iter_modules(spacy.lang.__path__) if module.ispkg]
    return " ".join(sorted(get_lang_class(name).lang for name in names))


def main() -> None:
    """Print an object for each kind, with a line for each name."""
    nlp = spacy.blank("en")
    nlp.add_pipe("sentencizer")  # which registers spaCy's components
    codes = languages()
    config = {**nlp.config, **load_config(DEFAULT_CONFIG_PRETRAIN_PATH)}
    sections = {name: " ".join(sorted(config[name])) for name in SECTIONS}
    kinds = {kind: of_registry(kind) for kind in ["factories", *KINDS.split()]}
    print(json.dumps({**kinds, "languages": codes, "sections": sections}, indent=1))


if __name__ == "__main__":
    main()
