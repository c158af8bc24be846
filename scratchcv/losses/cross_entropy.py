"""Softmax cross-entropy: how surprised the predicted probabilities are by the true class."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from scratchcv.backend import active_form
from scratchcv.checks import Array, as_floating, check_floating, check_integers
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
    N, K, *size = logits.shape
    labels = check_integers("labels", labels, (N, *size), K, ignore_index)
    used = labels != ignore_index  # (N, d1, …)
    c = np.where(used, labels, 0)  # any class stands for what is ignored; its weight is 0
    class_weight = _class_weights(weight, logits)  # (K,)
    pixels = _pixel_weights(pixel_weight, used, logits)  # (N, d1, …), 0 for what is ignored
    w_c = pixels if weight is None else pixels * class_weight[c]  # (N, d1, …)

    logits = np.asarray(logits, order="C")
    losses, dlogits = active_form(cross_entropy_numpy)(logits, c, used, w_c)
    if label_smoothing:
        of_all, dof_all = _entropy_of_all_classes(logits, used, _along_classes(class_weight, logits), pixels)
        losses = (1 - label_smoothing) * losses + label_smoothing * of_all
        dlogits = (1 - label_smoothing) * dlogits + label_smoothing * dof_all
    return reduce(losses, dlogits, reduction, float(w_c.sum(dtype=np.float64)))


def cross_entropy_numpy(logits: Array, labels: Array, used: Array, weights: Array) -> tuple[Array, Array]:
    """Return losses (N, d1, …) and gradient (N, K, d1, …); both are 0 where not used, even beside NaN."""
    log_p = log_softmax(logits, axis=1)  # (N, K, d1, …)
    truth = labels[:, None] == _along_classes(np.arange(logits.shape[1]), logits)  # [k = c]
    losses = -weights * np.take_along_axis(log_p, labels[:, None], axis=1)[:, 0]
    dlogits = weights[:, None] * (np.exp(log_p) - truth)
    return np.where(used, losses, 0), np.where(used[:, None], dlogits, 0)


def _entropy_of_all_classes(logits: Array, used: Array, w: Array, pixels: Array) -> tuple[Array, Array]:
    """Return what is smoothed in, -1/K Σ w_k log p_k, and its gradient, (p_k Σ w - w_k) / K."""
    log_p = log_softmax(logits, axis=1)
    losses = -pixels * (w * log_p).mean(axis=1)
    dlogits = pixels[:, None] * (w.mean() * np.exp(log_p) - w / w.size)
    return np.where(used, losses, 0), np.where(used[:, None], dlogits, 0)


def _class_weights(weight: ArrayLike | None, logits: Array) -> Array:
    classes = logits.shape[1]
    weight = np.ones(classes) if weight is None else weight
    return check_floating("weight", weight, (classes,), logits.dtype)


def _pixel_weights(pixel_weight: ArrayLike | None, used: Array, logits: Array) -> Array:
    pixels = used.astype(logits.dtype)
    if pixel_weight is not None:
        pixels[used] = check_floating("pixel_weight", pixel_weight, used.shape, logits.dtype)[used]
    return pixels


def _along_classes(values: Array, logits: Array) -> Array:
    """Return K values with the shape (K, 1, …) that broadcasts along the logits' axis 1."""
    return values.reshape(-1, *[1] * (logits.ndim - 2))
