"""Region proposals, R-CNN, Fast R-CNN, Faster R-CNN: what layers, losses and boxes settle."""

import numpy as np
import pytest

from scratchcv.backbones import AlexNet, BasicBlock, ResNet, TinyBackbone, split_alexnet, split_resnet
from scratchcv.boxes import (
    BACKGROUND,
    IGNORE,
    decode_deltas,
    encode_deltas,
    grid_anchors,
    match_rpn,
    sample_balanced,
    select_least_background,
    select_top_of_class,
    select_top_of_image,
)
from scratchcv.data import SceneDataset, scene, to_tensor
from scratchcv.layers import (
    Conv2d,
    Flatten,
    Linear,
    Sequential,
    adaptive_avg_pool2d,
    roi_align,
    roi_pool,
    roi_pool_backward,
)
from scratchcv.losses import fast_rcnn_loss, hinge_loss, one_versus_rest, rpn_loss, smooth_l1_loss
from scratchcv.metrics import proposal_recall
from scratchcv.models import (
    RCNN,
    LinearSVMs,
    SingleStageRCNN,
    fast_rcnn_resnet50,
    fast_rcnn_tiny,
    faster_rcnn_tiny,
    rcnn_tiny,
)
from scratchcv.proposals import RegionProposalNetwork, RPNHead, selective_search
from scratchcv.testing import check_loss
from scratchcv.training import stage_seconds

D2L_MAP = np.arange(16.0).reshape(1, 1, 4, 4)
D2L_ROIS = np.array([[0, 0, 0, 20, 20], [0, 0, 10, 30, 30.0]])


def test_01_blob_like_regions_cover_the_objects():
    """S0, lines 181-183; S2, lines 230-232: "a small set of boxes that are likely to cover all objects"."""
    scenes = SceneDataset(8, size=128, seed=2)
    targets = [target for _, target in scenes]
    proposals = [selective_search(image, max_proposals=500) for image, _ in scenes]
    assert proposal_recall(proposals, targets, counts=(500,)).recall(0.5).item() >= 0.95


def test_01_about_2000_proposals_an_image():
    """S0, line 184; S2, line 233: "2000 region proposals in a few seconds on CPU": here in half of one."""
    image, _ = scene(0, (375, 500))  # the size of a photograph of Pascal VOC
    assert 1000 <= len(selective_search(image)) <= 3000


def test_01_selective_search_looks_at_the_image():
    """S3, line 877: "performed on the input image"; S0, lines 231 and 316 have it on feature maps: wrong."""
    image, _ = scene(0)
    boxes = selective_search(image)
    assert boxes[:, 2:].max() == 128  # in the image's pixels, 1/32 of which are the feature map's
    with pytest.raises(ValueError, match="image must have shape"):
        selective_search(np.zeros((512, 20, 15), np.float32))


def test_02_one_linear_svm_a_class():
    """S0, lines 188-225; S3, lines 888-891: hinge loss, one against the rest; its gradient is checked."""
    rng = np.random.default_rng(0)
    scores, labels = rng.standard_normal((6, 3)), np.array([0, 1, 2, 3, 0, 1])  # 0 is no class of the three
    signs = one_versus_rest(labels, 3)
    assert signs[2].tolist() == [-1, 1, -1]
    loss, gradient = hinge_loss(scores, signs, reduction="sum")
    assert loss == pytest.approx(np.maximum(0, 1 - signs * scores).sum())
    np.testing.assert_array_equal(gradient, np.where(signs * scores < 1, -signs, 0))
    check_loss(hinge_loss, scores, signs)


def test_02_each_machine_is_trained_on_features_of_proposals():
    """S0, line 218; S1, line 241; S3, line 891: "whether an example belongs to a certain category"."""
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 4, 400)  # 0 is background
    directions = np.concatenate([np.zeros((1, 16)), 4 * np.eye(3, 16)])
    features = directions[labels] + rng.standard_normal((400, 16))
    svms = LinearSVMs(16, 3)
    svms.fit(features, one_versus_rest(labels, 3), [slice(0, 200), slice(200, 400)], c=0.01)
    assert svms.weight.shape == (3, 16)
    assert (np.sign(svms(features)) == one_versus_rest(labels, 3)).mean() > 0.95


