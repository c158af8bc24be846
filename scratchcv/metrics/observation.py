"""Watching a model run: every call of its layers, and the memory behind arrays."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from scratchcv.checks import Array
from scratchcv.layers import Layer


@contextmanager
def forwards_observed(model: Layer, record: Callable[..., None]) -> Iterator[None]:
    """Inside a ``with`` block, call `record` after every forward of every layer in the model.

    Parameters
    ----------
    model : Layer
        Observed with all layers below it. Afterwards they are as before, whatever happens inside.
    record : callable
        Called with layer, tuple of inputs (those by name last), output and cache; for layers inside another
        one before that one.

    Examples
    --------
    >>> from scratchcv.layers import ReLU, Sequential
    >>> model, names = Sequential(ReLU()), []
    >>> with forwards_observed(model, lambda layer, *call: names.append(type(layer).__name__)):
    ...     y = model(np.zeros(3))
    >>> names
    ['ReLU']
    """

    def observed(layer: Layer) -> Callable[..., Any]:
        forward = layer.forward

        def run(*inputs: Any, **options: Any) -> Any:
            output, cache = forward(*inputs, **options)
            record(layer, (*inputs, *options.values()), output, cache)
            return output, cache

        return run

    layers = {id(layer): layer for _, layer in model.named_layers()}.values()
    own = [(layer, vars(layer).get("forward")) for layer in layers]
    try:
        for layer in layers:
            vars(layer)["forward"] = observed(layer)
        yield
    finally:
        for layer, forward in own:
            vars(layer).pop("forward", None)
            if forward is not None:
                vars(layer)["forward"] = forward


@contextmanager
def left_as_it_was(model: Layer) -> Iterator[None]:
    """After a ``with`` block, put a model's attributes, running statistics and random generators back.

    Its parameters are taken to be unchanged: forward passes read them.

    Examples
    --------
    >>> from scratchcv.layers import BatchNorm2d
    >>> norm = BatchNorm2d(1)
    >>> with left_as_it_was(norm):
    ...     y = norm(np.ones((1, 1, 2, 2), np.float32))
    >>> norm.running_mean.tolist()
    [0.0]
    """
    buffers = [(buffer, buffer.copy()) for _, buffer in model.named_buffers()]
    attributes = [(layer, dict(vars(layer))) for _, layer in model.named_layers()]
    values = [value for _, own in attributes for value in own.values()]
    generators = [value for value in values if isinstance(value, np.random.Generator)]
    states = [generator.bit_generator.state for generator in generators]
    try:
        yield
    finally:
        for layer, own in attributes:
            vars(layer).clear()
            vars(layer).update(own)
        for buffer, before in buffers:
            buffer[...] = before
        for generator, state in zip(generators, states, strict=True):
            generator.bit_generator.state = state


def arrays_in(structure: Any) -> list[Array]:
    """Return all arrays in nested lists, tuples and dicts.

    Examples
    --------
    >>> [array.shape for array in arrays_in((np.zeros(2), [{"a": np.zeros(3)}, None, 4.0]))]
    [(2,), (3,)]
    """
    if isinstance(structure, dict):
        structure = list(structure.values())
    if isinstance(structure, (list, tuple)):
        return [array for part in structure for array in arrays_in(part)]
    return [structure] if isinstance(structure, np.ndarray) else []


def memory_owner(array: Array) -> Array:
    """Return the array whose memory this one looks at: itself, unless it is a view.

    Examples
    --------
    >>> x = np.zeros((4, 4))
    >>> memory_owner(x[1:, ::2].T) is x
    True
    """
    while isinstance(array.base, np.ndarray):
        array = array.base
    return array
