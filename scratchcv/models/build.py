"""From a configuration, as a checkpoint keeps it, back to a model."""

from collections.abc import Callable, Mapping
from typing import Any

from scratchcv.errors import InputError
from scratchcv.models.classifier import classifier_tiny
from scratchcv.models.ssd import ssd_tiny

BUILDERS: dict[str, Callable[..., Any]] = {"classifier_tiny": classifier_tiny, "ssd_tiny": ssd_tiny}
"""Every builder by the name that a configuration's ``"model"`` and the command line use."""


def build_model(config: Mapping[str, Any]) -> Any:
    """Return a model with fresh weights, built as a configuration says.

    Parameters
    ----------
    config : mapping
        A model's `config`: the builder's name under ``"model"``, its arguments beside it.

    Raises
    ------
    InputError
        When no builder has that name, or it does not take these arguments.

    Examples
    --------
    >>> model = build_model({"model": "ssd_tiny", "class_names": ["background", "cell"], "size": 128})
    >>> model.config["size"]
    128
    """
    arguments = dict(config)
    name = str(arguments.pop("model", None))
    if name not in BUILDERS:
        raise InputError(f"unknown model {name!r}, known: {', '.join(BUILDERS)}")
    try:
        return BUILDERS[name](**arguments)
    except (TypeError, ValueError) as error:
        raise InputError(f"model {name} cannot be built from {arguments}: {error}") from error
