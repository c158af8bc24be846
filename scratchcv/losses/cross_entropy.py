"""Softmax cross-entropy: how surprised the predicted probabilities are by the true class."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from scratchcv.checks import Array, as_floating, check_array
from scratchcv.losses.reduction import check_reduction, reduce


def cross_entropy(
    logits: ArrayLike,
    labels: ArrayLike,
    *,
    weight: ArrayLike | None = None,
    ignore_index: int = -100,
    reduction: str = "mean",
) -> tuple[Any, Array]:
    r"""Return the negative log-probability of the true classes, and its gradient.

    With :math:`p = \mathrm{softmax}(x)` and true class c, for each element

    .. math:: L = -w_c \log p_c = w_c \left(\log \sum_k e^{x_k} - x_c\right), \qquad
              \frac{\partial L}{\partial x_k} = w_c \, (p_k - [k = c])

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
        What becomes of the elements' losses.

    Returns
    -------
    loss : float, or ndarray like `labels` for ``reduction="none"``
    dlogits : ndarray
        Like `logits`; for ``"none"`` the gradient of the losses' sum.

    Raises
    ------
    ValueError
        When shapes do not fit, or a label is neither a class nor `ignore_index`.
    TypeError
        When labels are not integers.

    Notes
    -----
    Semantics are those of ``torch.nn.functional.cross_entropy`` with class indices, with one
    deviation: the mean over nothing (no elements, all ignored, all weights zero) is 0 with gradient 0,
    where PyTorch gives NaN; an image without objects must not poison a training. The maximum is subtracted
    from the logits, so that none is too large. Confident and right costs little: the gradient p - [k = c]
    fades out. Confident and wrong costs linearly in the logit, and the gradient stays bounded by w_c.

    References
    ----------
    I. Goodfellow et al., "Deep Learning", 2016, section 6.2.2.3.

    Examples
    --------
    >>> loss, dlogits = cross_entropy(np.log([[1.0, 3.0]]), [0])
    >>> round(loss, 6), dlogits.round(12).tolist()  # -log 0.25
    (1.386294, [[-0.75, 0.75]])
    """
    check_reduction(reduction)
    logits = as_floating(logits)
    if logits.ndim < 2 or not logits.shape[1]:
        raise ValueError(f"logits must have shape (N, K, …) with K > 0, got {logits.shape}")
    classes = logits.shape[1]
    labels = check_array("labels", labels, (logits.shape[0], *logits.shape[2:]))
    used = labels != ignore_index
    _check_labels(labels, used, classes)
    index = np.where(used, labels, 0).astype(np.intp)[:, None]

    if weight is None:
        weights = used.astype(logits.dtype)
    else:
        weights = used * check_array("weight", weight, (classes,)).astype(logits.dtype)[index[:, 0]]

    shifted = logits - logits.max(axis=1, keepdims=True)
    exponentials = np.exp(shifted)
    total = exponentials.sum(axis=1, keepdims=True)
    losses = np.where(used, weights * (np.log(total) - np.take_along_axis(shifted, index, axis=1))[:, 0], 0)

    dlogits = exponentials / total
    np.put_along_axis(dlogits, index, np.take_along_axis(dlogits, index, axis=1) - 1, axis=1)
    dlogits = np.where(used[:, None], weights[:, None] * dlogits, 0)
    return reduce(losses, dlogits, reduction, float(weights.sum(dtype=np.float64)))


def _check_labels(labels: Array, used: Array, classes: int) -> None:
    if labels.dtype.kind not in "iu" and labels.size:
        raise TypeError(f"labels must be integers, got {labels.dtype}")
    wrong = used & ((labels < 0) | (labels >= classes))
    if wrong.any():
        place = tuple(int(i) for i in np.argwhere(wrong)[0])
        raise ValueError(f"labels must lie in 0…{classes - 1}, got labels{list(place)} = {labels[place]}")
