"""Losses in pictures: the focal loss by its parameter, and which boxes hold the mass of a loss."""

import itertools
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from scratchcv.checks import Array, as_floating, check_array
from scratchcv.visualize.figure import new_figure
from scratchcv.visualize.palette import COLORS, HIT, MISS

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

KINDS = ("positives", "negatives, p < .5", "negatives, .5 to .9", "negatives, p > .9")
"""Who can hold a loss: what is to be found, and ground by how sure the network is of it."""

_KIND_COLORS = (HIT, MISS, "#E69F00", "#BBBBBB")


def focal_figure(gammas: Sequence[float] = (0, 0.5, 1, 2, 5)) -> "Figure":
    r"""Draw the focal loss against the probability of the truth, a curve for each γ.

    .. math:: L = -(1 - p_t)^\gamma \log p_t

    Parameters
    ----------
    gammas : sequence of float
        One curve each, 0 being the cross-entropy.

    Returns
    -------
    matplotlib.figure.Figure
        Left the losses, with the well-classified half of the axis shaded; right how many times less than
        cross-entropy each costs, on a logarithmic axis.

    References
    ----------
    T.-Y. Lin et al., "Focal Loss for Dense Object Detection", 2017, figure 1; lecture S4, line 580.

    Examples
    --------
    >>> figure = focal_figure([0, 2])
    >>> [text.get_text() for text in figure.axes[0].get_legend().get_texts()]
    ['γ = 0 (cross-entropy)', 'γ = 2']
    """
    p = np.linspace(0.005, 0.995, 199)
    figure = new_figure(9.5, 3.6)
    left, right = figure.subplots(1, 2, width_ratios=(1.5, 1))
    for gamma, color in zip(gammas, itertools.cycle(COLORS), strict=False):
        factor = (1 - p) ** gamma
        name = f"γ = {gamma:g}" + (" (cross-entropy)" if gamma == 0 else "")
        left.plot(p, -factor * np.log(p), color=color, linewidth=2, label=name)
        right.plot(p, factor, color=color, linewidth=2)
    left.axvspan(0.6, 1, color="#999999", alpha=0.12, linewidth=0)
    left.text(0.8, 2.2, "well classified", ha="center", color="#555555")
    left.set(xlim=(0, 1), ylim=(0, 5), xlabel="probability $p_t$ of the truth", ylabel="loss")
    left.legend(frameon=False, loc="upper right")
    right.set(xlim=(0, 1), ylim=(1e-5, 1.5), yscale="log")
    right.set(xlabel="probability $p_t$ of the truth", ylabel="share of the cross-entropy")
    for ax in (left, right):
        ax.spines[["top", "right"]].set_visible(False)
    return figure


def loss_shares(probabilities: ArrayLike, positive: ArrayLike, losses: ArrayLike) -> Array:
    """Return which share of a loss the positives and the hard, middling and easy negatives hold.

    Parameters
    ----------
    probabilities : (A,)
        Of the truth: p for positives, 1 - p for negatives.
    positive : (A,) bool
        Which of them are to be found.
    losses : (A,)
        Not negative; 0 for what does not count.

    Returns
    -------
    ndarray of float64 (4,)
        In the order of `KINDS`, together 1; zeros where there is no loss at all.

    Raises
    ------
    ValueError
        When the shapes differ.

    Examples
    --------
    >>> loss_shares([0.5, 0.2, 0.7, 0.95], [True, False, False, False], [4.0, 3.0, 2.0, 1.0]).tolist()
    [0.4, 0.3, 0.2, 0.1]
    """
    p, is_positive, each = _checked(probabilities, positive, losses)
    kind = np.where(is_positive, 0, 3 - (p <= 0.9).astype(int) - (p < 0.5))
    mass = np.bincount(kind, each, minlength=4)
    shares: Array = mass / mass.sum() if mass.sum() else mass
    return shares


