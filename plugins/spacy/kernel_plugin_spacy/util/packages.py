"""Installed distributions, and versions."""

from __future__ import annotations

import importlib
import importlib.metadata
from pathlib import Path

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.version import InvalidVersion, Version

from kernel.errors import KernelError
from kernel.registry import registry


class PackageNotFoundError(KernelError, ModuleNotFoundError):
    """A package cannot be imported."""


def is_package(name: str) -> bool:
    """Return whether a distribution is installed."""
    return get_package_version(name) is not None


def get_package_version(name: str) -> str | None:
    """Return the version of a distribution, None if it is not installed."""
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return None


def get_package_path(name: str) -> Path:
    """Return the folder of a package; raises PackageNotFoundError if it cannot be imported."""
    try:
        module = importlib.import_module(name)
    except ImportError as error:
        raise PackageNotFoundError(f"no package `{name}`: {error}") from error
    if module.__file__ is None:
        raise KernelError(f"the package `{name}` has no single folder")
    return Path(module.__file__).parent


def get_installed_models() -> list[str]:
    """Return the names of the pipelines installed as packages."""
    return registry.models.names()


def is_compatible_version(version: str, constraint: str, prereleases: bool = True) -> bool | None:
    """Return whether `version` satisfies a constraint such as `>=1.0,<2`; None if invalid."""
    exact = f"=={constraint}" if constraint[:1].isdigit() else constraint
    try:
        wanted = SpecifierSet(exact)
        return wanted.contains(Version(version), prereleases=prereleases)
    except (InvalidSpecifier, InvalidVersion):
        return None


def get_minor_version_range(version: str) -> str:
    """Return a constraint for all versions of the same minor release."""
    major, minor = Version(version).release[:2]
    return f">={major}.{minor}.0,<{major}.{minor + 1}.0"


def get_base_version(version: str) -> str:
    """Return a version without parts such as `rc1` and `.dev0`."""
    return Version(version).base_version


def get_minor_version(version: str) -> str | None:
    """Return the first two numbers of a version, None if it is invalid."""
    try:
        found = Version(version)
    except (InvalidVersion, TypeError):
        return None
    return f"{found.major}.{found.minor}"


def is_minor_version_match(one: str, other: str) -> bool:
    """Return whether two versions are valid and of the same minor release."""
    minor = get_minor_version(one)
    return minor is not None and minor == get_minor_version(other)


def get_model_version_range(version: str) -> str:
    """Return a constraint for `version` and later versions of the same minor release."""
    found = Version(version)
    return f">={version},<{found.major}.{found.minor + 1}.0"


def is_prerelease_version(version: str) -> bool:
    """Return whether a version is a prerelease."""
    return Version(version).is_prerelease


def is_unconstrained_version(constraint: str) -> bool | None:
    """Return whether a constraint is open on one side; None if it is invalid."""
    exact = f"=={constraint}" if constraint[:1].isdigit() else constraint
    try:
        operators = {specifier.operator for specifier in SpecifierSet(exact)}
    except InvalidSpecifier:
        return None
    return "==" not in operators and not (operators & {"<", "<="} and operators & {">", ">="})
