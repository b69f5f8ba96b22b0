"""Output layers that get more labels and keep what they have learned."""

from __future__ import annotations

import functools
from typing import Any, Final

from thinc.api import Model

from kernel.ops import grow_output

# A new label scores so far below 0 at first that it hardly changes what the others score, but
# can be learned. (spaCy's -5000 is for good: through a softmax activation or a logistic function
# no gradient comes back from there.)
NEW_LABEL_BIAS: Final = -7.0


def make_resizable(model: Any, output: Any, *, has_activation: bool) -> None:
    """Let labels be added to `model`, of which `output` is the layer that scores them."""
    model.set_ref("output_layer", output)
    bias = NEW_LABEL_BIAS if has_activation else 0.0
    model.attrs["resize_output"] = functools.partial(resize_output, bias=bias)


def resize_output(model: Any, n_labels: int, *, bias: float = 0.0) -> Model[Any, Any]:
    """Give the model `n_labels` labels; the new ones come last. Returns the model.

    `bias` is that of new labels. Before the model has weights this only sets the size.
    """
    output = model.get_ref("output_layer")
    axes = {"W": output.attrs.get("label_axis", 0), "b": 0}
    grow_output(output, axes, n_labels, fill={"b": bias})
    model.set_dim("nO", n_labels, force=True)
    return model