def loss_mass_figure(
    probabilities: ArrayLike, positive: ArrayLike, losses: Mapping[str, ArrayLike]
) -> "Figure":
    """Draw how sure a detector is of its boxes, and which of them the mass of each loss comes from.

    Parameters
    ----------
    probabilities : (A,)
        Of the truth, for each default box.
    positive : (A,) bool
        Which of them learn an object.
    losses : mapping of str to (A,)
        For each loss, by name, what every box costs.

    Returns
    -------
    matplotlib.figure.Figure
        Left the number of boxes by probability, on a logarithmic axis. In the middle the share of each loss
        that boxes up to a probability hold. Right the shares of positives and of negatives, by `loss_shares`.

    Raises
    ------
    ValueError
        When shapes differ.

    References
    ----------
    T.-Y. Lin et al., "Focal Loss for Dense Object Detection", 2017, figure 4; lecture S4, lines 542-570.

    Examples
    --------
    >>> p, positive = np.array([0.3, 0.9, 0.99]), np.array([True, False, False])
    >>> figure = loss_mass_figure(p, positive, {"cross-entropy": -np.log(p)})
    >>> len(figure.axes)
    3
    """
    p, is_positive, _ = _checked(probabilities, positive, np.zeros(np.shape(probabilities)))
    figure = new_figure(12, 3.6)
    left, middle, right = figure.subplots(1, 3, width_ratios=(1, 1, 1.15))

    groups = [(p[~is_positive], "#999999", "negatives"), (p[is_positive], HIT, "positives")]
    bins = np.linspace(0, 1, 21)
    for values, color, name in groups:
        left.hist(values, bins=bins.tolist(), color=color, alpha=0.75, label=f"{len(values)} {name}")
    left.set(yscale="log", ylabel="default boxes", ylim=(0.5, None))
    left.legend(frameon=False, loc="upper left")

    order = np.argsort(p)
    shares = []
    for (name, costs), color in zip(losses.items(), itertools.cycle(COLORS), strict=False):
        _, _, each = _checked(p, is_positive, costs)
        total = max(float(each.sum()), np.finfo(np.float64).tiny)
        middle.plot(
            np.concatenate([[0], p[order], [1]]),
            np.concatenate([[0], np.cumsum(each[order]), [total]]) / total,
            color=color, linewidth=2, label=name,
        )  # fmt: skip
        shares.append(loss_shares(p, is_positive, each))
    middle.set(ylim=(0, 1.02), ylabel="share of the loss, up to $p_t$")
    for ax in (left, middle):
        ax.set(xlim=(0, 1), xlabel="probability $p_t$ of the truth")
    middle.legend(frameon=False, fontsize=8, loc="lower right")

    _stack(right, list(losses), np.reshape(shares, (-1, 4)))
    for ax in (left, middle, right):
        ax.spines[["top", "right"]].set_visible(False)
    return figure


def _stack(ax: "Axes", names: Sequence[str], shares: Array) -> None:
    """Draw a bar for each loss, made of the shares (losses, 4) of `KINDS`."""
    rows = np.arange(len(names))
    start = np.zeros(len(names))
    for kind, color, part in zip(KINDS, _KIND_COLORS, shares.T, strict=True):
        ax.barh(rows, part, left=start, color=color, label=kind, height=0.7)
        for row in np.flatnonzero(part >= 0.08):
            middle = start[row] + part[row] / 2
            ax.text(middle, float(row), f"{part[row]:.0%}", ha="center", va="center", size=8)
        start = start + part
    ax.set_yticks(rows, list(names))
    ax.invert_yaxis()
    ax.set(xlim=(0, 1), xlabel="share of the loss")
    ax.legend(frameon=False, fontsize=8, ncols=2, loc="lower center", bbox_to_anchor=(0.45, 1.0))


def _checked(probabilities: ArrayLike, positive: ArrayLike, losses: ArrayLike) -> tuple[Array, Array, Array]:
    p = as_floating(check_array("probabilities", probabilities, ("A",))).astype(np.float64)
    is_positive = check_array("positive", positive, p.shape).astype(bool, copy=False)
    return p, is_positive, as_floating(check_array("losses", losses, p.shape)).astype(np.float64)
