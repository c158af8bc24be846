"""Where objects may be: boxes that are proposed before anybody asks what is in them."""

from scratchcv.proposals.rpn import RegionProposalNetwork
from scratchcv.proposals.rpn_head import RPNHead

__all__ = ["RPNHead", "RegionProposalNetwork"]
