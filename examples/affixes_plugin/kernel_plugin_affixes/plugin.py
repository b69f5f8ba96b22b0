"""Hook implementations of this package. Cheap to import: no arrays, no models."""

from kernel import SharedLayer, hookimpl

WIDTH = "${components.affixes.model.width}"


@hookimpl
def kernel_recommend_shared_layer(component: str | None, optimize: str) -> SharedLayer | None:
    if component != "affixes":
        return None
    width = 64 if optimize == "efficiency" else 128
    return SharedLayer(
        component="affixes",
        block={
            "factory": "affixes",
            "model": {"@architectures": "affixes.Encoder.v1", "width": width, "rows": 2000},
        },
        listener={"@architectures": "affixes.Reader.v1", "width": WIDTH, "upstream": "affixes"},
    )
