"""Inputs for a trial run of a model: zeros wherever only a shape was given."""

from collections.abc import Mapping
from inspect import signature
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from scratchcv.checks import Array
from scratchcv.layers import Layer


def zero_inputs(model: Layer, given: tuple[Any, ...]) -> tuple[Any, ...]:
    """Return what to call a model's forward with.

    Parameters
    ----------
    model : Layer
        Its parameters' dtype is that of the zeros.
    given : tuple
        For each argument of forward a shape, a tuple of int, or the value itself. For a detector, whose
        forward takes images and targets, one shape (N, 3, H, W) stands for both: N images, on which there is
        nothing to find.

    Returns
    -------
    tuple
        One value for each argument.

    Raises
    ------
    ValueError
        When a size is negative, or a detector's shape is not (N, 3, H, W).
    TypeError
        When forward takes more or fewer arguments.

    Examples
    --------
    >>> from scratchcv.layers import Conv2d
    >>> (x,) = zero_inputs(Conv2d(3, 8, 3), ((1, 3, 24, 32),))
    >>> x.shape, x.dtype
    ((1, 3, 24, 32), dtype('float32'))
    >>> zero_inputs(Conv2d(3, 8, 3), (1, 3, 24, 32))
    Traceback (most recent call last):
    TypeError: Conv2d.forward takes (x), got 4 inputs: give a shape, as one tuple, or a value for each
    """
    dtype = next((parameter.value.dtype for parameter in model.parameters()), np.dtype(np.float32))
    wanted = signature(model.forward)
    if list(wanted.parameters) == ["images", "targets"] and len(given) == 1 and _is_shape(given[0]):
        return _images_and_targets(given[0], dtype)
    try:
        wanted.bind(*given)
    except TypeError:
        names = ", ".join(wanted.parameters)
        raise TypeError(
            f"{type(model).__name__}.forward takes ({names}), got {len(given)} inputs:"
            " give a shape, as one tuple, or a value for each"
        ) from None
    return tuple(_zeros(value, dtype) if _is_shape(value) else value for value in given)


def _images_and_targets(
    shape: tuple[int, ...], dtype: DTypeLike
) -> tuple[list[Array], list[Mapping[str, Array]]]:
    if len(shape) != 4 or shape[1] != 3:
        raise ValueError(f"a detector's images must have shape (N, 3, H, W), got {shape}")
    images = list(_zeros(shape, dtype))
    nothing = {"boxes": np.zeros((0, 4), dtype), "labels": np.zeros(0, np.int64)}
    return images, [nothing] * len(images)


def _zeros(shape: tuple[int, ...], dtype: DTypeLike) -> Array:
    if min(shape) < 0:
        raise ValueError(f"a shape must not have negative sizes, got {shape}")
    return np.zeros(shape, dtype)


def _is_shape(given: Any) -> bool:
    whole = (int, np.integer)
    return isinstance(given, tuple) and bool(given) and all(isinstance(size, whole) for size in given)
