"""Content: an image's features in a deep layer, place by place."""

from typing import Any

from numpy.typing import ArrayLike

from scratchcv.checks import Array, as_floating, check_array
from scratchcv.losses.mse import mse_loss


def content_loss(
    features: ArrayLike, target_features: ArrayLike, *, reduction: str = "mean"
) -> tuple[Any, Array]:
    r"""Return how far features are from those of the content image, and its gradient.

    .. math:: L = \frac{1}{N C H W} \sum (F - P)^2

    Parameters
    ----------
    features : array_like (N, C, H, W)
        Feature maps F of the images being painted.
    target_features : array_like (N, C, H, W)
        The content image's P.
    reduction : {"mean", "sum", "none"}
        What becomes of the squared differences; by default their mean.

    Returns
    -------
    loss : float, or ndarray like `features` for ``reduction="none"``
    dfeatures : ndarray
        Like `features`; for ``"none"`` the gradient of the losses' sum.

    Raises
    ------
    ValueError
        When shapes do not fit.

    Notes
    -----
    Unlike style, it says where things are: deep features that agree at each place mean the same objects
    there, in other colours or strokes. The mean is d2l's; Gatys et al. take half the sum.

    References
    ----------
    L. Gatys, A. Ecker, M. Bethge, "Image Style Transfer Using Convolutional Neural Networks", 2016,
    equation 1; A. Zhang et al., "Dive into Deep Learning", section 14.12; lecture S3, line 46, names style
    transfer and has no formula.

    Examples
    --------
    >>> loss, dfeatures = content_loss([[[[1.0, 3.0]]]], [[[[1.0, 1.0]]]])
    >>> loss, dfeatures.tolist()
    (2.0, [[[[0.0, 2.0]]]])
    """
    features = as_floating(check_array("features", features, ("N", "C", "H", "W")))
    target_features = check_array("target_features", target_features, features.shape)
    return mse_loss(features, target_features, reduction=reduction)
