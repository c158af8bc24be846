import numpy as np
import pytest
from matplotlib.colors import to_hex

from scratchcv.metrics import ProposalRecall, mean_average_precision, precision_recall_curve
from scratchcv.visualize import figure_png, plot_precision_recall, plot_proposal_recall, plot_training

DOGS = ([1 / 3, 2 / 3, 2 / 3, 2 / 3, 1], [1, 1, 2 / 3, 1 / 2, 3 / 5])


def legend(ax):
    return [text.get_text() for text in ax.get_legend().get_texts()]


def line(ax, index):
    return ax.lines[index].get_xydata()


def test_losses_are_drawn_raw_and_smoothed_above_the_learning_rate():
    history = {"step": [10, 20, 30], "lr": [0.1, 0.1, 0.01], "classification": [4, 2, 1], "box": [2, 2, 2]}
    losses, rates = plot_training(history, smoothing=0.5).axes
    assert legend(losses) == ["classification", "box"]
    assert line(losses, 0).tolist() == [[10, 4], [20, 2], [30, 1]]
    # (4 + 2/2 + 1/4) / (1 + 1/2 + 1/4), (4/2 + 2 + 1/2) / 2, (4/4 + 2/2 + 1) / (1 + 1/2 + 1/4)
    np.testing.assert_allclose(line(losses, 1)[:, 1], [3, 2.25, 12 / 7])
    assert line(rates, 0)[:, 1].tolist() == [0.1, 0.1, 0.01]
    assert losses.get_yscale() == "log"


def test_what_is_missing_in_a_history_is_left_out():
    (losses,) = plot_training({"box": [1.0, np.nan, 0.0], "step": []}, smoothing=0.5).axes
    assert losses.get_yscale() == "linear"
    assert line(losses, 0)[:, 0].tolist() == [1, 2, 3]
    np.testing.assert_allclose(line(losses, 1)[:, 1], [1 / 1.25, 0.5, 0.25 / 1.25])
    assert not plot_training({}).axes[0].lines


def test_the_trainers_history_fits_as_it_is():
    history = {"step": [1, 2], "lr": [0.1, 0.1], "box": [1, 2], "loss": [3, 3], "gradient_norm": [9, 9]}
    losses, _ = plot_training(history).axes
    assert legend(losses) == ["box", "loss"]
    assert to_hex(losses.lines[2].get_color()) == "#555555"


def test_many_losses_are_all_drawn():
    history = {f"loss {number}": [1.0, 2.0] for number in range(12)}
    assert len(legend(plot_training(history).axes[0])) == 12


def test_a_bad_history_is_told():
    with pytest.raises(ValueError, match=r"history\['box'\] must have shape \(2,\), got \(1,\)"):
        plot_training({"step": [1, 2], "box": [1.0]})
    with pytest.raises(ValueError, match=r"smoothing must lie in \[0, 1\), got 1"):
        plot_training({"box": [1.0]}, smoothing=1)


def test_the_envelope_fills_the_saw_teeth():
    (ax,) = plot_precision_recall({"dog": DOGS}).axes
    assert line(ax, 0).tolist() == [list(point) for point in zip(*DOGS, strict=True)]
    assert ax.lines[1].get_drawstyle() == "steps-pre"
    # A step looks to the right: the height between two recalls is that at the second.
    np.testing.assert_allclose(line(ax, 1)[:, 0], [0, *DOGS[0], 1])
    np.testing.assert_allclose(line(ax, 1)[:, 1], [1, 1, 1, 2 / 3, 3 / 5, 3 / 5, 0])


@pytest.mark.parametrize(("method", "ap"), [("area", ".867"), ("11point", ".855"), ("101point", ".865")])
def test_each_convention_writes_its_own_number(method, ap):
    assert legend(plot_precision_recall({"dog": DOGS}, method=method).axes[0]) == [f"dog: AP = {ap}"]


def test_eleven_points_are_drawn_where_they_are_read():
    (ax,) = plot_precision_recall({"dog": DOGS}, method="11point").axes
    np.testing.assert_allclose(line(ax, 2)[:, 1], [1] * 7 + [0.6] * 4)


def test_results_of_the_metric_fit_as_they_are():
    curves = {
        "cat": precision_recall_curve([0.9, 0.8], [True, True], 2),
        "dog": precision_recall_curve([0.9, 0.8], [False, False], 2),
        "ant": precision_recall_curve([], [], 2),
    }
    (ax,) = plot_precision_recall(curves, title="animals").axes
    assert legend(ax) == ["cat: AP = 1.000", "dog: AP = .000", "ant: AP = .000"]
    assert ax.get_title() == "animals"
    assert not plot_precision_recall({}).axes[0].lines


def test_a_result_brings_names_curves_and_convention():
    targets = [{"boxes": [[0, 0, 9, 9]], "labels": [1]}]
    predictions = [{"boxes": [[0, 0, 9, 9], [0, 0, 5, 5]], "labels": [1, 2], "scores": [0.9, 0.8]}]
    result = mean_average_precision(
        predictions, targets, method="11point", class_names=("background", "cat", "dog")
    )
    (ax,) = plot_precision_recall(result).axes
    assert legend(ax) == ["cat: AP = 1.000"]
    assert len(line(ax, 2)) == 11


def test_a_bad_curve_is_told():
    with pytest.raises(ValueError, match="method must be one of"):
        plot_precision_recall({"dog": DOGS}, method="trapezoid")
    with pytest.raises(ValueError, match=r"precision must have shape \(2,\), got \(1,\)"):
        plot_precision_recall({"dog": ([0.5, 1], [1])})


@pytest.mark.parametrize("name", [r"a$\frac$b", "_hidden", "model = 0.5"])
def test_names_are_written_as_they_are(name):
    for figure, wanted in (
        (plot_precision_recall({name: DOGS}, title=name), f"{name}: AP = .867"),
        (plot_precision_recall(dict.fromkeys((name, "1", "2", "3"), DOGS)), f"{name}: AP = .867"),
        (plot_training({name: [1.0, 0.5]}), name),
    ):
        assert legend(figure.axes[0])[0] == wanted
        assert figure_png(figure)


def test_ticks_over_many_decades_do_not_crowd():
    few = plot_training({"loss": np.logspace(0, -1, 50)}).axes[0]
    many = plot_training({"loss": np.logspace(0, -7, 50)}).axes[0]
    assert 0.2 in few.get_yticks().round(12)
    assert set(np.log10(many.get_yticks()).round(9) % 1) == {0}


def test_recall_rises_with_the_proposals():
    results = {
        "search": ProposalRecall(np.array([1, 10, 100]), np.array([[0.3, 0.1], [0.6, 0.1], [0.8, 0.7]])),
        "windows": ProposalRecall(np.array([5, 50]), np.array([[0.3, 0.1], [0.6, 0.1]])),
    }
    (ax,) = plot_proposal_recall(results, title="scenes").axes
    assert legend(ax) == ["search", "windows"]
    assert line(ax, 0).tolist() == [[1, 0], [10, 0.5], [100, 1]]
    assert line(ax, 1).tolist() == [[5, 0], [50, 0.5]]
    assert (ax.get_ylabel(), ax.get_xscale(), ax.get_title()) == ("recall at IoU 0.5", "log", "scenes")
    (stricter,) = plot_proposal_recall(results, iou_threshold=0.75).axes
    assert line(stricter, 0)[:, 1].tolist() == [0, 0, 0.5]
    assert not plot_proposal_recall({}).axes[0].lines
