"""YOLO v2 at the paper's scale: the published file's size, the whole network against torch, gradients."""

import struct

import numpy as np
import pytest

from scratchcv.backbones import DARKNET19, DarknetHeader, load_darknet_weights
from scratchcv.data import GeneralizedRCNNTransform
from scratchcv.layers import Conv2d
from scratchcv.models import PassthroughDarknet, YOLOHead, YOLOv2, yolo_v2_darknet19
from scratchcv.models.yolo_v2_darknet import VOC_ANCHORS
from scratchcv.testing import assert_close, check_layer

SMALL = (((3, 3),), ((4, 3), (3, 1), (4, 3)), ((5, 3),))


def test_passthrough_lies_before_the_deep_map():
    network = PassthroughDarknet(SMALL, width=6, passthrough=4, rng=np.random.default_rng(0)).eval()
    x = np.random.default_rng(1).standard_normal((1, 3, 8, 8))
    fine, coarse = network.body(x)
    both = np.concatenate([network.passthrough(fine), network.deep(coarse)], axis=1)
    assert both.shape == (1, 16 + 6, 2, 2)
    assert (network(x)[0] == network.merge(both)).all()
    assert network.out_channels == (6,)


def test_gradients(backend):
    network = PassthroughDarknet(SMALL, width=3, passthrough=4, rng=np.random.default_rng(0))
    check_layer(network, (2, 3, 8, 12), max_entries=2)


def test_sides_must_be_multiples():
    with pytest.raises(ValueError, match="sides that are multiples of 2, got 3 × 4"):
        PassthroughDarknet(SMALL, width=3, passthrough=4)(np.zeros((1, 3, 6, 8), np.float32))


@pytest.mark.parametrize(("num_classes", "size"), [(80, 203_934_260), (20, 202_704_260)])
def test_the_published_files_size(num_classes, size):
    """yolov2.weights for COCO has 203,934,260 bytes (a darknet maintainer's answer in its issue 1910).

    For VOC only the last convolution is smaller: 5 · 60 filters fewer, of 1024 weights and a bias.
    """
    assert 203_934_260 - 4 * 5 * 60 * (1024 + 1) == 202_704_260
    network = PassthroughDarknet()
    numbers = sum(parameter.value.size for parameter in network.parameters())
    numbers += sum(buffer.size for _, buffer in network.named_buffers() if buffer.ndim)
    numbers += (1024 + 1) * 5 * (5 + num_classes)
    assert numbers * 4 + DarknetHeader(minor=1).size == size


def test_its_convolutions_stand_in_the_order_of_the_configuration():
    shapes = [
        layer.weight.value.shape[:3]
        for _, layer in PassthroughDarknet().named_layers()
        if isinstance(layer, Conv2d)
    ]
    assert shapes[17:] == [
        (1024, 512, 3),
        (1024, 1024, 3),
        (1024, 1024, 3),
        (64, 512, 1),
        (1024, 1280, 3),
    ]


