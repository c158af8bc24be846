"""From a training's checkpoint to a model that detects."""

import os

import numpy as np

from scratchcv.errors import InputError
from scratchcv.models import Detector, build_model
from scratchcv.training.checkpoint import load_checkpoint, model_state


def load_detector(path: str | os.PathLike[str]) -> Detector:
    """Build the model that a checkpoint holds, with its trained weights, ready to predict.

    Parameters
    ----------
    path : path
        What a `Trainer` wrote: ``last.safetensors`` of its folder.

    Returns
    -------
    Detector
        In evaluation mode; ``model.config["class_names"]`` names its labels.

    Raises
    ------
    InputError
        When the file is missing, damaged, not a training's checkpoint, or of a model that is not known here,
        or when a weight is not finite.

    Examples
    --------
    >>> load_detector("nowhere.safetensors")
    Traceback (most recent call last):
    scratchcv.errors.InputError: nowhere.safetensors: no such file
    """
    arrays, metadata = load_checkpoint(path)
    config = metadata.get("model")
    if not isinstance(config, dict):
        raise InputError(f"{os.fspath(path)}: not the checkpoint of a training: it has no 'model'")
    try:
        model: Detector = build_model(config)
        model.load_state_dict(model_state(arrays))
    except ValueError as error:  # an InputError too, which does not know the file
        raise InputError(f"{os.fspath(path)}: {error}") from error
    for name, value in model.state_dict().items():
        if not np.isfinite(value).all():
            raise InputError(f"{os.fspath(path)}: {name} is not finite everywhere: nothing could be detected")
    model.eval()
    return model
