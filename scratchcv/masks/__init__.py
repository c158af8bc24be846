"""Geometry of masks: the run lengths in which COCO writes them.

A mask is bool, (H, W), True where the object is; the masks of an image are (N, H, W).
"""

from scratchcv.masks.run_length import RunLengths, decode_masks, encode_masks
from scratchcv.masks.run_length_intersections import run_length_intersections

__all__ = ["RunLengths", "decode_masks", "encode_masks", "run_length_intersections"]
