"""`kernel evaluate`: the scores of a trained pipeline on a corpus."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import click

from kernel.cli.options import code_option, gpu_option
from kernel.errors import LoadError

# What a score is called in the table; those that are missing have no row.
ROWS: Final = {
    "TOK": "token_acc",
    "TAG": "tag_acc",
    "POS": "pos_acc",
    "MORPH": "morph_acc",
    "LEMMA": "lemma_acc",
    "UAS": "dep_uas",
    "LAS": "dep_las",
    "NER P": "ents_p",
    "NER R": "ents_r",
    "NER F": "ents_f",
    "TEXTCAT": "cats_score",
    "SENT P": "sents_p",
    "SENT R": "sents_r",
    "SENT F": "sents_f",
    "SPAN P": "spans_{key}_p",
    "SPAN R": "spans_{key}_r",
    "SPAN F": "spans_{key}_f",
}
PER_TYPE: Final = {
    "MORPH": "morph_per_feat",
    "LAS": "dep_las_per_type",
    "NER": "ents_per_type",
    "SPANS": "spans_{key}_per_type",
    "TEXTCAT": "cats_f_per_type",
}


@click.command()
@click.argument("model")
@click.argument("data_path", type=click.Path(path_type=Path))
@click.option("--output", "-o", type=click.Path(path_type=Path), help="JSON file for the scores.")
@code_option
@gpu_option
@click.option("--gold-preproc", "-G", is_flag=True, help="Use the corpus's tokens and sentences.")
@click.option("--spans-key", "-sk", default="sc", show_default=True, help="Spans to show.")
@click.option("--per-component", "-P", is_flag=True, help="Scores by component, to --output only.")
def evaluate(
    *,
    model: str,
    data_path: Path,
    output: Path | None,
    code: Path | None,
    gpu_id: int,
    gold_preproc: bool,
    spans_key: str,
    per_component: bool,
) -> None:
    """Score the pipeline MODEL on the corpus DATA_PATH (.spacy).

    The scores are printed as tables, in percent; speed is words per second.
    """
    from kernel.cli import console
    from kernel.cli.code import import_code
    from kernel.cli.options import use_device
    from kernel.files import write_json

    import_code(code)
    use_device(gpu_id)
    scores = score(model, data_path, gold_preproc=gold_preproc, per_component=per_component)
    if output is not None:
        output.parent.mkdir(parents=True, exist_ok=True)
        write_json(output, scores)
    if not per_component:
        for table in _tables(scores, spans_key):
            console.show(table)
    if output is not None:
        console.good(f"the scores are in {output}")


def score(
    model: str, data_path: Path, *, gold_preproc: bool = False, per_component: bool = False
) -> dict[str, Any]:
    """Return the scores of the pipeline `model` on the corpus at `data_path`, as JSON has them.

    Raises `LoadError` for a pipeline that cannot be loaded, `DataError` for an empty corpus.
    """
    from kernel.config import load_config
    from kernel.pipeline import load
    from kernel.pipeline.serialization import find_config
    from kernel.plugins import hooks
    from kernel.registry import registry

    reader = registry.readers.get("kernel.Corpus.v1")
    if not data_path.exists():
        raise LoadError(f"{data_path}: no such file or folder")
    if Path(model).is_dir():
        hooks().watch("kernel_config_loaded", config=load_config(find_config(Path(model))))
    nlp = load(model)
    corpus = reader(path=data_path, gold_preproc=gold_preproc)
    scores: dict[str, Any] = json.loads(
        json.dumps(nlp.evaluate(corpus(nlp), per_component=per_component), default=float)
    )
    return scores


def _tables(scores: Mapping[str, Any], spans_key: str) -> Iterator[Any]:
    from kernel.cli.console import make_table

    rows = [
        (_title(name, scores), _percent(scores[key]))
        for name, key in _present(ROWS, scores, spans_key)
    ]
    if scores.get("speed") is not None:
        rows.append(("SPEED", f"{scores['speed']:.0f}"))
    yield make_table("Results", ["", ""], rows, header=False)
    for name, key in _present(PER_TYPE, scores, spans_key):
        yield _type_table(f"\n{name} (per type)", scores[key])
    if scores.get("cats_auc_per_type"):
        auc = scores["cats_auc_per_type"]
        rows = [(label, "-" if auc[label] is None else f"{auc[label]:.2f}") for label in auc]
        yield make_table("\nTEXTCAT (ROC AUC per label)", ["", ""], rows, header=False)


def _title(name: str, scores: Mapping[str, Any]) -> str:
    kind = scores.get("cats_score_desc") if name == "TEXTCAT" else None
    return f"{name} ({kind})" if kind else name


def _type_table(title: str, per_type: Mapping[str, Any]) -> Any:
    from kernel.cli.console import make_table

    rows = [
        (label, *(_percent(values.get(letter)) for letter in "prf"))
        for label, values in sorted(per_type.items())
    ]
    return make_table(title, ["", "P", "R", "F"], rows)


def _present(
    names: Mapping[str, str], scores: Mapping[str, Any], spans_key: str
) -> list[tuple[str, str]]:
    keys = [(name, key.format(key=spans_key)) for name, key in names.items()]
    return [(name, key) for name, key in keys if key in scores and scores[key] != {}]


def _percent(value: Any) -> str:
    return f"{value * 100:.2f}" if isinstance(value, int | float) else "-"
