"""Adam, and with decoupled weight decay AdamW."""

import math
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from scratchcv.layers.layer import Parameter
from scratchcv.training.optimizer import Optimizer, check_not_negative


class Adam(Optimizer):
    r"""Adam: each weight's step is scaled by running averages of its gradient and squared gradient.

    .. math::
        g &= \nabla L(w) + \lambda w \\
        m &\leftarrow \beta_1 m + (1 - \beta_1) \, g \\
        v &\leftarrow \beta_2 v + (1 - \beta_2) \, g^2 \\
        w &\leftarrow w - \eta \, \frac{m / (1 - \beta_1^t)}{\sqrt{v / (1 - \beta_2^t)} + \epsilon}

    With ``decoupled=True`` (AdamW) the decay does not enter the averages: :math:`g = \nabla L(w)`, and
    :math:`w \leftarrow (1 - \eta\lambda) w` comes before the step.

    Parameters
    ----------
    parameters : iterable of Parameter
        What to train.
    lr : float
        Learning rate η: about how far a weight moves in one step, whatever the gradient's size.
    betas : (float, float)
        Decay rates β₁ of the mean m and β₂ of the mean square v, in [0, 1).
    eps : float
        ε, keeps the division finite.
    weight_decay : float
        Weight decay λ.
    decoupled : bool
        Whether this is AdamW.
    decay_1d : bool
        Whether biases and other one-dimensional parameters decay too.
    factors : sequence of float, optional
        What each parameter's learning rate is multiplied with, 0 to freeze it; see `Optimizer`.

    Raises
    ------
    ValueError
        When a hyperparameter is out of range.

    Notes
    -----
    The updates are ``torch.optim.Adam``'s and ``torch.optim.AdamW``'s; the latter decays by .01 unless told
    otherwise, here the default is 0 for both. Dividing by 1 − βᵗ undoes that m and v began at zero.

    References
    ----------
    Kingma, Ba, "Adam: a method for stochastic optimization", 2015, algorithm 1.
    Loshchilov, Hutter, "Decoupled weight decay regularization", 2019, algorithm 2.

    Examples
    --------
    >>> w = Parameter([1.0, 1.0])
    >>> optimizer = Adam([w], lr=0.5)
    >>> w.grad[:] = [0.001, 1000.0]
    >>> optimizer.step()
    >>> w.value.round(3).tolist()
    [0.5, 0.5]
    """

    averages = ("mean", "mean_square")

    def __init__(
        self,
        parameters: Iterable[Parameter],
        lr: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0.0,
        decoupled: bool = False,
        *,
        decay_1d: bool = True,
        factors: Sequence[float] | None = None,
    ) -> None:
        super().__init__(parameters, lr, weight_decay=weight_decay, decay_1d=decay_1d, factors=factors)
        if not all(0 <= beta < 1 for beta in betas):
            raise ValueError(f"betas must lie in [0, 1), got {betas}")
        self.betas = (float(betas[0]), float(betas[1]))
        self.eps = check_not_negative("eps", eps)
        self.decoupled = decoupled
        self.mean, self.mean_square = self.zeros(), self.zeros()

    @property
    def config(self) -> dict[str, Any]:
        """The class and its hyperparameters, without the learning rate."""
        return super().config | {"betas": self.betas, "eps": self.eps, "decoupled": self.decoupled}

    def step(self, lr: float | None = None) -> None:
        """Change every parameter once; `lr` stands in for the optimizer's own learning rate."""
        lr = self.lr if lr is None else check_not_negative("lr", lr)
        self.follow_dtype()
        self.steps += 1
        beta1, beta2 = self.betas
        correction1, correction2 = 1 - beta1**self.steps, 1 - beta2**self.steps
        for parameter, mean, mean_square in zip(self.parameters, self.mean, self.mean_square, strict=True):
            gradient = parameter.grad
            rate = lr * self.factor_of[parameter]
            decay = self.decay_of(parameter)
            if decay and self.decoupled:
                parameter.value *= 1 - rate * decay
            elif decay:
                gradient = gradient + decay * parameter.value
            mean *= beta1
            mean += (1 - beta1) * gradient
            mean_square *= beta2
            mean_square += (1 - beta2) * np.square(gradient)
            denominator = np.sqrt(mean_square) / math.sqrt(correction2) + self.eps
            parameter.value -= rate / correction1 * mean / denominator
