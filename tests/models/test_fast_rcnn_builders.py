"""Fast R-CNN on classifiers cut in two: gradients through both halves, at narrow widths."""

import numpy as np
import pytest

from scratchcv.backbones import VGG, AlexNet, BasicBlock, Bottleneck, ResNet
from scratchcv.layers import FrozenBatchNorm2d
from scratchcv.models import fast_rcnn_alexnet, fast_rcnn_resnet50, fast_rcnn_vgg16
from scratchcv.testing import check_model


def narrow_alexnet(pooling="align"):
    network = AlexNet(dropout=0, channels=(3, 3, 3, 3, 4), hidden=6, rng=np.random.default_rng(0))
    return fast_rcnn_alexnet(3, pooling, min_size=64, max_size=96, network=network)


def narrow_vgg(pooling="align"):
    network = VGG(
        (1, 1, 1, 1, 1), dropout=0, channels=(3, 3, 3, 3, 4), hidden=6, rng=np.random.default_rng(0)
    )
    return fast_rcnn_vgg16(3, pooling, min_size=64, max_size=96, network=network)


def narrow_resnet(pooling="align", block=BasicBlock):
    rng = np.random.default_rng(0)
    network = ResNet(block, (1, 1, 1, 1), channels=3, norm_layer=FrozenBatchNorm2d, rng=rng)
    return fast_rcnn_resnet50(3, pooling, min_size=64, max_size=96, network=network)


NARROW = {"AlexNet": narrow_alexnet, "VGG": narrow_vgg, "ResNet": narrow_resnet}


def one_image():
    rng = np.random.default_rng(1)
    boxes = np.array([[8, 10, 44, 52], [30, 5, 60, 30]], np.float32)
    proposals = np.concatenate([boxes + rng.normal(0, 2, boxes.shape), [[0, 0, 20, 20], [5, 30, 50, 60]]])
    target = {"boxes": boxes, "labels": np.array([2, 1]), "proposals": proposals.astype(np.float32)}
    return rng.random((3, 64, 64), np.float32), target


@pytest.mark.parametrize("name", NARROW)
def test_gradients_through_both_halves(name):
    image, target = one_image()
    model = NARROW[name]("align")
    model.roi_heads.box_predictor.bbox_pred.weight.value *= 100
    check_model(model, [image], [target], max_entries=1)


@pytest.mark.parametrize("name", NARROW)
@pytest.mark.parametrize("pooling", ["pool", "align"])
def test_it_trains_a_step_and_detects(name, pooling):
    image, target = one_image()
    model = NARROW[name](pooling)
    model.search = lambda image: target["proposals"]
    losses, cache = model.forward([image], [target])
    model.backward(cache)
    assert all(np.isfinite(parameter.grad).all() for parameter in model.parameters())
    assert losses["classification"] == pytest.approx(np.log(3), abs=0.1)  # unsure among three
    (prediction,) = model.predict([image])
    assert len(prediction["boxes"]) > 0


def test_a_bottleneck_ends_in_four_times_as_many_features():
    model = narrow_resnet(block=Bottleneck)
    assert model.roi_heads.box_predictor.cls_score.weight.value.shape == (3, 3 * 8 * 4)


def test_the_region_head_is_the_classifiers_own():
    """Its parameters are shared, so weights that were learned on ImageNet serve in both halves."""
    network = VGG((1, 1, 1, 1, 1), channels=(3, 3, 3, 3, 4), hidden=6)
    model = fast_rcnn_vgg16(3, network=network)
    ours = {id(parameter) for parameter in model.parameters()}
    theirs = [id(parameter) for _, parameter in network.named_parameters()]
    assert set(theirs[:-2]) <= ours  # all but the last layer's
    assert not set(theirs[-2:]) & ours


def test_configurations_name_their_builder():
    assert narrow_alexnet().config == {
        "model": "fast_rcnn_alexnet", "num_classes": 3, "pooling": "align", "seed": 0,
        "min_size": 64, "max_size": 96,
    }  # fmt: skip
    assert narrow_vgg().config["model"] == "fast_rcnn_vgg16"
    assert narrow_resnet().config["model"] == "fast_rcnn_resnet50"
