"""Array operations: Thinc's operations with numpy's BLAS, and functions for fused layers."""

from kernel.arrays import address_of, array_module, as_numpy, on_device_of
from kernel.blas import single_threaded_blas
from kernel.ops.backend import KernelOps, default_ops, use_kernel_ops
from kernel.ops.bridge import from_torch, to_torch
from kernel.ops.dropout import draw_bits, dropout_mask, mask_of_bits
from kernel.ops.hashing import hash_keys
from kernel.ops.maxout import backprop_maxout, maxout
from kernel.ops.norm import backprop_layer_norm, layer_norm, standardize_inplace
from kernel.ops.outputs import forget_weights, grow_output
from kernel.ops.packed import Packed, packed
from kernel.ops.product import matmul
from kernel.ops.reading import check_weights, dump_weights, load_weights
from kernel.ops.row_gradient import RowGradient
from kernel.ops.rows import add_rows, distinct_rows, gather_sum, scatter_sum
from kernel.ops.squares import squared_norms
from kernel.ops.thinc_weights import ThincWeights
from kernel.ops.threads import for_each, parallel, prefetch, thread_count
from kernel.ops.torch_weights import TorchWeights
from kernel.ops.types import Floats, Ints
from kernel.ops.updating import (
    NonFiniteGradientError,
    check_finite,
    finish_update,
    gradients,
    use_params,
)
from kernel.ops.weights import (
    SteppingNode,
    WeightNode,
    add_row_gradient,
    cached,
    copy_model,
    gradient_of,
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
    "SteppingNode",
    "ThincWeights",
    "TorchWeights",
    "WeightNode",
    "add_row_gradient",
    "add_rows",
    "address_of",
    "array_module",
    "as_numpy",
    "backprop_layer_norm",
    "backprop_maxout",
    "backprop_window_columns",
    "cached",
    "check_finite",
    "check_weights",
    "copy_model",
    "default_ops",
    "distinct_rows",
    "draw_bits",
    "dropout_mask",
    "dump_weights",
    "finish_update",
    "for_each",
    "forget_weights",
    "from_torch",
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
    "on_device_of",
    "packed",
    "parallel",
    "param_for_rows",
    "prefetch",
    "restore_pending",
    "scatter_sum",
    "single_threaded_blas",
    "squared_norms",
    "standardize_inplace",
    "stored_param",
    "thread_count",
    "to_torch",
    "use_kernel_ops",
    "use_params",
    "weights_version",
    "window_columns",
]
