"""`kernel evaluate`: score a trained pipeline on a corpus."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kernel.cli.options import check_unused, code_option, force_option, gpu_option
from kernel.errors import KernelError, LoadError

if TYPE_CHECKING:
    from kernel.pipeline import Language
    from kernel.scoring import Score


@click.command()
@click.argument("model")
@click.argument("data_path", type=click.Path(path_type=Path))
@click.option("--output", "-o", type=click.Path(path_type=Path), help="JSON file for the scores.")
@code_option
@gpu_option
@click.option(
    "--gold-preproc", "-G", is_flag=True, help="Take the tokens and sentences of the corpus."
)
@force_option("the file for the scores")
@click.option(
    "--per-component", "-P", is_flag=True, help="Group the scores in --output by component."
)
def evaluate(
    *,
    model: str,
    data_path: Path,
    output: Path | None,
    code: Path | None,
    gpu_id: int,
    gold_preproc: bool,
    per_component: bool,
    force: bool,
) -> None:
    """Score the pipeline MODEL on the corpus DATA_PATH (.spacy).

    MODEL is a folder or an installed package. The scores are printed as tables, in percent; speed
    is words per second.
    """
    from kernel.cli import console
    from kernel.cli.code import import_code
    from kernel.cli.options import use_device
    from kernel.config import score_descriptions
    from kernel.files import write_json

    if output is not None:
        check_unused(output, force=force)
    elif per_component:
        raise KernelError("--per-component needs --output: these scores are not printed")
    import_code(code)
    use_device(gpu_id)
    if not data_path.exists():
        raise LoadError(f"{data_path}: no such file or folder")
    nlp = _load(model)
    scores = _score(nlp, data_path, gold_preproc=gold_preproc, per_component=per_component)
    if output is not None:
        output.parent.mkdir(parents=True, exist_ok=True)
        write_json(output, scores)
    if not per_component:
        for table in _tables(scores, score_descriptions(nlp.config)):
            console.show(table)
    if output is not None:
        console.good(f"the scores are in {output}")


def _load(model: str) -> Language:
    """Load the pipeline, and notify plugins of its config."""
    from kernel.config import load_config
    from kernel.pipeline import load
    from kernel.pipeline.serialization import find_config
    from kernel.plugins import hooks

    if Path(model).is_dir():
        hooks().watch("kernel_config_loaded", config=load_config(find_config(Path(model))))
    return load(model)


def _score(
    nlp: Language, data_path: Path, *, gold_preproc: bool, per_component: bool
) -> dict[str, Any]:
    """Return the scores of `nlp` on the corpus at `data_path`, as JSON values."""
    from kernel.registry import registry

    reader = registry.readers.get("kernel.Corpus.v1")
    corpus = reader(path=data_path, gold_preproc=gold_preproc)
    scores: dict[str, Any] = json.loads(
        json.dumps(nlp.evaluate(corpus(nlp), per_component=per_component), default=_as_number)
    )
    return scores


def _as_number(value: Any) -> float:
    try:
        return float(value)
    except (TypeError, ValueError):
        kind = type(value).__name__
        raise KernelError(f"expected a number or a table as a score, got {kind}") from None


def _tables(scores: Mapping[str, Any], described: Mapping[str, Score]) -> Iterator[Any]:
    """Yield a table of all single scores, and one for each score with several values."""
    from kernel.cli.console import make_table

    rows = [
        (_title(name, scores, described), _percent(value))
        for name, value in scores.items()
        if not isinstance(value, Mapping) and _has_row(name, value, described)
    ]
    if scores.get("speed") is not None:
        rows.append(("SPEED", f"{scores['speed']:.0f}"))
    yield make_table("Results", ["", ""], rows, header=False)
    for name, value in scores.items():
        if isinstance(value, Mapping) and value:
            per = described[name].per if name in described else None
            title = f"{_title(name, scores, described)} (per {per or 'type'})"
            yield _table_of_several(f"\n{title}", value)


def _has_row(name: str, value: Any, described: Mapping[str, Score]) -> bool:
    if name in described:
        score = described[name]
        return score.title is not None or score.weight is not None
    return name != "speed" and isinstance(value, int | float)


def _title(name: str, scores: Mapping[str, Any], described: Mapping[str, Score]) -> str:
    title = described[name].title if name in described else None
    kind = scores.get(f"{name}_desc")
    return f"{title or name} ({kind})" if kind else title or name


def _table_of_several(title: str, values: Mapping[str, Any]) -> Any:
    """Return a table with a row for each item: its value, or a column for each of its values."""
    from kernel.cli.console import make_table

    rates = [value for value in values.values() if isinstance(value, Mapping)]
    if not rates:
        single = [(label, _percent(value)) for label, value in sorted(values.items())]
        return make_table(title, ["", ""], single, header=False)
    names = list(dict.fromkeys(name for each in rates for name in each))
    rows = [
        (label, *(_percent(each.get(name)) for name in names))
        for label, value in sorted(values.items())
        for each in (value if isinstance(value, Mapping) else {},)
    ]
    return make_table(title, ["", *map(str.upper, names)], rows)


def _percent(value: Any) -> str:
    return f"{value * 100:.2f}" if isinstance(value, int | float) else "-"
