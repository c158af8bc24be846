"""The register tile of a matrix product: what a step of its inner loop loads, and what it earns."""

from typing import TYPE_CHECKING, Any, NamedTuple

from scratchcv.layers.shapes import check_whole
from scratchcv.visualize.figure import new_figure
from scratchcv.visualize.palette import COLORS, HIT, MISS
from scratchcv.visualize.sliders import figure_sliders

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

PER_CYCLE, LATENCY = 2, 4
"""Multiply-adds, and as many loads, that a core starts a cycle; cycles until a multiply-add is done."""


class TileCost(NamedTuple):
    """What one step costs, in instructions on whole vectors.

    Examples
    --------
    >>> TileCost(multiply_adds=12, loads=15, registers=14, cycles=7.5).share
    0.8
    """

    multiply_adds: int
    loads: int
    registers: int
    cycles: float

    @property
    def share(self) -> float:
        """Return the share of the arithmetic peak that can be reached at most."""
        return self.multiply_adds / PER_CYCLE / self.cycles


def tile_cost(rows: int, vectors: int, registers: int = 16) -> TileCost:
    r"""Return what a step of a tile of rows × vectors sums costs.

    .. math:: \text{cycles} = \max\left(\frac{r v}{2},\; \frac{r + v + 2 + \text{spilled}}{2},\; 4\right)

    r numbers of one factor, v vectors of the other and two offsets are loaded, for r·v multiply-adds. A step
    needs r·v registers for the sums, v for the vectors and one for a number of the other factor. What does
    not fit is spilled: kept in memory, and loaded in every step. And no step is shorter than a multiply-add,
    since each sum waits for itself.

    Parameters
    ----------
    rows, vectors : int
        r and v.
    registers : int
        Vector registers of the processor: 16 with AVX2, 32 with AVX-512 and on ARM.

    Returns
    -------
    TileCost
        For a core that starts two multiply-adds and two loads a cycle. Sums in memory cost more than their
        loads: they are stored, too, and waited for. So the share is what a tile reaches at most.

    References
    ----------
    Goto, van de Geijn, "Anatomy of high-performance matrix multiplication", 2008, section 6.

    Examples
    --------
    >>> tile_cost(1, 1).share, tile_cost(6, 2).share
    (0.125, 1.0)
    >>> tile_cost(6, 2)
    TileCost(multiply_adds=12, loads=10, registers=15, cycles=6.0)
    """
    rows, vectors = check_whole("rows", rows, 1), check_whole("vectors", vectors, 1)
    used = rows * vectors + vectors + 1
    loads = rows + vectors + 2 + max(0, used - registers)
    cycles = max(rows * vectors / PER_CYCLE, loads / PER_CYCLE, LATENCY)
    return TileCost(rows * vectors, loads, used, float(cycles))


def register_tile_figure(rows: int, vectors: int, registers: int = 16) -> "Figure":
    """Draw the sums of a tile with what is loaded for them, and which cycles a step takes for what.

    Parameters
    ----------
    rows, vectors, registers : int
        As in `tile_cost`.

    Returns
    -------
    matplotlib.figure.Figure
        Left the tile; sums without a register are red. Right the cycles; the longest bar decides.

    Examples
    --------
    >>> [axes.get_title() for axes in register_tile_figure(6, 2).axes]
    ['6 × 2 sums, 15 of 16 registers', 'a step: at most 100 % of the peak']
    """
    cost = tile_cost(rows, vectors, registers)
    figure = new_figure(9, 3.6)
    left, right = figure.subplots(1, 2, width_ratios=(1.25, 1))
    _draw_tile(left, rows, vectors, cost.registers - registers)
    left.set_title(f"{rows} × {vectors} sums, {cost.registers} of {registers} registers", size=11)
    bars = {
        "multiply-adds": cost.multiply_adds / PER_CYCLE,
        "loads": cost.loads / PER_CYCLE,
        "a sum waits\nfor itself": LATENCY,
    }
    colors = [HIT, COLORS[4], COLORS[1]]
    right.barh(range(3), list(bars.values()), 0.6, color=colors)
    for row, cycles in enumerate(bars.values()):
        right.text(cycles, row, f" {cycles:g}", va="center", size=9)
    right.set_yticks(range(3), list(bars))
    right.set(xlim=(0, 1.15 * cost.cycles), ylim=(2.6, -0.6), xlabel="cycles")
    right.set_title(f"a step: at most {100 * cost.share:.0f} % of the peak", size=11)
    right.spines[["top", "right"]].set_visible(False)
    return figure


def _draw_tile(ax: "Axes", rows: int, vectors: int, spilled: int) -> None:
    """Draw loaded vectors above, loaded numbers on the left, sums between them."""
    from matplotlib.patches import Rectangle

    def box(x: float, y: float, width: float, color: str, words: str) -> None:
        ax.add_patch(Rectangle((x, y), width, 0.8, facecolor=color, alpha=0.45, edgecolor="#444444"))
        ax.text(x + width / 2, y + 0.4, words, ha="center", va="center", size=9)

    for v in range(vectors):
        box(1 + 2 * v, -1.2, 1.9, COLORS[0], f"vector {v}")
    for m in range(rows):
        box(0, m, 0.8, COLORS[1], f"a{m}")
        for v in range(vectors):
            lost = rows * vectors - (m * vectors + v) <= spilled
            box(1 + 2 * v, m, 1.9, MISS if lost else HIT, "in memory" if lost else f"+= a{m} · vector {v}")
    ax.set(xlim=(-0.1, 2 * vectors + 1.1), ylim=(rows + 0.1, -1.4))
    ax.set_axis_off()


def register_tile_slider(rows: int = 6, vectors: int = 2) -> Any:
    """Turn the sides of a tile, and watch what decides its speed.

    Parameters
    ----------
    rows, vectors : int
        Where the sliders start.

    Returns
    -------
    ipywidgets.VBox or matplotlib.figure.Figure
        The container; the first figure where ipywidgets is absent.

    Examples
    --------
    >>> box = register_tile_slider(4, 2)
    """

    def show(rows: int, vectors: int) -> tuple["Figure", str]:
        cost = tile_cost(rows, vectors)
        words = f"{cost.loads} loads for {cost.multiply_adds} multiply-adds"
        return register_tile_figure(rows, vectors), f"{words}: at most {100 * cost.share:.0f} % of the peak"

    return figure_sliders(show, rows=(rows, 1, 12), vectors=(vectors, 1, 4))
