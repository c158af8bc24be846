"""Batch normalisation whose statistics, scale and shift are constants, as detectors keep pretrained ones."""

import numpy as np

from scratchcv.checks import Array
from scratchcv.layers.batch_norm2d import normalise, normalise_backward
from scratchcv.layers.layer import Layer


class FrozenBatchNorm2d(Layer):
    r"""Batch normalisation in which nothing is learned or averaged; see `BatchNorm2d`.

    .. math:: y = \gamma_c \frac{x - \mu_c}{\sqrt{\sigma_c^2 + \epsilon}} + \beta_c

    A detector is trained with a few large images at a time: too few to estimate statistics from, so it keeps
    those that its backbone was pretrained with, in training too. γ, β, μ and σ² are all buffers.

    Parameters
    ----------
    num_features : int
        C.
    eps : float
        Keeps the root away from zero.

    Notes
    -----
    Names and eps are torchvision's. Like there, it has no `num_batches_tracked`, and drops one that a state
    of `BatchNorm2d` holds for it.

    References
    ----------
    torchvision.ops.FrozenBatchNorm2d; He et al., "Deep Residual Learning", 2016, section 4.3 ("the BN layers
    become linear activations with constant offsets and scales").

    Examples
    --------
    >>> norm = FrozenBatchNorm2d(2)
    >>> sorted(norm.state_dict()), norm.parameters()
    (['bias', 'running_mean', 'running_var', 'weight'], [])
    """

    buffers = ("weight", "bias", "running_mean", "running_var")
    dropped = ("num_batches_tracked",)

    def __init__(self, num_features: int, eps: float = 1e-5) -> None:
        self.weight: Array = np.ones(num_features, np.float32)
        self.bias: Array = np.zeros(num_features, np.float32)
        self.running_mean: Array = np.zeros(num_features, np.float32)
        self.running_var: Array = np.ones(num_features, np.float32)
        self.eps = eps

    def forward(self, x: Array) -> tuple[Array, tuple[()]]:
        """Return the normalised x; backward needs only constants, so the cache is empty."""
        y = normalise(x, self.running_mean, self.running_var, self.weight, self.bias, self.eps)
        return y, ()

    def backward(self, dy: Array, cache: tuple[()]) -> Array:
        """Return dx, a scaled dy."""
        return normalise_backward(dy, self.running_var, self.weight, self.eps)
