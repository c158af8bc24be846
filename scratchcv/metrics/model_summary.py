"""What a model costs, layer by layer: parameters, floating-point operations, activation memory."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from scratchcv.checks import Array
from scratchcv.layers import Layer, Parameter
from scratchcv.metrics.layer_costs import layer_cost
from scratchcv.metrics.observation import arrays_in, forwards_observed, left_as_it_was, memory_owner
from scratchcv.metrics.zero_inputs import zero_inputs

TITLES = (
    "layer", "kind", "calls", "output",
    "parameters", "forward FLOPs", "backward FLOPs", "output bytes", "cached bytes",
)  # fmt: skip


@dataclass
class LayerSummary:
    """One layer's share, over all its calls.

    Attributes
    ----------
    name, kind : str
        Its dotted name in the model, as in `state_dict`, and its class.
    calls : int
        How often it ran: once, more often for a shared head, never if the pass does without it.
    output_shapes : list of tuple
        Of the arrays that it returned, call by call.
    parameters : int
        Its own trainable numbers; shared ones count where they come first.
    forward_flops, backward_flops : int
        See `scratchcv.metrics.layer_costs.layer_cost`.
    output_bytes : int
        Memory of the outputs that it wrote: none for a view of its input.
    cache_bytes : int
        Memory that it keeps for backward and no layer before it kept.
    cost_known : bool
        Whether its FLOPs are counted; they are 0 if not.

    Examples
    --------
    >>> from scratchcv.layers import Linear
    >>> (row,) = summary(Linear(3, 5), (2, 3)).rows
    >>> row.kind, row.calls, row.output_shapes, row.parameters
    ('Linear', 1, [(2, 5)], 20)
    """

    name: str
    kind: str
    calls: int = 0
    output_shapes: list[tuple[int, ...]] = field(default_factory=list)
    parameters: int = 0
    forward_flops: int = 0
    backward_flops: int = 0
    output_bytes: int = 0
    cache_bytes: int = 0
    cost_known: bool = True


@dataclass(frozen=True)
class ModelSummary:
    """A model's layers and what they add up to; printed, a table.

    Attributes
    ----------
    rows : tuple of LayerSummary
        The layers that have no layers inside, and those that add something of their own, in the order of
        `named_layers`.

    Examples
    --------
    >>> from scratchcv.layers import Linear, ReLU, Sequential
    >>> costs = summary(Sequential(Linear(3, 5), ReLU()), (2, 3))
    >>> [row.forward_flops for row in costs.rows], costs.forward_flops
    ([60, 10], 70)
    """

    rows: tuple[LayerSummary, ...]

    @property
    def parameters(self) -> int:
        """Trainable numbers, shared ones once; running statistics are none."""
        return sum(row.parameters for row in self.rows)

    @property
    def forward_flops(self) -> int:
        """Floating-point operations of the forward pass; a multiply-add is two."""
        return sum(row.forward_flops for row in self.rows)

    @property
    def backward_flops(self) -> int:
        """Floating-point operations of the backward pass, to the model's input."""
        return sum(row.backward_flops for row in self.rows)

    @property
    def output_bytes(self) -> int:
        """Memory of all layers' outputs: what forward writes."""
        return sum(row.output_bytes for row in self.rows)

    @property
    def cache_bytes(self) -> int:
        """Memory of all arrays in the model's cache, shared ones once: what forward keeps for backward."""
        return sum(row.cache_bytes for row in self.rows)

    @property
    def unknown(self) -> tuple[str, ...]:
        """Classes of layers whose own work is not counted."""
        return tuple(sorted({row.kind for row in self.rows if row.calls and not row.cost_known}))

    def __str__(self) -> str:
        lines: list[tuple[str, ...]] = [TITLES]
        for row in self.rows:
            words = row.name or "(model)", row.kind, str(row.calls), _shapes(row)
            lines.append((*words, *(f"{number:,}" for number in _counts(row))))
        lines.append(("total", "", "", "", *(f"{number:,}" for number in _counts(self))))
        widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
        text = "\n".join("  ".join(_aligned(line, widths)).rstrip() for line in lines)
        text += "\n\nA multiply-add is 2 FLOPs. Cached bytes are what forward keeps for backward."
        if self.unknown:
            unknown = ", ".join(self.unknown)
            text += f"\nCounted as 0 FLOPs, for its cost is not known: what {unknown} computes itself."
        return text


