"""Checks of array arguments that every room shares: what was wanted, what came."""

import math
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
    try:
        array = np.asarray(value)
    except ValueError as error:
        raise ValueError(f"{name} must be an array, got a list whose rows differ in length") from error
    fits = array.ndim == len(shape) and all(
        isinstance(wanted, str) or size == wanted for size, wanted in zip(array.shape, shape, strict=False)
    )
    if not fits:
        wanted_text = ", ".join(str(size) for size in shape) + ("," if len(shape) == 1 else "")
        raise ValueError(f"{name} must have shape ({wanted_text}), got {array.shape}")
    return array


def as_floating(array: ArrayLike, name: str = "an array") -> Array:
    """Return the array itself when it is float32 or float64, else a copy in the nearest of the two.

    Integers and booleans become float64, half precision becomes float32; `name` is for the message.

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
        raise TypeError(f"{name} must hold real numbers, got {array.dtype}")
    small = array.dtype.kind == "f" and array.dtype.itemsize <= 4  # half precision, or another byte order
    return array.astype(np.float32 if small else np.float64)


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
    TypeError
        When it holds something else than real numbers.

    Examples
    --------
    >>> check_floating("bias", [1, 2], (2,), np.float32).dtype
    dtype('float32')
    """
    array = as_floating(check_array(name, value, shape), name)
    # Not np.ascontiguousarray, which gives a number an axis.
    return np.asarray(array, array.dtype if dtype is None else dtype, order="C")


def check_integers(
    name: str,
    value: ArrayLike,
    shape: tuple[int | str, ...],
    stop: int | None,
    *others: int,
    start: int | None = 0,
) -> Array:
    """Return labels or indices as a contiguous int64 array, or say which one stands for nothing.

    Parameters
    ----------
    name, value, shape
        As in `check_array`; an empty list may have any dtype.
    stop : int or None
        One more than the largest number that is allowed; None where there is no limit.
    *others : int
        Further numbers with a meaning of their own, such as IGNORE.
    start : int or None
        The smallest number that is allowed; None where there is no limit.

    Raises
    ------
    ValueError
        When the shape differs, or a number is not allowed.
    TypeError
        When they are not integers.

    Examples
    --------
    >>> check_integers("labels", [0, 3], ("N",), 3)
    Traceback (most recent call last):
    ValueError: labels must lie in 0…2, got labels[1] = 3
    >>> check_integers("labels", [0, 3], ("N",), 3, -100)
    Traceback (most recent call last):
    ValueError: labels must lie in 0…2 or be -100, got labels[1] = 3
    """
    array = check_array(name, value, shape)
    if array.size == 0:
        return np.zeros(array.shape, np.int64)
    if array.dtype.kind not in "iu":
        raise TypeError(f"{name} must be integers, got {array.dtype}")
    low = -math.inf if start is None else start
    high = math.inf if stop is None else stop
    limited = (start, stop) != (None, None)  # looking through a large array takes its time
    if limited and not low <= array.min() <= array.max() < high:
        wrong = (array < low) | (array >= high)
        for other in others:
            wrong &= array != other
        if wrong.any():
            place = tuple(int(i) for i in np.argwhere(wrong)[0])
            allowed = f"be {start} or more" if stop is None else f"lie in {start}…{stop - 1}"
            wanted = " or be ".join([allowed, *map(str, others)])
            raise ValueError(f"{name} must {wanted}, got {name}{list(place) or ''} = {array[place]}")
    return np.asarray(array, np.int64, order="C")