def test_03_the_box_transform_and_its_inverse():
    """S1, lines 283-291: p = (100, 100, 50, 80), t = (.1, .2, ln 2, 0) gives b = (105, 116, 100, 80).

    The slides write (t_x, t_y, t_h, t_w); here, as everywhere in code, it is (t_x, t_y, t_w, t_h).
    """
    p = np.array([[100 - 25, 100 - 40, 100 + 25, 100 + 40.0]])
    b = decode_deltas([[0.1, 0.2, np.log(2), 0]], p)
    np.testing.assert_allclose(b, [[105 - 50, 116 - 40, 105 + 50, 116 + 40]], rtol=1e-15)
    np.testing.assert_allclose(encode_deltas(b, p), [[0.1, 0.2, np.log(2), 0]], atol=1e-15)


def test_04_positive_neutral_negative():
    """S0, lines 196-210; S1, lines 921-962; S2, lines 251-297: dog, cat, dog, background, one left out."""
    iou = np.array([[0.8, 0, 0], [0, 0.75, 0], [0, 0, 0.9], [0.1, 0.2, 0], [0.5, 0, 0]])
    matches = match_rpn(iou)
    assert matches.tolist() == [0, 1, 2, BACKGROUND, IGNORE]
    positive, negative = sample_balanced(matches, np.random.default_rng(0), batch_size=8)
    assert positive.tolist() == [0, 1, 2]
    assert negative.tolist() == [3]
    labels = np.array([1, 2, 1, 0])
    rng = np.random.default_rng(0)
    _, (_, ddeltas) = fast_rcnn_loss(
        rng.standard_normal((4, 3)), rng.standard_normal((4, 4)), labels, np.zeros((4, 4))
    )
    assert ddeltas[:3].all()
    assert not ddeltas[3].any()  # box target of background: none


def test_05_three_ways_to_select_the_output():
    """S0, line 220; S1, line 305; S2, line 304: least background, top K of a class, top K of the image."""
    scores = np.array([[0.7, 0.2, 0.1], [0.1, 0.5, 0.4], [0.3, 0.0, 0.7], [0.05, 0.9, 0.05]])
    assert select_least_background(scores, 2).tolist() == [3, 1]
    assert select_top_of_class(scores, 2, 2).tolist() == [2, 1]
    indices, labels = select_top_of_image(scores, 3)
    assert list(zip(indices.tolist(), labels.tolist(), strict=True)) == [(3, 1), (2, 2), (1, 1)]


def test_07_every_proposal_is_a_forward_pass():
    """S0, line 225: N images have N * 2000 features; S1, line 568: "~2k forward passes for each image"."""
    passes = []

    class Counting(TinyBackbone):
        def __call__(self, x):
            passes.append(len(x))
            return super().__call__(x)

    rng = np.random.default_rng(0)
    corners = rng.uniform(0, 40, (2000, 2))
    proposals = np.concatenate([corners, corners + rng.uniform(4, 24, (2000, 2))], axis=1)
    model = RCNN(
        Counting((2,), (1,), 0, rng=rng), Sequential(Flatten(), Linear(2 * 16, 3, rng=rng)),
        pooled_features=2 * 16, num_features=3, num_classes=3, propose=lambda image: proposals, config={},
        crop_size=4, context=0,
    )  # fmt: skip
    model.predict([np.zeros((3, 64, 64), np.float32)] * 3)
    assert sum(passes) == 3 * 2000


def test_08_fast_rcnn_sees_the_image_once():
    """S0, lines 227-234; S1, line 590, "Run CNN before warping"; S3, line 946: n x d, n x q, n x 4q."""
    n, d, q = 50, 128, 4  # q - 1 classes and the background: S1, line 686
    rng = np.random.default_rng(0)
    corners = rng.uniform(0, 40, (n, 2))
    proposals = np.concatenate([corners, corners + rng.uniform(4, 24, (n, 2))], axis=1).astype(np.float32)
    model = fast_rcnn_tiny(["background", "cat", "dog", "bird"], size=64, propose=lambda image: proposals)
    features = model.backbone(np.zeros((1, 3, 64, 64), np.float32))
    rois, sizes = np.insert(proposals, 0, 0, axis=1), [(64, 64)]
    assert features[0].shape == (1, 64, 8, 8)  # one map, from which all proposals are read
    pooled = model.roi_heads.box_roi_pool(features, rois, sizes)
    assert pooled.shape == (n, 64, 7, 7)  # "always the same size", S1, line 676
    vectors = model.roi_heads.box_head(pooled)
    assert vectors.shape == (n, d)
    logits, deltas = model.roi_heads.box_predictor(vectors)
    assert logits.shape == (n, q)
    assert deltas.shape == (n, 4 * q)  # S3, line 964, has n x 4; t^u of S1, line 700, is class u's own


