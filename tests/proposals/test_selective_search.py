import numpy as np
import pytest

from scratchcv.backend import BACKENDS, has_numba, use_backend
from scratchcv.boxes import box_iou
from scratchcv.data import SceneDataset
from scratchcv.metrics import proposal_recall
from scratchcv.proposals import SearchMode, selective_search

COUNTS = (10, 30, 50, 100, 200, 300, 500)
SMALL = SearchMode(("lab",), (100,), ((1, 1, 1, 1),))


@pytest.fixture(scope="module")
def picture():
    image, _ = SceneDataset(1, size=64, seed=3)[0]
    image.flags.writeable = False
    return image


def test_the_picture_of_the_lecture(backend):
    """A plain ground with a disc, and in it a square: the boxes of both are proposed, to the pixel."""
    y, x = np.indices((60, 70))
    image = np.full((60, 70, 3), (30, 90, 40), np.uint8)
    image[(y - 30) ** 2 + (x - 40) ** 2 < 20**2] = 230, 200, 20
    image[26:36, 32:44] = 20, 20, 200
    boxes = selective_search(image, SMALL, sigma=0)
    truths = [[21, 11, 60, 50], [32, 26, 44, 36], [0, 0, 70, 60]]
    assert box_iou(boxes, truths).max(axis=0).tolist() == [1, 1, 1]


@pytest.mark.parametrize("mode", ["single", "fast", "quality", SMALL])
def test_boxes_are_distinct_and_in_the_picture(picture, mode):
    boxes = selective_search(picture, mode)
    assert boxes.dtype == np.float32
    assert boxes.shape[1] == 4
    assert (boxes == boxes.round()).all()
    assert (boxes[:, :2] >= 0).all()
    assert (boxes[:, 2:] <= 64).all()
    assert (boxes[:, 2:] - boxes[:, :2] >= 8).all()
    assert len(np.unique(boxes, axis=0)) == len(boxes) > 5
    assert [0, 0, 64, 64] in boxes.tolist()


def test_modes_look_in_ever_more_ways(picture):
    single, fast, quality = (
        {*map(tuple, selective_search(picture, mode).tolist())} for mode in ("single", "fast", "quality")
    )
    assert single < fast < quality


def test_the_seed_decides_the_order_and_nothing_else(picture):
    first = selective_search(picture, seed=1)
    np.testing.assert_array_equal(selective_search(picture, seed=1), first)
    other = selective_search(picture, seed=2)
    assert other.tolist() != first.tolist()
    assert sorted(other.tolist()) == sorted(first.tolist())


def test_only_so_many_are_the_first_ones(picture):
    every = selective_search(picture)
    np.testing.assert_array_equal(selective_search(picture, max_proposals=7), every[:7])
    assert selective_search(picture, max_proposals=0).shape == (0, 4)
    np.testing.assert_array_equal(selective_search(picture, max_proposals=10_000), every)


def test_large_regions_tend_to_come_first(picture):
    """Rank is u · i with i = 1 for the whole picture: it comes early in most orders, leaves late."""
    orders = np.stack([selective_search(picture, seed=seed) for seed in range(8)])
    areas = (orders[..., 2:] - orders[..., :2]).prod(axis=2)
    places = np.argmax(areas == 64 * 64, axis=1)
    assert np.median(places) < 0.05 * areas.shape[1]
    first, last = np.array_split(areas, 2, axis=1)
    assert first.mean() > 1.5 * last.mean()


@pytest.mark.skipif(not has_numba(), reason="Numba is not installed: there is one form alone")
def test_both_forms_find_the_same(picture):
    found = {}
    for name in BACKENDS:
        with use_backend(name):
            found[name] = selective_search(picture)
    np.testing.assert_array_equal(found["numpy"], found["numba"])


def test_the_order_of_pixels_in_memory_does_not_matter(picture):
    np.testing.assert_array_equal(selective_search(np.asfortranarray(picture)), selective_search(picture))


