"""Results made by hand, which reports are made of."""

import numpy as np

from scratchcv.grading.result import CaseResult, ExerciseResult, SubmissionResult, plain

IOU = "scratchcv.boxes.iou.box_iou"
SECRET = "31.4159"
"""What stands in hidden cases, and nowhere in what students get."""


def right(title="Any boxes", *, visible=True):
    return CaseResult(title.lower(), title, visible, False, True)


def wrong(arguments, expected, found, *, reason="value", message="is wrong", title="Two boxes", **detail):
    """A visible case that failed."""
    written = {"arguments": arguments, "keywords": {}, "expected": expected, "found": found}
    where = {"place": detail.pop("place", ""), "index": list(detail.pop("index", ()))}
    return CaseResult("kind", title, True, False, False, reason, message, plain(written | detail) | where)


def hidden(title="Many boxes"):
    return CaseResult("many", title, False, False, False, "raised", f"raises ValueError: {SECRET}")


def exercise(*cases, function=IOU, **fields):
    return ExerciseResult(function, 10, fields.pop("earned", 0.0), cases, **fields)


def submission(*exercises, status="checked", **fields):
    environment = {"scratchcv": "0.1", "numpy": "2.4", "python": "3.11", "layers": {"uid": "on"}}
    fields = {"student": "ada", "level": "sealed", "environment": environment} | fields
    return SubmissionResult(
        "a1_boxes", "5" * 64, digest="d" * 64, status=status, exercises=exercises, **fields
    )


BOXES = np.array([[0.0, 0, 2, 2]])


def wrong_iou():
    """The exercise's first box is right, the second is not."""
    return wrong([BOXES, BOXES + 1], np.array([[1 / 7]]), np.array([[1 / 8]]), index=(0, 0))
