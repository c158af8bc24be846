"""A data set with proposals: searched once, moved with the image, fit for batches."""

import numpy as np

from scratchcv.data import BatchLoader, RandomHorizontalFlip, Resize, SceneDataset, crop
from scratchcv.proposals import ProposalDataset


def quarters(image):
    height, width = image.shape[:2]
    return [[0, 0, width / 2, height / 2], [width / 2, height / 2, width, height]]


def test_each_image_is_searched_once():
    calls = []

    def propose(image):
        calls.append(image.shape)
        return quarters(image)

    dataset = ProposalDataset(SceneDataset(3, size=64, seed=0), propose)
    first, again = dataset[1][1]["proposals"], dataset[1][1]["proposals"]
    assert calls == [(64, 64, 3)]
    assert first.dtype == np.float32
    assert first.tolist() == again.tolist() == [[0, 0, 32, 32], [32, 32, 64, 64]]
    assert len(dataset) == 3


def test_the_objects_stay():
    scenes = SceneDataset(2, size=64, seed=0)
    dataset = ProposalDataset(scenes, quarters)
    assert dataset[0][1]["boxes"].tolist() == scenes[0][1]["boxes"].tolist()


def test_a_data_set_that_has_proposals_is_not_searched_again():
    inner = ProposalDataset(SceneDataset(1, size=64, seed=0), quarters)
    assert ProposalDataset(inner, lambda image: [])[0][1]["proposals"].tolist() == quarters(
        np.zeros((64, 64))
    )


def test_an_image_without_proposals():
    dataset = ProposalDataset(SceneDataset(1, size=64, seed=0), lambda image: [])
    assert dataset[0][1]["proposals"].shape == (0, 4)


def test_proposals_move_with_the_image():
    dataset = ProposalDataset(SceneDataset(1, size=64, seed=0), quarters)
    image, target = dataset[0]
    rng = np.random.default_rng(0)
    assert RandomHorizontalFlip(p=1.0)(image, target, rng)[1]["proposals"].tolist() == [
        [32, 0, 64, 32],
        [0, 32, 32, 64],
    ]
    assert Resize((128, 32))(image, target)[1]["proposals"].tolist() == [[0, 0, 16, 64], [16, 64, 32, 128]]
    assert crop(image, target, (0, 0, 40, 24))[1]["proposals"].tolist() == [[0, 0, 32, 24]]


def test_batches_carry_them():
    dataset = ProposalDataset(SceneDataset(4, size=64, seed=0), quarters)
    _, targets = next(BatchLoader(dataset, 4).batches())
    assert [target["proposals"].shape for target in targets] == [(2, 4)] * 4
