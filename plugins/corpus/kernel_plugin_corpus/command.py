"""The command `kernel convert`: from annotated files to corpora."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from kernel.cli import check_unused, force_option
from kernel.errors import KernelError, PluginError

if TYPE_CHECKING:
    from kernel.config import Option
    from kernel.text import Doc
    from kernel_plugin_corpus.conversion import Converted

MAX_SHOWN: Final = 20
AUTO: Final = "auto"
# One-letter names of converter options, as in spaCy's command.
_LETTERS: Final = {
    "base": "-b",
    "merge_subtokens": "-T",
    "morphology": "-m",
    "n_sents": "-n",
    "ner_map": "-nm",
    "seg_sents": "-s",
}

_METAVARS: Final = {
    "a number": "FLOAT",
    "a string": "TEXT",
    "a table of strings": "JSON|FILE",
    "a whole number": "INTEGER",
}


class ConvertCommand(click.Command):
    """A command whose options include the arguments of the converters.

    If the command line names a converter, only its options are added, otherwise those of all.
    """

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Find the converters that the arguments can belong to, then parse the arguments."""
        ctx.meta[__name__] = _options_by_converter(_named_converter(args))
        return super().parse_args(ctx, args)

    def get_params(self, ctx: click.Context) -> list[click.Parameter]:
        """Return the command's own parameters, then the options of the converters."""
        own = super().get_params(ctx)
        taken = {parameter.name for parameter in own}
        options = {
            name: option
            for options in ctx.meta.get(__name__, {}).values()
            for name, option in options.items()
            if name not in taken
        }
        return [*own, *map(_click_option, options.values())]

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the command's own options, then a section for each set of converters."""
        own = [each for each in super().get_params(ctx) if isinstance(each, click.Option)]
        sections: list[tuple[str, list[click.Option]]] = [("Options", own)]
        by_converter = ctx.meta.get(__name__, {})
        if len(by_converter) > 1:
            with formatter.section("Converters"):
                formatter.write_dl(list(_descriptions(by_converter).items()))
        for names, options in _same_options(by_converter):
            title = f"Options of the converter{'s' if ',' in names else ''} {names}"
            sections.append((title, [_click_option(option) for option in options.values()]))
        for title, parameters in sections:
            records = [parameter.get_help_record(ctx) for parameter in parameters]
            if any(records):
                with formatter.section(title):
                    formatter.write_dl([record for record in records if record is not None])


def _named_converter(args: Sequence[str]) -> str:
    """Return the converter named in the arguments, which are not parsed yet."""
    for index, word in enumerate(args):
        name, equals, value = word.partition("=")
        if name == "--converter" and equals:
            return value
        if word in {"-c", "--converter"} and index + 1 < len(args):
            return args[index + 1]
    return AUTO


def _descriptions(names: Iterable[str]) -> dict[str, str]:
    from kernel_plugin_corpus.conversion import description_of_converter

    return {name: description_of_converter(name) for name in names}


def _options_by_converter(name: str) -> dict[str, dict[str, Option]]:
    from kernel.registry import registry
    from kernel_plugin_corpus.conversion import options_of_converter

    if name != AUTO:
        return {name: options_of_converter(name)}
    found = {}
    for known in registry.converters.names():
        with contextlib.suppress(PluginError):  # reported if this converter is used
            found[known] = options_of_converter(known)
    return found


def _same_options(
    by_converter: Mapping[str, Mapping[str, Option]],
) -> Iterator[tuple[str, Mapping[str, Option]]]:
    """Group converters with the same options; yield their names and the options."""
    left = dict(by_converter)
    while left:
        options = next(iter(left.values()))
        names = [name for name, each in left.items() if each == options]
        left = {name: each for name, each in left.items() if name not in names}
        yield ", ".join(names), options


def _click_option(option: Option) -> click.Option:
    letter = [_LETTERS[option.name]] if option.name in _LETTERS else []
    if option.is_switch:
        flag = f"{option.flag}/--no-{option.flag[2:]}" if option.default is True else option.flag
        return click.Option([*letter, flag, option.name], is_flag=True, help=_sentence(option.help))
    shown = "" if option.is_required or option.default is None else f"  [default: {option.default}]"
    metavar, text = _metavar(option.expected.removesuffix(" or null")), _sentence(option.help)
    return click.Option([*letter, option.flag, option.name], metavar=metavar, help=text + shown)


