"""Losses: functions that return the loss and its gradient."""

from scratchcv.losses.cross_entropy import cross_entropy
from scratchcv.losses.multibox import multibox_loss
from scratchcv.losses.smooth_l1 import smooth_l1_loss

__all__ = ["cross_entropy", "multibox_loss", "smooth_l1_loss"]
