from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scratchcv.proposals import felzenszwalb, pixel_graph, segment_graph

GOLDEN = Path(__file__).parents[1] / "golden" / "felzenszwalb.npz"


def recorded():
    """Yield (image, parameters, scikit-image's labels)."""
    with np.load(GOLDEN) as archive:
        arrays = dict(archive)
    for key, labels in arrays.items():
        name, *parameters = key.split("_")
        if parameters:
            scale, sigma, min_size = map(float, parameters)
            yield pytest.param(arrays[name], (scale, sigma, int(min_size)), labels, id=key)


@pytest.mark.parametrize(("image", "parameters", "labels"), list(recorded()))
def test_scikit_images_labels(image, parameters, labels):
    np.testing.assert_array_equal(felzenszwalb(image, *parameters), labels)


def test_by_hand(backend):
    """Four vertices in a row. 0-1 joins at .1; 2-3 at .3; 1-2 weighs .7.

    The inner differences are .1 and .3, so with k = 1 the bounds are .1 + 1/2 and .3 + 1/2: .7 is above the
    lesser. With k = 1.3 they are .75 and .95.
    """
    edges, weights = [[0, 1], [2, 3], [1, 2]], [0.1, 0.3, 0.7]
    assert segment_graph(edges, weights, 4, 1, 0).tolist() == [0, 0, 1, 1]
    assert segment_graph(edges, weights, 4, 1.3, 0).tolist() == [0, 0, 0, 0]
    assert segment_graph(edges, weights, 4, 0, 0).tolist() == [0, 1, 2, 3]
    assert segment_graph(edges, weights, 4, 0.7, 0).tolist() == [0, 0, 1, 1]
    assert segment_graph(edges, weights, 5, 1, 3).tolist() == [0, 0, 0, 0, 1]  # vertex 4 has no neighbour


def test_an_edge_as_heavy_as_the_bound_does_not_join(backend):
    assert segment_graph([[0, 1]], [0.5], 2, 0.5, 0).tolist() == [0, 1]
    assert segment_graph([[0, 1]], [0.5], 2, 0.6, 0).tolist() == [0, 0]


def test_the_graph_has_four_edges_a_pixel():
    planes = np.zeros((2, 3, 4))
    planes[:, 1, 2] = 3, 4
    edges, weights = pixel_graph(planes, 0)
    assert len(edges) == 4 * 3 * 4 - 3 * 3 - 3 * 4 + 2
    assert sorted(weights.tolist()) == [0] * (len(edges) - 8) + [5] * 8
    assert {tuple(sorted(edge)) for edge in edges[-8:].tolist()} == {
        tuple(sorted((6, other))) for other in (1, 2, 3, 5, 7, 9, 10, 11)
    }


def inner_difference(vertices, edges):
    """Return the heaviest edge that it takes to connect the vertices, of rising (p, q, weight)."""
    group = {vertex: {vertex} for vertex in vertices}
    heaviest = 0.0
    for p, q, weight in edges:
        if group[p] is not group[q]:
            union, heaviest = group[p] | group[q], weight
            group.update(dict.fromkeys(union, union))
    assert set(vertices) == group[vertices[0]], "a segment falls apart"
    return heaviest


@settings(deadline=None, max_examples=60)
@given(
    shape=st.tuples(st.integers(1, 7), st.integers(1, 7)),
    levels=st.integers(2, 9),
    scale=st.floats(0, 3),
    seed=st.integers(0, 999),
)
def test_segments_are_connected_and_not_too_fine(shape, levels, scale, seed):
    """Between any two neighbours there is evidence for a border: the paper's definition 2 and theorem 1."""
    planes = np.random.default_rng(seed).integers(0, levels, (1, *shape)) / (levels - 1)
    edges, weights = pixel_graph(planes, 0)
    labels = segment_graph(edges, weights, planes.size, scale, 0)
    graph = [(*pair, weight) for pair, weight in zip(edges.tolist(), weights.tolist(), strict=True)]
    bound, between = {}, {}
    for segment in range(labels.max() + 1):
        own = np.flatnonzero(labels == segment).tolist()
        inside = [edge for edge in graph if labels[edge[0]] == labels[edge[1]] == segment]
        bound[segment] = inner_difference(own, inside) + scale / len(own)
    for p, q, weight in graph:
        if labels[p] != labels[q]:
            between.setdefault(frozenset((labels[p], labels[q])), weight)
    assert all(weight >= min(bound[segment] for segment in pair) for pair, weight in between.items())


