"""Stochastic gradient descent with momentum."""

from collections.abc import Iterable, Sequence
from typing import Any

from scratchcv.layers.layer import Parameter
from scratchcv.training.optimizer import Optimizer, check_not_negative


class SGD(Optimizer):
    r"""Stochastic gradient descent with momentum, weight decay and Nesterov's variant.

    .. math::
        g &= \nabla L(w) + \lambda w \\
        v &\leftarrow \mu v + g \\
        w &\leftarrow w - \eta \, v \qquad\text{(Nesterov: } w - \eta \, (g + \mu v)\text{)}

    Parameters
    ----------
    parameters : iterable of Parameter
        What to train.
    lr : float
        Learning rate η.
    momentum : float
        Momentum μ; 0 is plain gradient descent.
    weight_decay : float
        Weight decay λ.
    nesterov : bool
        Whether to look one step ahead along the velocity.
    decay_1d : bool
        Whether biases and other one-dimensional parameters decay too.
    factors : sequence of float, optional
        What each parameter's learning rate is multiplied with, 0 to freeze it; see `Optimizer`.

    Raises
    ------
    ValueError
        When a hyperparameter is out of range, or `nesterov` comes without momentum.

    Notes
    -----
    The update is ``torch.optim.SGD``'s with ``dampening=0``. Sutskever et al. fold η into the velocity,
    :math:`v \leftarrow \mu v - \eta g`: the same path while η is constant, another under a schedule.

    References
    ----------
    Polyak, "Some methods of speeding up the convergence of iteration methods", 1964.
    Sutskever, Martens, Dahl, Hinton, "On the importance of initialization and momentum in deep learning",
    2013, equations 1-4.

    Examples
    --------
    >>> w = Parameter([1.0])
    >>> optimizer = SGD([w], lr=0.25, momentum=0.5)
    >>> for _ in range(2):
    ...     w.grad[:] = 2 * w.value  # of the loss w²
    ...     optimizer.step()
    >>> w.value.tolist()
    [0.0]
    """

    averages = ("velocity",)

    def __init__(
        self,
        parameters: Iterable[Parameter],
        lr: float,
        momentum: float = 0.0,
        weight_decay: float = 0.0,
        nesterov: bool = False,
        *,
        decay_1d: bool = True,
        factors: Sequence[float] | None = None,
    ) -> None:
        super().__init__(parameters, lr, weight_decay=weight_decay, decay_1d=decay_1d, factors=factors)
        self.momentum = check_not_negative("momentum", momentum)
        if nesterov and momentum == 0:
            raise ValueError("nesterov needs a momentum above 0")
        self.nesterov = nesterov
        self.velocity = self.zeros()

    @property
    def config(self) -> dict[str, Any]:
        """The class and its hyperparameters, without the learning rate."""
        return super().config | {"momentum": self.momentum, "nesterov": self.nesterov}

    def step(self, lr: float | None = None) -> None:
        """Change every parameter once; `lr` stands in for the optimizer's own learning rate."""
        lr = self.lr if lr is None else check_not_negative("lr", lr)
        self.follow_dtype()
        self.steps += 1
        for parameter, velocity in zip(self.parameters, self.velocity, strict=True):
            gradient = parameter.grad
            rate = lr * self.factor_of[parameter]
            decay = self.decay_of(parameter)
            if decay:
                gradient = gradient + decay * parameter.value
            velocity *= self.momentum
            velocity += gradient
            if self.nesterov:
                parameter.value -= rate * (gradient + self.momentum * velocity)
            else:
                parameter.value -= rate * velocity
