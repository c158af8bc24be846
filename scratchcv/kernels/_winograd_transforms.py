"""The transforms of Winograd's convolution F(4×4, 3×3), and when it pays.

Four outputs of a filter of three are coefficients of a product of polynomials. A polynomial of degree 5 is
known from its values at six points, and values are multiplied one by one: 6 multiplications instead of 4 · 3.
In both directions, a tile of 4×4 outputs takes 36 instead of 144 for each channel and filter:

    U = G w Gᵀ    V = Bᵀ d B    M[ξ] = sum_c U[ξ, c] V[ξ, c]    y = Aᵀ M A

where d is the 6×6 patch behind a tile, and ξ runs over 6·6 pairs of points. y is bilinear in w and d, so the
filters' gradient is a sandwich too, between the same matrices transposed:

    dw = Gᵀ [sum over tiles of (A dy Aᵀ) V] G

The points 0, ±√½, ±√2 and infinity are a choice. With the usual 0, ±1, ±2 powers of the points grow faster
and take four times as many digits. Measured in float32 on 64 to 256 channels, the error is 2e-6 of the
largest output (the direct form's 1e-6); it is promised to stay below 2e-5.

Lavin, Gray, "Fast algorithms for convolutional neural networks", 2016, section 4; Barabasz, Anderson,
Soodhalter, Gregg, "Error analysis and improving the accuracy of Winograd convolution", 2020, on points.
"""

from typing import Any

import numpy as np

from scratchcv.checks import Array
from scratchcv.kernels._channels_last import Images, channels_last
from scratchcv.kernels._sandwich import sandwich
from scratchcv.kernels._tile import VECTOR_BYTES

OUT, IN, POINTS = 4, 6, 36
"""Side of a tile of outputs, side of its patch, and pairs of points."""

_FINITE_POINTS = 0.0, np.sqrt(0.5), -np.sqrt(0.5), np.sqrt(2), -np.sqrt(2)

_Pair = tuple[int, int]


def transform_matrices(points: tuple[float, ...], outputs: int) -> tuple[Any, Any, Any]:
    """Return Aᵀ, G, Bᵀ for so many outputs, at these points and infinity.

    A polynomial's value at infinity is its leading coefficient. Rows of G are values of the filter, divided
    by the product of the point's distances from the others; rows of Bᵀ are the products of (x - other point),
    by which the values of a product become its coefficients (Lagrange), transposed.
    """
    n = len(points)
    taps = n + 2 - outputs
    others = [[q for q in points if q != p] for p in points]
    AT = np.column_stack([np.vander(points, outputs, increasing=True).T, np.eye(outputs)[-1]])
    distances = np.array([np.prod([p - q for q in rest]) for p, rest in zip(points, others, strict=True)])
    G = np.vstack([np.vander(points, taps, increasing=True) / distances[:, None], np.eye(taps)[-1]])
    BT = np.array([np.append(np.poly(rest)[::-1], 0) for rest in others] + [np.poly(points)[::-1]])
    return AT.round(15), G.round(15), BT.round(15)  # zeros and ones exact


_AT, _G, _BT = transform_matrices(_FINITE_POINTS, OUT)

values_of_patch, values_of_filter, outputs_of_values = sandwich(_BT), sandwich(_G), sandwich(_AT)
values_of_outputs, filter_of_values = sandwich(_AT.T), sandwich(_G.T)


def suits_winograd(
    x: Array, weight_shape: tuple[int, ...], y_shape: tuple[int, ...], stride: _Pair, dilation: _Pair
) -> bool:
    """Say whether a convolution of x can be computed so, and will be faster.

    Filters of 3×3 pixels next to each other can. With few channels the transforms outweigh the products. In
    float64, where gradients are checked, the direct form is used: it is as good as exact.
    """
    (O, C, kh, kw) = weight_shape
    can = (kh, kw) == (3, 3) and stride == dilation == (1, 1) and x.shape[1] == C and x.dtype == np.float32
    return can and min(C, O) >= 16 and tiles_of(y_shape) >= 16


def tiles_of(y_shape: tuple[int, ...]) -> int:
    """Return how many tiles cover outputs (N, O, H', W')."""
    N, _, height, width = y_shape
    return N * -(-height // OUT) * -(-width // OUT)


def lay_out_patches(x: Array, padding: _Pair, size: _Pair) -> Images:
    """Lay images out so that every tile of outputs has its whole patch."""
    ends = [-(-side // OUT) * OUT + IN - OUT for side in size]
    after = [end - side - before for end, side, before in zip(ends, x.shape[2:], padding, strict=True)]
    return channels_last(x, padding, (after[0], after[1]), spare=VECTOR_BYTES)
