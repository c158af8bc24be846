"""The multi-task loss: several losses that one network learns at once, as one weighted sum."""

from collections.abc import Mapping

from scratchcv.checks import Array


def multi_task_loss(
    terms: Mapping[str, tuple[float, Array | tuple[Array, ...]]], weights: Mapping[str, float] | None = None
) -> tuple[dict[str, float], tuple[Array, ...]]:
    r"""Return the weighted losses, whose sum is the multi-task loss, and the gradients of that sum.

    .. math:: L = \sum_i w_i L_i, \qquad \frac{\partial L}{\partial x_i} =
              w_i \frac{\partial L_i}{\partial x_i}

    Parameters
    ----------
    terms : mapping of str to (loss, gradient)
        What other losses return, by name: a number, and the gradient of its prediction or a tuple of them.
    weights : mapping of str to float, optional
        Weights w by name; 1 where none is given.

    Returns
    -------
    losses : dict
        Python floats in the order of `terms`, weighted: L is their sum.
    gradients : tuple of ndarray
        The weighted gradients of all predictions, in the order of `terms`.

    Raises
    ------
    ValueError
        When a weight has no term.

    Notes
    -----
    Each prediction belongs to one term here. What predictions have in common, such as the vector of 4096
    features from which two linear layers make class scores and a box, gets the sum of what comes back through
    them; so its gradient is the weighted sum as well.

    References
    ----------
    Lectures S0, lines 852-915, and S1, lines 164-212: softmax loss of "what" and L2 loss of "where".

    Examples
    --------
    >>> from scratchcv.losses import cross_entropy, mse_loss
    >>> what = cross_entropy([[0.0, 0.0]], [1])
    >>> where = mse_loss([[0.5, 0.5, 1.0, 1.0]], [[0.5, 0.5, 1.0, 0.0]])
    >>> losses, (dlogits, dbox) = multi_task_loss({"what": what, "where": where}, {"where": 2.0})
    >>> {name: round(loss, 4) for name, loss in losses.items()}, dbox.tolist()
    ({'what': 0.6931, 'where': 0.5}, [[0.0, 0.0, 0.0, 1.0]])
    """
    weights = {} if weights is None else weights
    unknown = sorted(set(weights) - set(terms))
    if unknown:
        raise ValueError(f"weights must name terms ({', '.join(terms)}), got {', '.join(unknown)}")
    losses: dict[str, float] = {}
    gradients: list[Array] = []
    for name, (loss, gradient) in terms.items():
        weight = float(weights.get(name, 1))
        losses[name] = weight * float(loss)
        gradients += [weight * part for part in (gradient if isinstance(gradient, tuple) else (gradient,))]
    return losses, tuple(gradients)
