"""Write matching.npz: IoU matrices with many ties, matched by torchvision's Matcher and SSDMatcher."""

from pathlib import Path

import numpy as np
import torch
from torchvision.models.detection._utils import Matcher, SSDMatcher

rng = np.random.default_rng(0)
rpn, ssd = Matcher(0.7, 0.3, allow_low_quality_matches=True), SSDMatcher(0.5)
matrices, rpn_matches, ssd_matches = [], [], []
for _ in range(100):
    iou = rng.integers(0, 11, (12, 4)).astype(np.float32) / np.float32(10)
    matrices.append(iou)
    rpn_matches.append(rpn(torch.tensor(iou.T.copy())).numpy())
    ssd_matches.append(ssd(torch.tensor(iou.T.copy())).numpy())
np.savez_compressed(
    Path(__file__).with_name("matching.npz"),
    iou=np.array(matrices),
    rpn=np.array(rpn_matches),
    ssd=np.array(ssd_matches),
)
