"""The region proposal network: what it proposes, what it learns, and that torchvision's says the same."""

import numpy as np
import pytest

from scratchcv.boxes import BACKGROUND, IGNORE, box_iou, encode_deltas
from scratchcv.proposals import RegionProposalNetwork, RPNHead
from scratchcv.testing import assert_close

SIZES, RATIOS = [(16,), (32,)], [(0.5, 1.0, 2.0)] * 2
SHAPE = (64, 96)
EVERYTHING = {"batch_size_per_image": 10**6, "positive_fraction": 1.0}


def network(rng=None, scale=20, **options):
    head = RPNHead(4, 3, rng=np.random.default_rng(rng))
    for parameter in head.parameters():
        parameter.value *= scale
    return RegionProposalNetwork(head, SIZES, RATIOS, **options)


def pyramid(images=2, seed=0, dtype=np.float32):
    rng = np.random.default_rng(seed)
    return [rng.standard_normal((images, 4, *size)).astype(dtype) for size in [(8, 12), (4, 6)]]


def targets_of(*boxes):
    return [{"boxes": np.array(given, np.float32).reshape(-1, 4)} for given in boxes]


TARGETS = targets_of([[10, 10, 30, 28], [50, 20, 90, 60]], [])


def answering(rpn, objectness, deltas):
    """Let the head say this of every anchor, whatever it sees."""
    rpn.head.forward = lambda features: ((objectness[..., None], deltas), None)
    rpn.head.__class__ = type("Says", (RPNHead,), {"__call__": lambda self, x: self.forward(x)[0]})
    return rpn


def test_a_perfect_head_proposes_the_truth(backend):
    rpn = network()
    features, truth = pyramid(1), TARGETS[0]["boxes"]
    anchors, counts = rpn.anchors(features, SHAPE)
    assert counts == [8 * 12 * 3, 4 * 6 * 3]
    best = box_iou(anchors, truth).argmax(axis=0)
    objectness = np.full((1, len(anchors)), -20, np.float32)
    objectness[0, best] = [3, 5]
    deltas = np.zeros((1, len(anchors), 4), np.float32)
    deltas[0, best] = encode_deltas(truth, anchors[best])
    (proposals,) = answering(rpn, objectness, deltas).propose(features, SHAPE, [SHAPE])
    assert_close(proposals[:2], truth[::-1], rtol=1e-5, atol=1e-4)


def test_proposals_are_inside_their_image_and_apart(backend):
    sizes = [(64, 96), (40, 70)]
    features = pyramid()
    for (height, width), proposals in zip(sizes, network(0).propose(features, SHAPE, sizes), strict=True):
        assert len(proposals) > 10
        assert proposals.min() >= 0
        assert (proposals[:, 2:] <= [width, height]).all()
        assert ((proposals[:, 2:] - proposals[:, :2]) >= 1e-3).all()


def test_suppression_is_level_by_level_and_before_the_last_count():
    """Two anchors of one place on two levels both stay; a double on the same level does not."""
    rpn = network(nms_thresh=0.5, post_nms_top_n={"testing": 3})
    features = pyramid(1)
    anchors, (fine, _) = rpn.anchors(features, SHAPE)
    chosen = np.array([40 * 3, 41 * 3, fine + 8 * 3, 5 * 3])  # the second shall be a double of the first
    objectness = np.full((1, len(anchors)), -9, np.float32)
    objectness[0, chosen] = [4, 3, 2, 1]
    deltas = np.zeros((1, len(anchors), 4), np.float32)
    box = np.array([[20, 20, 40, 44]], np.float32)
    for anchor in chosen[:3]:
        deltas[0, anchor] = encode_deltas(box, anchors[anchor : anchor + 1])[0]
    (proposals,) = answering(rpn, objectness, deltas).propose(features, SHAPE, [SHAPE])
    assert_close(proposals[:2], np.repeat(box, 2, axis=0), rtol=1e-5, atol=1e-4)
    assert len(proposals) == 3
    assert box_iou(proposals[2:], box)[0, 0] < 0.5


@pytest.mark.parametrize("mode", ["training", "testing"])
def test_counts_of_both_modes(mode):
    counts = {"pre_nms_top_n": {mode: 7}, "post_nms_top_n": {mode: 5}}
    rpn, features, sizes = network(0, nms_thresh=1.0, **counts), pyramid(), [SHAPE] * 2
    trained = rpn.forward(features, SHAPE, sizes, TARGETS, np.random.default_rng(0))[0][0]
    proposed = rpn.propose(features, SHAPE, sizes)
    few, many = (trained, proposed) if mode == "training" else (proposed, trained)
    assert [len(boxes) for boxes in few] == [5, 5]
    assert min(len(boxes) for boxes in many) > 7


def test_a_score_threshold_drops_doubtful_proposals():
    features = pyramid(1)
    all_of_them, few = (network(0, score_thresh=s).propose(features, SHAPE, [SHAPE])[0] for s in (0, 0.7))
    assert 0 < len(few) < len(all_of_them)
    assert (few == all_of_them[: len(few)]).all()


def test_anchors_learn_what_the_lecture_says():
    """S1, lines 867-873: the best anchor of a truth or IoU > .7 is positive, < .3 negative, half of each."""
    rpn = network()
    anchors, _ = rpn.anchors(pyramid(), SHAPE)
    truth = TARGETS[0]["boxes"]
    matches = network(**EVERYTHING).sample_matches(anchors, truth, np.random.default_rng(0))
    iou = box_iou(anchors, truth)
    assert (matches[iou.argmax(axis=0)] == [0, 1]).all()
    assert (matches[(iou < 0.3).all(axis=1)] == BACKGROUND).all()
    between = ((iou >= 0.3) & (iou < 0.7)).any(axis=1) & (iou < 0.7).all(axis=1)
    between[(iou == iou.max(axis=0)).any(axis=1)] = False
    assert between.any()
    assert (matches[between] == IGNORE).all()
    drawn = network(batch_size_per_image=6).sample_matches(anchors, truth, np.random.default_rng(0))
    assert (drawn != IGNORE).sum() == 6
    assert 1 <= (drawn >= 0).sum() <= 3


