"""What this package tells the kernel. Cheap to import: no arrays, no models."""

from __future__ import annotations

from collections.abc import Sequence

import kernel


@kernel.hookimpl
def kernel_add_registries() -> Sequence[str]:
    return ["transition_systems"]
