"""The output files of a conversion."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from kernel.errors import KernelError


def plan_outputs(
    inputs: Sequence[Path], source: Path, target: str, file_type: str, *, concatenate: bool
) -> dict[Path, list[Path]]:
    """Return the output files, each with the input files whose docs it gets.

    source       the input, or the folder that the inputs are in
    target       a file if it ends in `.{file_type}`, "-" for stdout, otherwise a folder
    concatenate  whether all docs go to one file

    Raises `KernelError` if several inputs would be written to one file without `concatenate`, or
    if an input would be replaced.
    """
    path, suffix = Path(target), f".{file_type}"
    if path.exists() and not path.is_dir() and path.suffix != suffix:
        raise KernelError(f"the output {path} is a file, but does not end in {suffix}")
    outputs = _plan(inputs, source, target, file_type, concatenate=concatenate)
    for output in outputs:
        if output.is_dir():
            raise KernelError(f"the output {output} is a folder, expected a file")
        if any(output.exists() and output.samefile(each) for each in inputs):
            raise KernelError(f"the output would replace the input {output}")
    return outputs


def _plan(
    inputs: Sequence[Path], source: Path, target: str, file_type: str, *, concatenate: bool
) -> dict[Path, list[Path]]:
    suffix = f".{file_type}"
    path = Path(target)
    is_file = path.suffix == suffix
    if target == "-":
        return {path: list(inputs)}
    if is_file and (concatenate or len(inputs) == 1):
        return {path: list(inputs)}
    if concatenate:
        return {path / f"{_name(source)}{suffix}": list(inputs)}
    if is_file:
        raise KernelError(
            f"{len(inputs)} input files, but one output file: {target}",
            hint="name an output folder, or write all docs to one file with --concatenate",
        )
    root = source if source.is_dir() else source.parent
    outputs: dict[Path, list[Path]] = {}
    for each in inputs:
        output = (path / each.relative_to(root)).with_suffix(suffix)
        outputs.setdefault(output, []).append(each)
    for output, sources in outputs.items():
        if len(sources) > 1:
            raise KernelError(f"several input files would be written to {output}")
    return outputs


def counted(count: int, one: str, several: str = "") -> str:
    """Return a number with the name of what is counted; by default, several end in "s"."""
    return f"{count:,} {one if count == 1 else several or f'{one}s'}"


def _name(source: Path) -> str:
    source = source.resolve()
    return source.name if source.is_dir() else source.stem
