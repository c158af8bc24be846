import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scratchcv.boxes import decode_deltas, encode_deltas

GOLDEN = Path(__file__).parents[1] / "golden" / "deltas.npz"
SSD_VARIANCES = (0.1, 0.1, 0.2, 0.2)
LECTURE_TRUTHS = [[0.1, 0.08, 0.52, 0.92], [0.55, 0.2, 0.9, 0.88], [0.55, 0.2, 0.9, 0.88]]
LECTURE_ANCHORS = [[0.15, 0.2, 0.4, 0.4], [0.63, 0.05, 0.88, 0.98], [0.57, 0.3, 0.92, 0.9]]


def random_boxes(rng, count, dtype=np.float64):
    corner = rng.uniform(-50, 500, (count, 2))
    return np.hstack([corner, corner + np.exp(rng.uniform(-3, 6, (count, 2)))]).astype(dtype)


def test_the_transform_of_the_rcnn_slide():
    # centre form (100, 100, 50, 80) and t = (.1, .2, ln 2, 0) give (105, 116, 100, 80)
    proposal, box = [[75, 60, 125, 140]], [[55, 76, 155, 156]]
    t = [[0.1, 0.2, math.log(2), 0]]
    np.testing.assert_allclose(decode_deltas(t, proposal), box, rtol=1e-15)
    np.testing.assert_allclose(encode_deltas(box, proposal), t, rtol=1e-14, atol=1e-15)


def test_the_offsets_of_ee628():
    expected = [[1.4, 10, 2.59397, 7.17542], [-1.2, 0.26882, 1.68236, -1.56546], [-0.571429, -1, 0, 0.625816]]
    offsets = encode_deltas(LECTURE_TRUTHS, LECTURE_ANCHORS, variances=SSD_VARIANCES)
    np.testing.assert_allclose(offsets, expected, atol=6e-6)
    np.testing.assert_allclose(
        decode_deltas(offsets, LECTURE_ANCHORS, variances=SSD_VARIANCES), LECTURE_TRUTHS, rtol=1e-14
    )


def test_the_eps_of_d2l_changes_the_lectures_offsets_by_less_than_7e_6():
    ours = encode_deltas(LECTURE_TRUTHS, LECTURE_ANCHORS, variances=SSD_VARIANCES)[:, 2:]
    d2l = 5 * np.log(1e-6 + np.exp(ours / 5))
    assert 6e-6 < np.abs(ours - d2l).max() < 7e-6
    assert abs(ours[2, 0]) < 1e-12
    assert d2l[2, 0] == pytest.approx(5e-6, rel=0.01)


def test_weights_multiply_and_variances_divide():
    boxes, anchors = random_boxes(np.random.default_rng(0), 2), random_boxes(np.random.default_rng(1), 2)
    plain = encode_deltas(boxes, anchors)
    np.testing.assert_allclose(encode_deltas(boxes, anchors, weights=(10, 10, 5, 5)), plain * [10, 10, 5, 5])
    np.testing.assert_allclose(encode_deltas(boxes, anchors, variances=SSD_VARIANCES), plain * [10, 10, 5, 5])


def test_the_clip_limits_growth_only():
    anchors = [[0, 0, 16, 16]] * 2
    grown, shrunk = decode_deltas([[0, 0, 50, 50], [0, 0, -50, -50]], anchors)
    np.testing.assert_allclose(grown, [-492, -492, 508, 508], rtol=1e-14)
    np.testing.assert_allclose(shrunk, [8, 8, 8, 8], atol=1e-12)
    np.testing.assert_allclose(
        decode_deltas([[0, 0, 6, 0]], anchors[:1], clip=None)[0],
        [8 - 8 * math.exp(6), 0, 8 + 8 * math.exp(6), 16],
    )
    np.testing.assert_allclose(
        decode_deltas([[0, 0, 60, 5]], anchors[:1], weights=(1, 1, 10, 10), clip=1)[0, 2], 8 + 8 * math.e
    )


coordinates = st.floats(-1e3, 1e3, width=32)
lengths = st.floats(2**-7, 2**10, width=32)
box = st.builds(lambda x, y, w, h: [x, y, x + w, y + h], coordinates, coordinates, lengths, lengths)


@settings(deadline=None, max_examples=200)
@given(st.lists(st.tuples(box, box), max_size=5), st.tuples(*[st.floats(0.1, 20)] * 4))
def test_decoding_undoes_encoding(pairs, weights):
    boxes = np.array([pair[0] for pair in pairs]).reshape(-1, 4)
    anchors = np.array([pair[1] for pair in pairs]).reshape(-1, 4)
    deltas = encode_deltas(boxes, anchors, weights=weights)
    np.testing.assert_allclose(
        decode_deltas(deltas, anchors, weights=weights, clip=None), boxes, rtol=1e-9, atol=1e-9
    )


