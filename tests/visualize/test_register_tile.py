import pytest

from scratchcv.visualize import register_tile_figure, register_tile_slider, tile_cost


def test_by_hand():
    # six numbers, two vectors and two offsets for twelve multiply-adds; 12 sums + 2 + 1 registers
    assert tile_cost(6, 2) == (12, 10, 15, 6)
    assert tile_cost(6, 2).share == 1


@pytest.mark.parametrize(
    ("rows", "vectors", "share"),
    [
        (1, 1, 0.5 / 4),  # a single sum waits for itself
        (2, 2, 2 / 4),
        (12, 1, 6 / 7.5),  # 15 loads for 12 multiply-adds
        (1, 12, 6 / 12),  # 15 loads, and 9 of the 25 registers that it would need are memory
    ],
)
def test_the_scarcest_thing_decides(rows, vectors, share):
    cost = tile_cost(rows, vectors)
    spilled = max(0, cost.registers - 16)
    assert cost.loads == rows + vectors + 2 + spilled
    assert cost.share == pytest.approx(share)


def test_more_registers_spill_less():
    assert tile_cost(8, 3).loads == 8 + 3 + 2 + 12
    assert tile_cost(8, 3, registers=32).loads == 8 + 3 + 2


def test_what_does_not_fit_is_drawn_in_memory():
    left, right = register_tile_figure(5, 3).axes
    assert left.get_title() == "5 × 3 sums, 19 of 16 registers"
    words = [text.get_text() for text in left.texts]
    assert words.count("in memory") == 3
    assert words.count("+= a0 · vector 2") == 1
    assert [text.get_text() for text in right.texts] == [" 7.5", " 6.5", " 4"]
    assert "in memory" not in [text.get_text() for text in register_tile_figure(5, 3, 32).axes[0].texts]


@pytest.mark.parametrize(("rows", "vectors"), [(0, 1), (1, 0), (1.5, 1)])
def test_a_tile_has_whole_sides(rows, vectors):
    with pytest.raises((ValueError, TypeError), match=r"rows|vectors"):
        tile_cost(rows, vectors)


def test_turning_a_side():
    pytest.importorskip("ipywidgets")
    box = register_tile_slider(6, 2)
    assert box.label.value == "10 loads for 12 multiply-adds: at most 100 % of the peak"
    box.sliders["vectors"].value = 1
    assert box.label.value == "9 loads for 6 multiply-adds: at most 67 % of the peak"
