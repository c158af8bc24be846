"""Geometry of masks: the run lengths in which COCO writes them.

A mask is bool, (H, W), True where the object is; the masks of an image are (N, H, W).
"""

from scratchcv.masks.run_length import (
    RunLengths,
    decode_masks,
    encode_masks,
    join_run_lengths,
    run_length_areas,
)
from scratchcv.masks.run_length_intersections import (
    paired_run_length_intersections,
    run_length_intersections,
)

__all__ = [
    "RunLengths",
    "decode_masks",
    "encode_masks",
    "join_run_lengths",
    "paired_run_length_intersections",
    "run_length_areas",
    "run_length_intersections",
]
