"""One call that proves a layer: its gradients, and the laws that all layers keep."""

import copy
import warnings
from collections.abc import Collection
from typing import Any

import numpy as np

from scratchcv.checks import Array
from scratchcv.layers.layer import Layer
from scratchcv.testing import layer_laws
from scratchcv.testing.constant_inputs import ConstantInputs
from scratchcv.testing.gradcheck import GradientReport, compare_gradient
from scratchcv.testing.numerical_gradient import STEP
from scratchcv.testing.structure import as_dtype, leaves, rebuild


def check_layer(
    layer: Layer,
    *inputs: Any,
    name: str | None = None,
    constants: Collection[int] = (),
    empty_batch: bool = True,
    rtol: float = 1e-6,
    eps: float = STEP,
    max_entries: int | None = 48,
    max_skipped: float = 0.5,
    seed: int = 0,
) -> GradientReport:
    """Fail unless a layer's backward is the derivative of its forward and the layer keeps the laws of layers.

    The laws: inputs, outputs, dy and caches are never written into; nothing but gradients and running
    statistics changes on the layer; parameter gradients accumulate; two interleaved calls do not disturb
    each other; ``layer(x)`` is forward's output; float32 stays float32; non-contiguous arrays, a batch of
    one and an empty batch work. Gradients are compared in float64 under a random dy, for every input and
    parameter, with running statistics and random generators put back before each evaluation. A layer with
    running statistics is checked in training and in evaluation, any other in the mode it is in.

    Parameters
    ----------
    layer : Layer
        It is copied, not changed.
    *inputs : ndarray, tuple of int, or nesting of ndarray
        What forward takes, batch axis first. A tuple of int is a shape: normal numbers of that shape are
        drawn, all different and away from zero, where a ReLU has its kink.
    name : str, optional
        For messages; the class's name if not given.
    constants : collection of int
        Positions of inputs that are no variables, such as regions or indices: they are handed on as they are,
        and their gradient must be None or zero. Those that name images want ``empty_batch=False``.
    empty_batch : bool
        Whether to check batches of one and none, for layers whose inputs have a batch axis.
    rtol, eps, max_entries, max_skipped, seed
        As for `gradcheck`; `max_entries` counts for each input and each parameter.

    Returns
    -------
    GradientReport

    Raises
    ------
    AssertionError
        Names the layer, the law, and for gradients the entry, both values and the likely cause.

    Examples
    --------
    >>> from scratchcv.layers import ReLU
    >>> print(check_layer(ReLU(), (2, 3, 4, 4)).skipped)
    0
    """
    given: Any = layer
    if not isinstance(given, Layer):
        hint = f": write {given.__name__}(…)" if isinstance(given, type) else ""
        raise TypeError(f"layer must be a Layer, got {given!r}{hint}")
    name = name or type(layer).__name__
    layer_laws.check_owns_parameters(layer, name)
    layer = copy.deepcopy(layer).astype(np.float64)
    layer.zero_grad()
    drawn = tuple(_draw(given, seed + position) for position, given in enumerate(inputs))
    fixed = as_dtype(drawn, np.float64)
    if constants:
        layer = ConstantInputs(layer, fixed, constants)
        fixed = tuple(value for position, value in enumerate(fixed) if position not in constants)
    stateful = any(True for _ in layer.named_buffers())
    report = GradientReport()
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # an empty mean or a division by zero must not pass as a warning
        if stateful:
            used = copy.deepcopy(layer).train()
            used.forward(*fixed)
            layer.load_state_dict(used.state_dict())  # evaluation shall not see the initial statistics only
        for training in (True, False) if stateful else (layer.training,):
            layer.train(training)
            layer_laws.check_stores_nothing(layer, fixed, name)
            mode = f" in {'training' if training else 'evaluation'}" if stateful else ""
            report += check_gradients(
                layer, fixed, name=name + mode,
                rtol=rtol, eps=eps, max_entries=max_entries, max_skipped=max_skipped, seed=seed,
            )  # fmt: skip
            layer_laws.check_accumulates(layer, fixed, name)
            layer_laws.check_independent_calls(layer, fixed, name)
            layer_laws.check_dtype(layer, fixed, name)
            layer_laws.check_non_contiguous(layer, fixed, name)
            for size in (1, 0) if empty_batch else ():
                layer_laws.check_batch(layer, fixed, size, name)
        layer_laws.check_call(layer, fixed, name)
    return report


def check_gradients(
    layer: Layer, inputs: tuple[Any, ...], *, name: str, seed: int, **options: Any
) -> GradientReport:
    """Compare the gradients of all inputs and parameters with differences; used by `check_layer`."""
    used = copy.deepcopy(layer)
    _, dy, dx = layer_laws.run(used, inputs, name)
    if len(dx) != len(inputs) or len(leaves(dx)) != len(leaves(inputs)):
        raise AssertionError(f"{name}.backward must return one gradient for each input, like the input")
    report = GradientReport()

    flat = leaves(inputs)
    for position, (x, gradient) in enumerate(zip(flat, leaves(dx), strict=True)):
        if x.dtype.kind != "f":
            continue

        def with_input(moved: Array, position: int = position) -> Any:
            arrays = [*flat[:position], moved, *flat[position + 1 :]]
            return copy.deepcopy(layer).forward(*rebuild(inputs, arrays))[0]

        which = "dx" if len(flat) == 1 else f"dx[{position}]"
        report += compare_gradient(
            with_input, x, gradient, dy, title=f"{name}: {which}", seed=seed, **options
        )

    values = {key: parameter.value for key, parameter in layer.named_parameters()}
    for key, parameter in used.named_parameters():

        def with_parameter(moved: Array, key: str = key) -> Any:
            clone = copy.deepcopy(layer)
            dict(clone.named_parameters())[key].value = moved
            return clone.forward(*inputs)[0]

        report += compare_gradient(
            with_parameter, values[key], parameter.grad, dy, title=f"{name}: {key}.grad", seed=seed, **options
        )
    return report


def _draw(given: Any, seed: int) -> Any:
    """Turn a shape into normal numbers of it, at least 0.02 away from zero."""
    if isinstance(given, tuple) and all(isinstance(size, int) for size in given):
        x = np.random.default_rng(seed).standard_normal(given)
        return x + np.copysign(0.02, x)
    return given
