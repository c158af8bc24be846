"""Region proposals: boxes that may hold an object of any class, from the image or from features."""

from scratchcv.proposals.felzenszwalb import felzenszwalb, pixel_graph, segment_graph
from scratchcv.proposals.image_proposals import image_proposals
from scratchcv.proposals.proposal_dataset import ProposalDataset, Propose
from scratchcv.proposals.region_features import Regions, describe_regions
from scratchcv.proposals.region_merging import Hierarchy, labels_after, merge_regions
from scratchcv.proposals.rpn import RegionProposalNetwork
from scratchcv.proposals.rpn_head import RPNHead
from scratchcv.proposals.selective_search import SearchMode, selective_search

__all__ = [
    "Hierarchy",
    "ProposalDataset",
    "Propose",
    "RPNHead",
    "RegionProposalNetwork",
    "Regions",
    "SearchMode",
    "describe_regions",
    "felzenszwalb",
    "image_proposals",
    "labels_after",
    "merge_regions",
    "pixel_graph",
    "segment_graph",
    "selective_search",
]
