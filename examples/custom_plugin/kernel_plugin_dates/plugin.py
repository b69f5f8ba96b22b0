"""Hook implementations of this package. Cheap to import: no arrays, no models."""

from collections.abc import Mapping
from typing import Any

from kernel import hookimpl


@hookimpl
def kernel_recommend_component(component: str) -> Mapping[str, Any] | None:
    return {"factory": "dates"} if component == "dates" else None
