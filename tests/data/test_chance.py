import numpy as np
import pytest

from scratchcv.data.chance import between, generator, pick


def test_the_stream_of_a_seed_is_the_known_one():
    # PCG64 seeded by SeedSequence([0, 7]): the first three numbers, as 53-bit integers.
    numbers = generator(0, 7).random(3) * 2.0**53
    assert [int(number) for number in numbers] == [350029329563190, 6999742033115020, 7198276641230604]


def test_generators_differ_by_every_integer():
    firsts = {float(generator(*entropy).random()) for entropy in [(0, 0), (1, 0), (0, 1), (1, 1), (0, 0, 1)]}
    assert len(firsts) == 5


def test_between_is_uniform_in_its_span():
    rng = generator(3)
    numbers = np.array([between(rng, -2, 6) for _ in range(4000)])
    assert -2 <= numbers.min() < -1.9
    assert 5.9 < numbers.max() < 6
    assert numbers.mean() == pytest.approx(2, abs=0.15)


def test_pick_takes_every_integer_equally_often():
    rng = generator(4)
    counts = np.bincount([pick(rng, 8) for _ in range(8000)])
    assert len(counts) == 8
    assert counts.min() > 880
    assert counts.max() < 1120
