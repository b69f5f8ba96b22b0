"""Output layers that can get more labels and keep their trained weights."""

from __future__ import annotations

import functools
from typing import Any, Final

from thinc.api import Model

from kernel.ops import grow_output

# A new label's initial score is so low that it hardly changes the scores of the others, but still
# high enough to be learned. (spaCy's -5000 can never be learned: the gradient of a softmax or a
# logistic function vanishes there.)
NEW_LABEL_BIAS: Final = -7.0


def make_resizable(model: Any, output: Any, *, has_activation: bool) -> None:
    """Allow labels to be added to `model`; `output` is its layer that scores them."""
    model.set_ref("output_layer", output)
    bias = NEW_LABEL_BIAS if has_activation else 0.0
    model.attrs["resize_output"] = functools.partial(resize_output, bias=bias)


def resize_output(model: Any, n_labels: int, *, bias: float = 0.0) -> Model[Any, Any]:
    """Resize the model to `n_labels` labels; new ones come last. Return the model.

    `bias` is the bias of new labels. If the model has no weights yet, only the size is set.
    """
    output = model.get_ref("output_layer")
    axes = {"W": output.attrs.get("label_axis", 0), "b": 0}
    grow_output(output, axes, n_labels, fill={"b": bias})
    model.set_dim("nO", n_labels, force=True)
    return model
