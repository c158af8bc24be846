from scratchcv.visualize import figure_png, pyramids_figure


def test_maps_and_arrows_of_each_panel():
    """Three images and maps; an image and three maps; the same; three more maps, read from both sides."""
    figure = pyramids_figure()
    assert [len(ax.patches) for ax in figure.axes] == [6, 4, 4, 7]
    assert [len(ax.texts) for ax in figure.axes] == [3 + 3, 3 + 1, 3 + 3, 3 + 3 + 2 + 3]
    assert figure_png(figure)


def test_only_with_a_pyramid_do_the_fine_maps_know_as_much_as_the_coarse():
    *_, each_scale, top_down = pyramids_figure().axes
    widths = [[patch.get_linewidth() for patch in ax.patches] for ax in (each_scale, top_down)]
    assert widths[0][1] < widths[0][2] < widths[0][3]
    assert len(set(widths[1][4:])) == 1
    assert widths[1][4] == widths[0][3]
