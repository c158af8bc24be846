"""Speed in pictures: the roofline of a machine, and the steps from a slow form to a fast one."""

import itertools
from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from scratchcv.checks import Array
from scratchcv.visualize.figure import add_legend, new_figure
from scratchcv.visualize.palette import COLORS

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_LINE, _LETTER = 0.17, 0.075
"""Inches that a line, and nearly that a letter, of small text takes."""

_PAPER = {"facecolor": "white", "edgecolor": "none", "alpha": 0.75, "pad": 0.5}
"""Behind words that a line may cross."""


def attainable_speed(intensity: ArrayLike, peak: float, bandwidth: float) -> Array:
    r"""Return the greatest speed of a program that does so many operations on each byte it moves.

    .. math:: P = \min(\pi,\; \beta I)

    Parameters
    ----------
    intensity : float or ndarray
        I, operations on a byte from or to memory.
    peak : float
        π, operations in a second, in units of 10⁹.
    bandwidth : float
        β, bytes in a second, in units of 10⁹.

    Returns
    -------
    ndarray
        Operations in a second, in units of 10⁹.

    References
    ----------
    Williams, Waterman, Patterson, "Roofline: an insightful visual performance model", 2009.

    Examples
    --------
    >>> attainable_speed([0.125, 10, 100], peak=200, bandwidth=20).tolist()
    [2.5, 200.0, 200.0]
    """
    speed: Array = np.minimum(peak, bandwidth * np.asarray(intensity, np.float64))
    return speed


def roofline_figure(
    roofs: Mapping[str, tuple[float, float]], points: Mapping[str, tuple[float, float]]
) -> "Figure":
    """Draw what a machine can do, and what programs do on it.

    Parameters
    ----------
    roofs : mapping of str to (float, float)
        By name: peak in GFLOP/s and bandwidth in GB/s.
    points : mapping of str to (float, float)
        By name: operations a byte, and GFLOP/s. All positive.

    Returns
    -------
    matplotlib.figure.Figure
        Both axes logarithmic. A roof rises with the bandwidth up to the ridge, and is flat at the peak.

    Raises
    ------
    ValueError
        When a number is not positive.

    Examples
    --------
    >>> figure = roofline_figure({"one core": (100, 10)}, {"ReLU": (0.125, 1.0)})
    >>> [text.get_text() for text in figure.axes[0].get_legend().get_texts()]
    ['one core: 100 GFLOP/s, 10 GB/s']
    """
    numbers = [number for pair in itertools.chain(roofs.values(), points.values()) for number in pair]
    if not all(number > 0 for number in numbers):
        raise ValueError("peaks, bandwidths, intensities and speeds must be positive")
    ridges = [peak / bandwidth for peak, bandwidth in roofs.values()]
    at = [intensity for intensity, _ in points.values()] + ridges + [1.0]
    speeds = [speed for _, speed in points.values()] + [peak for peak, _ in roofs.values()] + [1.0]
    left, right = min(at) / 3, max(at) * 30
    figure = new_figure(8.5, 5.4)
    ax = figure.subplots()
    ax.set(xscale="log", yscale="log", xlim=(left, right), ylim=(min(speeds) / 3, max(speeds) * 4))
    ax.set(xlabel="operations on a byte of memory (FLOP/byte)", ylabel="GFLOP/s")
    ax.spines[["top", "right"]].set_visible(False)
    lines, names = [], []
    for (name, (peak, bandwidth)), style in zip(roofs.items(), itertools.cycle(("-", "--")), strict=False):
        x = np.array([left, peak / bandwidth, right])
        lines += ax.plot(x, attainable_speed(x, peak, bandwidth), style, color="#444444", linewidth=1.2)
        names.append(f"{name}: {peak:.3g} GFLOP/s, {bandwidth:.3g} GB/s")
    add_legend(ax, lines, names, loc="upper left", frameon=False, fontsize=9)
    scale = np.array([7.5 / np.log10(right / left), 4.6 / np.log10(ax.get_ylim()[1] / ax.get_ylim()[0])])
    _label_points(ax, points, scale)
    return figure