def test_08_proposals_come_from_the_image():
    """S0, lines 231 and 316, applies selective search to the feature maps; it sees pixels."""
    seen = []
    model = fast_rcnn_tiny(
        ["background", "cat"], size=64, propose=lambda i: seen.append(i) or np.zeros((0, 4))
    )
    image = np.random.default_rng(0).random((3, 64, 64), np.float32)
    model.predict([image])
    np.testing.assert_array_equal(seen[0], np.rint(255 * image).astype(np.uint8).transpose(1, 2, 0))


def test_09_backbone_and_per_region_network():
    """S0, lines 251-254; S2, lines 483-486: AlexNet's 5 CONV and 2 FC; ResNet's last stage a region."""
    network = AlexNet(channels=(4, 4, 4, 4, 8), hidden=16)
    backbone, head = split_alexnet(network)
    kinds = [[type(layer) for _, layer in half.named_layers()] for half in (backbone, head)]
    assert [(kind.count(Conv2d), kind.count(Linear)) for kind in kinds] == [(5, 0), (0, 2)]
    resnet = ResNet(BasicBlock, (1, 1, 1, 1), channels=4)
    backbone, head = split_resnet(resnet)
    assert set(backbone.parameters()).isdisjoint(head.parameters())
    assert set(resnet.layer4.parameters()) == set(head.parameters())
    model = fast_rcnn_resnet50(
        3, network=resnet, propose=lambda image: np.array([[0, 0, 90, 90], [9, 9, 60, 70]])
    )
    (prediction,) = model.predict([np.zeros((3, 100, 100), np.float32)])
    assert set(prediction) == {"boxes", "scores", "labels"}


def test_10_roi_pooling_of_d2ls_map():
    """S1, lines 659-678, and S3, line 946: the largest value of each of 2 x 2 sub-windows."""
    y, _ = roi_pool(D2L_MAP, D2L_ROIS, 2, spatial_scale=0.1)
    assert y[:, 0].tolist() == [[[5, 6], [9, 10]], [[9, 11], [13, 15]]]


def test_10_roi_poolings_gradient_goes_to_the_largest_values():
    """S1, lines 670-672: "max-pool within each subregion": 9 is the largest of two sub-windows."""
    _, indices = roi_pool(D2L_MAP, D2L_ROIS, 2, spatial_scale=0.1)
    dx = roi_pool_backward(np.ones((2, 1, 2, 2)), indices, D2L_ROIS, D2L_MAP.shape)
    assert dx.reshape(-1).tolist() == [0, 0, 0, 0, 0, 1, 1, 0, 0, 2, 1, 1, 0, 1, 0, 1]


@pytest.mark.parametrize(
    ("aligned", "expected"),
    [
        (False, [[[2.5, 3.5], [6.5, 7.5]], [[6.75, 8.25], [10.75, 12.25]]]),
        (True, [[[0.625, 1.5], [4.125, 5]], [[4.3125, 5.75], [8.3125, 9.75]]]),
    ],
)
def test_10_roi_align_of_d2ls_map(aligned, expected):
    """S0, line 280, and S2, line 519: "RoI pool / align", two samples a side of each sub-window."""
    y = roi_align(D2L_MAP, D2L_ROIS, 2, spatial_scale=0.1, sampling_ratio=2, aligned=aligned)
    assert y[:, 0].tolist() == expected


def test_10_regions_of_any_size_give_features_of_one_size():
    """S1, lines 676-678: here 512 x 2 x 2, in practice 512 x 7 x 7."""
    x = np.zeros((1, 512, 20, 15), np.float32)
    rois = np.array([[0, 0, 0, 31, 31], [0, 100, 40, 479, 639]], np.float32)
    for size in (2, 7):
        assert roi_pool(x, rois, size, spatial_scale=1 / 32)[0].shape == (2, 512, size, size)
        assert roi_align(x, rois, size, spatial_scale=1 / 32).shape == (2, 512, size, size)


