"""One call that proves a composite model with its losses: every parameter's gradient, and the laws."""

import copy
import warnings
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from scratchcv.checks import Array
from scratchcv.layers.layer import Layer
from scratchcv.testing import layer_laws
from scratchcv.testing.gradcheck import GradientReport, compare_gradient, explain_writes
from scratchcv.testing.numerical_gradient import STEP
from scratchcv.testing.structure import as_dtype, leaves


def check_model(
    model: Layer,
    images: Sequence[Array],
    targets: Sequence[Mapping[str, Any]],
    *,
    name: str | None = None,
    rtol: float = 1e-6,
    eps: float = STEP / 16,
    max_entries: int | None = 4,
    max_skipped: float = 0.5,
    seed: int = 0,
) -> GradientReport:
    """Fail unless ``model.backward`` gives every parameter the gradient of the sum of the model's losses.

    Parameters
    ----------
    model : Layer
        With the protocol of models: ``losses, cache = model.forward(images, targets)`` and
        ``model.backward(cache)``. It is copied, not changed, and checked in the mode it is in.
    images : sequence of ndarray (3, H, W)
        A small batch; small images keep the check fast.
    targets : sequence of dict
        Their ground truth.
    name : str, optional
        For messages; the class's name if not given.
    rtol, eps, max_skipped, seed
        As for `gradcheck`, with shorter steps: a deep model has a kink nearly everywhere.
    max_entries : int or None
        So many entries of each parameter are drawn.

    Returns
    -------
    GradientReport

    Raises
    ------
    AssertionError
        Names the parameter, the entry, both values and the likely cause, or the law that is broken: losses
        are named finite Python floats, images and targets are not written into, nothing is stored on the
        model, gradients accumulate, calls are independent, float32 stays float32.

    Notes
    -----
    What a model treats as a constant (matches, mined negatives, proposals) may jump when a
    parameter moves. Such entries have no derivative, are recognised by that and skipped.

    Examples
    --------
    >>> from scratchcv.layers.layer import Parameter
    >>> class Brightness(Layer):
    ...     def __init__(self):
    ...         self.gain = Parameter(np.ones(3))
    ...     def forward(self, images, targets):
    ...         means = np.stack([image.mean(axis=(1, 2)) for image in images])
    ...         return {"mean": float((means * self.gain.value).sum())}, (means,)
    ...     def backward(self, cache):
    ...         (means,) = cache
    ...         self.gain.grad += means.sum(axis=0)
    >>> check_model(Brightness(), [np.ones((3, 4, 4))], [{}]).checked
    3
    """
    name = name or type(model).__name__
    layer: Layer = _WithLosses(copy.deepcopy(model)).astype(np.float64)
    layer.zero_grad()
    inputs = as_dtype((list(images), [dict(target) for target in targets]), np.float64)
    report = GradientReport()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with explain_writes(f"{name}.forward"):
            _check_losses(copy.deepcopy(layer).forward(*inputs)[0], name)
        layer_laws.check_stores_nothing(layer, inputs, name)
        layer_laws.check_accumulates(layer, inputs, name)
        darker = ([0.5 * image for image in inputs[0]], inputs[1])
        layer_laws.check_independent_calls(layer, inputs, name, darker)
        layer_laws.check_dtype(layer, inputs, name)

        used = copy.deepcopy(layer)
        losses, _, _ = layer_laws.run(used, inputs, name)
        ones = [np.ones(()) for _ in leaves(losses)]
        values = {key: parameter.value for key, parameter in layer.named_parameters()}
        for key, parameter in used.named_parameters():

            def losses_with(moved: Array, key: str = key) -> Any:
                clone = copy.deepcopy(layer)
                dict(clone.named_parameters())[key].value = moved
                return clone.forward(*inputs)[0]

            report += compare_gradient(
                losses_with, values[key], parameter.grad, ones, title=f"{name}: {key}.grad",
                rtol=rtol, eps=eps, max_entries=max_entries, max_skipped=max_skipped, seed=seed,
            )  # fmt: skip
    return report


class _WithLosses(Layer):
    """A model seen as a layer from images and targets to losses, without a gradient of either."""

    def __init__(self, model: Layer) -> None:
        self.model: Any = model

    def named_layers(self, prefix: str = "") -> Iterator[tuple[str, Layer]]:
        yield from self.model.named_layers(prefix)

    def forward(self, *inputs: Any) -> tuple[Any, Any]:
        losses, cache = self.model.forward(*inputs)
        return losses, cache

    def backward(self, dy: Any, cache: Any) -> None:
        self.model.backward(cache)


def _check_losses(losses: Any, name: str) -> None:
    if not isinstance(losses, dict) or not losses:
        raise AssertionError(
            f"{name}.forward must return a dict of named losses, got {type(losses).__name__}"
        )
    for key, loss in losses.items():
        if type(loss) is not float or not np.isfinite(loss):
            raise AssertionError(f"{name}: loss {key!r} must be a finite Python float, got {loss!r}")
