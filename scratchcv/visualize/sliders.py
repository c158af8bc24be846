"""Sliders below one another over a picture; the figure alone where ipywidgets is absent."""

import importlib.util
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from scratchcv.visualize.figure import figure_png, new_figure

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def figure_sliders(show: Callable[..., tuple["Figure", str]], **settings: tuple[float, ...]) -> Any:
    """Turn numbers, and watch the figure that a function makes of them.

    Parameters
    ----------
    show : callable
        ``show(name=value, …)`` returns a figure and the words below it; a ValueError that it raises is
        written instead of a figure.
    **settings : (int, int, int) or (float, float, float, float)
        For each argument of `show` where its slider starts, its least and its greatest value, and its step
        if the numbers are not whole.

    Returns
    -------
    ipywidgets.VBox or matplotlib.figure.Figure
        A container with the attributes ``sliders`` (by name), ``picture`` (PNG) and ``label``; where
        ipywidgets is absent, the figure at the start.

    Examples
    --------
    >>> box = figure_sliders(lambda size: (new_figure(size, 1), f"{size} wide"), size=(2, 1, 5))
    """
    if importlib.util.find_spec("ipywidgets") is None:
        return show(**{name: start for name, (start, *_) in settings.items()})[0]
    import ipywidgets

    def slider_of(name: str, start: float, least: float, most: float, step: float | None = None) -> Any:
        kind = ipywidgets.IntSlider if step is None else ipywidgets.FloatSlider
        options = {} if step is None else {"step": step}
        name = name.replace("_", " ")
        return kind(start, min=least, max=most, description=name, continuous_update=False, **options)

    sliders = {name: slider_of(name, *setting) for name, setting in settings.items()}
    # One picture of one size: the page does not jump while a slider moves.
    picture = ipywidgets.Image(format="png", layout=ipywidgets.Layout(max_width="720px"))
    label = ipywidgets.Label()

    def update(change: Any = None) -> None:
        try:
            figure, words = show(**{name: slider.value for name, slider in sliders.items()})
        except ValueError as error:
            figure, words = new_figure(4, 0.5), str(error)
        picture.value = figure_png(figure)
        label.value = words

    for slider in sliders.values():
        slider.observe(update, names="value")
    update()
    box = ipywidgets.VBox([*sliders.values(), picture, label])
    box.sliders, box.picture, box.label = sliders, picture, label
    return box