@pytest.mark.parametrize("mode", ["fast", "quality"])
@pytest.mark.parametrize("shape", [(1, 1), (1, 40), (40, 1), (2, 3), (9, 9)])
def test_tiny_pictures_propose_at_least_themselves(shape, mode):
    image = np.random.default_rng(0).integers(0, 256, (*shape, 3), dtype=np.uint8)
    height, width = shape
    assert [0, 0, width, height] in selective_search(image, mode).tolist()


def test_plain_grey_and_empty_pictures():
    assert selective_search(np.full((30, 40, 3), 77, np.uint8)).tolist() == [[0, 0, 40, 30]]
    grey = np.repeat(np.random.default_rng(0).integers(0, 256, (40, 40, 1), dtype=np.uint8), 3, axis=2)
    assert len(selective_search(grey, "quality")) > 5
    for shape in [(0, 5, 3), (5, 0, 3), (0, 0, 3)]:
        assert selective_search(np.zeros(shape, np.uint8)).shape == (0, 4)


def test_narrow_boxes_are_left_out_on_demand(picture):
    every = selective_search(picture, min_side=0)
    sides = (every[:, 2:] - every[:, :2]).min(axis=1)
    assert sides.min() < 8
    np.testing.assert_array_equal(selective_search(picture, min_side=20), every[sides >= 20])


def test_what_is_wrong_is_told(picture):
    with pytest.raises(ValueError, match=r"image must have shape \(H, W, 3\), got \(3, 64, 64\)"):
        selective_search(np.moveaxis(picture, 2, 0))
    with pytest.raises(ValueError, match="image must be uint8, got float64"):
        selective_search(picture / 255)
    with pytest.raises(
        ValueError, match="mode must be one of single, fast, quality, or a SearchMode, got 'best'"
    ):
        selective_search(picture, "best")
    with pytest.raises(ValueError, match="a mode must have a space, a scale and weights, got"):
        selective_search(picture, SearchMode(("lab",), (), ((1, 1, 1, 1),)))
    with pytest.raises(ValueError, match="max_proposals must be 0 or more, got -1"):
        selective_search(picture, max_proposals=-1)
    with pytest.raises(ValueError, match="space must be one of"):
        selective_search(picture, SMALL._replace(spaces=("yuv",)))


def scenes_and_recall(count, search):
    scenes = SceneDataset(count, size=128, seed=2)
    proposals, targets = zip(*((search(image), target) for image, target in scenes), strict=True)
    return proposal_recall(proposals, targets, counts=COUNTS)


def test_scenes_objects_are_proposed():
    recall = scenes_and_recall(12, selective_search).recall(0.5)
    assert recall[COUNTS.index(500)] >= 0.95
    assert recall[COUNTS.index(100)] >= 0.85


@pytest.mark.slow
def test_200_scenes_objects_are_proposed_as_early_as_by_opencv():
    """Two shares of n objects whose difference is below the standard error of either are the same."""
    ours = scenes_and_recall(200, lambda image: selective_search(image, max_proposals=500))
    assert ours.recall(0.5)[-1] >= 0.95
    cv2 = pytest.importorskip("cv2", reason="OpenCV is not installed: our recall is tested alone")

    def search(image):
        theirs = cv2.ximgproc.segmentation.createSelectiveSearchSegmentation()
        theirs.setBaseImage(np.ascontiguousarray(image[..., ::-1]))
        theirs.switchToSelectiveSearchFast()
        boxes = theirs.process()
        return np.hstack([boxes[:, :2], boxes[:, :2] + boxes[:, 2:]])

    theirs = scenes_and_recall(200, search)
    share, objects = theirs.recall(0.5), theirs.best_iou.shape[1]
    assert (ours.recall(0.5) >= share - np.sqrt(share * (1 - share) / objects)).all()
    assert (ours.average_recall >= theirs.average_recall).all()
