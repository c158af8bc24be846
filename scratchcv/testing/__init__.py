"""Checkers of arrays, gradients, layers, losses, models and box operations, and of answers to exercises.

Tests, notebooks and grading use the same ones. Each raises `AssertionError` that says what, where and why;
`check_answer` returns a sentence.
"""

from scratchcv.testing.check_answer import check_answer
from scratchcv.testing.check_box_op import check_box_op
from scratchcv.testing.check_layer import check_layer
from scratchcv.testing.check_loss import check_loss
from scratchcv.testing.check_model import check_model
from scratchcv.testing.compare import assert_close
from scratchcv.testing.gradcheck import GradientReport, gradcheck
from scratchcv.testing.numerical_gradient import numerical_gradient

__all__ = [
    "GradientReport",
    "assert_close",
    "check_answer",
    "check_box_op",
    "check_layer",
    "check_loss",
    "check_model",
    "gradcheck",
    "numerical_gradient",
]
