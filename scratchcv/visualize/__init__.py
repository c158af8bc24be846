"""Pictures: boxes on images, sheets, curves, procedures step by step; sliders and code for notebooks.

Functions that draw return a matplotlib figure that belongs to the caller; `save_figure` writes it to a file.
"""

from scratchcv.visualize.anchors import draw_default_boxes, matching_figure, mining_figure
from scratchcv.visualize.boxes import draw_boxes, draw_prediction, draw_target
from scratchcv.visualize.curves import plot_precision_recall, plot_training
from scratchcv.visualize.figure import FIGURE_SUFFIXES, figure_png, new_figure, save_figure
from scratchcv.visualize.grids import contact_sheet, detection_grid
from scratchcv.visualize.iou import iou_figure
from scratchcv.visualize.palette import class_color
from scratchcv.visualize.source import show_source
from scratchcv.visualize.steps import average_precision_steps, nms_steps
from scratchcv.visualize.widgets import iou_slider, nms_slider, score_slider

__all__ = [
    "FIGURE_SUFFIXES",
    "average_precision_steps",
    "class_color",
    "contact_sheet",
    "detection_grid",
    "draw_boxes",
    "draw_default_boxes",
    "draw_prediction",
    "draw_target",
    "figure_png",
    "iou_figure",
    "iou_slider",
    "matching_figure",
    "mining_figure",
    "new_figure",
    "nms_slider",
    "nms_steps",
    "plot_precision_recall",
    "plot_training",
    "save_figure",
    "score_slider",
    "show_source",
]
