import numpy as np
import pytest

from scratchcv.testing.structure import as_dtype, freeze, frozen_copy, leaves, rebuild, strided


def test_leaves_and_rebuild_are_inverse():
    structure = {"a": np.arange(3), "b": [2.0, None, (np.zeros((0, 4)), 1)]}
    arrays = leaves(structure)
    assert [leaf.shape for leaf in arrays] == [(3,), (), (0, 4), ()]
    again = rebuild(structure, arrays)
    assert [*again] == ["a", "b"]
    assert type(again["b"]) is list
    assert type(again["b"][2]) is tuple
    assert again["b"][1] is None
    assert again["a"] is structure["a"]


def test_freeze_reaches_everywhere_but_what_it_shall_spare():
    deep, spared = np.zeros(2), np.zeros(2)
    freeze({"a": [(deep,), spared, None, 3, "x"]}, spare=[spared])
    with pytest.raises(ValueError, match="read-only"):
        deep += 1
    spared += 1


def test_frozen_copy_leaves_the_original():
    x = np.zeros(2)
    frozen = frozen_copy(x)
    x += 1
    assert frozen.tolist() == [0, 0]
    assert not frozen.flags.writeable


def test_as_dtype_converts_floating_arrays_only():
    a, b, c = as_dtype((np.zeros(2), np.zeros(2, np.int32), np.zeros(2, bool)), np.float32)
    assert [a.dtype, b.dtype, c.dtype] == [np.float32, np.int32, bool]


@pytest.mark.parametrize("shape", [(), (3,), (2, 3), (0, 4), (1, 1)])
def test_strided_has_the_same_values(shape):
    x = np.arange(np.prod(shape), dtype=np.float32).reshape(shape)
    view = strided(x)
    assert view.dtype == x.dtype
    assert np.array_equal(view, x)
    if x.size > 1:
        assert not view.flags.c_contiguous
        assert not view.flags.f_contiguous
