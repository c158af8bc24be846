"""Classifiers cut in two: with the whole image as region, both parts together are the undivided network."""

import numpy as np
import pytest

from scratchcv.backbones import (
    VGG,
    AlexNet,
    BasicBlock,
    Bottleneck,
    ResNet,
    split_alexnet,
    split_resnet,
    split_vgg,
)
from scratchcv.layers import roi_pool
from scratchcv.testing import assert_close, check_layer

X = np.random.default_rng(1).standard_normal((2, 3, 224, 224)).astype(np.float32)


def rng():
    return np.random.default_rng(0)


NETWORKS = {
    "alexnet": (lambda: AlexNet(5, channels=(4, 5, 6, 5, 4), hidden=8, rng=rng()), split_alexnet),
    "vgg": (lambda: VGG((1, 1, 1, 2, 2), 5, channels=(2, 2, 3, 4, 4), hidden=8, rng=rng()), split_vgg),
    "resnet18": (lambda: ResNet(BasicBlock, (1, 1, 1, 2), 5, channels=4, rng=rng()), split_resnet),
    "resnet50": (lambda: ResNet(Bottleneck, (1, 1, 1, 2), 5, channels=2, rng=rng()), split_resnet),
}


@pytest.mark.parametrize("name", NETWORKS)
def test_both_parts_are_the_undivided_network(name):
    build, split = NETWORKS[name]
    network = build().eval()
    backbone, head = split(network)
    (feature,) = backbone(X)
    assert feature.shape[1:] == (*backbone.out_channels, 13 if name == "alexnet" else 14, feature.shape[3])
    last = feature.shape[3] - 1.0  # RoI pooling counts the last pixel in
    rois = np.array([[image, 0, 0, last, last] for image in range(2)], np.float32)
    pooled, _ = roi_pool(feature, rois, head.output_size, 1.0)
    vectors = head(pooled)
    assert vectors.shape == (2, head.out_features)
    classes = network.fc if isinstance(network, ResNet) else network.classifier[-1]
    assert_close(classes(vectors), network(X), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("name", NETWORKS)
def test_every_parameter_but_the_classes_is_in_one_of_the_parts(name):
    build, split = NETWORKS[name]
    network = build()
    backbone, head = split(network)
    parts = [id(parameter) for parameter in (*backbone.parameters(), *head.parameters())]
    assert parts == [id(parameter) for parameter in network.parameters()][:-2]
    assert len(set(parts)) == len(parts)


@pytest.mark.parametrize("name", ["alexnet", "vgg"])
def test_gradients(name):
    build, split = NETWORKS[name]
    backbone, head = split(build())
    check_layer(backbone, (2, 3, 33, 33), max_entries=1)
    check_layer(head, (2, *backbone.out_channels, head.output_size, head.output_size), max_entries=1)
