"""Wrong gradients of a convolution; dilation and groups, which are not graded, are left out."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
Gradients = tuple[Array, Array, Array]
Size = int | tuple[int, int]


def bias_gradient_averaged(
    dy: Array, x: Array, weight: Array, stride: Size = 1, padding: Size = 0
) -> Gradients:
    """Your bias gradient is a mean.

    The bias was added to every output of every image, so its gradient is the sum of dy.
    """
    dx, dweight, dbias = _gradients(dy, x, weight, stride, padding)
    return dx, dweight, dbias / max(len(dy) * dy.shape[2] * dy.shape[3], 1)


def bias_gradient_of_one_image(
    dy: Array, x: Array, weight: Array, stride: Size = 1, padding: Size = 0
) -> Gradients:
    """Your bias gradient knows the first image alone: sum over the batch too."""
    dx, dweight, _ = _gradients(dy, x, weight, stride, padding)
    return dx, dweight, dy[:1].sum(axis=(0, 2, 3))


def bias_gradient_for_each_position(
    dy: Array, x: Array, weight: Array, stride: Size = 1, padding: Size = 0
) -> Gradients:
    """Your bias gradient still has axes of positions. One number an output channel: sum over n, h and w."""
    dx, dweight, _ = _gradients(dy, x, weight, stride, padding)
    return dx, dweight, dy.sum(axis=0)


def overlaps_overwritten(
    dy: Array, x: Array, weight: Array, stride: Size = 1, padding: Size = 0
) -> Gradients:
    """Where windows overlap, your dx keeps the last contribution.

    A pixel that went into several outputs adds up what comes back: +=, not =.
    """
    (sh, sw), (ph, pw), (kh, kw), (H, W) = _pair(stride), _pair(padding), weight.shape[2:], x.shape[2:]
    padded = np.zeros((*x.shape[:2], H + 2 * ph, W + 2 * pw), x.dtype)
    for h, w in np.ndindex(*dy.shape[2:]):
        stamp = np.einsum("no,ocij->ncij", dy[:, :, h, w], weight)
        padded[:, :, sh * h : sh * h + kh, sw * w : sw * w + kw] = stamp
    return padded[:, :, ph : ph + H, pw : pw + W], *_gradients(dy, x, weight, stride, padding)[1:]


def filter_flipped(dy: Array, x: Array, weight: Array, stride: Size = 1, padding: Size = 0) -> Gradients:
    """You flip the filter in dx.

    Scattering needs no flip: dx at stride · h + i gets weight[…, i] times dy[…, h].
    """
    dx, _, _ = _gradients(dy, x, weight[:, :, ::-1, ::-1], stride, padding)
    return dx, *_gradients(dy, x, weight, stride, padding)[1:]


def weight_gradient_flipped(
    dy: Array, x: Array, weight: Array, stride: Size = 1, padding: Size = 0
) -> Gradients:
    """Your weight gradient is upside down.

    Filter pixel (i, j) met the pixel i rows below and j columns right of the window's corner.
    """
    dx, dweight, dbias = _gradients(dy, x, weight, stride, padding)
    return dx, dweight[:, :, ::-1, ::-1], dbias


def weight_gradient_averaged(
    dy: Array, x: Array, weight: Array, stride: Size = 1, padding: Size = 0
) -> Gradients:
    """You divide the weight gradient by the number of images.

    The loss decides about means; here everything is summed.
    """
    dx, dweight, dbias = _gradients(dy, x, weight, stride, padding)
    return dx, dweight / max(len(x), 1), dbias


def weight_gradient_of_last_image(
    dy: Array, x: Array, weight: Array, stride: Size = 1, padding: Size = 0
) -> Gradients:
    """Your weight gradient forgets all images but the last: add up over the batch with +=."""
    dx, _, dbias = _gradients(dy, x, weight, stride, padding)
    return dx, _gradients(dy[-1:], x[-1:], weight, stride, padding)[1], dbias


def padding_not_cut_off(dy: Array, x: Array, weight: Array, stride: Size = 1, padding: Size = 0) -> Gradients:
    """Your dx is that of the padded image. Cut the padding off again, so that it has the shape of x."""
    (ph, pw), (N, C, H, W) = _pair(padding), x.shape
    padded = np.zeros((N, C, H + 2 * ph, W + 2 * pw), x.dtype)
    padded[:, :, ph : ph + H, pw : pw + W] = x
    return _gradients(dy, padded, weight, stride, 0)


def padding_cut_off_at_the_end(
    dy: Array, x: Array, weight: Array, stride: Size = 1, padding: Size = 0
) -> Gradients:
    """Your dx begins with rows and columns of padding.

    Cut as much off at the top and on the left as at the end.
    """
    dx, _, _ = padding_not_cut_off(dy, x, weight, stride, padding)
    return dx[:, :, : x.shape[2], : x.shape[3]], *_gradients(dy, x, weight, stride, padding)[1:]


def padding_forgotten_in_weight(
    dy: Array, x: Array, weight: Array, stride: Size = 1, padding: Size = 0
) -> Gradients:
    """Your weight gradient takes its patches from x without padding, so that all of them are shifted."""
    (ph, pw), (_, _, H, W) = _pair(padding), x.shape
    shifted = np.zeros((*x.shape[:2], H + 2 * ph, W + 2 * pw), x.dtype)
    shifted[:, :, :H, :W] = x
    dx, _, dbias = _gradients(dy, x, weight, stride, padding)
    return dx, _gradients(dy, shifted, weight, stride, 0)[1], dbias


def stride_forgotten(dy: Array, x: Array, weight: Array, stride: Size = 1, padding: Size = 0) -> Gradients:
    """Your windows move by one pixel. That of output h begins at row stride · h, backward as forward."""
    return _gradients(dy, x, weight, 1, padding)


def stride_swapped(dy: Array, x: Array, weight: Array, stride: Size = 1, padding: Size = 0) -> Gradients:
    """A pair of strides is (vertical, horizontal): the first one moves the window down."""
    return _gradients(dy, x, weight, _pair(stride)[::-1], padding)


def padding_swapped(dy: Array, x: Array, weight: Array, stride: Size = 1, padding: Size = 0) -> Gradients:
    """A pair of paddings is (vertical, horizontal): the first one belongs above and below."""
    return _gradients(dy, x, weight, stride, _pair(padding)[::-1])


def unseen_pixels_missing(
    dy: Array, x: Array, weight: Array, stride: Size = 1, padding: Size = 0
) -> Gradients:
    """Your dx ends where the last window ends.

    It has the shape of x: pixels that no window sees have the gradient zero.
    """
    (sh, sw), (ph, pw), (kh, kw) = _pair(stride), _pair(padding), weight.shape[2:]
    height, width = dy.shape[2] * sh - sh + kh - 2 * ph, dy.shape[3] * sw - sw + kw - 2 * pw
    dx, dweight, dbias = _gradients(dy, x, weight, stride, padding)
    return dx[:, :, :height, :width], dweight, dbias


def one_filter_alone(dy: Array, x: Array, weight: Array, stride: Size = 1, padding: Size = 0) -> Gradients:
    """Your dx hears from the last filter alone. Every filter saw the pixel: sum over the output channels."""
    dx, _, _ = _gradients(dy[:, -1:], x, weight[-1:], stride, padding)
    return dx, *_gradients(dy, x, weight, stride, padding)[1:]


def _pair(value: Size) -> tuple[int, int]:
    return value if isinstance(value, tuple) else (value, value)


def _gradients(dy: Array, x: Array, weight: Array, stride: Size, padding: Size) -> Gradients:
    """Return the right gradients, whatever of the windows lies outside being dropped."""
    (sh, sw), (ph, pw), (kh, kw), (N, C, H, W) = _pair(stride), _pair(padding), weight.shape[2:], x.shape
    height, width = sh * dy.shape[2] + kh + H + 2 * ph, sw * dy.shape[3] + kw + W + 2 * pw
    dx, padded = np.zeros((2, N, C, height, width), x.dtype)
    padded[:, :, ph : ph + H, pw : pw + W] = x
    dweight = np.zeros_like(weight)
    for h, w in np.ndindex(*dy.shape[2:]):
        rows, columns = slice(sh * h, sh * h + kh), slice(sw * w, sw * w + kw)
        dx[:, :, rows, columns] += np.einsum("no,ocij->ncij", dy[:, :, h, w], weight)
        dweight += np.einsum("no,ncij->ocij", dy[:, :, h, w], padded[:, :, rows, columns])
    return dx[:, :, ph : ph + H, pw : pw + W], dweight, dy.sum(axis=(0, 2, 3))
