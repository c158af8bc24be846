"""What every layer is made of: `Parameter`, `Layer`, and `Sequential`, which chains layers."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, DTypeLike

from scratchcv.checks import Array


class Parameter:
    """An array that training changes, and the gradient of the loss with respect to it.

    Parameters
    ----------
    value : array_like
        The initial value.
    dtype : dtype
        float32 unless asked for, whatever the value's was; `Layer.astype` changes a whole layer's.

    Attributes
    ----------
    value, grad : ndarray
        Equal in shape and dtype. Backward passes add to `grad`; `Layer.zero_grad` clears it.

    Examples
    --------
    >>> weight = Parameter([[1.0, 2.0]])
    >>> weight.grad.tolist()
    [[0.0, 0.0]]
    """

    def __init__(self, value: ArrayLike, dtype: DTypeLike = np.float32) -> None:
        self.value: Array = np.array(value, dtype)
        self.grad: Array = np.zeros_like(self.value)

    def __repr__(self) -> str:
        return f"Parameter(shape={self.value.shape}, dtype={self.value.dtype})"


class Layer:
    """Base of all layers and models: it holds parameters and running statistics, never activations.

    A subclass writes two methods that mirror each other::

        y, cache = layer.forward(x)     # the output, and what backward will need
        dx = layer.backward(dy, cache)  # dL/dx; dL/dparameter is added to parameter.grad

    Because each call has its own cache, one layer can be applied many times (a shared head on five pyramid
    levels) and its parameter gradients add up by themselves.

    Parameters, layers and lists of layers that are attributes are found by their attribute names, which are
    PyTorch's, so that `state_dict` has PyTorch's keys. A subclass names its running statistics in `buffers`.

    Examples
    --------
    >>> from scratchcv.layers import Conv2d, ReLU, Sequential
    >>> net = Sequential(Conv2d(3, 8, 3, padding=1), ReLU())
    >>> [name for name, _ in net.named_parameters()]
    ['0.weight', '0.bias']
    """

    buffers: tuple[str, ...] = ()
    """Names of the attributes that are saved with the parameters but not trained."""

    dropped: tuple[str, ...] = ()
    """Names that a state may hold for this layer, but which it has no use for."""

    training: bool = True

    def forward(self, *inputs: Any, **options: Any) -> tuple[Any, Any]:
        """Return the output and the cache that `backward` will need."""
        raise NotImplementedError(f"{type(self).__name__} has no forward")

    def backward(self, *inputs: Any, **options: Any) -> Any:
        """Return the gradient of the input; add those of the parameters to their `grad`."""
        raise NotImplementedError(f"{type(self).__name__} has no backward")

    def __call__(self, *inputs: Any, **options: Any) -> Any:
        """Return the output alone: inference."""
        return self.forward(*inputs, **options)[0]

    def __repr__(self) -> str:
        """Return the class and what is in it: shapes of parameters, or the layers line by line."""
        shapes = [
            f"{name}={value.value.shape}"
            for name, value in vars(self).items()
            if isinstance(value, Parameter)
        ]
        children = [f"({name}): {child!r}".replace("\n", "\n  ") for name, child in self.named_children()]
        inside = "".join(f"\n  {child}" for child in children) + "\n" if children else ""
        return f"{type(self).__name__}({', '.join(shapes)}{inside})"

    def named_children(self) -> Iterator[tuple[str, "Layer"]]:
        """Yield the layers directly inside this one with their names."""
        for name, attribute in vars(self).items():
            if isinstance(attribute, Layer):
                yield name, attribute
            elif isinstance(attribute, (list, tuple)):
                for index, item in enumerate(attribute):
                    if isinstance(item, Layer):
                        yield f"{name}.{index}", item
                    elif isinstance(item, Parameter):
                        raise TypeError(f"{type(self).__name__}.{name} lists a Parameter: give it a name")
            elif isinstance(attribute, dict) and any(isinstance(item, Layer) for item in attribute.values()):
                raise TypeError(
                    f"{type(self).__name__}.{name} keeps layers in a dict: use attributes or a list"
                )

    def named_layers(self, prefix: str = "") -> Iterator[tuple[str, "Layer"]]:
        """Yield this layer and all below it with their dotted names, this one first."""
        yield prefix, self
        for name, child in self.named_children():
            yield from child.named_layers(f"{prefix}.{name}" if prefix else name)

    def named_parameters(self, remove_duplicate: bool = True) -> Iterator[tuple[str, Parameter]]:
        """Yield every parameter below this layer with its dotted name, a shared one once by default."""
        seen = set()
        for prefix, layer in self.named_layers():
            for name, attribute in vars(layer).items():
                if isinstance(attribute, Parameter) and not (remove_duplicate and id(attribute) in seen):
                    seen.add(id(attribute))
                    yield f"{prefix}.{name}" if prefix else name, attribute

    def parameters(self) -> list[Parameter]:
        """Return every parameter below this layer, once, however many layers share it."""
        return [parameter for _, parameter in self.named_parameters()]

    def named_buffers(self) -> Iterator[tuple[str, Array]]:
        """Yield every running statistic below this layer with its dotted name."""
        for prefix, layer in self.named_layers():
            for name in layer.buffers:
                yield f"{prefix}.{name}" if prefix else name, getattr(layer, name)

    def zero_grad(self) -> None:
        """Set every parameter's gradient to zero."""
        for parameter in self.parameters():
            parameter.grad[...] = 0

    def train(self, mode: bool = True) -> Self:
        """Switch to training, or with ``mode=False`` to evaluation; return the layer itself."""
        for _, layer in self.named_layers():
            layer.training = mode
        return self

    def eval(self) -> Self:
        """Switch to evaluation; return the layer itself."""
        return self.train(False)

    @contextmanager
    def evaluating(self) -> Iterator[None]:
        """Evaluate inside a ``with`` block; afterwards every layer is back in the mode that it was in."""
        modes = [(layer, layer.training) for _, layer in self.named_layers()]
        self.eval()
        try:
            yield
        finally:
            for layer, mode in modes:
                layer.training = mode

    def astype(self, dtype: DTypeLike) -> Self:
        """Convert parameters, gradients and statistics to float32 or float64; return the layer itself."""
        if np.dtype(dtype) not in (np.float32, np.float64):
            raise ValueError(f"dtype must be float32 or float64, got {np.dtype(dtype)}")
        for parameter in self.parameters():
            parameter.value = parameter.value.astype(dtype)
            parameter.grad = parameter.grad.astype(dtype)
        for _, layer in self.named_layers():
            for name in layer.buffers:
                buffer = getattr(layer, name)
                if np.issubdtype(buffer.dtype, np.floating):
                    setattr(layer, name, buffer.astype(dtype))
        return self

    def state_dict(self) -> dict[str, Array]:
        """Return copies of all parameters and running statistics by dotted name.

        Examples
        --------
        >>> from scratchcv.layers import Conv2d
        >>> {name: value.shape for name, value in Conv2d(3, 8, 3).state_dict().items()}
        {'weight': (8, 3, 3, 3), 'bias': (8,)}
        """
        state = {name: parameter.value.copy() for name, parameter in self.named_parameters(False)}
        state.update({name: buffer.copy() for name, buffer in self.named_buffers()})
        return state

    def load_state_dict(self, state: Mapping[str, ArrayLike], strict: bool = True) -> None:
        """Copy values by name into parameters and running statistics, keeping this layer's dtype.

        Parameters
        ----------
        state : mapping of str to array_like
            Values by dotted name, as `state_dict` gives them.
        strict : bool
            Whether missing and unknown names are errors.

        Raises
        ------
        ValueError
            When a shape or kind of number differs, or, if `strict`, when names do; nothing is loaded then.
        """
        own: dict[str, Array] = {name: parameter.value for name, parameter in self.named_parameters(False)}
        own.update(self.named_buffers())
        missing = [name for name in own if name not in state]
        known = own.keys() | self._dropped_names()
        unknown = [name for name in state if name not in known]
        if strict and (missing or unknown):
            raise ValueError(f"state does not fit: missing {missing or 'none'}, unknown {unknown or 'none'}")
        values = {name: np.asarray(state[name]) for name in own if name in state}
        for name, value in values.items():
            if value.shape != own[name].shape:
                raise ValueError(f"{name} must have shape {own[name].shape}, got {value.shape}")
            if not np.can_cast(value.dtype, own[name].dtype, "same_kind"):
                raise ValueError(f"{name} must be {own[name].dtype}, got {value.dtype}")
        for name, value in values.items():
            own[name][...] = value

    def _dropped_names(self) -> set[str]:
        layers = self.named_layers()
        return {f"{prefix}.{name}" if prefix else name for prefix, layer in layers for name in layer.dropped}


