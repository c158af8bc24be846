"""From a configuration, as a checkpoint keeps it, back to a model; and the configuration of a tiny one."""

import inspect
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from scratchcv.boxes import default_box_scales, kmeans_anchors
from scratchcv.errors import InputError
from scratchcv.models.classifier import classifier_tiny
from scratchcv.models.fast_rcnn_builders import fast_rcnn_alexnet, fast_rcnn_resnet50, fast_rcnn_vgg16
from scratchcv.models.fast_rcnn_tiny import fast_rcnn_tiny
from scratchcv.models.faster_rcnn_alexnet import faster_rcnn_alexnet
from scratchcv.models.faster_rcnn_resnet import fasterrcnn_resnet50_fpn, fasterrcnn_resnet50_fpn_v2
from scratchcv.models.faster_rcnn_tiny import faster_rcnn_tiny
from scratchcv.models.localizer import localizer_tiny
from scratchcv.models.rcnn_alexnet import rcnn_alexnet
from scratchcv.models.rcnn_tiny import rcnn_tiny
from scratchcv.models.retinanet_resnet import retinanet_resnet50_fpn, retinanet_resnet50_fpn_v2
from scratchcv.models.retinanet_tiny import retinanet_tiny
from scratchcv.models.sliding_window import sliding_window_tiny
from scratchcv.models.ssd_tiny import ssd_tiny
from scratchcv.models.ssd_vgg import ssd300_vgg16, ssd512_vgg16
from scratchcv.models.tiny_ssd import tiny_ssd_d2l
from scratchcv.models.yolo_v1_paper import yolo_v1_448
from scratchcv.models.yolo_v1_tiny import yolo_v1_tiny
from scratchcv.models.yolo_v2_darknet import yolo_v2_darknet19
from scratchcv.models.yolo_v2_tiny import yolo_v2_tiny, yolo_v3_tiny

BUILDERS: dict[str, Callable[..., Any]] = {
    "classifier_tiny": classifier_tiny,
    "fast_rcnn_alexnet": fast_rcnn_alexnet,
    "fast_rcnn_resnet50": fast_rcnn_resnet50,
    "fast_rcnn_tiny": fast_rcnn_tiny,
    "fast_rcnn_vgg16": fast_rcnn_vgg16,
    "faster_rcnn_alexnet": faster_rcnn_alexnet,
    "faster_rcnn_tiny": faster_rcnn_tiny,
    "fasterrcnn_resnet50_fpn": fasterrcnn_resnet50_fpn,
    "fasterrcnn_resnet50_fpn_v2": fasterrcnn_resnet50_fpn_v2,
    "localizer_tiny": localizer_tiny,
    "rcnn_alexnet": rcnn_alexnet,
    "rcnn_tiny": rcnn_tiny,
    "retinanet_resnet50_fpn": retinanet_resnet50_fpn,
    "retinanet_resnet50_fpn_v2": retinanet_resnet50_fpn_v2,
    "retinanet_tiny": retinanet_tiny,
    "sliding_window_tiny": sliding_window_tiny,
    "ssd300_vgg16": ssd300_vgg16,
    "ssd512_vgg16": ssd512_vgg16,
    "ssd_tiny": ssd_tiny,
    "tiny_ssd_d2l": tiny_ssd_d2l,
    "yolo_v1_448": yolo_v1_448,
    "yolo_v1_tiny": yolo_v1_tiny,
    "yolo_v2_darknet19": yolo_v2_darknet19,
    "yolo_v2_tiny": yolo_v2_tiny,
    "yolo_v3_tiny": yolo_v3_tiny,
}
"""Every builder by the name that a configuration's ``"model"`` has; the command line omits ``_tiny``."""


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


def tiny_config(
    name: str, class_names: Sequence[str], *, size: int, seed: int, relative_shapes: ArrayLike
) -> dict[str, Any]:
    """Return the configuration of a tiny model that suits a data set.

    Parameters
    ----------
    name : str
        A key of `BUILDERS`.
    class_names : sequence of str
        Background first.
    size : int
        Side of the model's input, pixels.
    seed : int
        Of its weights.
    relative_shapes : array_like of shape (R, 2)
        Widths and heights of the objects to be found, relative to their images; `scales` and `anchors` are
        cut for them.

    Examples
    --------
    >>> shapes = [[0.1, 0.1], [0.2, 0.8]]
    >>> config = tiny_config("ssd_tiny", ["background", "cell"], size=64, seed=0, relative_shapes=shapes)
    >>> config["model"], [round(scale, 2) for scale in config["scales"]]
    ('ssd_tiny', [0.12, 0.17, 0.26, 0.4, 0.6])
    """
    config = {"model": name, "class_names": list(class_names), "size": size, "seed": seed}
    shapes = np.asarray(relative_shapes, np.float64).reshape(-1, 2)
    parameters = inspect.signature(BUILDERS[name]).parameters
    if "scales" in parameters:
        levels = len(parameters["scales"].default) - 1
        config["scales"] = default_box_scales(np.sqrt(shapes.prod(axis=1)), levels)
    if "anchors" in parameters:
        anchors, _ = kmeans_anchors(shapes, len(parameters["anchors"].default))
        config["anchors"] = anchors.tolist()
    return config
