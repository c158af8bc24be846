"""Begin with another model's weights: copy what has a namesake, and say what stayed as it was."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from scratchcv.checks import Array
from scratchcv.layers.layer import Layer


@dataclass(frozen=True)
class CopiedWeights:
    """What `copy_matching_weights` did; prints as a few lines.

    Attributes
    ----------
    copied : tuple of str
        Names in the target that now hold the source's values.
    kept : tuple of str
        Names in the target that hold what they held before: random numbers, in a new model.
    unused : tuple of str
        Names in the source that went nowhere.
    misfits : dict of str to (tuple, tuple)
        Of the kept ones those that the source had in another shape: the source's and the target's.

    Examples
    --------
    >>> print(CopiedWeights(("backbone.0.weight", "backbone.0.bias"), ("fc.weight",), ("fc.weight",), {}))
    copied: backbone (2)
    kept: fc (1)
    unused: fc.weight
    """

    copied: tuple[str, ...]
    kept: tuple[str, ...]
    unused: tuple[str, ...]
    misfits: Mapping[str, tuple[tuple[int, ...], tuple[int, ...]]] = field(default_factory=dict)

    def __str__(self) -> str:
        """Return the layers by what became of them, with their numbers of arrays."""
        lines = [
            f"copied: {_by_layer(self.copied, self.kept)}",
            f"kept: {_by_layer(self.kept, self.copied)}",
            f"unused: {_some(self.unused)}",
        ]
        lines += [f"{name} was {source}, is {target} here" for name, (source, target) in self.misfits.items()]
        return "\n".join(lines)


def copy_matching_weights(
    source: Mapping[str, Array],
    target: Layer,
    *,
    exclude: Sequence[str] = (),
    rename: Mapping[str, str] | None = None,
) -> CopiedWeights:
    """Copy into a model every array of another's state that has a namesake of the same shape there.

    Steps 2 and 3 of fine-tuning: the target replicates the source except for the output layer, which keeps
    its random weights.

    Parameters
    ----------
    source : mapping of str to ndarray
        The source model's `state_dict`: parameters and running statistics by dotted name.
    target : Layer
        The target model, changed in place.
    exclude : sequence of str
        Layers of the target that keep their weights even where they would fit, such as ``("fc",)``: an output
        layer for as many other classes has the same shape and another meaning.
    rename : mapping of str to str, optional
        What the source's names begin with, and what they begin with in the target. ``{"": "backbone."}`` fits
        the weights of a classifier into a detector's backbone. The longest beginning counts.

    Returns
    -------
    CopiedWeights
        What was copied and what was not. Look at it: an unexpected name is a layer that stayed random.

    Raises
    ------
    ValueError
        When nothing fits, or an `exclude` names no layer of the target; nothing is copied then.

    References
    ----------
    Lecture S3, lines 197-220; Zhang, Lipton, Li, Smola, "Dive into Deep Learning", section "Fine-tuning".

    Examples
    --------
    >>> from scratchcv.layers import Linear, Sequential
    >>> source, target = (Sequential(Linear(4, 8), Linear(8, classes)) for classes in (10, 3))
    >>> print(copy_matching_weights(source.state_dict(), target))
    copied: 0 (2)
    kept: 1 (2)
    unused: 1.weight, 1.bias
    1.weight was (10, 8), is (3, 8) here
    1.bias was (10,), is (3,) here
    """
    own = target.state_dict()
    for layer in exclude:
        check_known(layer, own)
    renamed = {_rename(name, rename or {}): name for name in source}
    candidates = {new: np.asarray(source[old]) for new, old in renamed.items() if new in own}
    candidates = {new: array for new, array in candidates.items() if not is_below(new, exclude)}
    fitting = {new: array for new, array in candidates.items() if array.shape == own[new].shape}
    if not fitting:
        raise ValueError(
            f"nothing fits: the source has {_some(source)}, the target {_some(own)}; see the argument rename"
        )
    target.load_state_dict(fitting, strict=False)
    return CopiedWeights(
        copied=tuple(name for name in own if name in fitting),
        kept=tuple(name for name in own if name not in fitting),
        unused=tuple(old for new, old in renamed.items() if new not in fitting),
        misfits={n: (a.shape, own[n].shape) for n, a in candidates.items() if n not in fitting},
    )


def is_below(name: str, layers: Iterable[str]) -> bool:
    """Say whether a dotted name is one of the layers or lies in one.

    Examples
    --------
    >>> is_below("backbone.0.weight", ["backbone"]), is_below("backbone2.weight", ["backbone"])
    (True, False)
    """
    return any(name == layer or name.startswith(f"{layer}.") for layer in layers)


def _rename(name: str, rename: Mapping[str, str]) -> str:
    fitting = [beginning for beginning in rename if name.startswith(beginning)]
    if not fitting:
        return name
    beginning = max(fitting, key=len)
    return rename[beginning] + name.removeprefix(beginning)


def check_known(layer: str, names: Iterable[str]) -> None:
    """Raise unless a layer, or parameter, of that name is among the dotted names of a model's parameters.

    Examples
    --------
    >>> check_known("head", ["backbone.0.weight", "fc.weight"])
    Traceback (most recent call last):
    ValueError: no parameter is in 'head': the model has backbone.0.weight, fc.weight
    """
    if not any(is_below(name, [layer]) for name in names):
        raise ValueError(f"no parameter is in {layer!r}: the model has {_some(names)}")


def _some(names: Iterable[str]) -> str:
    """Return the first few names for a message."""
    names = list(names)
    return ", ".join(names[:3]) + (f", … ({len(names)})" if len(names) > 3 else "") or "none"


def _by_layer(names: Sequence[str], others: Sequence[str]) -> str:
    """Return the largest layers that lie wholly in `names`, each with its number of arrays."""
    counts: dict[str, int] = {}
    for name in names:
        parts = name.split(".")
        layers = [".".join(parts[:depth]) for depth in range(1, len(parts) + 1)]
        whole = next(layer for layer in layers if not any(is_below(other, [layer]) for other in others))
        counts[whole] = counts.get(whole, 0) + 1
    return ", ".join(f"{layer} ({count})" for layer, count in counts.items()) or "none"
