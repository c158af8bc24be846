"""Pretrained backbones: from a checkpoint of one model into another with the same backbone."""

import os
import warnings
from collections.abc import Mapping

from scratchcv.backbones import load_weights
from scratchcv.checks import Array
from scratchcv.errors import InputError
from scratchcv.layers.layer import Layer
from scratchcv.training.checkpoint import load_checkpoint, model_state
from scratchcv.training.copy_weights import CopiedWeights, copy_matching_weights, is_below


def load_backbone(model: Layer, path: str | os.PathLike[str]) -> CopiedWeights:
    """Give a model the backbone that another was trained with, from a file, whatever heads the two have.

    Parameters
    ----------
    model : Layer
        Changed in place; it has a `backbone`.
    path : path
        What a `Trainer` wrote, ``last.safetensors`` of its folder, or published weights, see
        `scratchcv.backbones.load_weights`.

    Raises
    ------
    InputError
        When the file cannot be read, or holds nothing that fits the backbone.

    Warns
    -----
    UserWarning
        When a part of the backbone is not in the file, or has another shape there, and so begins as it is.

    Examples
    --------
    >>> from scratchcv.models import ssd_tiny
    >>> load_backbone(ssd_tiny(["background", "cat"]), "nowhere.safetensors")
    Traceback (most recent call last):
    scratchcv.errors.InputError: nowhere.safetensors: no such file
    """
    state = load_weights(path)
    if "optimizer.steps" in state:  # a training's checkpoint, which has a checksum
        state = model_state(load_checkpoint(path)[0])
    try:
        report = copy_backbone(state, model)
    except ValueError as error:
        raise InputError(f"{os.fspath(path)}: {error}") from error
    missing = [name for name in report.kept if is_below(name, [backbone_name(model)])]
    if missing:
        warnings.warn(
            f"{os.fspath(path)}: fits only in part: {len(missing)} arrays of the backbone keep"
            f" their own values, the first is {missing[0]}",
            stacklevel=2,
        )
    return report


def copy_backbone(source: Mapping[str, Array], target: Layer) -> CopiedWeights:
    """Copy a backbone's weights from one model's state into another model; see `copy_matching_weights`.

    In the source the backbone is ``backbone.body``, ``backbone``, or, in torchvision's classifiers, all.

    Examples
    --------
    >>> from scratchcv.models import ssd_tiny
    >>> source, target = ssd_tiny(["background", "cat"]), ssd_tiny(["background", "dog"], seed=1)
    >>> report = copy_backbone(source.state_dict(), target)
    >>> {name.partition(".")[0] for name in report.copied}, len(report.unused)
    ({'backbone'}, 16)
    """
    places = ("backbone.body.", "backbone.", "")
    place = next(place for place in places if place == "" or any(name.startswith(place) for name in source))
    part = {name: array for name, array in source.items() if name.startswith(place)}
    report = copy_matching_weights(part, target, rename={place: f"{backbone_name(target)}."})
    beside = tuple(name for name in source if name not in part)
    return CopiedWeights(report.copied, report.kept, (*report.unused, *beside), report.misfits)


def backbone_name(model: Layer) -> str:
    """Return the name of what comes pretrained in a model: ``backbone``, or its ``body`` below an FPN.

    Raises
    ------
    InputError
        When the model has no backbone.

    Examples
    --------
    >>> from scratchcv.models import ssd_tiny
    >>> backbone_name(ssd_tiny(["background", "cat"]))
    'backbone'
    """
    names = {name for name, _ in model.named_layers()}
    for name in ("backbone.body", "backbone"):
        if name in names:
            return name
    raise InputError(f"{type(model).__name__} has no layer named backbone")