@pytest.mark.parametrize("min_size", [0, 1, 7, 40])
def test_segments_have_their_least_size_and_are_numbered_as_read(backend, min_size):
    image = np.random.default_rng(0).random((12, 15, 3))
    labels = felzenszwalb(image, 1, 0.5, min_size)
    assert np.bincount(labels.ravel()).min() >= max(min_size, 1)
    _, first = np.unique(labels, return_index=True)
    assert (np.diff(first) > 0).all()


def test_scale_merges(backend):
    image = np.random.default_rng(0).random((20, 20))
    counts = [felzenszwalb(image, scale, 0.8, 0).max() + 1 for scale in (0, 1, 10, 100, 10_000)]
    assert counts == sorted(counts, reverse=True)
    assert counts[0] > 300
    assert counts[-1] == 1


def test_bytes_floats_and_views_are_the_same_image():
    image = np.random.default_rng(0).integers(0, 256, (18, 21, 3), dtype=np.uint8)
    image.flags.writeable = False
    labels = felzenszwalb(image, 60)
    assert labels.max() > 1
    np.testing.assert_array_equal(felzenszwalb(image / 255, 60), labels)
    np.testing.assert_array_equal(felzenszwalb(image[:, ::-1][:, ::-1], 60), labels)
    np.testing.assert_array_equal(felzenszwalb(np.asfortranarray(image), 60), labels)
    np.testing.assert_array_equal(felzenszwalb(image[..., :1], 60), felzenszwalb(image[..., 0], 60))


@pytest.mark.parametrize("shape", [(1, 1), (1, 9), (9, 1), (0, 5), (5, 0), (2, 2, 3), (3, 3, 0)])
def test_little_and_nothing(backend, shape):
    labels = felzenszwalb(np.ones(shape), 1, 0.8, 20)
    assert labels.tolist() == np.zeros(shape[:2], int).tolist()
    assert labels.dtype == np.int64


def test_what_is_wrong_is_told():
    with pytest.raises(ValueError, match=r"image must have shape \(H, W\) or \(H, W, C\), got \(5,\)"):
        felzenszwalb(np.zeros(5))
    with pytest.raises(TypeError, match=r"image must be uint8, or floating-point in \[0, 1\], got int64"):
        felzenszwalb(np.zeros((5, 5), int))
    with pytest.raises(ValueError, match="image must be finite, got NaN or infinity"):
        felzenszwalb([[0.0, np.nan]])
    with pytest.raises(ValueError, match="scale must be 0 or more, got -1"):
        felzenszwalb(np.zeros((5, 5)), -255)
    with pytest.raises(ValueError, match="sigma must be a number of pixels, 0 or more, got -1"):
        felzenszwalb(np.zeros((5, 5)), sigma=-1)
    with pytest.raises(ValueError, match="min_size must be 0 or more, got -1"):
        felzenszwalb(np.zeros((5, 5)), min_size=-1)
    with pytest.raises(ValueError, match=r"weights must have shape \(1,\), got \(2,\)"):
        segment_graph([[0, 1]], [0.5, 0.6], 2, 1, 0)


@pytest.mark.parametrize("name", ["astronaut", "chelsea", "coins"])
@pytest.mark.parametrize("parameters", [(1.0, 0.8, 20), (300.0, 0.5, 50)])
def test_scikit_image_today(name, parameters):
    data = pytest.importorskip("skimage.data", reason="scikit-image is not installed: recorded labels alone")
    segmentation = pytest.importorskip("skimage.segmentation")
    image = getattr(data, name)()[::2, ::2]
    axis = -1 if image.ndim == 3 else None
    theirs = segmentation.felzenszwalb(image, *parameters, channel_axis=axis)
    np.testing.assert_array_equal(felzenszwalb(image, *parameters), theirs)


@settings(deadline=None, max_examples=40)
@given(
    shape=st.tuples(st.integers(1, 24), st.integers(1, 24), st.integers(1, 3)),
    parameters=st.tuples(st.floats(0, 500), st.floats(0, 2), st.integers(0, 60)),
    seed=st.integers(0, 999),
)
def test_scikit_image_at_random(shape, parameters, seed):
    """Without ties, which a continuous colour never has."""
    segmentation = pytest.importorskip("skimage.segmentation", reason="scikit-image is not installed")
    image = np.random.default_rng(seed).random(shape)
    theirs = segmentation.felzenszwalb(image, *parameters)
    np.testing.assert_array_equal(felzenszwalb(image, *parameters), theirs)
