"""File conversion: choosing a converter, its options, and the converted docs."""

from __future__ import annotations

import inspect
import json
import reprlib
import warnings
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from attrs import define, field

from kernel.config import Option, options_of
from kernel.errors import DataError, KernelError, PluginError
from kernel.files import write_file
from kernel.pipeline import Language
from kernel.plugins import hooks
from kernel.registry import registry
from kernel.text import Doc, DocBin
from kernel_plugin_corpus.training_json import docs_to_json

# The first record of a JSON file has to be in these bytes for its format to be detected.
SNIFFED_BYTES = 1_000_000
BRAT_SUFFIX = ".ann"
# What to do with files that users have, but no converter reads.
_HINTS = {
    ".csv": 'write each row as a line of JSON, such as {"text": "…", "label": "…"}, or ',
    ".py": "write the list as JSON, with `json.dump(TRAIN_DATA, file)`, or ",
}
# Arguments of converters that are not options.
_NOT_OPTIONS = ("source", "nlp", "misaligned")


@define
class Converted:
    """The docs of one input file, and what is reported about them."""

    path: Path
    docs: list[Doc]
    misaligned: list[Any] = field(factory=list)
    notes: list[str] = field(factory=list)


def find_inputs(path: Path, converter: str) -> list[Path]:
    """Return the files to convert: `path`, or the files below it with the converter's suffix.

    Names that start with a dot are skipped. Raises `DataError` if there are no files, or if files
    with several suffixes match.
    """
    if not path.exists():
        raise DataError("no such file or folder", path=path)
    if path.is_file():
        return [path]
    if not path.is_dir():
        raise DataError("neither a file nor a folder", path=path)
    found = sorted(
        inside
        for inside in path.rglob("*")
        if inside.is_file()
        and not any(part.startswith(".") for part in inside.relative_to(path).parts)
    )
    if not found:
        raise DataError("the folder has no files", path=path)
    if any(inside.suffix == BRAT_SUFFIX for inside in found):
        # brat's folders also have the texts, and settings such as annotation.conf.
        return [inside for inside in found if inside.suffix == BRAT_SUFFIX]
    by_name = [inside for inside in found if inside.suffix == f".{converter}"]
    if by_name:
        return by_name
    suffixes = sorted({inside.suffix for inside in found})
    if len(suffixes) > 1:
        raise DataError(
            f"the folder has files of several kinds: {', '.join(suffixes)}",
            path=path,
            hint="choose one with --converter SUFFIX, or convert the files one by one",
        )
    return found


def choose_converter(path: Path, name: str) -> str:
    """Return the name of the converter for `path`; "auto" asks the plugins.

    Raises `DataError` if none of them knows.
    """
    if name != "auto":
        return name
    with path.open("rb") as file:
        head = file.read(SNIFFED_BYTES).decode("utf8", errors="replace")
    guess: str | None = hooks().first("kernel_guess_converter", path=path, head=head)
    if guess is None:
        raise DataError(
            "neither the name nor the content says what format this is",
            path=path,
            hint=_HINTS.get(path.suffix, "")
            + "name it with --converter:\n"
            + "\n".join(
                f"  {name:<13} {description_of_converter(name)}"
                for name in registry.converters.names()
            ),
        )
    return guess


def options_of_converter(name: str) -> dict[str, Option]:
    """Return the options of the converter `name`: its arguments, except `_NOT_OPTIONS`."""
    return options_of(registry.converters.get(name), _NOT_OPTIONS)


def description_of_converter(name: str) -> str:
    """Return what the converter `name` reads: the first line of its module's docstring."""
    try:
        doc = inspect.getmodule(registry.converters.get(name)).__doc__ or ""
    except (PluginError, AttributeError):  # reported if this converter is used
        return ""
    return doc.strip().partition("\n")[0].removesuffix(".")


def convert_file(
    path: Path, name: str, given: Mapping[str, str | bool], *, nlp: Language
) -> Converted:
    """Read all docs of `path` with the converter called `name`.

    `given` holds options as typed on the command line. Raises `KernelError` for an unknown option
    or a value of the wrong type.
    """
    convert, options = registry.converters.get(name), options_of_converter(name)
    unknown = [key for key in given if key not in options]
    if unknown:
        flag = unknown[0].replace("_", "-")
        raise KernelError(
            f"the converter `{name}` has no option --{flag}",
            hint=f"it has: {', '.join(option.flag for option in options.values()) or 'none'}",
        )
    settings = {key: options[key].read(value) for key, value in given.items()}
    converted = Converted(path, [])
    if "misaligned" in inspect.signature(convert).parameters:
        settings["misaligned"] = converted.misaligned
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        converted.docs = _docs(convert(path, nlp=nlp, **settings), name)
    converted.notes = [str(warning.message) for warning in caught]
    if not converted.docs:
        raise DataError(
            "the file has no documents", path=path, hint="\n".join(converted.notes) or None
        )
    return converted


def _docs(found: Any, name: str) -> list[Doc]:
    """Return the docs of a converter, which may be one of the user."""
    docs = list(found) if isinstance(found, Iterable) else [found]
    for doc in docs:
        if not isinstance(doc, Doc):
            raise PluginError(
                f"the converter `{name}` returned {reprlib.repr(doc)}, expected docs",
                hint="a converter is a function that yields an object of the class `Doc` per text",
            )
    return docs


def count_annotation(docs: Iterable[Doc]) -> dict[tuple[str, str], Counter[str]]:
    """Return the number of entities, of spans in each group, and of categories, by label.

    The keys are the names of one and of several.
    """
    counts: dict[tuple[str, str], Counter[str]] = {}
    for doc in docs:
        found = {("entity", "entities"): [span.label_ for span in doc.ents]}
        found |= {
            (f"span in `{key}`", f"spans in `{key}`"): [span.label_ for span in group]
            for key, group in doc.spans.items()
        }
        found["category", "categories"] = [label for label, value in doc.cats.items() if value]
        for kind, labels in found.items():
            if labels:
                counts.setdefault(kind, Counter()).update(labels)
    return counts


def write_docs(docs: Sequence[Doc], path: Path, file_type: str) -> None:
    """Write the docs to `path`, as `spacy` or `json`; an error leaves no partial file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if file_type == "json":
        write_file(path, (training_json(docs) + "\n").encode("utf8"))
        return
    write_file(path, DocBin(docs=docs, store_user_data=True).to_bytes())


def training_json(docs: Sequence[Doc]) -> str:
    """Return the docs as training JSON: one entry with a paragraph for each doc."""
    entry = docs_to_json(docs, ner_missing_tag="-")
    return json.dumps([entry], ensure_ascii=False, indent=1)
