import numpy as np
import pytest

from scratchcv.visualize import class_color, figure_png, number_tables


def words(figure):
    return [text.get_text() for text in figure.axes[0].texts]


def tinted(figure):
    """Return (column, row, colour) of the cells that have one, in units of cells."""
    patches = [patch for patch in figure.axes[0].patches if patch.get_alpha()]
    return [(*patch.get_xy(), patch.get_facecolor()[:3]) for patch in patches]


def test_tables_stand_in_a_row_with_signs_between_them():
    figure = number_tables({"x": [[1, 2], [3, 4]], "y": [[10]]}, signs=["→"])
    assert words(figure) == ["x", "1", "2", "3", "4", "→", "y", "10"]
    (ax,) = figure.axes
    at = {text.get_text(): text.get_position() for text in ax.texts}
    assert at["4"][0] - at["3"][0] == at["4"][1] - at["2"][1] == 1
    assert at["4"][0] < at["→"][0] < at["10"][0]
    assert (at["1"][1] + at["3"][1]) / 2 == pytest.approx(at["10"][1])
    assert ax.yaxis_inverted()


def test_a_cell_is_as_large_as_asked():
    figure = number_tables({"x": np.ones((3, 5))}, cell=0.5)
    (ax,) = figure.axes
    inches = ax.transData.transform([[0, 0], [1, 1]]) / figure.dpi
    assert abs(np.diff(inches, axis=0)).tolist() == [[pytest.approx(0.5), pytest.approx(0.5)]]


def test_numbers_are_written_as_on_the_slides():
    assert words(number_tables({"": [[0.68359375, -1, np.nan]]}))[1:] == ["0.68", "−1.00"]
    assert words(number_tables({"": [[0.68359375, -1, np.nan]]}, digits=1))[1:] == ["0.7", "−1.0"]
    assert words(number_tables({"": [[3.0, -1.0, np.nan]]}))[1:] == ["3", "−1"]
    assert words(number_tables({"": [[-1e-9, 0.5]]}))[1:] == ["0.00", "0.50"]
    assert words(number_tables({"": np.array([["az + bx", ""]])}))[1:] == ["az + bx"]


def test_long_numbers_are_written_smaller_so_that_they_fit():
    figure = number_tables({"short": [[1]], "long": [[-1234567]]})
    figure.canvas.draw()
    (short, long) = (text for text in figure.axes[0].texts if text.get_text() in ("1", "−1234567"))
    assert long.get_size() < short.get_size()
    assert long.get_window_extent().width < 0.42 * figure.dpi


def test_cells_take_colours_of_classes():
    figure = number_tables({"x": [[1, 2]], "y": [[3]]}, colors={"x": [[0, 2]]})
    ((_, _, color),) = tinted(figure)
    assert [round(255 * part) for part in color] == [int(class_color(2)[i : i + 2], 16) for i in (1, 3, 5)]


def test_nothing_and_empty_tables_are_drawn_too():
    assert figure_png(number_tables({}))
    assert words(number_tables({"nothing": np.empty((0, 3)), "one": [[1]]})) == ["nothing", "one", "1"]


def test_what_does_not_fit_is_told():
    with pytest.raises(ValueError, match="2 tables need 1 signs, got 2"):
        number_tables({"x": [[1]], "y": [[1]]}, signs=["+", "="])
    with pytest.raises(ValueError, match=r"tables\['x'\] must have shape \(H, W\), got \(1,\)"):
        number_tables({"x": [1]})
    with pytest.raises(ValueError, match=r"colors\['x'\] must have shape \(1, 1\), got \(1, 2\)"):
        number_tables({"x": [[1]]}, colors={"x": [[1, 1]]})
    with pytest.raises(ValueError, match="colors must belong to tables, got 'y'"):
        number_tables({"x": [[1]]}, colors={"y": [[1]]})


def test_titles_are_written_as_they_are():
    assert figure_png(number_tables({r"a$\frac$b": [[1]], "$x$": [[2]]}, signs=[r"$\frac$"]))
