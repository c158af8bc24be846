import numpy as np
from scratchcv.checks import Array
from scratchcv.data.color_spaces import to_color_space
from scratchcv.proposals.felzenszwalb import pixel_graph, segment_graph
from scratchcv.proposals.region_features import color_levels, texture_levels, count_regions
from scratchcv.proposals.region_merging import merge_regions

CTSF, TSF, F, S = (1, 1, 1, 1), (0, 1, 1, 1), (0, 0, 0, 1), (0, 0, 1, 0)
MODES = {
    "fast": (("hsv", "lab"), (50, 100), (CTSF, TSF)),
    "quality": (("hsv", "lab", "rgi", "hue", "gray"), (50, 100, 150, 300), (CTSF, TSF, F, S)),
}
TOP = True


def selective_search(
    image, mode="fast", seed=0, max_proposals=None, min_size=20, min_side=0, sigma=0.8, cfg=None
):
    spaces, scales, strategies = cfg or MODES[mode]
    rng = np.random.default_rng(seed)
    found, ranks = [], []
    H, W = image.shape[:2]
    for space in spaces:
        planes = np.ascontiguousarray(np.moveaxis(to_color_space(image, space), 2, 0))
        edges, weights = pixel_graph(planes, sigma)
        cl, tl = color_levels(planes), texture_levels(planes)
        for scale in scales:
            labels = segment_graph(
                edges, weights, H * W, scale / 255, min_size if min_size else scale
            ).reshape(H, W)
            regions = count_regions(labels, cl, tl)
            for st in strategies:
                b = merge_regions(regions, st)
                found.append(b)
                pos = np.arange(len(b), 0, -1)
                if not TOP:
                    pos = pos[::-1]
                ranks.append(rng.random(len(b)) * pos)
    boxes = np.concatenate(found)[np.argsort(np.concatenate(ranks), kind="stable")]
    _, first = np.unique(boxes, axis=0, return_index=True)
    boxes = boxes[np.sort(first)]
    if min_side:
        boxes = boxes[(boxes[:, 2:] - boxes[:, :2]).min(1) >= min_side]
    return boxes[:max_proposals].astype(np.float32)
