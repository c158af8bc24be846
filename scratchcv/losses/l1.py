"""L1 loss: the absolute error."""

from typing import Any

from numpy.typing import ArrayLike

from scratchcv.checks import Array
from scratchcv.losses.smooth_l1 import smooth_l1_loss


def l1_loss(
    prediction: ArrayLike,
    target: ArrayLike,
    *,
    weight: ArrayLike | None = None,
    reduction: str = "mean",
) -> tuple[Any, Array]:
    r"""Return the absolute errors of predictions, and their gradient.

    With :math:`d = \text{prediction} - \text{target}`,

    .. math:: L = w \, |d|, \qquad \frac{\partial L}{\partial d} = w \, \mathrm{sign}(d)

    Parameters
    ----------
    prediction, target : array_like, equal shapes
        For boxes: predicted and encoded deltas.
    weight : array_like like `prediction`, optional
        Weight of each element; the mean divides by their sum.
    reduction : {"mean", "sum", "none"}
        What becomes of the elements' losses; by default their mean, that of no elements being 0.

    Returns
    -------
    loss : float, or ndarray like `prediction` for ``reduction="none"``
    dprediction : ndarray
        Like `prediction`; for ``"none"`` the gradient of the losses' sum.

    Raises
    ------
    ValueError
        When the shapes differ.

    Notes
    -----
    It is the smooth L1 distance with beta = 0. Its gradient has the same size however small the error is, so
    a fixed learning rate keeps it jumping over the target; at the kink it is 0, as in PyTorch.

    References
    ----------
    Lecture S4, lines 16-30: why smooth; torch.nn.functional.l1_loss.

    Examples
    --------
    >>> loss, gradient = l1_loss([1.0, 2.0, 5.0], [1.0, 4.0, 4.0])
    >>> loss, gradient.round(4).tolist()
    (1.0, [0.0, -0.3333, 0.3333])
    """
    return smooth_l1_loss(prediction, target, beta=0.0, weight=weight, reduction=reduction)
