"""Array operations: Thinc's operations with numpy's BLAS, and functions for fused layers."""

from kernel.ops.backend import KernelOps, default_ops, use_kernel_ops
from kernel.ops.dropout import draw_bits, dropout_mask, mask_of_bits
from kernel.ops.hashing import hash_keys
from kernel.ops.maxout import backprop_maxout, maxout
from kernel.ops.norm import backprop_layer_norm, layer_norm, standardize_inplace
from kernel.ops.outputs import forget_weights, grow_output
from kernel.ops.packed import Packed, packed
from kernel.ops.product import matmul
from kernel.ops.reading import load_weights
from kernel.ops.row_gradient import RowGradient
from kernel.ops.rows import add_rows, distinct_rows, gather_sum, scatter_sum
from kernel.ops.thinc_weights import ThincWeights
from kernel.ops.threads import for_each, parallel, prefetch, thread_count
from kernel.ops.types import Floats, Ints, array_module
from kernel.ops.weights import (
    NonFiniteGradientError,
    WeightNode,
    add_row_gradient,
    cached,
    check_finite,
    copy_model,
    finish_update,
    gradient_of,
    gradients,
    no_backprop,
    param_for_rows,
    restore_pending,
    stored_param,
    weights_version,
)
from kernel.ops.windows import backprop_window_columns, window_columns

__all__ = [
    "Floats",
    "Ints",
    "KernelOps",
    "NonFiniteGradientError",
    "Packed",
    "RowGradient",
    "ThincWeights",
    "WeightNode",
    "add_row_gradient",
    "add_rows",
    "array_module",
    "backprop_layer_norm",
    "backprop_maxout",
    "backprop_window_columns",
    "cached",
    "check_finite",
    "copy_model",
    "default_ops",
    "distinct_rows",
    "draw_bits",
    "dropout_mask",
    "finish_update",
    "for_each",
    "forget_weights",
    "gather_sum",
    "gradient_of",
    "gradients",
    "grow_output",
    "hash_keys",
    "layer_norm",
    "load_weights",
    "mask_of_bits",
    "matmul",
    "maxout",
    "no_backprop",
    "packed",
    "parallel",
    "param_for_rows",
    "prefetch",
    "restore_pending",
    "scatter_sum",
    "standardize_inplace",
    "stored_param",
    "thread_count",
    "use_kernel_ops",
    "weights_version",
    "window_columns",
]
