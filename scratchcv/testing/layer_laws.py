"""The laws that every layer keeps, one function each; `check_layer` runs them all."""

import copy
from typing import Any

import numpy as np

from scratchcv.checks import Array
from scratchcv.layers.layer import Layer
from scratchcv.testing.compare import assert_close
from scratchcv.testing.gradcheck import explain_writes, random_upstream
from scratchcv.testing.structure import as_dtype, freeze, frozen_copy, leaves, rebuild, strided


def own_arrays(layer: Layer) -> list[Array]:
    """Return the arrays that the layer itself may change: parameters, gradients and running statistics."""
    arrays = [array for _, array in layer.named_buffers()]
    for parameter in layer.parameters():
        arrays += [parameter.value, parameter.grad]
    return arrays


def forward(layer: Layer, inputs: tuple[Any, ...], name: str) -> tuple[Any, Any]:
    """Return what forward returns, if that is a pair."""
    result: Any = layer.forward(*inputs)
    if not isinstance(result, tuple) or len(result) != 2:
        raise AssertionError(f"{name}.forward must return (output, cache), got {type(result).__name__}")
    return result


def run(layer: Layer, inputs: tuple[Any, ...], name: str, dy: Any = None) -> tuple[Any, Any, Any]:
    """Run forward and backward with everything read-only; return y, dy and a tuple of input gradients."""
    before = [leaf.copy() for leaf in leaves(inputs)]
    with explain_writes(f"{name}.forward"):
        y, cache = forward(layer, inputs, name)
    spare = own_arrays(layer)
    freeze(y, spare)
    freeze(cache, spare)
    dy = random_upstream(y) if dy is None else dy
    freeze(dy)
    kept = [leaf.copy() for leaf in leaves(y)]
    with explain_writes(f"{name}.backward"):
        dx = layer.backward(dy, cache)
    for now, then in zip(leaves(inputs), before, strict=True):
        assert_close(now, then, rtol=0, atol=0, message=f"{name} changes its input")
    for now, then in zip(leaves(y), kept, strict=True):
        assert_close(now, then, rtol=0, atol=0, message=f"{name}.backward changes the output of forward")
    return y, dy, dx if len(inputs) > 1 else (dx,)


def check_owns_parameters(layer: Layer, name: str) -> None:
    """Fail when a weight or bias is a plain array, which no optimizer would find."""
    for prefix, child in layer.named_layers():
        for key in ("weight", "bias"):
            if isinstance(vars(child).get(key), np.ndarray) and key not in child.buffers:
                place = f"{name}.{prefix}.{key}" if prefix else f"{name}.{key}"
                raise AssertionError(
                    f"{place} is a plain array: make it a Parameter, or name it in `buffers` if it stays"
                )


def check_stores_nothing(layer: Layer, inputs: tuple[Any, ...], name: str) -> None:
    """Fail when forward or backward leaves anything on the layer besides gradients and running statistics."""
    layer = copy.deepcopy(layer)
    before = _attributes(layer)
    parameters = {key: parameter.value.copy() for key, parameter in layer.named_parameters()}
    with explain_writes(f"{name}.forward"):
        y, cache = forward(layer, inputs, name)
    _same_attributes(before, _attributes(layer), f"{name}.forward")
    buffers = {key: buffer.copy() for key, buffer in layer.named_buffers()}
    with explain_writes(f"{name}.backward"):
        layer.backward(random_upstream(y), cache)
    _same_attributes(before, _attributes(layer), f"{name}.backward")
    for key, parameter in layer.named_parameters():
        assert_close(
            parameter.value, parameters[key], rtol=0, atol=0, message=f"{name} changes the value of {key}"
        )
    for key, buffer in layer.named_buffers():
        assert_close(buffer, buffers[key], rtol=0, atol=0, message=f"{name}.backward changes {key}")


def _attributes(layer: Layer) -> dict[str, Any]:
    found = {}
    for prefix, child in layer.named_layers():
        for key, value in vars(child).items():
            if key not in child.buffers and not isinstance(value, (Layer, np.random.Generator)):
                found[f"{prefix}.{key}" if prefix else key] = _snapshot(value)
    return found


