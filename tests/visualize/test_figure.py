import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
from matplotlib.figure import Figure

from scratchcv import InputError
from scratchcv.visualize import figure_png, iou_figure, new_figure, save_figure


def small_figure():
    figure = new_figure(2, 1)
    figure.subplots().plot([0, 1], [1, 0])
    return figure


@pytest.mark.parametrize("suffix", [".png", ".svg", ".pdf"])
def test_equal_figures_give_equal_files(tmp_path, suffix):
    first = save_figure(small_figure(), tmp_path / "new" / f"first{suffix}")
    second = save_figure(small_figure(), str(tmp_path / "new" / f"second{suffix}"))
    assert first.read_bytes() == second.read_bytes()
    assert sorted(path.name for path in (tmp_path / "new").iterdir()) == [f"first{suffix}", f"second{suffix}"]


def test_png_carries_neither_date_nor_version():
    for chunk in (b"tEXt", b"iTXt", b"tIME"):
        assert chunk not in figure_png(small_figure())


def test_a_failing_save_leaves_the_earlier_file(tmp_path, monkeypatch):
    path = save_figure(small_figure(), tmp_path / "figure.png")
    before = path.read_bytes()

    def fail(*args, **kwargs):
        args[1].write(b"half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Figure, "savefig", fail)
    with pytest.raises(InputError, match=r"figure\.png: cannot be written: No space left on device"):
        save_figure(small_figure(), path)
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def test_what_cannot_be_a_figure_file_is_refused(tmp_path):
    with pytest.raises(InputError, match=r"plot\.txt: a figure is saved as \.png, \.svg or \.pdf"):
        save_figure(small_figure(), tmp_path / "plot.txt")
    (tmp_path / "folder.png").mkdir()
    with pytest.raises(InputError, match=r"folder\.png: cannot be written"):
        save_figure(small_figure(), tmp_path / "folder.png")
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="cannot be written"):
        save_figure(small_figure(), tmp_path / "file" / "figure.png")


def test_a_notebook_shows_the_figure_at_its_size_with_twice_the_pixels():
    png, size = small_figure()._repr_png_()
    assert size == {"width": 160, "height": 80}
    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    assert int.from_bytes(png[16:20]) == 320
    assert int.from_bytes(png[20:24]) == 160


def test_ipython_shows_it_without_any_backend():
    formatters = pytest.importorskip("IPython.core.formatters")
    data, metadata = formatters.DisplayFormatter().format(small_figure())
    assert data["image/png"]
    assert metadata["image/png"] == {"width": 160, "height": 80}


def test_matplotlib_is_loaded_by_the_first_figure_and_pyplot_never():
    code = (
        "import sys, scratchcv.visualize as v\n"
        "assert 'matplotlib' not in sys.modules and 'ipywidgets' not in sys.modules\n"
        "v.figure_png(v.iou_figure([0, 0, 2, 2], [1, 1, 3, 4]))\n"
        "assert 'matplotlib.pyplot' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_threads_do_not_disturb_each_other():
    def draw(number):
        return figure_png(iou_figure([0, 0, number, 2], [1, 1, 3, 4]))

    numbers = [2, 3, 4, 5] * 3
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(draw, numbers)) == [draw(number) for number in numbers]
