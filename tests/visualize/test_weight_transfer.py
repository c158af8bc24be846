import numpy as np
from matplotlib.colors import to_hex

from scratchcv.visualize import figure_png, weight_transfer_figure
from scratchcv.visualize.palette import HIT, MISS
from scratchcv.visualize.weight_transfer import UNUSED

SOURCE = {
    "backbone.0.0.weight": np.zeros((4, 3)),
    "backbone.0.1.running_mean": np.zeros(4),
    "backbone.1.0.weight": np.zeros(7),
    "fc.weight": np.zeros(5000),
}
TARGET = {**SOURCE, "head.weight": np.zeros(2)}
del TARGET["fc.weight"]


def draw(copied):
    (ax,) = weight_transfer_figure(SOURCE, TARGET, copied, depth=2).axes
    return ax


def test_layers_are_stacked_and_coloured_by_what_became_of_them():
    ax = draw([name for name in TARGET if name.startswith("backbone")])
    words = ["backbone.0: 16 numbers", "backbone.1: 7 numbers"]
    assert [text.get_text() for text in ax.texts if text.get_text()] == [
        *words, "fc: 5,000 numbers", "source model", *words, "head: 2 numbers", "target model",
    ]  # fmt: skip
    colors = [to_hex(patch.get_facecolor()).upper() for patch in ax.patches[:6]]
    assert colors == [HIT, HIT, UNUSED, HIT, HIT, MISS]
    assert sum(not text.get_text() for text in ax.texts) == 2  # the arrows
    assert figure_png(ax.figure)


def test_a_layer_copied_in_part_counts_as_new():
    ax = draw(["backbone.0.0.weight"])
    assert HIT not in [to_hex(patch.get_facecolor()).upper() for patch in ax.patches[:6]]
