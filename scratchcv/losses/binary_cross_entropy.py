"""Binary cross-entropy: how surprised a probability is by a yes or a no."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from scratchcv.backend import active_form
from scratchcv.checks import Array, as_floating, check_array
from scratchcv.layers.sigmoid import log_sigmoid, sigmoid
from scratchcv.losses.reduction import check_reduction, reduce
from scratchcv.losses.shares import check_shares


def binary_cross_entropy_with_logits(
    logits: ArrayLike,
    targets: ArrayLike,
    *,
    weight: ArrayLike | None = None,
    pos_weight: ArrayLike | None = None,
    ignore_index: int | None = None,
    reduction: str = "mean",
) -> tuple[Any, Array]:
    r"""Return the negative log-probability of yes-or-no targets, and its gradient.

    With logit x, target t and :math:`p = \sigma(x)`, each element costs

    .. math:: L = -w \left[ w_+ \, t \log p + (1 - t) \log(1 - p) \right], \qquad
              \frac{\partial L}{\partial x} = w \left[ (1 - t) \, p - w_+ \, t \, (1 - p) \right]

    Parameters
    ----------
    logits : array_like of any shape
        Raw scores x: of anchors, of classes that do not exclude each other, of pixels.
    targets : array_like like `logits`
        Labels 0 and 1, or probabilities between them.
    weight : array_like, optional
        Weight w of each element; broadcast to the shape of `logits`.
    pos_weight : array_like, optional
        Weight of the yes-part alone, a number for each class; broadcast, the classes being the last axis.
    ignore_index : int, optional
        Target of elements that count neither in the loss nor in its mean, such as 255 for unlabelled pixels.
    reduction : {"mean", "sum", "none"}
        What becomes of the elements' losses; by default their mean.

    Returns
    -------
    loss : float, or ndarray like `logits` for ``reduction="none"``
    dlogits : ndarray
        Like `logits`; for ``"none"`` the gradient of the losses' sum.

    Raises
    ------
    ValueError
        When shapes do not fit, or a target lies outside 0…1.

    Notes
    -----
    Semantics are PyTorch's: the mean divides by the number of elements, whatever their weights (the class
    weights of `cross_entropy` do count in its mean). PyTorch has no `ignore_index` here, takes targets
    outside 0…1, and gives NaN for the mean of nothing, which is 0 here.

    With 1 - p as the sigmoid of -x, the formula is evaluated as it stands: nothing overflows, and no
    logarithm meets a 0. For plain labels the gradient is p - t.

    References
    ----------
    I. Goodfellow et al., "Deep Learning", 2016, section 6.2.2.2; lecture S1, lines 741-856: one logistic
    regression for each anchor.

    Examples
    --------
    >>> loss, dlogits = binary_cross_entropy_with_logits([0.0, 1e4], [1, 0], reduction="none")
    >>> loss.round(4).tolist(), dlogits.tolist()
    ([0.6931, 10000.0], [-0.5, 1.0])
    """
    check_reduction(reduction)
    logits = as_floating(logits)
    targets = check_array("targets", targets, logits.shape)
    total, weights, yes_weights = logits.size, None, None
    if weight is not None:
        weights = _broadcast("weight", weight, logits)
    if pos_weight is not None:
        yes_weights = _broadcast("pos_weight", pos_weight, logits)
    if ignore_index is None:
        check_shares("targets", targets, logits.shape)
    else:
        used = targets != ignore_index
        check_shares("targets", targets, logits.shape, used)
        total = int(used.sum())
        weights = used.astype(logits.dtype) if weights is None else used * weights
        logits, targets = np.where(used, logits, 0), np.where(used, targets, 0)  # whatever stands there
    logits, targets = np.asarray(logits, order="C"), np.asarray(targets, logits.dtype, order="C")
    form = active_form(binary_cross_entropy_with_logits_numpy)
    return form(logits, targets, weights, yes_weights, reduction, total)


def binary_cross_entropy_with_logits_numpy(
    logits: Array,
    targets: Array,
    weights: Array | None,
    yes_weights: Array | None,
    reduction: str,
    total: int,
) -> tuple[float | Array, Array]:
    """Return the loss and its gradient; the mean divides by `total`."""
    yes = targets if yes_weights is None else targets * yes_weights  # w₊ t
    no = 1 - targets  # and log p is log_sigmoid(x), log(1 - p) that of -x
    losses = -(yes * log_sigmoid(logits) + no * log_sigmoid(-logits))
    dlogits = no * sigmoid(logits) - yes * sigmoid(-logits)
    if weights is not None:
        losses, dlogits = weights * losses, weights * dlogits
    return reduce(losses, dlogits, reduction, total)


def binary_cross_entropy(
    scores: ArrayLike,
    targets: ArrayLike,
    *,
    weight: ArrayLike | None = None,
    reduction: str = "mean",
) -> tuple[Any, Array]:
    r"""Return the binary cross-entropy of probabilities, and its gradient.

    .. math:: L = -w \left[ t \log p + (1 - t) \log(1 - p) \right], \qquad
              \frac{\partial L}{\partial p} = w \, \frac{p - t}{p \, (1 - p)}

    Parameters
    ----------
    scores : array_like of any shape
        Probabilities p, 0 to 1.
    targets : array_like like `scores`
        Labels 0 and 1, or probabilities between them.
    weight : array_like, optional
        Weight of each element; broadcast to the shape of `scores`.
    reduction : {"mean", "sum", "none"}
        What becomes of the elements' losses; by default their mean, that of nothing being 0.

    Returns
    -------
    loss : float, or ndarray like `scores` for ``reduction="none"``
    dscores : ndarray
        Like `scores`; for ``"none"`` the gradient of the losses' sum.

    Raises
    ------
    ValueError
        When shapes do not fit, or a score or a target lies outside 0…1.

    Notes
    -----
    A score of exactly 0 that should be 1 costs infinitely much. As in PyTorch no logarithm is taken for less
    than -100, and the gradient's denominator for no less than 1e-12. That is a repair: from float32 logits of
    17 on, p is 1 and says nothing more. Train with `binary_cross_entropy_with_logits`.

    References
    ----------
    torch.nn.functional.binary_cross_entropy; lecture S1, lines 741-856: the same of a logistic regression.

    Examples
    --------
    >>> loss, dscores = binary_cross_entropy([0.5, 0.0], [1, 1], reduction="none")
    >>> loss.round(4).tolist(), dscores.tolist()
    ([0.6931, 100.0], [-2.0, -1000000000000.0])
    """
    check_reduction(reduction)
    scores = as_floating(scores)
    check_shares("scores", scores, scores.shape)
    targets = check_shares("targets", targets, scores.shape).astype(scores.dtype, copy=False)
    weights = 1 if weight is None else _broadcast("weight", weight, scores)
    with np.errstate(divide="ignore"):
        log_yes, log_no = np.maximum(np.log(scores), -100), np.maximum(np.log1p(-scores), -100)
    losses = -weights * (targets * log_yes + (1 - targets) * log_no)
    dscores = weights * (scores - targets) / np.maximum(scores * (1 - scores), 1e-12)
    return reduce(losses, dscores, reduction, losses.size)


def _broadcast(name: str, value: ArrayLike, like: Array) -> Array:
    array = np.asarray(value, like.dtype)
    try:
        return np.asarray(np.broadcast_to(array, like.shape), order="C")
    except ValueError:
        raise ValueError(f"{name} must broadcast to shape {like.shape}, got {array.shape}") from None
