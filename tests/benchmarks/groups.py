"""All that is measured, in the order of the page."""

from tests.benchmarks import (
    boxes,
    coco,
    conv2d,
    conv_transpose2d,
    elementwise,
    memory,
    networks,
    others,
    rois,
    start,
    training_step,
)

GROUPS = (
    conv2d.GROUP,
    conv_transpose2d.GROUP,
    elementwise.GROUP,
    training_step.GROUP,
    memory.GROUP,
    boxes.GROUP,
    rois.GROUP,
    coco.GROUP,
    networks.GROUP,
    others.GROUP,
    start.GROUP,
)
