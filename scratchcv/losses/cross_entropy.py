"""Softmax cross-entropy: how surprised the predicted probabilities are by the true class."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from scratchcv.checks import Array, as_floating, check_array, check_integers
from scratchcv.layers.softmax import log_softmax
from scratchcv.losses.reduction import check_reduction, reduce


def cross_entropy(
    logits: ArrayLike,
    labels: ArrayLike,
    *,
    weight: ArrayLike | None = None,
    ignore_index: int = -100,
    reduction: str = "mean",
    label_smoothing: float = 0.0,
    pixel_weight: ArrayLike | None = None,
) -> tuple[Any, Array]:
    r"""Return the negative log-probability of the true classes, and its gradient.

    With :math:`p = \mathrm{softmax}(x)` and true class c, for each element

    .. math:: L = -w_c \log p_c = w_c \left(\log \sum_k e^{x_k} - x_c\right), \qquad
              \frac{\partial L}{\partial x_k} = w_c \, (p_k - [k = c])

    Smoothed labels share a part s of the truth among all K classes:

    .. math:: L = -(1 - s) \, w_c \log p_c - \frac{s}{K} \sum_k w_k \log p_k

    Parameters
    ----------
    logits : array_like (N, K) or (N, K, d1, …)
        Raw scores x; the classes are axis 1.
    labels : array_like of int (N,) or (N, d1, …)
        True classes 0 … K-1, or `ignore_index`.
    weight : array_like (K,), optional
        Weight of each class; the mean divides by the sum of the weights used.
    ignore_index : int
        Label of elements that count neither in the loss nor in its mean.
    reduction : {"mean", "sum", "none"}
        What becomes of the elements' losses; by default their mean.
    label_smoothing : float
        s, from 0 to 1.
    pixel_weight : array_like like `labels`, optional
        Weight of each element, besides that of its class: U-Net's `border_weights`, for example. The mean
        divides by the sum of the products of the two.

    Returns
    -------
    loss : float, or ndarray like `labels` for ``reduction="none"``
    dlogits : ndarray
        Like `logits`; for ``"none"`` the gradient of the losses' sum.

    Raises
    ------
    ValueError
        When shapes do not fit, a label is neither a class nor `ignore_index`, or s is not from 0 to 1.
    TypeError
        When labels are not integers.

    Notes
    -----
    Semantics are those of ``torch.nn.functional.cross_entropy`` with class indices (which has no
    `pixel_weight`), with one deviation: the mean over nothing (no elements, all ignored, all weights zero)
    is 0 with gradient 0, where PyTorch gives NaN; an image without objects must not poison a training. The
    maximum is subtracted from the logits, so that none is too large. Confident and right costs little: the
    gradient p - [k = c] fades out. Confident and wrong costs linearly in the logit, and the gradient stays
    bounded by w_c.

    References
    ----------
    I. Goodfellow et al., "Deep Learning", 2016, section 6.2.2.3; C. Szegedy et al., "Rethinking the Inception
    Architecture for Computer Vision", 2016, section 7 (label smoothing); O. Ronneberger et al., "U-Net",
    2015, equation 1 (pixel weights; a sum there); lectures S0, lines 550 and 821 (per pixel), and S4, lines
    389-407 (softmax loss).

    Examples
    --------
    >>> loss, dlogits = cross_entropy(np.log([[1.0, 3.0]]), [0])
    >>> round(loss, 6), dlogits.round(12).tolist()  # -log 0.25
    (1.386294, [[-0.75, 0.75]])
    """
    check_reduction(reduction)
    if not 0 <= label_smoothing <= 1:
        raise ValueError(f"label_smoothing must lie between 0 and 1, got {label_smoothing}")
    logits = as_floating(logits)
    if logits.ndim < 2 or not logits.shape[1]:
        raise ValueError(f"logits must have shape (N, K, …) with K > 0, got {logits.shape}")
    classes = logits.shape[1]
    labels = check_integers("labels", labels, (logits.shape[0], *logits.shape[2:]), classes, ignore_index)
    used = labels != ignore_index
    index = np.where(used, labels, 0)[:, None]

    class_weight = np.ones(classes) if weight is None else check_array("weight", weight, (classes,))
    class_weight = class_weight.astype(logits.dtype)
    pixels = used.astype(logits.dtype)
    if pixel_weight is not None:
        pixels[used] = check_array("pixel_weight", pixel_weight, labels.shape)[used]
    weights = pixels * class_weight[index[:, 0]]

    surprise = -log_softmax(logits, axis=1)  # of each class
    p = np.exp(-surprise)

    losses = weights * np.take_along_axis(surprise, index, axis=1)[:, 0]
    dlogits = p.copy() if label_smoothing else p
    np.put_along_axis(dlogits, index, np.take_along_axis(dlogits, index, axis=1) - 1, axis=1)
    dlogits *= weights[:, None]
    if label_smoothing:
        w = class_weight.reshape(-1, *[1] * (logits.ndim - 2))
        losses = (1 - label_smoothing) * losses + label_smoothing * pixels * (w * surprise).mean(axis=1)
        spread = pixels[:, None] * (w.mean() * p - w / classes)
        dlogits = (1 - label_smoothing) * dlogits + label_smoothing * spread
    losses, dlogits = np.where(used, losses, 0), np.where(used[:, None], dlogits, 0)
    return reduce(losses, dlogits, reduction, float(weights.sum(dtype=np.float64)))