def _metavar(expected: str) -> str:
    """Return what the help shows for a value, in the style of click."""
    if expected.startswith("one of "):
        choices = re.findall('"([^"]*)"', expected)
        return f"[{'|'.join(choices)}]"
    return _METAVARS.get(expected, "VALUE")


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:].removesuffix('.')}." if text else ""


@click.command(cls=ConvertCommand)
@click.argument("input_path", type=click.Path(path_type=Path))
@click.argument("output", default="-")
@click.option(
    "--file-type",
    "-t",
    type=click.Choice(["spacy", "json"]),
    help="Format of the output.  [default: the suffix of OUTPUT, or spacy]",
)
@click.option(
    "--converter", "-c", default=AUTO, show_default=True, help="Name of one of the converters."
)
@click.option(
    "--lang", "-l", default="xx", show_default=True, help="Code of the tokenizer's language."
)
@click.option("--concatenate", "-C", is_flag=True, help="Write all input to one output file.")
@force_option("the output")
@click.pass_context
def convert(
    ctx: click.Context,
    /,
    input_path: Path,
    output: str,
    *,
    file_type: str | None,
    converter: str,
    lang: str,
    concatenate: bool,
    force: bool,
    **settings: Any,
) -> None:
    """Convert annotated files to the .spacy corpora that training reads.

    INPUT_PATH is a file, or a folder that is searched. OUTPUT is a folder, or the name of a file
    that ends in .spacy or .json. Without OUTPUT, JSON can be written to stdout: --file-type json.
    Unless --converter names one, the converter is chosen by the content of the file.
    """
    from kernel.pipeline import blank
    from kernel_plugin_corpus.conversion import choose_converter, convert_file, find_inputs
    from kernel_plugin_corpus.outputs import plan_outputs

    file_type = file_type or ("json" if output.endswith(".json") else "spacy")
    if output == "-" and file_type != "json":
        raise KernelError(
            "a .spacy file cannot go to stdout",
            hint="name an output folder, or ask for --file-type json",
        )
    inputs = find_inputs(input_path, converter)
    outputs = plan_outputs(inputs, input_path, output, file_type, concatenate=concatenate)
    for path in outputs:
        check_unused(path, force=force)
    nlp, converted = blank(lang), {}
    given = {name: value for name, value in settings.items() if _is_given(ctx, name)}
    for path in inputs:
        name = choose_converter(path, converter)
        converted[path] = convert_file(path, name, given, nlp=nlp)
        _report(converted[path])
    for target, sources in outputs.items():
        _write([doc for path in sources for doc in converted[path].docs], target, file_type)


def _is_given(ctx: click.Context, name: str) -> bool:
    return ctx.get_parameter_source(name) != click.core.ParameterSource.DEFAULT


def _report(converted: Converted) -> None:
    from kernel.cli import console

    for note in converted.notes:
        console.warn(note)
    if not converted.misaligned:
        return
    count = len(converted.misaligned)
    console.warn(f"{count} {'entity' if count == 1 else 'entities'} did not align with tokens:")
    for entity in converted.misaligned[:MAX_SHOWN]:
        console.say(f"  {entity}")
    if count > MAX_SHOWN:
        console.say(f"  … and {count - MAX_SHOWN} more")


def _write(docs: list[Doc], target: Path, file_type: str) -> None:
    from kernel.cli import console
    from kernel_plugin_corpus.conversion import training_json, write_docs

    if str(target) == "-":
        console.data(training_json(docs))
        return
    write_docs(docs, target, file_type)
    console.good(f"{target}: {_summary(docs)}")


def _summary(docs: list[Doc]) -> str:
    from kernel_plugin_corpus.conversion import count_annotation
    from kernel_plugin_corpus.outputs import counted

    text = f"{counted(len(docs), 'document')}, {counted(sum(map(len, docs)), 'token')}"
    for kind, counts in count_annotation(docs).items():
        listed = [f"{label} {counts[label]:,}" for label in sorted(counts)]
        more = len(listed) - MAX_SHOWN
        labels = ", ".join(listed[:MAX_SHOWN]) + (f" and {more} more" if more > 0 else "")
        text += f", {counted(counts.total(), *kind)} ({labels})"
    return text
