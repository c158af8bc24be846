"""What SGD and Adam share: the parameters they change, weight decay, and a state that can be saved."""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from scratchcv.checks import Array
from scratchcv.layers.layer import Layer, Parameter


class Optimizer:
    """Base of the optimizers: a subclass writes `step` and names its running averages in `averages`.

    The optimizer holds `Parameter` objects, not their arrays, so it survives `Layer.astype` and
    `Layer.load_state_dict`. A parameter that is listed twice (a shared layer) is updated once.

    Parameters
    ----------
    parameters : iterable of Parameter
        What to train; usually ``model.parameters()``.
    lr : float
        Learning rate of a `step` that is not given its own.
    weight_decay : float
        Factor λ of the L2 penalty λ/2 ‖w‖².
    decay_1d : bool
        Whether weight decay also applies to one-dimensional parameters: biases, and scales and shifts of
        normalisation. PyTorch's optimizers decay them; most detection recipes do not.
    factors : sequence of float, optional
        For each of `parameters` what its learning rate is multiplied with; 0 freezes it: it is left out as
        if it had not been listed. See `scratchcv.training.learning_rate_factors`.

    Raises
    ------
    TypeError
        When `parameters` holds something else.
    ValueError
        When there are no parameters or all are frozen, when `factors` are not as many as `parameters`, or
        when a number is negative or not finite.

    Notes
    -----
    Hyperparameters are not part of `state_dict`: they come from the call that built the optimizer, and
    `config` tells them.

    Examples
    --------
    >>> Optimizer([Parameter([1.0])], lr=-0.1)
    Traceback (most recent call last):
    ValueError: lr must be finite and at least 0, got -0.1
    """

    averages: tuple[str, ...] = ()
    """Names of the attributes that hold one array for each parameter."""

    def __init__(
        self,
        parameters: Iterable[Parameter],
        lr: float,
        *,
        weight_decay: float = 0.0,
        decay_1d: bool = True,
        factors: Sequence[float] | None = None,
    ) -> None:
        if isinstance(parameters, Layer):
            raise TypeError("parameters must be Parameter objects, got a layer: pass its .parameters()")
        parameters = list(parameters)
        if not parameters:
            raise ValueError("parameters must hold at least one Parameter, got none")
        for parameter in parameters:
            if not isinstance(parameter, Parameter):
                raise TypeError(f"parameters must be Parameter objects, got {type(parameter).__name__}")
        self.factors = _check_factors(factors, len(parameters))
        factor_of = dict(zip(parameters, self.factors or [1.0] * len(parameters), strict=True))
        self.factor_of = {parameter: factor for parameter, factor in factor_of.items() if factor}
        self.parameters = list(self.factor_of)
        if not self.parameters:
            raise ValueError("factors must leave at least one Parameter to train, got only zeros")
        self.lr = check_not_negative("lr", lr)
        self.weight_decay = check_not_negative("weight_decay", weight_decay)
        self.decay_1d = decay_1d
        self.steps = 0

    def step(self, lr: float | None = None) -> None:
        """Change every parameter once, by its gradient; `lr` stands in for the optimizer's own."""
        raise NotImplementedError(f"{type(self).__name__} has no step")

    @property
    def config(self) -> dict[str, Any]:
        """The class and its hyperparameters, without the learning rate, which a schedule may change."""
        config = {"class": type(self).__name__, "weight_decay": self.weight_decay, "decay_1d": self.decay_1d}
        return config if self.factors is None else config | {"factors": self.factors}

    def zero_grad(self) -> None:
        """Set the gradient of every trained parameter to zero."""
        for parameter in self.parameters:
            parameter.grad[...] = 0

    def decay_of(self, parameter: Parameter) -> float:
        """Return the weight decay that applies to `parameter`."""
        return self.weight_decay if self.decay_1d or parameter.value.ndim > 1 else 0.0

    def zeros(self) -> list[Array]:
        """Return an array of zeros for each parameter: a running average before the first step."""
        return [np.zeros_like(parameter.value) for parameter in self.parameters]

    def follow_dtype(self) -> None:
        """Give the running averages their parameters' dtype, which `Layer.astype` may have changed."""
        for name in self.averages:
            pairs = zip(getattr(self, name), self.parameters, strict=True)
            setattr(self, name, [array.astype(p.value.dtype, copy=False) for array, p in pairs])

    def named_averages(self) -> Iterator[tuple[str, Array]]:
        """Yield every running average as "<name>.<position of its parameter>"."""
        for name in self.averages:
            for position, array in enumerate(getattr(self, name)):
                yield f"{name}.{position}", array

    def state_dict(self) -> dict[str, Array]:
        """Return copies of the running averages and, as "steps", how many steps were taken."""
        return {name: array.copy() for name, array in self.named_averages()} | {"steps": np.array(self.steps)}

    def load_state_dict(self, state: Mapping[str, Array]) -> None:
        """Take up the state that an equal optimizer gave with `state_dict`.

        Raises
        ------
        ValueError
            When names or shapes differ; nothing is loaded then.
        """
        own = dict(self.named_averages())
        if set(state) != {*own, "steps"}:
            odd = sorted(set(state) ^ {*own, "steps"})
            raise ValueError(f"state is of another optimizer or model: {', '.join(odd)} on one side only")
        for name, array in own.items():
            if np.shape(state[name]) != array.shape:
                raise ValueError(f"{name} must have shape {array.shape}, got {np.shape(state[name])}")
        for name, array in own.items():
            array[...] = state[name]
        self.steps = int(state["steps"])


def _check_factors(factors: Sequence[float] | None, count: int) -> list[float] | None:
    """Return the factors as Python floats; None where none were given."""
    if factors is None:
        return None
    if len(factors) != count:
        raise ValueError(f"factors must be one for each of {count} parameters, got {len(factors)}")
    return [check_not_negative(f"factors[{position}]", factor) for position, factor in enumerate(factors)]


def check_not_negative(name: str, value: float) -> float:
    """Return `value` as a Python float, which keeps float32 arithmetic float32, or refuse it.

    Examples
    --------
    >>> check_not_negative("momentum", 0.9)
    0.9
    """
    if not 0 <= value < math.inf:
        raise ValueError(f"{name} must be finite and at least 0, got {value}")
    return float(value)
