import numpy as np
import pytest

from scratchcv.checks import as_floating, check_array, check_floating, check_integers


def test_an_array_of_the_wanted_shape_is_returned_itself():
    array = np.zeros((3, 4), np.float32)
    assert check_array("boxes", array, ("N", 4)) is array


@pytest.mark.parametrize("count", [0, 1, 7])
def test_a_name_stands_for_any_size(count):
    assert check_array("boxes", np.zeros((count, 4)), ("N", 4)).shape == (count, 4)


def test_lists_and_numbers_become_arrays():
    assert check_array("boxes", [[1, 2, 3, 4]], ("N", 4)).tolist() == [[1, 2, 3, 4]]
    assert check_array("scale", 2.5, ()).shape == ()


@pytest.mark.parametrize(
    ("value", "shape", "message"),
    [
        (np.zeros((3, 5)), ("N", 4), "boxes must have shape (N, 4), got (3, 5)"),
        (np.zeros(4), ("N", 4), "boxes must have shape (N, 4), got (4,)"),
        (np.zeros((1, 3, 4)), ("N", 4), "boxes must have shape (N, 4), got (1, 3, 4)"),
        (np.zeros((2, 1)), ("N",), "boxes must have shape (N,), got (2, 1)"),
        (np.zeros(2), (3,), "boxes must have shape (3,), got (2,)"),
        ([], ("N", 4), "boxes must have shape (N, 4), got (0,)"),
        (1.0, (2, "N"), "boxes must have shape (2, N), got ()"),
        (np.zeros(2), (), "boxes must have shape (), got (2,)"),
    ],
)
def test_the_message_says_what_was_wanted_and_what_came(value, shape, message):
    with pytest.raises(ValueError) as caught:
        check_array("boxes", value, shape)
    assert str(caught.value) == message


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_single_and_double_precision_pass_uncopied(dtype):
    array = np.zeros(3, dtype)
    assert as_floating(array) is array


@pytest.mark.parametrize(
    ("dtype", "becomes"),
    [
        (np.float16, np.float32),
        (np.uint8, np.float64),
        (np.int64, np.float64),
        (np.bool_, np.float64),
    ],
)
def test_other_numbers_become_floating(dtype, becomes):
    floating = as_floating(np.array([0, 1], dtype))
    assert floating.dtype == becomes
    assert floating.tolist() == [0, 1]


def test_numbers_and_empty_lists_become_float64():
    assert as_floating(3).dtype == np.float64
    assert as_floating([]).dtype == np.float64


@pytest.mark.parametrize("value", [["dog"], [1j], [None], ["1"]])
def test_what_is_no_real_number_is_refused(value):
    with pytest.raises(TypeError, match="an array must hold real numbers, got"):
        as_floating(value)


class TestIntegers:
    def test_numbers_in_range_and_others_pass_as_int64(self):
        labels = check_integers("labels", np.array([[0, 2], [-2, 1]], np.int8)[:, ::-1], (2, "K"), 3, -2)
        assert labels.tolist() == [[2, 0], [1, -2]]
        assert labels.dtype == np.int64
        assert labels.flags.c_contiguous

    def test_an_empty_list_is_no_error(self):
        assert check_integers("labels", [], (0,), 3).dtype == np.int64

    def test_either_side_may_be_open(self):
        huge = np.array([2**62])
        assert check_integers("ids", huge, ("N",), None).tolist() == [2**62]
        assert check_integers("ids", [-5, 7], ("N",), None, start=None).tolist() == [-5, 7]
        assert check_integers("place", 4, (), 5) == 4

    @pytest.mark.parametrize(
        ("labels", "error", "message"),
        [
            ([0], ValueError, r"labels must have shape \(2,\), got \(1,\)"),
            ([0, 3], ValueError, r"labels must lie in 0…2 or be -2, got labels\[1\] = 3"),
            ([-1, 0], ValueError, r"got labels\[0\] = -1"),
            (np.array([0, 2**63], np.uint64), ValueError, r"got labels\[1\] = 9223372036854775808"),
            ([0.0, 1.0], TypeError, "labels must be integers, got float64"),
            ([True, False], TypeError, "labels must be integers, got bool"),
            (["0", "1"], TypeError, "labels must be integers, got <U1"),
        ],
    )
    def test_bad_numbers(self, labels, error, message):
        with pytest.raises(error, match=message):
            check_integers("labels", labels, (2,), 3, -2)

    def test_open_sides_are_named(self):
        with pytest.raises(ValueError, match=r"labels must be 1 or more, got labels\[1\] = 0"):
            check_integers("labels", [1, 0], ("N",), None, start=1)
        with pytest.raises(ValueError, match=r"place must lie in 0…4, got place = 5"):
            check_integers("place", 5, (), 5)


def test_another_byte_order_keeps_its_size():
    assert as_floating(np.array([0.5], ">f4")).dtype == np.float32
    assert as_floating(np.array([0.5], ">f8")).dtype == np.float64


def test_ragged_lists_and_words_are_named():
    with pytest.raises(ValueError, match="boxes must be an array, got a list whose rows differ in length"):
        check_array("boxes", [[0, 0, 1, 1], [0, 0]], ("N", 4))
    with pytest.raises(TypeError, match="weight must hold real numbers, got complex128"):
        check_floating("weight", [1j], (1,))
