import pytest

from scratchcv.visualize import figure_png, plot_learning_curves

SCORES = {"from nothing": [0.1, 0.3, 0.6], "fine-tuned": [0.3, 0.5, 0.7]}


def test_a_line_for_each_way_with_its_numbers():
    figure = plot_learning_curves([10, 50, 250], SCORES, score="mAP", title="Scenes")
    (ax,) = figure.axes
    assert [line.get_xydata().tolist() for line in ax.lines] == [
        [[10, 0.1], [50, 0.3], [250, 0.6]],
        [[10, 0.3], [50, 0.5], [250, 0.7]],
    ]
    assert [text.get_text() for text in ax.get_legend().get_texts()] == list(SCORES)
    assert [text.get_text() for text in ax.texts] == ["0.10", "0.30", "0.30", "0.50", "0.60", "0.70"]
    assert [label.get_text() for label in ax.get_xticklabels()] == ["10", "50", "250"]
    assert ax.get_xscale() == "log"
    assert (ax.get_ylabel(), ax.get_title()) == ("mAP", "Scenes")
    assert figure_png(figure)


def test_numbers_keep_clear_of_each_other():
    (ax,) = plot_learning_curves([10], {"a": [0.51], "b": [0.5], "c": [0.52], "d": [0.9]}).axes
    assert [text.get_text() for text in ax.texts] == ["0.50", "0.51", "0.52", "0.90"]
    assert [text.xy[1] for text in ax.texts] == pytest.approx([0.5, 0.55, 0.6, 0.9])


def test_no_way_at_all():
    assert plot_learning_curves([10], {}).axes[0].get_legend() is None


def test_a_way_with_a_score_too_few():
    with pytest.raises(ValueError, match=r"scores\['frozen'\] must have shape \(2,\), got \(1,\)"):
        plot_learning_curves([10, 50], {"frozen": [0.5]})
