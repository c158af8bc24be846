"""Checks of array arguments that every room shares: what was wanted, what came."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

Array = NDArray[Any]
"""Any NumPy array; the docstring beside it says shape, unit and dtype."""


def check_array(name: str, value: ArrayLike, shape: tuple[int | str, ...]) -> Array:
    """Return `value` as an array of the wanted shape, or say what came instead.

    Parameters
    ----------
    name : str
        The argument's name, for the message.
    value : array_like
        What was given.
    shape : tuple of int or str
        The wanted shape; a string names a free dimension.

    Returns
    -------
    ndarray
        `value`, not copied where it is an array already.

    Raises
    ------
    ValueError
        When the shape differs.

    Examples
    --------
    >>> check_array("boxes", [[0, 0, 2]], ("N", 4))
    Traceback (most recent call last):
    ValueError: boxes must have shape (N, 4), got (1, 3)
    """
    array = np.asarray(value)
    fits = array.ndim == len(shape) and all(
        isinstance(wanted, str) or size == wanted for size, wanted in zip(array.shape, shape, strict=False)
    )
    if not fits:
        wanted_text = ", ".join(str(size) for size in shape) + ("," if len(shape) == 1 else "")
        raise ValueError(f"{name} must have shape ({wanted_text}), got {array.shape}")
    return array


def as_floating(array: ArrayLike) -> Array:
    """Return the array itself when it is float32 or float64, else a copy in the nearest of the two.

    Integers and booleans become float64, half precision becomes float32.

    Raises
    ------
    TypeError
        When the array holds something else: text, complex numbers, objects.

    Examples
    --------
    >>> as_floating([1, 2]).dtype, as_floating(np.zeros(3, np.float32)).dtype
    (dtype('float64'), dtype('float32'))
    """
    array = np.asarray(array)
    if array.dtype in (np.float32, np.float64):
        return array
    if array.dtype.kind not in "fiub":
        raise TypeError(f"an array must hold real numbers, got {array.dtype}")
    return array.astype(np.float32 if array.dtype == np.float16 else np.float64)


def check_floating(
    name: str, value: ArrayLike, shape: tuple[int | str, ...], dtype: DTypeLike | None = None
) -> Array:
    """Return `value` as a contiguous float32 or float64 array of the wanted shape, ready for a kernel.

    Parameters
    ----------
    name, value, shape
        As in `check_array`.
    dtype : dtype, optional
        Convert to this one: that of the array which decides. By default see `as_floating`.

    Raises
    ------
    ValueError
        When the shape differs.

    Examples
    --------
    >>> check_floating("bias", [1, 2], (2,), np.float32).dtype
    dtype('float32')
    """
    array = as_floating(check_array(name, value, shape))
    # Not np.ascontiguousarray, which gives a number an axis.
    return np.asarray(array, array.dtype if dtype is None else dtype, order="C")
