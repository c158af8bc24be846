"""Curves: how a training went, precision against recall, and recall against the number of proposals."""

import itertools
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from scratchcv.checks import Array, check_array
from scratchcv.metrics.average_precision import (
    COCO_RECALL_LEVELS,
    VOC_RECALL_LEVELS,
    average_precision,
    precision_at,
)
from scratchcv.metrics.mean_average_precision import MeanAveragePrecision, class_name
from scratchcv.metrics.precision_recall import precision_envelope
from scratchcv.metrics.proposal_recall import ProposalRecall
from scratchcv.visualize.figure import add_legend, new_figure
from scratchcv.visualize.palette import COLORS

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.lines import Line2D


def plot_training(history: Mapping[str, Sequence[float]], *, smoothing: float = 0.9) -> "Figure":
    r"""Plot every loss of a training, raw and smoothed, above the learning rate.

    The smooth line looks both ways, so that it does not lag behind as a running average does:

    .. math:: s_t = \frac{\sum_k \beta^{|t-k|} x_k}{\sum_k \beta^{|t-k|}}

    Parameters
    ----------
    history : mapping of str to sequence of float
        What `scratchcv.training.Trainer.run` returns: ``"step"`` and ``"lr"``, both optional, and losses,
        with one value for a step; ``"loss"``, their sum, is drawn in grey, ``"gradient_norm"`` is not. NaN
        stands for a missing value. Empty entries are left out.
    smoothing : float
        β, from 0 (none) to below 1.

    Returns
    -------
    matplotlib.figure.Figure
        Losses on a logarithmic axis if all are positive; below it the learning rate, if there is one.

    Raises
    ------
    ValueError
        When an entry is not as long as ``"step"``, or `smoothing` is out of range.

    Examples
    --------
    >>> figure = plot_training({"step": [1, 2, 3], "lr": [0.1, 0.1, 0.01], "box": [2.0, 1.0, 0.5]})
    >>> [axes.get_ylabel() for axes in figure.axes]
    ['loss', 'learning rate']
    """
    if not 0 <= smoothing < 1:
        raise ValueError(f"smoothing must lie in [0, 1), got {smoothing}")
    entries = {name: np.asarray(values, float) for name, values in history.items() if len(values)}
    longest = max((len(values) for values in entries.values()), default=0)
    steps = entries.pop("step", np.arange(1, longest + 1, dtype=float))
    entries = {
        name: check_array(f"history[{name!r}]", values, (len(steps),)) for name, values in entries.items()
    }
    rates = entries.pop("lr", None)
    entries.pop("gradient_norm", None)

    figure = new_figure(7, 4.6 if rates is not None else 3.6)
    if rates is None:
        top = figure.subplots()
    else:
        top, bottom = figure.subplots(2, 1, sharex=True, height_ratios=(3, 1))
        bottom.plot(steps, rates, color="#444444", linewidth=1.5)
        bottom.set_ylabel("learning rate")
        bottom.set_ylim(bottom=0)
        top.tick_params(labelbottom=True)
    colors = itertools.cycle(COLORS)
    smooth = []
    for name, values in entries.items():
        color = "#555555" if name == "loss" else next(colors)
        top.plot(steps, values, color=color, linewidth=0.8, alpha=0.3)
        smooth += top.plot(steps, _smoothed(values, smoothing), color=color, linewidth=2)
    if entries and all((values[np.isfinite(values)] > 0).all() for values in entries.values()):
        _logarithmic(top)
    top.set_ylabel("loss")
    if entries:
        add_legend(top, smooth, list(entries), frameon=False)
    figure.axes[-1].set_xlabel("step")
    for ax in figure.axes:
        _dress(ax)
    return figure


def plot_precision_recall(
    curves: MeanAveragePrecision | Mapping[str, Sequence[ArrayLike]],
    *,
    method: str | None = None,
    title: str = "",
) -> "Figure":
    """Plot precision against recall for one class or several, with what average precision makes of them.

    Parameters
    ----------
    curves : MeanAveragePrecision, or mapping of str to (recall, precision)
        What `scratchcv.metrics.mean_average_precision` returned, of which the classes with something to find
        are drawn; or points in the order of decreasing score, by name. Further items of a tuple are ignored,
        so that the results of `scratchcv.metrics.precision_recall_curve` fit as they are.
    method : {"area", "11point", "101point"}, optional
        Which average precision stands in the legend; by default the result's own, or "area". If there is one
        curve, the 11 or 101 points are drawn.
    title : str
        Written above.

    Returns
    -------
    matplotlib.figure.Figure
        For each curve the envelope, as steps. Up to three show their raw points too; one alone is shaded.

    Raises
    ------
    ValueError
        When recall and precision differ in length, recall falls, or the method is unknown.

    Examples
    --------
    >>> dogs = [1 / 3, 2 / 3, 2 / 3, 2 / 3, 1], [1, 1, 2 / 3, 1 / 2, 3 / 5]
    >>> figure = plot_precision_recall({"dog": dogs})
    >>> figure.axes[0].get_legend().get_texts()[0].get_text()
    'dog: AP = .867'
    """
    if isinstance(curves, MeanAveragePrecision):
        method = method or curves.method
        curves = {
            class_name(label, curves.class_names): curve
            for label, curve in curves.curves.items()
            if curves.number_of_truths[label]
        }
    method = method or "area"
    few = len(curves) <= 3
    figure = new_figure(4.8 if few else 6.8, 4.4)
    ax = figure.subplots()
    drawn, legend = [], []
    for (name, (recall, precision, *_)), color in zip(curves.items(), itertools.cycle(COLORS), strict=False):
        value = average_precision(recall, precision, method=method)
        legend.append(f"{name}: AP = " + f"{value:.3f}".removeprefix("0"))
        points = np.asarray(recall), np.asarray(precision)
        drawn.append(draw_curve(ax, *points, color, raw=few, shaded=len(curves) == 1))
        levels = {"11point": VOC_RECALL_LEVELS, "101point": COCO_RECALL_LEVELS}.get(method)
        if levels is not None and len(curves) == 1:
            heights = precision_at(levels, np.asarray(recall), precision_envelope(precision))
            ax.plot(levels, heights, "o", color="black", markersize=5 if len(levels) == 11 else 2)
    frame_precision_recall(ax)
    ax.set_title(title, parse_math=False)
    if curves and few:
        add_legend(ax, drawn, legend, loc="lower left", frameon=True, framealpha=0.9, edgecolor="none")
    elif curves:
        add_legend(ax, drawn, legend, loc="upper left", bbox_to_anchor=(1.02, 1), frameon=False)
    return figure