def _snapshot(value: Any) -> Any:
    # Parameters and layers count as themselves: what is inside them is compared elsewhere.
    if isinstance(value, np.ndarray):
        return value.copy()
    if isinstance(value, (list, tuple)):
        return [_snapshot(item) for item in value]
    if isinstance(value, dict):
        return {key: _snapshot(item) for key, item in value.items()}
    return value


def _same_attributes(before: dict[str, Any], after: dict[str, Any], who: str) -> None:
    new = [key for key in after if key not in before]
    changed = [key for key in before if key not in after or not _equal(before[key], after[key])]
    if new or changed:
        raise AssertionError(
            f"{who} stores {', '.join(new + changed)} on the layer: hand it over in the cache instead, or "
            "two calls of one layer overwrite each other (running statistics are named in `buffers`)"
        )


def _equal(a: Any, b: Any) -> bool:
    if a is b:
        return True
    if type(a) is not type(b):
        return False
    if isinstance(a, np.ndarray):
        return bool(a.dtype == b.dtype and np.array_equal(a, b, equal_nan=a.dtype.kind == "f"))
    if isinstance(a, list):
        return len(a) == len(b) and all(map(_equal, a, b))
    if isinstance(a, dict):
        return a.keys() == b.keys() and all(_equal(a[key], b[key]) for key in a)
    return isinstance(a, (bool, int, float, str)) and a == b


def check_accumulates(layer: Layer, inputs: tuple[Any, ...], name: str) -> None:
    """Fail unless parameter gradients are added to what `grad` held, in place."""
    fresh, used = copy.deepcopy(layer), copy.deepcopy(layer)
    fresh.zero_grad()
    run(fresh, inputs, name)
    held = {}
    for key, parameter in used.named_parameters():
        parameter.grad[...] = random_upstream(parameter.grad, seed=1)
        held[key] = parameter.grad.copy()
    run(used, inputs, name)
    gradients = dict(fresh.named_parameters())
    for key, parameter in used.named_parameters():
        assert_close(
            parameter.grad,
            held[key] + gradients[key].grad,
            message=f"{name}.backward must add to {key}.grad (+=), not replace it",
        )


def check_independent_calls(
    layer: Layer, inputs: tuple[Any, ...], name: str, others: tuple[Any, ...] | None = None
) -> None:
    """Fail when two calls of one layer, forward a, forward b, backward b, backward a, disturb each other."""
    others = _shuffled(inputs) if others is None else others
    plain, nested = copy.deepcopy(layer), copy.deepcopy(layer)
    results = {}
    for key, given in (("a", inputs), ("b", others)):
        y, cache = plain.forward(*given)
        results[key] = plain.backward(random_upstream(y), cache)
    y_a, cache_a = nested.forward(*inputs)
    y_b, cache_b = nested.forward(*others)
    dx_b = nested.backward(random_upstream(y_b), cache_b)
    dx_a = nested.backward(random_upstream(y_a), cache_a)
    why = "two calls of one layer disturb each other: does the cache hold all that backward needs?"
    for key, dx in (("a", dx_a), ("b", dx_b)):
        for got, wanted in zip(leaves(dx), leaves(results[key]), strict=True):
            assert_close(got, wanted, message=f"{name}: {why}")
    wanted_gradients = dict(plain.named_parameters())
    for key, parameter in nested.named_parameters():
        assert_close(parameter.grad, wanted_gradients[key].grad, message=f"{name}: {key}.grad: {why}")


def _shuffled(inputs: tuple[Any, ...]) -> tuple[Any, ...]:
    rng = np.random.default_rng(7)
    turned = [leaf.ravel()[rng.permutation(leaf.size)].reshape(leaf.shape) for leaf in leaves(inputs)]
    mixed: tuple[Any, ...] = rebuild(inputs, [frozen_copy(leaf) for leaf in turned])
    return mixed


def check_call(layer: Layer, inputs: tuple[Any, ...], name: str) -> None:
    """Fail unless ``layer(x)`` is forward's output: in evaluation, and in training if nothing is random."""
    modes = [False]
    if not any(True for _ in layer.named_buffers()) and not _is_random(layer):
        modes.append(True)
    for training in modes:
        wanted = copy.deepcopy(layer).train(training).forward(*inputs)[0]
        got = copy.deepcopy(layer).train(training)(*inputs)
        for found, expected in zip(leaves(got), leaves(wanted), strict=True):
            mode = "training" if training else "evaluation"
            assert_close(found, expected, message=f"{name}(x) differs from {name}.forward(x)[0] in {mode}")


