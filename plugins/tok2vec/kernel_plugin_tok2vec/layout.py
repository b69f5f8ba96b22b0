"""The weights and biases of a maxout layer as parts of one array, for matrix products.

Axes: O outputs, P pieces, I width of the input.
"""

from __future__ import annotations

from kernel.ops import Floats, address_of


def split(array: Floats, n_out: int) -> tuple[Floats, Floats]:
    """Return views in the layout of Thinc's maxout layer.

    array    (P * O, I + 1)  one block of rows per piece; the last column is the bias
    returns  (O, P, I) and (O, P)
    """
    pieces = array.reshape((-1, n_out, array.shape[1]))
    return pieces[:, :, :-1].transpose(1, 0, 2), pieces[:, :, -1].T


def joined(W: Floats, b: Floats) -> Floats | None:
    """Return the array whose views `split` returned; None for separate arrays.

    W        (O, P, I)
    b        (O, P)
    returns  (P * O, I + 1)
    """
    whole, (n_out, n_pieces, n_in) = W.base, W.shape
    if whole is None or whole is not b.base or whole.ndim != 1:
        return None
    size = n_out * n_pieces * (n_in + 1)
    start = (address_of(W) - address_of(whole)) // W.itemsize
    found: Floats = whole[start : start + size].reshape((n_pieces * n_out, n_in + 1))
    same = split(found, n_out)
    return found if all(map(_is_same_view, same, (W, b))) else None


def _is_same_view(one: Floats, other: Floats) -> bool:
    return one.strides == other.strides and address_of(one) == address_of(other)
