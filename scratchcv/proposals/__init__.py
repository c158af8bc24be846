"""Region proposals: boxes that may hold an object of any class, from the image or from features."""

from scratchcv.proposals.proposal_dataset import ProposalDataset, Propose

__all__ = ["ProposalDataset", "Propose"]
