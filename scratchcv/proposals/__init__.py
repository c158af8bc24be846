"""Region proposals: boxes that may hold an object of any class, from the image or from features."""

from scratchcv.proposals.felzenszwalb import felzenszwalb
from scratchcv.proposals.image_proposals import image_proposals
from scratchcv.proposals.proposal_dataset import ProposalDataset, Propose
from scratchcv.proposals.rpn import RegionProposalNetwork
from scratchcv.proposals.rpn_head import RPNHead
from scratchcv.proposals.selective_search import selective_search

__all__ = [
    "ProposalDataset",
    "Propose",
    "RPNHead",
    "RegionProposalNetwork",
    "felzenszwalb",
    "image_proposals",
    "selective_search",
]