def test_an_image_without_objects_learns_background():
    rpn = network(0, **EVERYTHING)
    (_, losses), cache = rpn.forward(pyramid(1), SHAPE, [SHAPE], targets_of([]), np.random.default_rng(0))
    assert losses["objectness"] > 0
    assert losses["rpn_box"] == 0
    rpn.backward(cache)
    assert not rpn.head.bbox_pred.weight.grad.any()
    assert rpn.head.cls_logits.weight.grad.any()


def test_no_image():
    rpn = network()
    (proposals, losses), cache = rpn.forward(pyramid(0), SHAPE, [], [], np.random.default_rng(0))
    assert (proposals, losses) == ([], {"objectness": 0.0, "rpn_box": 0.0})
    assert [dfeature.shape for dfeature in rpn.backward(cache)] == [(0, 4, 8, 12), (0, 4, 4, 6)]


def test_the_same_generator_draws_the_same_anchors():
    def losses(seed):
        rpn = network(0, batch_size_per_image=8)
        return rpn.forward(pyramid(), SHAPE, [SHAPE] * 2, TARGETS, np.random.default_rng(seed))[0][1]

    assert losses(1) == losses(1) != losses(2)


def test_a_head_of_another_number_of_anchors_is_refused():
    with pytest.raises(ValueError, match=r"the head's 3 anchors a cell, got \[3, 6\]"):
        RegionProposalNetwork(RPNHead(4, 3), [(16,), (32, 64)], RATIOS)


def test_gradients_of_the_losses():
    """Central differences of both losses' sum by every parameter and every feature."""
    rpn = network(0, **EVERYTHING).astype(np.float64)
    features = pyramid(dtype=np.float64)

    def loss(features):
        return sum(
            rpn.forward(features, SHAPE, [SHAPE] * 2, TARGETS, np.random.default_rng(0))[0][1].values()
        )

    _, cache = rpn.forward(features, SHAPE, [SHAPE] * 2, TARGETS, np.random.default_rng(0))
    dfeatures = rpn.backward(cache)
    pairs = [(parameter.value, parameter.grad) for parameter in rpn.parameters()]
    rng, step = np.random.default_rng(1), 1e-6
    for value, gradient in [*pairs, *zip(features, dfeatures, strict=True)]:
        for place in zip(*(rng.integers(0, side, 3) for side in value.shape), strict=True):
            kept, around = value[place], []
            for value[place] in (kept + step, kept - step):
                around.append(loss(features))
            value[place] = kept
            assert gradient[place] == pytest.approx((around[0] - around[1]) / (2 * step), rel=1e-5, abs=1e-8)


def test_torchvisions_network_says_the_same():
    torch = pytest.importorskip("torch", reason="torch is not installed")
    pytest.importorskip("torchvision", reason="torchvision is not installed")
    from torchvision.models.detection.anchor_utils import AnchorGenerator
    from torchvision.models.detection.image_list import ImageList
    from torchvision.models.detection.rpn import RegionProposalNetwork as TheirNetwork
    from torchvision.models.detection.rpn import RPNHead as TheirHead

    ours, features, sizes = network(0, **EVERYTHING), pyramid(seed=5), [(64, 96), (50, 81)]
    theirs = TheirNetwork(
        AnchorGenerator(SIZES, RATIOS), TheirHead(4, 3), 0.7, 0.3, 10**6, 1.0,
        {"training": 60, "testing": 40}, {"training": 50, "testing": 30}, 0.7,
    )  # fmt: skip
    ours.pre_nms_top_n, ours.post_nms_top_n = (
        {"training": 60, "testing": 40},
        {"training": 50, "testing": 30},
    )
    theirs.load_state_dict({name: torch.tensor(value) for name, value in ours.state_dict().items()})
    tensors = {str(level): torch.tensor(x, requires_grad=True) for level, x in enumerate(features)}
    images = ImageList(torch.zeros(2, 3, *SHAPE), sizes)

    expected, expected_losses = theirs(
        images, tensors, [{"boxes": torch.tensor(target["boxes"])} for target in TARGETS]
    )
    sum(expected_losses.values()).backward()
    (proposals, losses), cache = ours.forward(features, SHAPE, sizes, TARGETS, np.random.default_rng(0))
    dfeatures = ours.backward(cache)

    for mine, other in zip(proposals, expected, strict=True):
        assert_close(mine, other.detach().numpy(), rtol=1e-5, atol=1e-4)
    assert losses["objectness"] == pytest.approx(expected_losses["loss_objectness"].item(), rel=1e-5)
    assert losses["rpn_box"] == pytest.approx(expected_losses["loss_rpn_box_reg"].item(), rel=1e-5)
    for name, parameter in theirs.named_parameters():
        assert_close(dict(ours.named_parameters())[name].grad, parameter.grad.numpy(), rtol=1e-4, atol=1e-6)
    for mine, other in zip(dfeatures, tensors.values(), strict=True):
        assert_close(mine, other.grad.numpy(), rtol=1e-4, atol=1e-6)
    for mine, other in zip(
        ours.propose(features, SHAPE, sizes), theirs.eval()(images, tensors)[0], strict=True
    ):
        assert_close(mine, other.detach().numpy(), rtol=1e-5, atol=1e-4)
