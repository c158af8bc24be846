"""Mask R-CNN's mask loss: each region's mask is judged for its own class alone."""

import numpy as np
from numpy.typing import ArrayLike

from scratchcv.checks import Array, as_floating, check_array, check_integers
from scratchcv.losses.binary_cross_entropy import binary_cross_entropy_with_logits


def maskrcnn_loss(mask_logits: ArrayLike, labels: ArrayLike, mask_targets: ArrayLike) -> tuple[float, Array]:
    r"""Return the binary cross-entropy of the true classes' masks, and its gradient.

    Region r of class c has K + 1 predicted masks of m x m pixels, one a class. Only the c-th counts:

    .. math:: L = -\frac{1}{R m^2} \sum_{r,i,j} \left[ y_{rij} \ln \sigma(x_{rcij})
                  + (1 - y_{rij}) \ln (1 - \sigma(x_{rcij})) \right]

    Parameters
    ----------
    mask_logits : array_like (R, K + 1, m, m)
        Raw scores x of the R positive regions; class 0 is background.
    labels : array_like of int (R,)
        The regions' classes c.
    mask_targets : array_like (R, m, m)
        The true masks y within the regions, 0 to 1.

    Returns
    -------
    loss : float
    dmask_logits : ndarray
        Like `mask_logits`; zero for all classes but the true ones.

    Raises
    ------
    ValueError
        When shapes do not fit or a label is no class.
    TypeError
        When labels are not integers.

    Notes
    -----
    torchvision's, which takes labels and targets as lists over images. A sigmoid for each class, instead of a
    softmax over them, leaves the question of what it is to the box head: masks do not compete. Without
    regions it is 0.

    References
    ----------
    K. He et al., "Mask R-CNN", 2017, section 3; lectures S0, lines 824-850, and S2, lines 985-1001.

    Examples
    --------
    >>> loss, dmask_logits = maskrcnn_loss(np.zeros((1, 3, 1, 2)), [2], [[[1.0, 0.0]]])
    >>> round(loss, 6), dmask_logits.tolist()  # log 2
    (0.693147, [[[[0.0, 0.0]], [[0.0, 0.0]], [[-0.25, 0.25]]]])
    """
    mask_logits = as_floating(check_array("mask_logits", mask_logits, ("R", "K + 1", "m", "m")))
    regions, classes, *size = mask_logits.shape
    labels = check_integers("labels", labels, (regions,), classes)
    mask_targets = check_array("mask_targets", mask_targets, (regions, *size))

    own = np.arange(regions), labels  # (R, m, m): of each region the c-th mask
    dmask_logits = np.zeros_like(mask_logits)
    loss, dmask_logits[own] = binary_cross_entropy_with_logits(mask_logits[own], mask_targets)
    return loss, dmask_logits