@settings(deadline=None, max_examples=200)
@given(box, st.tuples(*[st.floats(-2, 2)] * 4))
def test_encoding_undoes_decoding(anchor, t):
    deltas = encode_deltas(decode_deltas([t], [anchor]), [anchor])
    np.testing.assert_allclose(deltas, [t], rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_dtype_stays_and_arguments_are_only_read(dtype):
    rng = np.random.default_rng(0)
    boxes, anchors = np.asfortranarray(random_boxes(rng, 6, dtype)), random_boxes(rng, 12, dtype)[::2]
    boxes.flags.writeable = anchors.flags.writeable = False
    deltas = encode_deltas(boxes, anchors, weights=np.array([10.0, 10, 5, 5]))
    deltas.flags.writeable = False
    decoded = decode_deltas(deltas, anchors, weights=np.array([10.0, 10, 5, 5]), clip=None)
    assert deltas.dtype == decoded.dtype == dtype
    np.testing.assert_allclose(decoded, boxes, rtol=1e-9 if dtype == np.float64 else 1e-4)
    assert decode_deltas(deltas, anchors.astype(np.float64)).dtype == dtype


def test_nothing_in_nothing_out():
    none = np.zeros((0, 4), np.float32)
    for result in (encode_deltas(none, none), decode_deltas(none, none)):
        assert (result.shape, result.dtype) == ((0, 4), np.float32)


def test_nan_deltas_stay_visible():
    assert np.isnan(decode_deltas([[0, 0, np.nan, 0]], [[0, 0, 1, 1]])).tolist() == [
        [True, False, True, False]
    ]


@pytest.mark.parametrize(
    ("boxes", "anchors", "message"),
    [
        (
            [[0, 0, 1, 1]] * 3 + [[5, 5, 5, 9]],
            [[0, 0, 1, 1]] * 4,
            r"gt_boxes\[3\] has no area: \[5.0, 5.0, 5.0, 9.0\]",
        ),
        ([[0, 0, 1, 1]] * 2, [[0, 0, 1, 1], [0, 2, 1, 1]], r"anchors\[1\] has no area"),
        ([[0, 0, math.nan, 1]], [[0, 0, 1, 1]], r"gt_boxes\[0\] is not finite"),
        ([[0, 0, 1, 1]], [[0, 0, 1, math.inf]], r"anchors\[0\] is not finite"),
        ([[0, 0, 1, 1]], [[0, 0, 1, 1]] * 2, "gt_boxes and anchors must have the same length, got 1 and 2"),
        ([[0, 0, 1]], [[0, 0, 1, 1]], r"gt_boxes must have shape \(N, 4\), got \(1, 3\)"),
    ],
)
def test_boxes_that_have_no_deltas(boxes, anchors, message):
    with pytest.raises(ValueError, match=message):
        encode_deltas(boxes, anchors)


def test_bad_factors_and_lengths():
    one = [[0, 0, 1, 1]]
    with pytest.raises(ValueError, match="give weights or variances"):
        encode_deltas(one, one, weights=(1, 1, 1, 1), variances=(1, 1, 1, 1))
    with pytest.raises(ValueError, match="variances must be four positive numbers"):
        decode_deltas(one, one, variances=(0.1, 0.1, 0, 0.2))
    with pytest.raises(ValueError, match="weights must be four positive numbers"):
        decode_deltas(one, one, weights=(1, 1))
    with pytest.raises(ValueError, match="deltas and anchors must have the same length, got 1 and 2"):
        decode_deltas(one, one * 2)


def test_golden_values_of_torchvision():
    golden = np.load(GOLDEN)
    weights = (10, 10, 5, 5)
    encoded = encode_deltas(golden["boxes"], golden["anchors"], weights=weights)
    np.testing.assert_allclose(encoded, golden["encoded"], rtol=1e-12, atol=1e-12)
    for name, deltas, factors in (
        ("decoded", golden["deltas"], weights),
        ("decoded_unweighted", golden["deltas"] * 2, None),
    ):
        decoded = decode_deltas(deltas, golden["anchors"], weights=factors)
        np.testing.assert_allclose(decoded, golden[name], rtol=1e-12, atol=1e-9)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("weights", [(1.0, 1.0, 1.0, 1.0), (10.0, 10.0, 5.0, 5.0)])
def test_torchvision_agrees(dtype, weights):
    torch = pytest.importorskip("torch")
    coder = pytest.importorskip("torchvision.models.detection._utils").BoxCoder(weights)
    rng = np.random.default_rng(2)
    boxes, anchors = random_boxes(rng, 5000, dtype), random_boxes(rng, 5000, dtype)
    eps = float(np.finfo(dtype).eps)
    encoded = coder.encode_single(torch.tensor(boxes), torch.tensor(anchors)).numpy()
    np.testing.assert_allclose(
        encode_deltas(boxes, anchors, weights=weights), encoded, rtol=8 * eps, atol=8 * eps * 10
    )
    deltas = rng.normal(0, 8, (5000, 4)).astype(dtype)
    degenerate = anchors.copy()
    degenerate[::5, 2] = degenerate[::5, 0]
    degenerate[::7, 3] = degenerate[::7, 1] - 1
    decoded = coder.decode_single(torch.tensor(deltas), torch.tensor(degenerate)).numpy()
    ours = decode_deltas(deltas, degenerate, weights=weights)
    np.testing.assert_allclose(ours, decoded, rtol=8 * eps, atol=8 * eps * np.abs(decoded).max())


def test_d2ls_eps():
    ours = encode_deltas(LECTURE_TRUTHS, LECTURE_ANCHORS, variances=SSD_VARIANCES, eps=1e-6)
    assert ours[2, 2] == pytest.approx(5e-6, rel=1e-5)
