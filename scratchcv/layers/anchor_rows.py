"""From a head's feature maps to one row of numbers an anchor, and back."""

from scratchcv.checks import Array, check_array


def maps_to_rows(maps: Array, columns: int) -> Array:
    r"""Return the numbers of every anchor as a row, in the order in which anchors are tiled over a map.

    .. math:: row_{n,\, (y W + x) k + a,\, c} = maps_{n,\, a C + c,\, y,\, x}

    Parameters
    ----------
    maps : ndarray of shape (N, k·C, H, W)
        What a convolution says at each of H x W cells about the k anchors there.
    columns : int
        C, the numbers an anchor has: 1 for objectness, 4 for deltas, as many as there are classes for logits.

    Returns
    -------
    ndarray of shape (N, H·W·k, C)
        Row by row of the map, cell by cell, and in a cell anchor by anchor.

    Raises
    ------
    ValueError
        When the channels are no multiple of the columns.

    Notes
    -----
    torchvision's ``permute_and_flatten``. It moves numbers and changes none: its backward pass is
    `rows_to_maps`.

    Examples
    --------
    >>> import numpy as np
    >>> maps = np.arange(8).reshape(1, 4, 1, 2)  # two anchors with two numbers each, on two cells
    >>> maps_to_rows(maps, 2).tolist()
    [[[0, 2], [4, 6], [1, 3], [5, 7]]]
    """
    N, channels, H, W = check_array("maps", maps, ("N", "k·C", "H", "W")).shape
    if columns < 1 or channels % columns:
        raise ValueError(f"maps must have a multiple of {columns} channels, got {maps.shape}")
    rows = maps.reshape(N, channels // columns, columns, H, W).transpose(0, 3, 4, 1, 2)
    return rows.reshape(N, H * W * (channels // columns), columns)


def rows_to_maps(rows: Array, shape: tuple[int, int, int, int]) -> Array:
    """Return the maps that `maps_to_rows` made these rows of.

    Parameters
    ----------
    rows : ndarray of shape (N, H·W·k, C)
        The numbers of each anchor, or their gradients.
    shape : tuple of int
        The maps' shape (N, k·C, H, W).

    Returns
    -------
    ndarray of that shape

    Raises
    ------
    ValueError
        When there are not as many rows as anchors.

    Examples
    --------
    >>> import numpy as np
    >>> rows_to_maps(np.array([[[0, 2], [4, 6], [1, 3], [5, 7]]]), (1, 4, 1, 2))[0, :, 0].tolist()
    [[0, 1], [2, 3], [4, 5], [6, 7]]
    """
    N, channels, H, W = shape
    columns = check_array("rows", rows, (N, "H·W·k", "C")).shape[2]
    check_array("rows", rows, (N, H * W * (channels // columns), columns))
    return rows.reshape(N, H, W, channels // columns, columns).transpose(0, 3, 4, 1, 2).reshape(shape)