def _label_points(ax: "Axes", points: Mapping[str, tuple[float, float]], scale: Array) -> None:
    """Draw points and their names, which make room for those below; `scale` is inches a decade."""
    taken: list[tuple[float, float, float]] = []
    for index, (name, (x, y)) in enumerate(sorted(points.items(), key=lambda item: item[1][1])):
        color = COLORS[index % len(COLORS)]
        start, height = np.log10([x, y]) * scale
        end = start + _LETTER * (len(name) + 3)
        below = [top for left, right, top in taken if left < end and start < right]
        place = max([height, *(top + _LINE for top in below)])
        taken.append((start, end, place))
        ax.plot(x, y, "o", color=color, markersize=6, zorder=3)
        ax.annotate(
            name,
            (x, y),
            (9, 72 * (place - height)),
            textcoords="offset points",
            va="center",
            size=8.5,
            parse_math=False,
            bbox=_PAPER,
            arrowprops={"arrowstyle": "-", "color": color, "linewidth": 0.7, "shrinkA": 0, "shrinkB": 3},
        )


def ladder_figure(
    speeds: Mapping[str, float], *, lines: Mapping[str, float] | None = None, unit: str = "GFLOP/s"
) -> "Figure":
    """Draw the speeds of forms of the same computation, each with its gain over the one before.

    Parameters
    ----------
    speeds : mapping of str to float
        By name, from the first step to the last. All positive.
    lines : mapping of str to float, optional
        Speeds to compare with, as upright lines, the greatest named on top.
    unit : str
        Of all of them.

    Returns
    -------
    matplotlib.figure.Figure
        Horizontal bars on a logarithmic axis, the first on top.

    Raises
    ------
    ValueError
        When there is no speed, or one is not positive.

    Examples
    --------
    >>> figure = ladder_figure({"loops": 0.5, "compiled": 20.0}, lines={"peak": 100})
    >>> [text.get_text() for text in figure.axes[0].texts]
    ['peak: 100 ', '0.5', '20   × 40']
    """
    lines = {} if lines is None else lines
    if not speeds or not all(speed > 0 for speed in [*speeds.values(), *lines.values()]):
        raise ValueError(f"speeds must be positive and at least one, got {dict(speeds)}")
    values = list(speeds.values())
    low, high = min(values), max([*values, *lines.values()])
    figure = new_figure(8.5, 0.42 * len(values) + 0.2 * len(lines) + 0.8)
    ax = figure.subplots()
    for row, (name, speed) in enumerate(sorted(lines.items(), key=lambda line: line[1])):
        color, top = COLORS[1 + row % (len(COLORS) - 1)], -0.75 - 0.5 * row
        ax.vlines(speed, top, len(values), color=color, linewidth=1.2, linestyle="--", zorder=0)
        ax.text(speed, top, f"{name}: {_short(speed)} ", color=color, size=9, ha="right", parse_math=False)
    ax.barh(range(len(values)), values, 0.66, color=COLORS[0], alpha=0.75)
    before = [None, *values[:-1]]
    for row, (speed, earlier) in enumerate(zip(values, before, strict=True)):
        gain = "" if earlier is None else f"   × {_short(speed / earlier)}"
        ax.text(1.1 * speed, row, f"{_short(speed)}{gain}", size=9, va="center", bbox=_PAPER)
    ax.set(
        xscale="log",
        xlim=(low / 3, 12 * high),
        ylim=(len(values) - 0.4, -0.8 - 0.5 * len(lines)),
        xlabel=unit,
    )
    ax.set_yticks(range(len(values)), list(speeds), parse_math=False)
    ax.tick_params(axis="y", length=0)
    ax.spines[["top", "right", "left"]].set_visible(False)
    return figure


def _short(number: float) -> str:
    """Return two digits, or the whole number."""
    return f"{number:.0f}" if number >= 10 else f"{number:.2g}"
