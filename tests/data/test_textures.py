import numpy as np
import pytest

from scratchcv.data.chance import generator
from scratchcv.data.textures import STUFF_NAMES, background, value_noise


def test_noise_worked_by_hand():
    grid = generator(0).random((2, 2))
    noise = value_noise(generator(0), (2, 2), (1, 1))
    near, far = 27 / 32, 5 / 32  # 3t² − 2t³ at the pixel centres t = ¼ and ¾
    expected = near * near * grid[0, 0] + near * far * (grid[0, 1] + grid[1, 0]) + far * far * grid[1, 1]
    assert noise[0, 0] == pytest.approx(expected, abs=1e-6)
    assert noise.dtype == np.float32


def test_noise_is_the_same_picture_at_any_size():
    small = value_noise(generator(1), (30, 45), (3, 5))
    large = value_noise(generator(1), (90, 135), (3, 5))
    np.testing.assert_allclose(large[1::3, 1::3], small, atol=1e-6)


def test_noise_with_more_cells_than_pixels():
    noise = value_noise(generator(2), (5, 7), (40, 50))
    assert noise.shape == (5, 7)
    assert 0 <= noise.min() <= noise.max() <= 1


def test_every_kind_of_stuff_occurs_with_its_own_texture():
    seen = np.zeros(len(STUFF_NAMES))
    for seed in range(80):
        canvas, stuff = background(generator(seed), (64, 48))
        assert canvas.dtype == np.float32
        assert 0 <= canvas.min() <= canvas.max() <= 1
        kinds, counts = np.unique(stuff, return_counts=True)
        assert 1 <= len(kinds) <= 3
        for kind in kinds[counts > 200]:
            assert canvas[:, stuff == kind].std(axis=1).max() > 0.004
        seen[kinds] += counts / counts.sum()
    assert len(STUFF_NAMES) >= 4
    assert (seen > 2).all()


def test_the_view_does_not_depend_on_the_size():
    for seed in range(20):
        _, small = background(generator(seed), (50, 70))
        _, large = background(generator(seed), (150, 210))
        assert (large[1::3, 1::3] == small).mean() > 0.99


def test_sky_is_above_and_colours_overlap_between_kinds():
    first_rows = [background(generator(seed), (48, 48))[1][0] for seed in range(40)]
    sky = STUFF_NAMES.index("sky")
    assert any((row == sky).all() for row in first_rows)
    for seed in range(40):
        _, stuff = background(generator(seed), (48, 48))
        if (stuff == sky).any():
            assert (stuff[0] == sky).all()
            assert not (stuff[-1] == sky).any()
