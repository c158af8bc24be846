"""RoI heads: sampling, losses and detections, by hand and against torchvision's."""

import numpy as np
import pytest

from scratchcv.boxes import decode_deltas
from scratchcv.layers import Layer, MultiScaleRoIAlign
from scratchcv.models import FastRCNNPredictor, RoIHeads, TwoMLPHead
from scratchcv.testing import assert_close, check_layer

SIZES = [(96, 128), (80, 100)]
NOTHING = {"boxes": np.zeros((0, 4)), "labels": np.zeros(0, np.int64)}


def small_heads(classes=3, **options):
    rng = np.random.default_rng(0)
    pool = MultiScaleRoIAlign(2, 2, canonical_scale=32)
    predictor = FastRCNNPredictor(6, classes, rng=rng)
    predictor.bbox_pred.weight.value *= 100  # gradients of every size
    return RoIHeads(pool, TwoMLPHead(3 * 4, 6, rng=rng), predictor, **options)


def draw(seed, dtype=np.float64, proposals=12, objects=3):
    """Two images' features, proposals around their objects, and targets."""
    rng = np.random.default_rng(seed)
    features = [rng.standard_normal((2, 3, 96 // s, 128 // s)).astype(dtype) for s in (8, 16)]
    boxes, targets = [], []
    for height, width in SIZES:
        corner = rng.uniform(0, 0.5, (objects, 2)) * (width, height)
        gt = np.concatenate([corner, corner + rng.uniform(10, 40, (objects, 2))], axis=1)
        near = np.repeat(gt, 2, axis=0) + rng.normal(0, 3, (2 * objects, 4)).clip(-4.9, 4.9)
        corner = rng.uniform(0, 0.7, (proposals, 2)) * (width, height)
        far = np.concatenate([corner, corner + rng.uniform(5, 30, (proposals, 2))], axis=1)
        boxes.append(np.concatenate([near, far]).astype(dtype))
        targets.append({"boxes": gt.astype(dtype), "labels": rng.integers(1, 3, objects)})
    return features, boxes, targets


class WithTargets(Layer):
    """RoI heads as a layer from features to the two losses."""

    def __init__(self, heads, proposals, targets):
        self.heads, self.proposals, self.targets = heads, proposals, targets

    def forward(self, features):
        dtype = features[0].dtype
        proposals = [boxes.astype(dtype) for boxes in self.proposals]
        losses, cache = self.heads.forward(features, proposals, SIZES, self.targets, np.random.default_rng(0))
        return np.array(sum(losses.values()), dtype), cache

    def backward(self, dy, cache):
        caches, gradients = cache
        return self.heads.backward((caches, tuple(dy * gradient for gradient in gradients)))


def test_gradients():
    features, proposals, targets = draw(0)
    layer = WithTargets(small_heads(), proposals, [targets[0], NOTHING])
    check_layer(layer, features, empty_batch=False, max_entries=5)


def test_sampled_regions_learn_the_truth_they_overlap():
    _, proposals, targets = draw(1)
    heads = small_heads()
    regions, labels, deltas = heads.select_training_samples(proposals, targets, np.random.default_rng(0))
    assert [len(boxes) for boxes in regions] == [12 + 6 + 3] * 2  # all proposals and the truths themselves
    start = 0
    for boxes, target in zip(regions, targets, strict=True):
        label, delta = labels[start : start + len(boxes)], deltas[start : start + len(boxes)]
        start += len(boxes)
        assert (label[-3:] == target["labels"]).all()
        assert_close(delta[-3:], np.zeros((3, 4)))
        decoded = decode_deltas(delta, boxes, weights=heads.bbox_reg_weights)
        shows = np.flatnonzero(label)
        assert len(shows) >= 3
        for row in shows:
            distance = abs(target["boxes"] - decoded[row]).max(axis=1)
            assert distance.min() < 1e-9
            assert target["labels"][distance.argmin()] == label[row]
        assert not delta[label == 0].any()


def test_one_in_four_sampled_regions_shows_an_object():
    _, proposals, targets = draw(2, proposals=40, objects=6)
    heads = small_heads(batch_size_per_image=16, positive_fraction=0.25)
    regions, labels, _ = heads.select_training_samples(proposals, targets, np.random.default_rng(0))
    assert [len(boxes) for boxes in regions] == [16, 16]
    assert [(part > 0).sum() for part in np.split(labels, 2)] == [4, 4]
    again = heads.select_training_samples(proposals, targets, np.random.default_rng(0))
    assert again[1].tobytes() == labels.tobytes()


@pytest.mark.parametrize("case", ["no objects", "no proposals", "neither", "no images"])
def test_nothing_is_input(backend, case):
    features, proposals, targets = draw(3, np.float32)
    if case == "no images":
        features, proposals, targets = [f[:0] for f in features], [], []
    if case in ("no objects", "neither"):
        targets = [NOTHING, NOTHING]
    if case in ("no proposals", "neither"):
        proposals = [np.zeros((0, 4), np.float32)] * 2
    heads, sizes = small_heads(), SIZES[: len(proposals)]
    losses, cache = heads.forward(features, proposals, sizes, targets, np.random.default_rng(0))
    assert np.isfinite(list(losses.values())).all()
    assert (losses["box"] == 0) == (case != "no proposals")
    dfeatures = heads.backward(cache)
    assert [d.shape for d in dfeatures] == [f.shape for f in features]
    predictions = heads.predict(features, proposals, sizes)
    assert len(predictions) == len(sizes)
    assert all(p["boxes"].shape == (len(p["scores"]), 4) for p in predictions)
    if case != "no objects":
        assert not any(len(p["boxes"]) for p in predictions)


def test_detections_worked_by_hand(backend):
    """Four proposals: two of one object, one beyond the border, one that is background."""
    proposals = [np.array([[10, 10, 30, 30], [11, 10, 31, 30], [100, 60, 140, 90], [50, 50, 60, 60.0]])]
    scores = np.array([[0.1, 0.8, 0.1], [0.3, 0.6, 0.1], [0.5, 0.04, 0.46], [0.96, 0.02, 0.02]])
    deltas = np.zeros((4, 12))
    deltas[0, 4] = 10 * 0.5  # class 1 of the first: half a width to the right
    (found,) = small_heads().postprocess_detections(np.log(scores), deltas, proposals, [(80, 120)])
    assert found["labels"].tolist() == [1, 1, 2, 2]
    assert_close(found["scores"], np.array([0.8, 0.6, 0.46, 0.1]))
    # The moved box and its neighbour overlap by 11/29 and both stay; of class 2 only one of the two does.
    assert found["boxes"].tolist() == [
        [20, 10, 40, 30], [11, 10, 31, 30], [100, 60, 120, 80], [10, 10, 30, 30],
    ]  # fmt: skip


def ask_torchvision(heads, classes):
    torch = pytest.importorskip("torch", reason="torch is not installed: values by hand stand above")
    detection = pytest.importorskip("torchvision.models.detection", reason="torchvision is not installed")
    ops = pytest.importorskip("torchvision.ops")
    theirs = detection.roi_heads.RoIHeads(
        ops.MultiScaleRoIAlign(["0", "1"], 2, 2, canonical_scale=32),
        detection.faster_rcnn.TwoMLPHead(12, 6),
        detection.faster_rcnn.FastRCNNPredictor(6, classes),
        fg_iou_thresh=heads.fg_iou_thresh,
        bg_iou_thresh=heads.bg_iou_thresh,
        batch_size_per_image=heads.batch_size_per_image,
        positive_fraction=1.0,
        bbox_reg_weights=heads.bbox_reg_weights,
        score_thresh=heads.score_thresh,
        nms_thresh=heads.nms_thresh,
        detections_per_img=heads.detections_per_img,
    ).double()
    theirs.load_state_dict({name: torch.tensor(value) for name, value in heads.state_dict().items()})
    return torch, theirs


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.usefixtures("torch_on_one_core")
def test_losses_and_gradients_are_torchvisions(backend, seed):
    """The sample takes everything, since the two draw from different sources of chance."""
    features, proposals, targets = draw(seed)
    targets = [targets[0], NOTHING] if seed == 5 else targets
    heads = small_heads(
        positive_fraction=1.0, fg_iou_thresh=0.6 if seed % 2 else 0.5, bg_iou_thresh=0.4 if seed % 2 else 0.5
    ).astype(np.float64)
    torch, theirs = ask_torchvision(heads, 3)
    losses, cache = heads.forward(features, proposals, SIZES, targets, np.random.default_rng(0))
    dfeatures = heads.backward(cache)

    maps = {str(level): torch.tensor(f, requires_grad=True) for level, f in enumerate(features)}
    as_torch = [{key: torch.tensor(value) for key, value in target.items()} for target in targets]
    _, expected = theirs.train()(maps, [torch.tensor(boxes) for boxes in proposals], SIZES, as_torch)
    sum(expected.values()).backward()
    assert losses["classification"] == pytest.approx(expected["loss_classifier"].item(), rel=1e-10)
    assert losses["box"] == pytest.approx(expected["loss_box_reg"].item(), rel=1e-10)
    for level, dfeature in enumerate(dfeatures):
        assert_close(dfeature, maps[str(level)].grad.numpy(), rtol=1e-9, atol=1e-12)
    wanted = dict(theirs.named_parameters())
    for name, parameter in heads.named_parameters():
        assert_close(parameter.grad, wanted[name].grad.numpy(), rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.usefixtures("torch_on_one_core")
def test_detections_are_torchvisions(backend, seed):
    features, proposals, _ = draw(seed, proposals=60)
    heads = small_heads(score_thresh=0.1, nms_thresh=0.4, detections_per_img=25).astype(np.float64)
    heads.box_predictor.cls_score.weight.value *= 200  # sure of some
    torch, theirs = ask_torchvision(heads, 3)
    found = heads.predict(features, proposals, SIZES)
    maps = {str(level): torch.tensor(f) for level, f in enumerate(features)}
    with torch.no_grad():
        expected, _ = theirs.eval()(maps, [torch.tensor(boxes) for boxes in proposals], SIZES)
    for ours, wanted in zip(found, expected, strict=True):
        assert len(ours["boxes"]) > 5
        assert ours["labels"].tolist() == wanted["labels"].tolist()
        assert_close(ours["scores"], wanted["scores"].numpy(), rtol=1e-9)
        assert_close(ours["boxes"], wanted["boxes"].numpy(), rtol=1e-9, atol=1e-9)
