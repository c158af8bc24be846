"""PyTorch's calls on the arrays that our side gets."""

from collections.abc import Callable
from typing import Any

import numpy as np
import torch

from tests.benchmarks.row import Call, Inputs


def tensor(array: np.ndarray) -> torch.Tensor:
    """Return a tensor on the array's own memory."""
    return torch.from_numpy(array)


def forward_call(function: Callable[..., Any], inputs: Inputs, differentiated: tuple[str, ...]) -> Call:
    """Return the forward pass alone; no graph is recorded for a backward pass."""
    tensors = {name: tensor(inputs[name]) for name in differentiated}
    return lambda: function(inputs, **tensors)


def backward_call(function: Callable[..., Any], inputs: Inputs, differentiated: tuple[str, ...]) -> Call:
    """Return the backward pass alone, on a graph that one forward pass has recorded."""
    tensors = {name: tensor(inputs[name]).requires_grad_() for name in differentiated}
    y, dy = function(inputs, **tensors), tensor(inputs["dy"])
    y = y[0] if isinstance(y, tuple) else y
    wanted = tuple(tensors.values())
    return lambda: torch.autograd.grad(y, wanted, dy, retain_graph=True)
