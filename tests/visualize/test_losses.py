"""Pictures of losses: curves by gamma, who holds the mass."""

import numpy as np
import pytest

from scratchcv.losses import softmax_focal_loss
from scratchcv.visualize import focal_figure, loss_mass_figure, loss_shares
from scratchcv.visualize.losses import KINDS

P = np.array([0.2, 0.4, 0.5, 0.9, 0.91, 0.99])
POSITIVE = np.array([True, False, False, False, False, False])


@pytest.mark.parametrize("gamma", [0, 0.5, 2, 5])
def test_the_curve_is_the_librarys_loss(gamma):
    figure = focal_figure([gamma])
    p, height = figure.axes[0].lines[0].get_data()
    logits = np.stack([np.log(p), np.log(1 - p)], axis=1)
    losses, _ = softmax_focal_loss(logits, np.zeros(len(p), int), gamma=gamma, reduction="none")
    np.testing.assert_allclose(height, losses, rtol=1e-9)


def test_the_right_panel_shows_the_factor_on_cross_entropy():
    figure = focal_figure([0, 2])
    p, share = figure.axes[1].lines[1].get_data()
    assert share[np.argmin(abs(p - 0.9))] == pytest.approx(0.01)
    assert set(figure.axes[1].lines[0].get_ydata()) == {1.0}


def test_shares_by_kind_with_both_borders_in_the_middle():
    shares = loss_shares(P, POSITIVE, np.array([1.0, 2.0, 3.0, 4.0, 5.0, 6.0]))
    np.testing.assert_allclose(shares, np.array([1, 2, 3 + 4, 5 + 6]) / 21)


def test_no_loss_has_no_shares():
    assert loss_shares(P, POSITIVE, np.zeros(6)).tolist() == [0, 0, 0, 0]
    assert loss_shares([], np.zeros(0, bool), []).tolist() == [0, 0, 0, 0]


def test_mass_accumulates_from_hard_to_easy():
    rng = np.random.default_rng(0)
    order = rng.permutation(6)
    losses = {"cross-entropy": -np.log(P[order]), "focal": (1 - P[order]) ** 2 * -np.log(P[order])}
    left, middle, right = loss_mass_figure(P[order], POSITIVE[order], losses).axes
    assert [text.get_text() for text in left.get_legend().get_texts()] == ["5 negatives", "1 positives"]
    for line, loss in zip(middle.lines, (-np.log(P), (1 - P) ** 2 * -np.log(P)), strict=True):
        np.testing.assert_allclose(line.get_xdata()[1:-1], P)
        np.testing.assert_allclose(line.get_ydata()[1:-1], np.cumsum(loss) / loss.sum())
    assert [text.get_text() for text in right.get_legend().get_texts()] == list(KINDS)
    widths = np.array([bar.get_width() for bar in right.patches]).reshape(4, 2)
    np.testing.assert_allclose(widths.sum(axis=0), 1)
    np.testing.assert_allclose(widths[:, 0], loss_shares(P, POSITIVE, -np.log(P)))


def test_what_does_not_fit_is_told():
    with pytest.raises(ValueError, match=r"positive must have shape \(6,\), got \(5,\)"):
        loss_shares(P, POSITIVE[:5], P)
    with pytest.raises(ValueError, match=r"losses must have shape \(6,\), got \(2,\)"):
        loss_mass_figure(P, POSITIVE, {"a": [1.0, 2.0]})