def test_10_a_window_of_the_whole_map_is_ordinary_pooling():
    """S1, line 670: "(roughly) equal sub-regions": equal where the map divides evenly."""
    x = np.random.default_rng(0).standard_normal((1, 3, 8, 8))
    y, indices = roi_pool(x, [[0, 0, 0, 7, 7]], 4)
    np.testing.assert_array_equal(y, x.reshape(1, 3, 4, 2, 4, 2).max(axis=(3, 5)))
    np.testing.assert_array_equal(x.reshape(3, 64)[np.arange(3)[:, None, None], indices[0]], y[0])
    np.testing.assert_allclose(adaptive_avg_pool2d(x, 4), x.reshape(1, 3, 4, 2, 4, 2).mean(axis=(3, 5)))


def test_11_fast_rcnns_two_losses():
    """S1, lines 688-705: L_cls(p, u) + lambda [u >= 1] L_loc(t, v); background has no box."""
    rng = np.random.default_rng(0)
    logits, deltas, targets = (
        rng.standard_normal((2, 4)),
        rng.standard_normal((2, 4)),
        rng.standard_normal((2, 4)),
    )
    labels = np.array([2, 0])
    losses, (dlogits, ddeltas) = fast_rcnn_loss(logits, deltas, labels, targets)
    log_p = logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))
    assert losses["classification"] == pytest.approx(-(log_p[0, 2] + log_p[1, 0]) / 2)
    assert losses["box"] == pytest.approx(smooth_l1_loss(deltas[0], targets[0], reduction="sum")[0] / 2)
    assert not ddeltas[1].any()
    assert dlogits.all()


def test_12_smooth_l1():
    """S1, line 705: .5 x^2 if |x| < 1, else |x| - .5; S4, lines 16-30: the gradient is bounded."""
    x = np.array([-2, -1, -0.5, 0, 0.5, 1, 2, 10])
    losses, gradient = smooth_l1_loss(x, np.zeros(8), reduction="none")
    assert losses.tolist() == [1.5, 0.5, 0.125, 0, 0.125, 0.5, 1.5, 9.5]
    assert gradient.tolist() == [-1, -1, -0.5, 0, 0.5, 1, 1, 1]


