"""Exercise sheets cut from the library, and the grading of what students make of them."""

from scratchcv.grading.case import Call, Cases

__all__ = ["Call", "Cases"]
