"""The module `spacy.cli`: functions that do what commands do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from kernel import blank, info, load, require_cpu, require_gpu
from kernel.cli import import_code, recommend_config
from kernel.cli import main as setup_cli
from kernel.config import Config, fill, load_config, parse_overrides
from kernel.errors import ConfigError, UnknownLanguageError, UnsupportedError
from kernel.files import write_json
from kernel.registry import registry
from kernel.training import init_nlp
from kernel.training import train as train_pipeline
from kernel_plugin_corpus.conversion import choose_converter, convert_file, find_inputs, write_docs
from kernel_plugin_corpus.outputs import plan_outputs

__all__ = [
    "convert",
    "download",
    "evaluate",
    "fill_config",
    "import_code",
    "info",
    "init_config",
    "parse_config_overrides",
    "setup_cli",
    "setup_gpu",
    "show_validation_error",
    "string_to_list",
]

_RELEASES = "https://github.com/explosion/spacy-models/releases"


def download(model: str, direct: bool = False, sdist: bool = False, *pip_args: str) -> None:
    """Do nothing if the pipeline is installed.

    Raises UnsupportedError, which says how to install it, if it is not.
    """
    if registry.models.has(model):
        return
    raise UnsupportedError(
        f"kernel does not download `{model}`",
        hint=f"install its wheel, from {_RELEASES}, by `pip install --no-deps`",
    )


def train(
    config_path: str | Path,
    output_path: str | Path | None = None,
    *,
    use_gpu: int = -1,
    overrides: Mapping[str, Any] | None = None,
) -> None:
    """Train the pipeline that a config describes; `overrides` are settings by dotted name."""
    config = load_config(config_path, overrides=overrides)
    train_pipeline(init_nlp(config, use_gpu=use_gpu), output_path, use_gpu=use_gpu)


def evaluate(
    model: str,
    data_path: str | Path,
    output: str | Path | None = None,
    use_gpu: int = -1,
    gold_preproc: bool = False,
    displacy_path: Path | None = None,
    silent: bool = True,
    per_component: bool = False,
) -> dict[str, Any]:
    """Return the scores of the pipeline `model` on a corpus, and write them to the file `output`.

    Raises UnsupportedError for settings that have no effect: `displacy_path` and `silent=False`.
    """
    if displacy_path is not None or not silent:
        raise UnsupportedError(
            "`evaluate` does not render or print", hint="leave out `displacy_path` and `silent`"
        )
    setup_gpu(use_gpu)
    nlp = load(str(model))
    reader = registry.readers.get("kernel.Corpus.v1")
    corpus = reader(path=Path(data_path), gold_preproc=gold_preproc)
    scores = nlp.evaluate(corpus(nlp), per_component=per_component)
    if output is not None:
        write_json(Path(output), scores)
    return scores


def convert(
    input_path: str | Path,
    output_dir: str | Path,
    *,
    file_type: str = "spacy",
    n_sents: int = 1,
    seg_sents: bool = False,
    morphology: bool = False,
    merge_subtokens: bool = False,
    converter: str = "auto",
    ner_map: str | Path | None = None,
    lang: str | None = None,
    concatenate: bool = False,
) -> None:
    """Convert annotated files to corpora, which replace earlier ones."""
    settings: dict[str, str | bool] = {
        name: value if isinstance(value, bool) else str(value)
        for name, value, default in (
            ("n_sents", n_sents, 1),
            ("seg_sents", seg_sents, False),
            ("morphology", morphology, False),
            ("merge_subtokens", merge_subtokens, False),
            ("ner_map", ner_map, None),
        )
        if value != default
    }
    source, nlp = Path(input_path), blank(lang or "xx")
    inputs = find_inputs(source, converter)
    outputs = plan_outputs(inputs, source, str(output_dir), file_type, concatenate=concatenate)
    docs = {
        path: convert_file(path, choose_converter(path, converter), settings, nlp=nlp).docs
        for path in inputs
    }
    for target, sources in outputs.items():
        write_docs([doc for path in sources for doc in docs[path]], target, file_type)


def init_config(
    *,
    lang: str = "en",
    pipeline: Sequence[str] = (),
    optimize: str = "efficiency",
    gpu: bool = False,
    pretraining: bool = False,
    silent: bool = True,
) -> Config:
    """Return the recommended config for a pipeline; unless `silent`, print what it is for."""
    found = recommend_config(lang, pipeline, optimize=optimize, gpu=gpu, pretraining=pretraining)
    _say(f"the recommended config: {lang}, {', '.join(pipeline)}, for {optimize}", silent=silent)
    return found.config


def fill_config(
    output_file: str | Path, base_path: str | Path, *, silent: bool = True
) -> tuple[Config, Config]:
    """Write the config at `base_path` with all defaults to `output_file`; return both configs.

    Unless `silent`, print that it was written.
    """
    base = load_config(base_path)
    filled = fill(base)
    filled.to_disk(Path(output_file), interpolate=False)
    _say(f"wrote {base_path} with all defaults to {output_file}", silent=silent)
    return base, filled


def parse_config_overrides(args: Sequence[str], env_var: str | None = "") -> dict[str, Any]:
    """Return the settings in arguments of the command line, and in the environment variable.

    The environment variable is `KERNEL_CONFIG_OVERRIDES`; with None as `env_var`, it is not read.
    """
    return dict(parse_overrides(args, environ={} if env_var is None else None))


def setup_gpu(use_gpu: int, silent: bool = True) -> None:
    """Use the GPU number `use_gpu`, or the CPU if it is -1; unless `silent`, print which."""
    if use_gpu >= 0:
        require_gpu(use_gpu)
    else:
        require_cpu()
    _say(f"using GPU {use_gpu}" if use_gpu >= 0 else "using the CPU", silent=silent)


def _say(text: str, *, silent: bool) -> None:
    if not silent:
        from kernel.cli import console

        console.say(text)


@contextmanager
def show_validation_error(
    file_path: str | Path | None = None,
    *,
    title: str | None = None,
    desc: str = "",
    show_config: bool | None = None,
    hint_fill: bool = True,
) -> Iterator[None]:
    """Run a block, and end the program with the problems of a config that it raises.

    They name their file, line and setting, whatever the arguments are.
    """
    try:
        yield
    except (ConfigError, UnknownLanguageError) as error:
        raise SystemExit(str(error)) from None


def string_to_list(value: str, intify: bool = False) -> list[str] | list[int]:
    """Return the parts of a list that is separated by commas and may have brackets and quotes."""
    text = value.strip().removeprefix("[").removesuffix("]")
    parts = [part.strip().strip("'\"").strip() for part in text.split(",") if part.strip()]
    return [int(part) for part in parts] if intify else parts
