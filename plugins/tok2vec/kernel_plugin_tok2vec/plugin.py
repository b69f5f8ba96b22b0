"""What this package tells the kernel. Cheap to import: no arrays, no models."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import kernel

# Width and depth of the encoder for each goal.
_SIZES: Final = {"efficiency": (96, 4), "accuracy": (256, 8)}
_WIDTH: Final = "${components.tok2vec.model.encode.width}"
_STATIC_VECTORS: Final = "kernel.StaticVectors.v2"
_REMARKS: Final = {
    "paths.vectors": (
        "no word vectors are recommended for this language; with vectors, and "
        "`include_static_vectors` of the embedding true, the pipeline is more accurate"
    ),
    "components.tok2vec.model.embed.include_static_vectors": (
        "set to true when `vectors` in [paths] is set"
    ),
}


@kernel.hookimpl(trylast=True)
def kernel_recommend_shared_layer(
    component: str | None, lang: str, optimize: str
) -> kernel.SharedLayer | None:
    if component not in (None, "tok2vec"):
        return None
    vectors = _recommended_vectors(lang) if optimize == "accuracy" else None
    return kernel.SharedLayer(
        component="tok2vec",
        block=_block(*_SIZES[optimize], include_vectors=vectors is not None),
        listener={
            "@architectures": "kernel.Tok2VecListener.v1",
            "width": _WIDTH,
            "upstream": "*",
        },
        vectors=vectors,
        remarks=_REMARKS if optimize == "accuracy" and vectors is None else {},
    )


def _recommended_vectors(lang: str) -> str | None:
    from kernel.pipeline import get_lang_class

    # Another plugin has the layer.
    if not kernel.registry.layers.has(_STATIC_VECTORS):
        return None
    return get_lang_class(lang).Defaults.recommended.vectors


def _block(width: int, depth: int, *, include_vectors: bool) -> Mapping[str, Any]:
    return {
        "factory": "tok2vec",
        "model": {
            "@architectures": "kernel.Tok2Vec.v2",
            "embed": {
                "@architectures": "kernel.MultiHashEmbed.v2",
                "width": _WIDTH,
                "attrs": ["NORM", "PREFIX", "SUFFIX", "SHAPE"],
                "rows": [5000, 1000, 2500, 2500],
                "include_static_vectors": include_vectors,
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
