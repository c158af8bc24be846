"""Sheets for the platforms that courses grade on: Gradescope, nbgrader, otter and GitHub."""

from scratchcv.grading.exporters.export import TARGETS, export

__all__ = ["TARGETS", "export"]
