"""Style: which features occur together, wherever in the image."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from scratchcv.checks import Array, as_floating, check_array, check_floating
from scratchcv.losses.mse import mse_loss


def gram_matrix(features: ArrayLike) -> Array:
    r"""Return how much each pair of channels fires at the same places.

    With the features of an image as a matrix F, a row of H W pixels for each of the C channels,

    .. math:: G = \frac{F F^T}{C H W}

    Parameters
    ----------
    features : array_like (N, C, H, W)
        Feature maps of N images.

    Returns
    -------
    ndarray (N, C, C)
        Symmetric; zeros for maps without pixels.

    Raises
    ------
    ValueError
        When the shape differs.

    Notes
    -----
    Without the division a layer's weight in the style would grow with its size. Gatys et al. divide the loss
    instead, by :math:`4 C^2 (H W)^2`; d2l's Gram is this one for one image, and sums over a batch, which
    this does not.

    References
    ----------
    L. Gatys, A. Ecker, M. Bethge, "Image Style Transfer Using Convolutional Neural Networks", 2016,
    section 2.2; A. Zhang et al., "Dive into Deep Learning", section 14.12.

    Examples
    --------
    >>> gram_matrix([[[[1.0, 2.0]], [[3.0, 0.0]]]]).tolist()  # F = [[1, 2], [3, 0]], C H W = 4
    [[[1.25, 0.75], [0.75, 2.25]]]
    """
    F, size = _rows_of_channels(features)
    G: Array = F @ F.swapaxes(1, 2) / size
    return G


def gram_matrix_backward(dgram: ArrayLike, features: ArrayLike) -> Array:
    r"""Return the gradient of the features.

    .. math:: dF = \frac{(dG + dG^T) F}{C H W}

    Parameters
    ----------
    dgram : array_like (N, C, C)
        Gradient of the Gram matrices; need not be symmetric.
    features : array_like (N, C, H, W)
        As for `gram_matrix`.

    Returns
    -------
    ndarray (N, C, H, W)

    Examples
    --------
    >>> gram_matrix_backward([[[1.0, 0.0], [0.0, 0.0]]], [[[[1.0, 2.0]], [[3.0, 0.0]]]]).tolist()
    [[[[0.5, 1.0]], [[0.0, 0.0]]]]
    """
    F, size = _rows_of_channels(features)
    dG = check_floating("dgram", dgram, (F.shape[0], F.shape[1], F.shape[1]), F.dtype)
    dF: Array = (dG + dG.swapaxes(1, 2)) @ F / size
    return dF.reshape(np.shape(features))


def style_loss(features: ArrayLike, target_gram: ArrayLike, *, reduction: str = "mean") -> tuple[Any, Array]:
    r"""Return how far the style of features is from a given one, and its gradient.

    .. math:: L = \frac{1}{N C^2} \sum_{n,i,j} \left( G_{nij} - A_{nij} \right)^2

    Parameters
    ----------
    features : array_like (N, C, H, W)
        Feature maps of the images being painted; G are their Gram matrices.
    target_gram : array_like (N, C, C)
        The style image's Gram matrices A, from `gram_matrix`.
    reduction : {"mean", "sum", "none"}
        What becomes of the squared differences; by default their mean.

    Returns
    -------
    loss : float, or ndarray (N, C, C) for ``reduction="none"``
    dfeatures : ndarray
        Like `features`; for ``"none"`` the gradient of the losses' sum.

    Raises
    ------
    ValueError
        When shapes do not fit.

    Notes
    -----
    One layer's loss; a style is the weighted sum over several, with weights that belong to the model.

    References
    ----------
    L. Gatys, A. Ecker, M. Bethge, "Image Style Transfer Using Convolutional Neural Networks", 2016,
    equations 4 to 6; A. Zhang et al., "Dive into Deep Learning", section 14.12; lecture S3, line 46, names
    style transfer and has no formula.

    Examples
    --------
    >>> loss, dfeatures = style_loss([[[[1.0, 3.0]]]], [[[4.0]]])  # Gram (1 + 9) / 2 = 5
    >>> loss, dfeatures.tolist()
    (1.0, [[[[2.0, 6.0]]]])
    """
    features = as_floating(features)
    gram = gram_matrix(features)
    target_gram = check_array("target_gram", target_gram, gram.shape)
    loss, dgram = mse_loss(gram, target_gram, reduction=reduction)
    return loss, gram_matrix_backward(dgram, features)


def _rows_of_channels(features: ArrayLike) -> tuple[Array, int]:
    """Return the matrices F (N, C, H W), and what their products are divided by."""
    features = as_floating(check_array("features", features, ("N", "C", "H", "W")))
    N, C, H, W = features.shape
    return features.reshape(N, C, H * W), max(C * H * W, 1)
