"""Where d2l and MXNet, both of which EE 628 follows, mean different things by the same names."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class MultiboxConvention:
    """The arguments by which one of the two programs differs from the other.

    Attributes
    ----------
    target, detection : dict
        Of `multibox_target` and of `multibox_detection`.

    Examples
    --------
    Is an IoU of exactly .5 enough?

    >>> from scratchcv.boxes import multibox_target
    >>> whole_and_half, whole = [[0, 0, 1, 1], [0, 0, 1, 0.5]], [[0, 0, 1, 1]]
    >>> for name, convention in MULTIBOX_CONVENTIONS.items():
    ...     print(name, multibox_target(whole_and_half, whole, [1], **convention.target)[2].tolist())
    d2l [1, 1]
    mxnet [1, 0]
    """

    target: dict[str, Any]
    detection: dict[str, Any]


MULTIBOX_CONVENTIONS = {
    "d2l": MultiboxConvention(
        target={"strict": False, "minimum": None, "eps": 1e-6},
        detection={"class_aware": False, "strict": True, "clip": False, "layout": "d2l"},
    ),
    "mxnet": MultiboxConvention(
        target={"strict": True, "minimum": 1e-6, "eps": 0.0},
        detection={"class_aware": True, "strict": False, "clip": True, "layout": "mxnet"},
    ),
}
"""As in d2l's ``torch.py``, and in MXNet's ``multibox_target.cc`` and ``multibox_detection.cc``."""
