"""Types of pydantic in signatures: models and constrained types, of its versions 2 and 1.

pydantic is never imported here: if a hint is one of its types, somebody has imported it.
"""

from __future__ import annotations

import dataclasses
import functools
import inspect
import sys
import typing
from collections.abc import Iterator, Mapping
from typing import Any, Final

from attrs import frozen

_MODULES: Final = ("pydantic", "annotated_types")


@frozen
class Refusal:
    """An error of pydantic: the keys of the value that is wrong, and what is wrong with it."""

    keys: tuple[str | int, ...]
    message: str


def is_table(cls: Any) -> bool:
    """Return whether pydantic makes objects of the class `cls` from tables."""
    if not inspect.isclass(cls):
        return False
    is_dataclass = dataclasses.is_dataclass(cls) and hasattr(cls, "__pydantic_validator__")
    return is_dataclass or _is_model(cls, "pydantic") or _is_old_model(cls)


def is_old_type(cls: Any) -> bool:
    """Return whether `cls` is a constrained type of pydantic 1, such as `conint(ge=1)`."""
    return inspect.isclass(cls) and hasattr(cls, "__get_validators__") and not _is_old_model(cls)


def is_constrained(hint: Any) -> bool:
    """Return whether `hint` is annotated with constraints that pydantic checks."""
    if typing.get_origin(hint) is not typing.Annotated:
        return False
    return any(_is_constraint(item) for item in typing.get_args(hint)[1:])


def keys_of(cls: Any) -> list[str] | None:
    """Return the keys that a table for the class `cls` may have; None for any."""
    if _is_model(cls, "pydantic"):
        aliases = [
            each.validation_alias or each.alias or key for key, each in cls.model_fields.items()
        ]
        is_open = cls.model_config.get("extra") == "allow" or not all(
            isinstance(alias, str) for alias in aliases
        )
        return None if is_open else [*dict.fromkeys([*cls.model_fields, *aliases])]
    if _is_old_model(cls):
        fields = cls.__fields__.items()
        is_open = getattr(cls.__config__.extra, "value", None) == "allow"
        names = [name for key, each in fields for name in (key, each.alias)]
        return None if is_open else [*dict.fromkeys(names)]
    return [each.name for each in dataclasses.fields(cls) if each.init]


def unknown_keys(value: Mapping[str, Any], cls: Any) -> list[str]:
    """Return the keys of `value` that a table for the class `cls` may not have."""
    known = keys_of(cls)
    return [] if known is None else [key for key in value if key not in known]


def validate(value: Any, hint: Any) -> Any:
    """Return `value` as pydantic converts it to the type `hint`.

    Raises its ValidationError. A value of a type that it does not know is returned unchanged.
    """
    if is_old_type(hint) or _is_old_model(hint):
        return sys.modules["pydantic.v1"].parse_obj_as(hint, value)
    adapter = _adapter(hint)
    return value if adapter is None else adapter.validate_python(value)


def refusals(error: Exception) -> Iterator[Refusal]:
    """Yield what is wrong with a value, from an error that `validate` raised."""
    for each in getattr(error, "errors", list)():
        keys = [key for key in each["loc"] if key != "__root__"]
        yield Refusal(tuple(keys), str(each["msg"]))


def is_validation_error(error: Exception) -> bool:
    """Return whether `error` is one of pydantic's errors about a value."""
    names = {cls.__name__ for cls in type(error).__mro__}
    return "ValidationError" in names and type(error).__module__.startswith("pydantic")


def _is_model(cls: Any, module: str) -> bool:
    found = sys.modules.get(module)
    return found is not None and inspect.isclass(cls) and issubclass(cls, found.BaseModel)


def _is_old_model(cls: Any) -> bool:
    return _is_model(cls, "pydantic.v1")


def _is_constraint(item: Any) -> bool:
    return type(item).__module__.partition(".")[0] in _MODULES or (
        inspect.isclass(item) and item.__module__.partition(".")[0] in _MODULES
    )


@functools.lru_cache(maxsize=256)
def _adapter(hint: Any) -> Any:
    pydantic: Any = sys.modules.get("pydantic")
    if pydantic is None:  # the constraints are those of `annotated_types`
        return None
    try:
        return pydantic.TypeAdapter(hint)
    except (pydantic.PydanticSchemaGenerationError, pydantic.PydanticUserError, NameError):
        return None
