"""What this package tells the kernel. Cheap to import: no arrays, no models."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from kernel.hooks import hookimpl

# Width and depth of the encoder, by what is asked for.
_SIZES: Final = {"efficiency": (96, 4), "accuracy": (256, 8)}


@hookimpl
def kernel_recommend_component(component: str, optimize: str) -> Mapping[str, Any] | None:
    if component != "tok2vec":
        return None
    width, depth = _SIZES[optimize]
    return {
        "factory": "tok2vec",
        "model": {
            "@architectures": "kernel.Tok2Vec.v2",
            "embed": {
                "@architectures": "kernel.MultiHashEmbed.v2",
                "width": "${components.tok2vec.model.encode.width}",
                "attrs": ["NORM", "PREFIX", "SUFFIX", "SHAPE"],
                "rows": [5000, 1000, 2500, 2500],
                # Static vectors have to be there before a config can ask for them.
                "include_static_vectors": False,
            },
            "encode": {
                "@architectures": "kernel.MaxoutWindowEncoder.v2",
                "width": width,
                "depth": depth,
                "window_size": 1,
                "maxout_pieces": 3,
            },
        },
    }