def summary(model: Layer, *inputs: Any) -> ModelSummary:
    r"""Run a model forward once and return what each layer costs.

    For a convolution of C channels by O filters, with 2 FLOPs for a multiply-add:

    .. math:: \text{forward} = 2\,N O H' W' \cdot \tfrac{C}{g} k_h k_w \qquad
              \text{backward} = 2 \cdot \text{forward} + N O H' W' \;(\text{with a bias})

    Parameters
    ----------
    model : Layer
        Any layer or model, in the mode that counts: training keeps more. It is left as it was, running
        statistics and random generators too, also where its forward fails.
    *inputs : tuple of int, or anything else
        What the model's forward takes. A tuple of int is a shape, batch first: zeros of that shape and of the
        model's dtype stand for it. For a detector it is that of the images, on which there is nothing to
        find. Other things are handed over as they are, such as images and targets of one's own.

    Returns
    -------
    ModelSummary
        For the whole batch. Print it, or read its `rows` and totals.

    Raises
    ------
    TypeError
        When `model` is no `Layer`, or its forward takes more or fewer inputs.
    ValueError
        When a shape has negative sizes, or is not that of images for a detector. What the model itself raises
        passes through.

    Notes
    -----
    Others count multiply-adds and call them FLOPs, or MACs: half of these. Layers are observed in their
    `forward`; what a model computes between its layers costs no FLOPs here. Its memory is seen where it is
    returned or cached.

    Examples
    --------
    >>> from scratchcv.layers import Conv2d, ReLU, Sequential
    >>> costs = summary(Sequential(Conv2d(1, 4, 3), ReLU()), (1, 1, 6, 6))
    >>> costs.parameters, costs.forward_flops, costs.cache_bytes  # the cache: 36 pixels, 64 outputs of ReLU
    (40, 1216, 400)
    >>> print(str(costs).splitlines()[1])
    0      Conv2d  1      (1, 4, 4, 4)          40          1,152           2,368           256           144
    """
    if not isinstance(model, Layer):
        raise TypeError(f"model must be a Layer, got {type(model).__name__}")
    given = zero_inputs(model, inputs)
    observer = _Observer(model, given)
    with left_as_it_was(model), forwards_observed(model, observer.record):
        _, cache = model.forward(*given)
    return ModelSummary(tuple(observer.rows(cache)))


class _Observer:
    """Notes what every call of a layer costs; layers inside another one are recorded before it."""

    def __init__(self, model: Layer, inputs: tuple[Any, ...]) -> None:
        self.layers: dict[int, Layer] = {}
        self.summaries: dict[int, LayerSummary] = {}
        self.cached: dict[int, list[Array]] = {}
        counted = set()
        for name, layer in model.named_layers():
            if id(layer) in self.layers:
                continue  # the same layer under a second name
            row = LayerSummary(name, type(layer).__name__)
            self.layers[id(layer)], self.summaries[id(layer)], self.cached[id(layer)] = layer, row, []
            for parameter in _own_parameters(layer):
                if id(parameter) not in counted:
                    counted.add(id(parameter))
                    row.parameters += parameter.size
        constants = [parameter.value for parameter in model.parameters()]
        constants += [buffer for _, buffer in model.named_buffers()]
        # By identity of the memory, which stays allocated as long as these hold it.
        self.in_caches = {id(owner): owner for owner in map(memory_owner, constants)}
        self.in_outputs = {id(owner): owner for owner in map(memory_owner, [*constants, *arrays_in(inputs)])}

    def record(self, layer: Layer, inputs: tuple[Any, ...], output: Any, cache: Any) -> None:
        row = self.summaries[id(layer)]
        row.calls += 1
        row.output_shapes += [array.shape for array in arrays_in(output)]
        row.output_bytes += sum(owner.nbytes for owner in _new(output, self.in_outputs))
        self.cached[id(layer)] += _new(cache, self.in_caches)
        cost = layer_cost(layer, inputs, output)
        row.cost_known = cost is not None
        forward, backward = cost or (0, 0)
        row.forward_flops += forward
        row.backward_flops += backward

    def rows(self, cache: Any) -> Iterator[LayerSummary]:
        """Yield the layers that own something; of their caches, what the model's cache still holds."""
        kept = {id(memory_owner(array)) for array in arrays_in(cache)}
        for key, row in self.summaries.items():
            row.cache_bytes = sum(owner.nbytes for owner in self.cached[key] if id(owner) in kept)
            has_layers_inside = any(True for _ in self.layers[key].named_children())
            if any(_counts(row)) or not has_layers_inside:
                yield row


def _own_parameters(layer: Layer) -> list[Array]:
    """Return the values of the parameters that are attributes of the layer itself."""
    return [value.value for value in vars(layer).values() if isinstance(value, Parameter)]


def _new(structure: Any, seen: dict[int, Array]) -> list[Array]:
    """Return the owners of a structure's memory that were not seen yet, and note that they are now."""
    owners = {id(owner): owner for owner in map(memory_owner, arrays_in(structure)) if id(owner) not in seen}
    seen.update(owners)
    return list(owners.values())


def _shapes(row: LayerSummary) -> str:
    """Return the shapes of the first call, and dots where other calls differ."""
    a_call = len(row.output_shapes) // max(row.calls, 1)
    shapes = list(map(str, row.output_shapes[:a_call]))
    return ", ".join(shapes + ["…"] * bool(set(row.output_shapes[a_call:]) - set(row.output_shapes[:a_call])))


def _counts(costs: LayerSummary | ModelSummary) -> tuple[int, ...]:
    work = costs.parameters, costs.forward_flops, costs.backward_flops
    return *work, costs.output_bytes, costs.cache_bytes


def _aligned(line: tuple[str, ...], widths: list[int]) -> Iterator[str]:
    """Yield words to the left, numbers to the right."""
    for column, (text, width) in enumerate(zip(line, widths, strict=True)):
        yield text.ljust(width) if column < 4 else text.rjust(width)
