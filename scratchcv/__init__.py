"""Object detection and segmentation from scratch, readable all the way down.

Rooms: `boxes`, `masks`, `layers`, `losses`, `backbones`, `proposals`, `models`, `metrics`, `data`,
`training`, `testing`, `visualize`, `grading` and `assignments`. Importing the package imports NumPy and
nothing else; a room is loaded when first named.
"""

import importlib
from typing import Any

from scratchcv.backend import get_backend, set_backend, use_backend
from scratchcv.errors import InputError

__version__ = "0.1.0"

_ROOMS = (
    "assignments",
    "backbones",
    "boxes",
    "data",
    "grading",
    "kernels",
    "layers",
    "losses",
    "masks",
    "metrics",
    "models",
    "proposals",
    "testing",
    "training",
    "visualize",
)

__all__ = ["InputError", "__version__", "get_backend", "set_backend", "use_backend"]


def __getattr__(name: str) -> Any:
    if name in _ROOMS:
        return importlib.import_module(f"scratchcv.{name}")
    raise AttributeError(f"module 'scratchcv' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*__all__, *_ROOMS])
