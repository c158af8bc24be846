"""Arrays inside nested lists, tuples and dicts: what layers take, return and keep in caches."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from scratchcv.checks import Array


def leaves(structure: Any) -> list[Array]:
    """Return the arrays and numbers of a nested structure in order, as arrays.

    Examples
    --------
    >>> [leaf.tolist() for leaf in leaves({"box": 2.0, "levels": [np.zeros(2), None]})]
    [2.0, [0.0, 0.0]]
    """
    if isinstance(structure, Mapping):
        return [leaf for value in structure.values() for leaf in leaves(value)]
    if isinstance(structure, (list, tuple)):
        return [leaf for value in structure for leaf in leaves(value)]
    return [] if structure is None else [np.asarray(structure)]


def rebuild(structure: Any, new_leaves: list[Array]) -> Any:
    """Return the same nesting with other arrays in it, in the order of `leaves`.

    Examples
    --------
    >>> rebuild((1, [2, None]), [np.int64(3), np.int64(4)]) == (3, [4, None])
    True
    """
    remaining = iter(new_leaves)

    def build(part: Any) -> Any:
        if isinstance(part, Mapping):
            return {key: build(value) for key, value in part.items()}
        if isinstance(part, (list, tuple)):
            return type(part)(build(value) for value in part)
        return None if part is None else next(remaining)

    return build(structure)


def freeze(structure: Any, spare: list[Array] | None = None) -> None:
    """Make every array in a structure read-only, so that writing into it raises.

    Parameters
    ----------
    structure : nested lists, tuples and dicts
        Whatever else than arrays is in it stays as it is.
    spare : list of ndarray, optional
        Arrays to leave writable, such as running statistics that a cache refers to.

    Examples
    --------
    >>> cache = (np.zeros(2), 3)
    >>> freeze(cache)
    >>> cache[0].flags.writeable
    False
    """
    if isinstance(structure, Mapping):
        structure = list(structure.values())
    if isinstance(structure, (list, tuple)):
        for part in structure:
            freeze(part, spare)
    elif isinstance(structure, np.ndarray) and not any(structure is array for array in spare or ()):
        structure.flags.writeable = False


def frozen_copy(array: Array) -> Array:
    """Return a read-only copy.

    Examples
    --------
    >>> frozen_copy(np.zeros(2)).flags.writeable
    False
    """
    array = np.array(array)
    array.flags.writeable = False
    return array


def as_dtype(structure: Any, dtype: DTypeLike) -> Any:
    """Return read-only copies of all leaves, the floating ones in another dtype.

    Examples
    --------
    >>> boxes, labels = as_dtype((np.zeros((2, 4)), np.zeros(2, int)), np.float32)
    >>> boxes.dtype.name, labels.dtype.kind
    ('float32', 'i')
    """
    return rebuild(
        structure,
        [frozen_copy(leaf.astype(dtype) if leaf.dtype.kind == "f" else leaf) for leaf in leaves(structure)],
    )


def strided(array: Array) -> Array:
    """Return a read-only view with the same values in which neighbours are not adjacent in memory.

    Examples
    --------
    >>> view = strided(np.ones((2, 3)))
    >>> view.shape, view.flags.c_contiguous
    ((2, 3), False)
    """
    if array.ndim == 0:
        return array
    roomy = np.full((*array.shape[:-1], 2 * array.shape[-1]), 77, array.dtype)
    roomy[..., 1::2] = array
    roomy.flags.writeable = False
    return roomy[..., 1::2]
