"""Pictures: boxes on images, sheets, curves, procedures step by step; sliders and code for notebooks.

Functions that draw return a matplotlib figure that belongs to the caller; `save_figure` writes it to a file.
"""

from scratchcv.visualize.anchors import draw_default_boxes, matching_figure, mining_figure
from scratchcv.visualize.answers import boxes_figure, difference_figure
from scratchcv.visualize.assembly import Loop, inner_loop
from scratchcv.visualize.boxes import draw_boxes, draw_prediction, draw_target
from scratchcv.visualize.checkerboard import checkerboard_figure, checkerboard_slider, stamp_counts
from scratchcv.visualize.convolution import patch_figure, patch_slider, windows_figure, windows_slider
from scratchcv.visualize.curves import plot_precision_recall, plot_proposal_recall, plot_training
from scratchcv.visualize.figure import FIGURE_SUFFIXES, figure_png, new_figure, save_figure
from scratchcv.visualize.grids import contact_sheet, detection_grid
from scratchcv.visualize.heat_map import heat_map_figure
from scratchcv.visualize.images import image_row
from scratchcv.visualize.iou import iou_figure
from scratchcv.visualize.league import plot_league
from scratchcv.visualize.learning_curves import plot_learning_curves
from scratchcv.visualize.live_frame import live_frame
from scratchcv.visualize.losses import focal_figure, loss_mass_figure, loss_shares
from scratchcv.visualize.map_sizes import map_sizes_figure
from scratchcv.visualize.multi_task import multi_task_figure
from scratchcv.visualize.page import show_page
from scratchcv.visualize.palette import class_color
from scratchcv.visualize.pyramids import pyramids_figure
from scratchcv.visualize.receptive_field import receptive_field_figure
from scratchcv.visualize.regions import paint_segments, proposals_figure, segments_figure
from scratchcv.visualize.register_tile import (
    TileCost,
    register_tile_figure,
    register_tile_slider,
    tile_cost,
)
from scratchcv.visualize.rois import roi_figure, roi_slider
from scratchcv.visualize.roofline import attainable_speed, ladder_figure, roofline_figure
from scratchcv.visualize.sliders import figure_sliders
from scratchcv.visualize.source import show_source
from scratchcv.visualize.stages import plot_stages
from scratchcv.visualize.steps import average_precision_steps, nms_steps
from scratchcv.visualize.tables import number_tables
from scratchcv.visualize.weight_transfer import weight_transfer_figure
from scratchcv.visualize.widgets import iou_slider, nms_slider, score_slider
from scratchcv.visualize.yolo_cells import draw_yolo_cells

__all__ = [
    "FIGURE_SUFFIXES",
    "Loop",
    "TileCost",
    "attainable_speed",
    "average_precision_steps",
    "boxes_figure",
    "checkerboard_figure",
    "checkerboard_slider",
    "class_color",
    "contact_sheet",
    "detection_grid",
    "difference_figure",
    "draw_boxes",
    "draw_default_boxes",
    "draw_prediction",
    "draw_target",
    "draw_yolo_cells",
    "figure_png",
    "figure_sliders",
    "focal_figure",
    "heat_map_figure",
    "image_row",
    "inner_loop",
    "iou_figure",
    "iou_slider",
    "ladder_figure",
    "live_frame",
    "loss_mass_figure",
    "loss_shares",
    "map_sizes_figure",
    "matching_figure",
    "mining_figure",
    "multi_task_figure",
    "new_figure",
    "nms_slider",
    "nms_steps",
    "number_tables",
    "paint_segments",
    "patch_figure",
    "patch_slider",
    "plot_league",
    "plot_learning_curves",
    "plot_precision_recall",
    "plot_proposal_recall",
    "plot_stages",
    "plot_training",
    "proposals_figure",
    "pyramids_figure",
    "receptive_field_figure",
    "register_tile_figure",
    "register_tile_slider",
    "roi_figure",
    "roi_slider",
    "roofline_figure",
    "save_figure",
    "score_slider",
    "segments_figure",
    "show_page",
    "show_source",
    "stamp_counts",
    "tile_cost",
    "weight_transfer_figure",
    "windows_figure",
    "windows_slider",
]
