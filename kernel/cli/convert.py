"""`kernel convert`: annotated files in, corpora out."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kernel.errors import DataError, KernelError

if TYPE_CHECKING:
    from kernel.cli.conversion import Converted, Option
    from kernel.pipeline import Language

SHOWN = 20
# What the converters call the options below.
FLAGS = {
    "n_sents": "--n-sents",
    "merge_subtokens": "--merge-subtokens",
    "append_morphology": "--morphology",
    "ner_map": "--ner-map",
    "segmenter": "--seg-sents",
    "on_misaligned": "--on-misaligned",
}


@click.command()
@click.argument("input_path", type=click.Path(path_type=Path))
@click.argument("output", default="-")
@click.option(
    "--file-type",
    "-t",
    type=click.Choice(["spacy", "json"]),
    help="Kind of output: .spacy (the default), or JSON, which is all that stdout gets.",
)
@click.option("--n-sents", "-n", default=1, help="Sentences in a document; 0 for all of a file.")
@click.option("--seg-sents", "-s", is_flag=True, help="Segment sentences (converter ner).")
@click.option("--base", "--model", "-b", help="Pipeline that segments sentences for --seg-sents.")
@click.option("--morphology", "-m", is_flag=True, help="Append the features to the tags.")
@click.option(
    "--merge-subtokens", "-T", is_flag=True, help="Merge the words of a multiword token (CoNLL-U)."
)
@click.option("--converter", "-c", default="auto", help="Name of the converter.")
@click.option(
    "--ner-map",
    "-nm",
    type=click.Path(path_type=Path),
    help="JSON file of new names for entity labels.",
)
@click.option("--lang", "-l", default="xx", help="Language of the tokenizer.")
@click.option("--concatenate", "-C", is_flag=True, help="Put all input into one output file.")
@click.option(
    "--on-misaligned",
    type=click.Choice(["error", "skip", "snap"]),
    default="error",
    help="What to do with entities that do not align with tokens: stop, leave their tokens "
    "without annotation, or widen them to whole tokens.",
)
@click.pass_context
def convert(ctx: click.Context, /, **settings: Any) -> None:
    """Convert annotated files to the .spacy corpora that training reads.

    INPUT_PATH is a file, or a folder that is searched. OUTPUT is a folder, or a file name
    that ends in .spacy or .json.
    """
    from kernel.cli.conversion import choose_converter, convert_file, find_inputs

    source, target = settings["input_path"], settings["output"]
    file_type = settings["file_type"] or ("json" if target.endswith(".json") else "spacy")
    if target == "-" and file_type != "json":
        raise KernelError(
            "a .spacy file cannot go to stdout",
            hint="name an output folder, or ask for --file-type json",
        )
    inputs = find_inputs(source, settings["converter"])
    nlp, options = _make_nlp(settings["lang"]), _make_options(ctx, settings)
    converted = []
    for path in inputs:
        name = choose_converter(path, settings["converter"])
        converted.append(convert_file(path, name, options, nlp=nlp))
        _report(converted[-1])
    _write(converted, source, target, file_type, concatenate=settings["concatenate"])


def _make_nlp(lang: str) -> Language:
    from kernel.pipeline import blank

    return blank(lang)


def _make_options(ctx: click.Context, settings: dict[str, Any]) -> dict[str, Option]:
    from kernel.cli.conversion import Option

    values = {
        "n_sents": settings["n_sents"],
        "merge_subtokens": settings["merge_subtokens"],
        "append_morphology": settings["morphology"],
        "ner_map": _read_map(settings["ner_map"]),
        "segmenter": _make_segmenter(settings) if settings["seg_sents"] else None,
        "on_misaligned": settings["on_misaligned"],
    }
    names = {"append_morphology": "morphology", "segmenter": "seg_sents"}
    default = click.core.ParameterSource.DEFAULT
    return {
        key: Option(FLAGS[key], value, ctx.get_parameter_source(names.get(key, key)) != default)
        for key, value in values.items()
    }


def _make_segmenter(settings: dict[str, Any]) -> Any:
    from kernel.pipeline import load

    if settings["base"]:
        return load(settings["base"])
    nlp = _make_nlp(settings["lang"])
    nlp.add_pipe("sentencizer")
    return nlp


def _read_map(path: Path | None) -> dict[str, str]:
    if path is None:
        return {}
    try:
        names = json.loads(path.read_text(encoding="utf8"))
    except ValueError as error:
        raise DataError(f"not JSON: {error}", path=path) from error
    if not isinstance(names, dict) or not all(isinstance(name, str) for name in names.values()):
        raise DataError('expected an object such as {"PERSON": "PER"}', path=path)
    return names


def _report(converted: Converted) -> None:
    from kernel.cli import console

    for note in converted.notes:
        console.warn(note)
    if not converted.misaligned:
        return
    count = len(converted.misaligned)
    console.warn(f"{count} {'entity' if count == 1 else 'entities'} did not align with tokens:")
    for entity in converted.misaligned[:SHOWN]:
        console.say(f"  {entity}")
    if count > SHOWN:
        console.say(f"  … and {count - SHOWN} more")


def _write(
    converted: list[Converted], source: Path, target: str, file_type: str, *, concatenate: bool
) -> None:
    from kernel.cli import console
    from kernel.cli.conversion import training_json, write_docs

    if target == "-":
        console.data(training_json([doc for each in converted for doc in each.docs]))
        return
    for path, docs in _outputs(converted, source, Path(target), file_type, concatenate):
        write_docs(docs, path, file_type)
        console.good(f"{path}: {_summary(docs)}")


def _outputs(
    converted: list[Converted], source: Path, target: Path, file_type: str, concatenate: bool
) -> list[tuple[Path, list[Any]]]:
    suffix = f".{file_type}"
    is_file = target.suffix == suffix
    if concatenate or (is_file and len(converted) == 1):
        path = target if is_file else (target / source.name).with_suffix(suffix)
        return [(path, [doc for each in converted for doc in each.docs])]
    if is_file:
        raise KernelError(
            f"{len(converted)} input files, but one output file: {target}",
            hint="name an output folder, or put them all into the one file with --concatenate",
        )
    root = source if source.is_dir() else source.parent
    outputs = [
        ((target / each.path.relative_to(root)).with_suffix(suffix), each.docs)
        for each in converted
    ]
    paths = [path for path, _ in outputs]
    for path in paths:
        if paths.count(path) > 1:
            raise KernelError(f"several input files would be written to {path}")
    return outputs


def _summary(docs: list[Any]) -> str:
    from kernel.cli.conversion import count_entities

    text = f"{len(docs):,} documents, {sum(map(len, docs)):,} tokens"
    counts = count_entities(docs)
    if counts:
        labels = ", ".join(f"{label} {counts[label]:,}" for label in sorted(counts))
        text += f", {counts.total():,} entities ({labels})"
    return text
