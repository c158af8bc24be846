"""Numba loops, the fast form of hot operations: plain arrays in, arrays out.

``kernels/iou.py`` holds the twin of ``box_iou_numpy`` in ``boxes/iou.py``, and so on: `scratchcv.backend`
finds one from the other by file and name. Public functions check their input before they come here.
"""

__all__: list[str] = []
