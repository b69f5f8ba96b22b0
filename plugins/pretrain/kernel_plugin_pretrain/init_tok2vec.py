"""`initialize.init_tok2vec`: the start of training from pretrained weights."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from kernel.errors import LoadError
from kernel.files import read_file
from kernel.ops import check_weights, load_weights
from kernel_plugin_pretrain.layers import PretrainedLayer, find_layer

if TYPE_CHECKING:
    from kernel.pipeline import Language


def prepare(nlp: Language, config: Mapping[str, Any], path: str) -> Callable[[], str]:
    """Return a function that loads the weights in the file `path`, once there is a model for them.

    The file is read now, and compared with the layer as far as its sizes are known. Raises
    `LoadError` if it is missing, damaged or of another model.
    """
    layer = find_layer(nlp, config)
    try:
        data = read_file(path)
    except LoadError as error:
        raise LoadError(
            f"{error.message} (`initialize.init_tok2vec`, the weights of {layer})"
        ) from error
    _naming(path, layer, check_weights, data)

    def load() -> str:
        _naming(path, layer, load_weights, data)
        return f"Pretrained weights: {layer}, from {path}"

    return load


def _naming(
    path: str, layer: PretrainedLayer, function: Callable[[Any, bytes], None], data: bytes
) -> None:
    try:
        function(layer.model, data)
    except LoadError as error:
        raise LoadError(
            f"`{path}` (`initialize.init_tok2vec`) cannot be loaded into {layer}: {error.message}",
            hint="the settings of the layer must be those that it was pretrained with",
        ) from error