def plot_proposal_recall(
    results: Mapping[str, ProposalRecall], *, iou_threshold: float = 0.5, title: str = ""
) -> "Figure":
    """Plot the recall of ways to propose boxes against how many boxes an image they may propose.

    Parameters
    ----------
    results : mapping of str to ProposalRecall
        What `scratchcv.metrics.proposal_recall` returned, by name.
    iou_threshold : float
        With which an object counts as found.
    title : str
        Written above.

    Returns
    -------
    matplotlib.figure.Figure
        One curve each, over a logarithmic axis of counts.

    Examples
    --------
    >>> found = ProposalRecall(np.array([1, 10]), np.array([[0.3, 0.6], [0.7, 0.6]]))
    >>> plot_proposal_recall({"windows": found}).axes[0].lines[0].get_ydata().tolist()
    [0.5, 1.0]
    """
    from matplotlib.ticker import FuncFormatter

    figure = new_figure(5.6, 4)
    ax = figure.subplots()
    lines = [
        ax.plot(result.counts, result.recall(iou_threshold), ".-", color=color, linewidth=2)[0]
        for result, color in zip(results.values(), itertools.cycle(COLORS), strict=False)
    ]
    ax.set(xscale="log", ylim=(-0.02, 1.04), xlabel="proposals an image")
    ax.set_ylabel(f"recall at IoU {iou_threshold:g}")
    ax.xaxis.set_major_formatter(FuncFormatter(lambda count, _: f"{count:g}"))
    _dress(ax)
    ax.set_title(title, parse_math=False)
    if lines:
        add_legend(ax, lines, list(results), loc="best", frameon=False)
    return figure


def draw_curve(
    ax: "Axes",
    recall: Array,
    precision: Array,
    color: str,
    *,
    raw: bool = True,
    shaded: bool = False,
) -> "Line2D":
    """Draw a precision-recall curve's points and, as steps that look to the right, its envelope.

    Returns the envelope's line.
    """
    envelope = precision_envelope(precision)
    edges = np.concatenate([[0], recall, recall[-1:]])
    heights = np.concatenate([envelope[:1], envelope, [0]])[: len(edges)]
    if raw:
        ax.plot(recall, precision, ".-", color=color, linewidth=0.8, alpha=0.6, markersize=5)
    (line,) = ax.plot(edges, heights, color=color, linewidth=2, drawstyle="steps-pre")
    if shaded:
        ax.fill_between(edges, heights, step="pre", color=color, alpha=0.15, linewidth=0)
    return line


def frame_precision_recall(ax: "Axes") -> None:
    """Label the unit square of recall and precision."""
    ax.set(xlim=(-0.02, 1.04), ylim=(-0.02, 1.06), xlabel="recall", ylabel="precision", aspect="equal")
    _dress(ax)


def _smoothed(values: Array, smoothing: float) -> Array:
    """Return the average of all values that are there, weighted by smoothing to the power of the distance."""
    there = np.isfinite(values)
    total, weight = (_spread(part, smoothing) for part in (np.where(there, values, 0), there.astype(float)))
    smooth: Array = np.divide(total, weight, out=np.full(len(values), np.nan), where=weight > 0)
    return smooth


def _spread(values: Array, decay: float) -> Array:
    """Return for each place the sum of values times decay to the power of their distance."""
    spread = values.copy()
    for line, source in ((spread, values), (spread[::-1], values[::-1])):
        carried = 0.0
        for index, value in enumerate(source):
            line[index] += carried
            carried = decay * (carried + value)
    return spread


def _logarithmic(ax: "Axes") -> None:
    """Make the y axis logarithmic, with plain numbers at it: 1, 2, 5, 10 …, or 1 and 10 alone."""
    from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

    ax.set_yscale("log")
    low, high = ax.get_ylim()
    ax.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5) if high < 1000 * low else (1,)))
    ax.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    ax.yaxis.set_minor_formatter(NullFormatter())


def _dress(ax: "Axes") -> None:
    ax.grid(color="#dddddd", linewidth=0.6)
    ax.set_axisbelow(True)
    ax.spines[["top", "right"]].set_visible(False)