def _is_random(layer: Layer) -> bool:
    return any(
        isinstance(v, np.random.Generator) for _, child in layer.named_layers() for v in vars(child).values()
    )


def check_dtype(layer: Layer, inputs: tuple[Any, ...], name: str) -> None:
    """Fail unless outputs, gradients and statistics have the input's dtype, float64 or float32."""
    for dtype in (np.float64, np.float32):
        converted = copy.deepcopy(layer).astype(dtype)
        dtypes = {key: buffer.dtype for key, buffer in converted.named_buffers()}
        y, _, dx = run(converted, as_dtype(inputs, dtype), name)
        # A loss is a Python float, whatever the dtype of the images.
        named = [(f"the output of {name}.forward", leaf) for leaf in leaves(y) if leaf.ndim]
        named += [(f"the input gradient of {name}.backward", leaf) for leaf in leaves(dx)]
        named += [(f"{key}.grad after {name}.backward", p.grad) for key, p in converted.named_parameters()]
        for what, array in named:
            if array.dtype.kind == "f" and array.dtype != dtype:
                raise AssertionError(
                    f"{what} is {array.dtype} for {np.dtype(dtype)} input: dtype in, dtype out"
                )
        for key, buffer in converted.named_buffers():
            if buffer.dtype != dtypes[key]:
                raise AssertionError(f"{name}.forward turns {key} from {dtypes[key]} into {buffer.dtype}")


def check_non_contiguous(layer: Layer, inputs: tuple[Any, ...], name: str) -> None:
    """Fail unless strided views of the input and of dy give what contiguous arrays give."""
    plain, spread = copy.deepcopy(layer), copy.deepcopy(layer)
    y, dy, dx = run(plain, inputs, name)
    views = rebuild(inputs, [strided(leaf) for leaf in leaves(inputs)])
    y2, _, dx2 = run(spread, views, name, rebuild(dy, [strided(leaf) for leaf in leaves(dy)]))
    for got, wanted in zip(leaves((y2, dx2)), leaves((y, dx)), strict=True):
        assert_close(got, wanted, message=f"{name} gives another result for a non-contiguous input")
    gradients = dict(plain.named_parameters())
    for key, parameter in spread.named_parameters():
        assert_close(
            parameter.grad, gradients[key].grad, message=f"{name}: {key}.grad for a non-contiguous input"
        )


def check_batch(layer: Layer, inputs: tuple[Any, ...], size: int, name: str) -> None:
    """Fail unless a batch of so few images (0 or 1) gives outputs and gradients of the right shape."""
    layer = copy.deepcopy(layer)
    layer.zero_grad()
    wanted = [(size, *leaf.shape[1:]) for leaf in leaves(copy.deepcopy(layer).forward(*inputs)[0])]
    few = rebuild(inputs, [frozen_copy(leaf[:size]) for leaf in leaves(inputs)])
    try:
        shapes = [leaf.shape for leaf in leaves(copy.deepcopy(layer).forward(*few)[0])]
        if shapes != wanted:
            raise AssertionError(f"{name}: a batch of {size} must give shapes {wanted}, got {shapes}")
        _, _, dx = run(layer, few, name)
    except AssertionError:
        raise
    except Exception as error:
        raise AssertionError(
            f"{name} fails for a batch of {size}: {type(error).__name__}: {error}"
        ) from error
    for leaf, given in zip(leaves(dx), leaves(few), strict=False):
        if leaf.shape != given.shape:
            raise AssertionError(
                f"{name}: dx of a batch of {size} must have shape {given.shape}, got {leaf.shape}"
            )
    arrays = [("dx", leaf) for leaf in leaves(dx)]
    arrays += [(f"{key}.grad", parameter.grad) for key, parameter in layer.named_parameters()]
    arrays += list(layer.named_buffers())
    for key, array in arrays:
        if not np.isfinite(array).all():
            raise AssertionError(f"{name}: {key} is NaN or infinite after a batch of {size}")
    if size == 0:
        for key, parameter in layer.named_parameters():
            if parameter.grad.any():
                raise AssertionError(f"{name}: an empty batch must add nothing to {key}.grad")