@pytest.mark.parametrize("K", [1, 4, 9])
def test_13_an_rpns_head(K):
    """S1, lines 741-856; S2, lines 525-609: 3 x 640 x 480 gives 512 x 20 x 15, K x 20 x 15, 4K x 20 x 15."""
    features = [np.zeros((1, 512, 640 // 32, 480 // 32), np.float32)]
    rpn = RegionProposalNetwork(RPNHead(512, K), [(128,) * K], [(1.0,)], pre_nms_top_n={"testing": 300})
    objectness, deltas = rpn.head(features)
    assert objectness.size == K * 20 * 15
    assert deltas.size == 4 * K * 20 * 15
    anchors, counts = rpn.anchors(features, (640, 480))
    assert len(anchors) == counts[0] == K * 300
    (proposals,) = rpn.propose(features, (640, 480), [(640, 480)])  # sorted, the top 300, without doubles
    assert 0 < len(proposals) <= 300


def test_14_nine_anchors_of_three_areas():
    """S1, lines 858-865: 128, 256 and 512 squared, at 2:1, 1:1 and 1:2: the area stays."""
    anchors = grid_anchors([(1, 1)], (32, 32), ((128, 256, 512),), (0.5, 1, 2), dtype=np.float64)
    assert len(anchors) == 9
    width, height = (anchors[:, 2:] - anchors[:, :2]).T
    np.testing.assert_allclose(width * height, [128**2, 256**2, 512**2] * 3, rtol=0.01)  # whole pixels
    np.testing.assert_allclose(height / width, np.repeat([0.5, 1, 2], 3), rtol=0.02)


def test_15_anchors_are_labelled_by_best_iou_and_two_thresholds():
    """S1, lines 867-873: best of a truth, or > .7: positive; < .3 for all: negative; half of each drawn."""
    iou = [[0.72, 0], [0.69, 0], [0.29, 0.29], [0.3, 0.1], [0, 0.4], [0, 0.4]]
    matches = match_rpn(iou)
    assert matches.tolist() == [0, IGNORE, BACKGROUND, IGNORE, 1, 1]  # both of the best of truth 1
    many = np.array([0] * 200 + [BACKGROUND] * 1000)
    positive, negative = sample_balanced(many, np.random.default_rng(0))
    assert (len(positive), len(negative)) == (128, 128)
    positive, negative = sample_balanced(many[190:], np.random.default_rng(0))
    assert (len(positive), len(negative)) == (10, 246)  # too few positives: negatives fill up


def test_16_the_rpns_loss_is_roughly_balanced():
    """S1, lines 875-897: N_cls about 256, N_reg about 2400 = 60 x 40 locations, lambda = 10."""
    sizes, ratios = ((128, 256, 512),), (0.5, 1, 2)  # 1000 x 600 pixels in steps of 16: about 60 x 40 places
    assert len(grid_anchors([(40, 60)], (640, 960), sizes, ratios)) == 9 * 2400 == 21_600
    assert 10 / 2400 == 1 / 240  # beside 1 / 256
    objectness, deltas = np.zeros(4), np.full((4, 4), 2.0)
    losses, (dobjectness, ddeltas) = rpn_loss(objectness, deltas, [1, 0, 0, IGNORE], np.zeros((4, 4)))
    assert losses["objectness"] == pytest.approx(3 * np.log(2) / 256)
    assert losses["box"] == pytest.approx(10 * 4 * 1.5 / 2400)
    assert dobjectness.tolist() == [-0.5 / 256, 0.5 / 256, 0.5 / 256, 0]
    np.testing.assert_allclose(ddeltas, [[1 / 240] * 4] + [[0] * 4] * 3)


def test_17_four_losses_together():
    """S0, lines 287-300; S1, lines 901-907: anchor to proposal to object, each step classified and moved."""
    model = faster_rcnn_tiny(["background", "dog", "cat"], size=64)
    image = np.random.default_rng(0).random((3, 64, 64), np.float32)
    target = {"boxes": np.array([[8, 8, 40, 36]], np.float32), "labels": np.array([1])}
    losses, cache = model.forward([image], [target])
    assert list(losses) == ["objectness", "rpn_box", "classification", "box"]
    assert min(losses.values()) > 0
    model.backward(cache)
    for layer in (
        model.rpn.head.cls_logits,
        model.rpn.head.bbox_pred,
        model.roi_heads.box_predictor.cls_score,
        model.roi_heads.box_predictor.bbox_pred,
        model.backbone.body.stages[0][0][0],
    ):
        assert layer.weight.grad.any()


def test_18_each_step_is_faster_and_why():
    """S0, lines 222 and 314-317: 40-50, 2 and .2 seconds an image; here with tiny models."""
    image = to_tensor(SceneDataset(1, size=128, seed=0)[0][0])
    names = ["background", "cat", "dog"]

    def least(model):
        runs = [stage_seconds(model, [image], warm_up=run == 0) for run in range(5)]
        return {stage: min(run[stage] for run in runs) for stage in runs[0]}  # a busy machine disturbs some

    rcnn, fast, faster = (least(build(names)) for build in (rcnn_tiny, fast_rcnn_tiny, faster_rcnn_tiny))
    assert sum(rcnn.values()) > 2 * sum(faster.values())
    assert rcnn["features"] > 2 * fast["features"]  # a pass for each proposal, against one
    assert fast["proposals"] > 2 * faster["proposals"]  # searched in the image, against read off the features


def test_19_three_heads_without_a_second_stage():
    """S1, line 1166; S2, lines 665-694: (C+1) K, 4 K, or class-specific 4 C K outputs at each of 20 x 15."""
    features, C, K = [np.zeros((1, 8, 20, 15), np.float32)], 20, 4
    logits, deltas = RPNHead(8, K, num_logits=C + 1)(features)
    assert logits.size == (C + 1) * K * 20 * 15
    assert deltas.size == 4 * K * 20 * 15
    assert Conv2d(8, C * 4 * K, 1)(features[0]).size == C * 4 * K * 20 * 15
    names = ["background", *map(str, range(C))]
    model = faster_rcnn_tiny(names, size=64, second_stage=False)
    assert isinstance(model, SingleStageRCNN)
    assert len(model.rpn.head.cls_logits.weight.value) == (C + 1) * model.rpn.head.num_anchors