def region_layer(torch, path, x, stages, width, passthrough, outputs):
    """Read a .weights file and run yolov2-voc.cfg in torch, down to the region layer's input."""
    F, raw = torch.nn.functional, path.read_bytes()
    numbers = iter(struct.unpack(f"<{(len(raw) - 16) // 4}f", raw[16:]))

    def take(*shape):
        return torch.tensor([next(numbers) for _ in range(int(np.prod(shape)))], dtype=x.dtype).reshape(shape)

    def conv(x, filters, size, normed=True):
        bias = take(filters)
        scale, mean, variance = (take(filters) for _ in range(3)) if normed else (None, None, None)
        weight = take(filters, x.shape[1], size, size)
        if not normed:
            return F.conv2d(x, weight, bias)
        x = F.batch_norm(F.conv2d(x, weight, padding=size // 2), mean, variance, scale, bias, eps=1e-5)
        return F.leaky_relu(x, 0.1)

    maps = []
    for number, stage in enumerate(stages):
        x = F.max_pool2d(x, 2) if number else x
        for filters, size in stage:
            x = conv(x, filters, size)
        maps.append(x)
    deep = conv(conv(x, width, 3), width, 3)
    side = conv(maps[-2], passthrough, 1)
    N, C, H, W = side.shape
    few = side.reshape(N, C // 4, H, 2, W, 2)  # its memory, as maps of twice the sides
    stacked = few.permute(0, 3, 5, 1, 2, 4).reshape(N, 4 * C, H // 2, W // 2)
    y = conv(conv(torch.cat([stacked, deep], 1), width, 3), outputs, 1, normed=False)
    assert next(numbers, None) is None
    return y


def write_random_weights(path, stages, width, passthrough, outputs):
    """Write a file of version 0.1 in the order of yolov2-voc.cfg, without our writer."""
    rng = np.random.default_rng(0)
    fine, coarse = stages[-2][-1][0], stages[-1][-1][0]
    shapes, channels = [], 3
    for filters, size in [pair for stage in stages for pair in stage]:
        shapes.append((filters, channels, size))
        channels = filters
    shapes += [
        (width, coarse, 3),
        (width, width, 3),
        (passthrough, fine, 1),
        (width, 4 * passthrough + width, 3),
    ]
    with path.open("wb") as file:
        file.write(struct.pack("<iiii", 0, 1, 0, 5_152_000))
        for filters, before, size in shapes:
            for low, high in ((-0.5, 0.5), (0.5, 1.5), (-0.5, 0.5), (0.5, 1.5)):
                file.write(rng.uniform(low, high, filters).astype("<f4").tobytes())
            fan_in = before * size**2
            weights = rng.standard_normal((filters, fan_in)) * (2 / fan_in) ** 0.5
            file.write(weights.astype("<f4").tobytes())
        file.write(rng.uniform(-1, 1, outputs).astype("<f4").tobytes())
        file.write((rng.standard_normal((outputs, width)) / width**0.5).astype("<f4").tobytes())


def small_model(num_classes=3):
    backbone = PassthroughDarknet(SMALL, width=6, passthrough=4, rng=np.random.default_rng(0))
    return YOLOv2(
        backbone,
        YOLOHead([6], [5], num_classes),
        GeneralizedRCNNTransform(
            fixed_size=(16, 24), size_divisible=8, image_mean=(0, 0, 0), image_std=(1, 1, 1)
        ),
        anchors=[4 * np.array(VOC_ANCHORS)],
        num_classes=num_classes + 1,
        config={},
        score_thresh=0.0,
        nms_thresh=1.0,
        max_candidates=1000,
        max_detections=1000,
    ).eval()


def test_a_hand_written_file_gives_the_numbers_of_darknets_region_layer(tmp_path):
    torch = pytest.importorskip("torch", reason="torch is not installed")
    path = tmp_path / "small.weights"
    write_random_weights(path, SMALL, 6, 4, 5 * (5 + 3))
    model = small_model()
    assert load_darknet_weights(model, path) == DarknetHeader(0, 1, 0, 5_152_000)
    x = np.random.default_rng(1).random((2, 3, 16, 24))
    wanted = region_layer(torch, path, torch.from_numpy(x), SMALL, 6, 4, 40).numpy()
    (found,) = model.astype(np.float64).head(model.backbone(x))
    assert found.shape == (2, 4, 6, 5, 8)
    for anchor in range(5):  # darknet's entry_index: anchor-major, then the entry, then the cell
        for entry in range(8):
            assert_close(found[:, :, :, anchor, entry], wanted[:, anchor * 8 + entry], rtol=1e-8, atol=1e-10)


def test_detections_are_darknets_boxes(tmp_path):
    """get_region_box: midpoint (column + σ(tx)) / w, width e^tw · anchor / w; score σ(to) · softmax."""
    torch = pytest.importorskip("torch", reason="torch is not installed")
    path = tmp_path / "small.weights"
    write_random_weights(path, SMALL, 6, 4, 5 * (5 + 3))
    model = small_model().astype(np.float64)
    load_darknet_weights(model, path)
    image = np.random.default_rng(1).random((3, 16, 24))
    y = region_layer(torch, path, torch.from_numpy(image[None]), SMALL, 6, 4, 40)[0].reshape(5, 8, 4, 6)
    wanted = []
    for n, row, column in np.ndindex(5, 4, 6):
        tx, ty, tw, th, to, *classes = y[n, :, row, column].tolist()
        cx, cy = ((column + 1 / (1 + np.exp(-tx))) / 6 * 24, (row + 1 / (1 + np.exp(-ty))) / 4 * 16)
        w, h = np.exp(tw) * VOC_ANCHORS[n][0] / 6 * 24, np.exp(th) * VOC_ANCHORS[n][1] / 4 * 16
        corners = np.clip([cx - w / 2, cy - h / 2, cx + w / 2, cy + h / 2], 0, [24, 16, 24, 16])
        for label, score in enumerate(np.exp(classes) / np.exp(classes).sum(), start=1):
            wanted.append((score / (1 + np.exp(-to)), label, *corners))
    (found,) = model.predict([image])
    assert len(found["scores"]) == len(wanted) == 5 * 4 * 6 * 3
    wanted = np.array(sorted(wanted, reverse=True))
    assert_close(found["scores"], wanted[:, 0], rtol=1e-6)
    assert (found["labels"] == wanted[:, 1]).all()
    assert_close(found["boxes"], wanted[:, 2:], rtol=1e-6, atol=1e-6)


@pytest.mark.slow
def test_the_published_architecture_against_torch(tmp_path):
    """203 megabytes by hand in the layout of yolov2-voc.weights."""
    torch = pytest.importorskip("torch", reason="torch is not installed")
    path = tmp_path / "yolov2-voc.weights"
    write_random_weights(path, DARKNET19, 1024, 64, 125)
    assert path.stat().st_size == 202_704_260
    model = yolo_v2_darknet19(size=96).eval()
    load_darknet_weights(model, path)
    x = np.random.default_rng(1).random((1, 3, 96, 96), np.float32)
    wanted = region_layer(torch, path, torch.from_numpy(x), DARKNET19, 1024, 64, 125).numpy()
    (found,) = model.head(model.backbone(x))
    assert_close(found.transpose(0, 3, 4, 1, 2).reshape(wanted.shape), wanted, rtol=1e-3, atol=1e-3)


def test_the_builder():
    model = yolo_v2_darknet19(size=64)
    assert model.anchors[0].tolist() == [[32 * w, 32 * h] for w, h in VOC_ANCHORS]
    assert model.boxes_an_image == 2 * 2 * 5
    assert len(model.predict([np.zeros((3, 50, 80), np.float32)])) == 1
    with pytest.raises(ValueError, match="size must be a multiple of 32, got 100"):
        yolo_v2_darknet19(size=100)
    with pytest.raises(ValueError, match="num_classes must be 2 or more, background included, got 1"):
        yolo_v2_darknet19(num_classes=1)