class Sequential(Layer):
    """Run layers one after another; backward runs them last to first.

    Parameters
    ----------
    *layers : Layer
        They are named "0", "1", … as in PyTorch.

    Examples
    --------
    >>> from scratchcv.layers import ReLU
    >>> Sequential(ReLU(), ReLU())(np.array([-1.0, 2.0])).tolist()
    [0.0, 2.0]
    """

    def __init__(self, *layers: Layer) -> None:
        for layer in layers:
            if not isinstance(layer, Layer):
                raise TypeError(f"Sequential takes layers, one after another, got {layer!r}")
        self.layers = layers

    def named_children(self) -> Iterator[tuple[str, Layer]]:
        """Yield the layers with their positions as names."""
        for index, layer in enumerate(self.layers):
            yield str(index), layer

    def __getitem__(self, index: int) -> Layer:
        return self.layers[index]

    def __len__(self) -> int:
        return len(self.layers)

    def forward(self, x: Array) -> tuple[Array, list[Any]]:
        """Return the last layer's output and every layer's cache."""
        caches = []
        for layer in self.layers:
            x, cache = layer.forward(x)
            caches.append(cache)
        return x, caches

    def backward(self, dy: Array, cache: list[Any]) -> Array:
        """Pass the gradient through the layers in reverse."""
        for layer, layer_cache in zip(reversed(self.layers), reversed(cache), strict=True):
            dy = layer.backward(dy, layer_cache)
        return dy

    def __call__(self, x: Array, /) -> Array:
        """Return the last layer's output, keeping nothing."""
        for layer in self.layers:
            x = layer(x)
        return x
