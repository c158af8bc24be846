"""Where objects may be: external region proposals from the image."""

from scratchcv.proposals.felzenszwalb import felzenszwalb
from scratchcv.proposals.selective_search import selective_search

__all__ = ["felzenszwalb", "selective_search"]
