"""What this package tells the kernel. Cheap to import: no arrays, no models."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import kernel

# Width and depth of the encoder for each goal.
_SIZES: Final = {"efficiency": (96, 4), "accuracy": (256, 8)}
_WIDTH: Final = "${components.tok2vec.model.encode.width}"
_REMARKS: Final = {
    "paths.vectors": (
        "kernel comes without word vectors; with them, and `include_static_vectors` of the "
        "embedding true, the pipeline is more accurate"
    ),
    "components.tok2vec.model.embed.include_static_vectors": (
        "set to true when `vectors` in [paths] is set"
    ),
}


@kernel.hookimpl(trylast=True)
def kernel_recommend_shared_layer(
    component: str | None, optimize: str
) -> kernel.SharedLayer | None:
    if component not in (None, "tok2vec"):
        return None
    return kernel.SharedLayer(
        component="tok2vec",
        block=_block(*_SIZES[optimize]),
        listener={
            "@architectures": "kernel.Tok2VecListener.v1",
            "width": _WIDTH,
            "upstream": "*",
        },
        remarks=_REMARKS if optimize == "accuracy" else {},
    )


def _block(width: int, depth: int) -> Mapping[str, Any]:
    return {
        "factory": "tok2vec",
        "model": {
            "@architectures": "kernel.Tok2Vec.v2",
            "embed": {
                "@architectures": "kernel.MultiHashEmbed.v2",
                "width": _WIDTH,
                "attrs": ["NORM", "PREFIX", "SUFFIX", "SHAPE"],
                "rows": [5000, 1000, 2500, 2500],
                # Static vectors must exist before a config can use them.
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
