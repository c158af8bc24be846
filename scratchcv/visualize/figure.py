"""Figures that need no global state: made, turned into PNG bytes, saved."""

import contextlib
import functools
import io
import secrets
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from scratchcv.errors import InputError

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

FIGURE_SUFFIXES = (".png", ".svg", ".pdf")
"""The endings of files that `save_figure` writes."""


@functools.cache
def _figure_class() -> "type[Figure]":
    from matplotlib.figure import Figure

    class NotebookFigure(Figure):
        """A figure that a notebook shows by itself.

        Jupyter knows how to show a bare `Figure` only after pyplot was imported; it shows whatever has a
        `_repr_png_`.
        """

        def _repr_png_(self) -> tuple[bytes, dict[str, int]]:
            # Twice the pixels of the size on the page: sharp on high-resolution screens.
            width, height = (round(80 * inches) for inches in self.get_size_inches())
            return figure_png(self, dpi=160), {"width": width, "height": height}

    return NotebookFigure


def new_figure(width: float, height: float, *, arranged: bool = True) -> "Figure":
    """Return an empty white figure that belongs to nobody but the caller.

    It is not registered with pyplot, so figures made in threads do not disturb each other and nothing has to
    be closed. A notebook shows it when it is a cell's last value.

    Parameters
    ----------
    width, height : float
        Size in inches.
    arranged : bool
        Whether axes move so that their titles and labels have room.

    Returns
    -------
    matplotlib.figure.Figure

    Examples
    --------
    >>> new_figure(4, 3).get_size_inches().tolist()
    [4.0, 3.0]
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    layout: Literal["constrained"] | None = "constrained" if arranged else None
    figure = _figure_class()(figsize=(width, height), dpi=100, facecolor="white", layout=layout)
    FigureCanvasAgg(figure)
    return figure


def figure_of(ax: "Axes") -> "Figure":
    """Return the whole figure that `ax` belongs to, also from within a subfigure."""
    from matplotlib.figure import Figure

    figure = ax.figure
    while not isinstance(figure, Figure):
        figure = figure.figure
    return figure


def add_legend(
    owner: "Axes | Figure", handles: "Sequence[Artist]", names: Sequence[str], **options: Any
) -> None:
    """Add a legend whose names are written as they are.

    To matplotlib two dollar signs mean a formula, and an underscore in front means to leave the name out.
    """
    legend = owner.legend(handles=list(handles), labels=["" for _ in names], **options)
    for text, name in zip(legend.get_texts(), names, strict=True):
        text.set(text=name, parse_math=False)


def figure_png(figure: "Figure", *, dpi: float | None = None) -> bytes:
    """Return the figure as PNG bytes; the same figure always gives the same bytes.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
        What to render.
    dpi : float, optional
        Pixels an inch; the figure's own by default.

    Examples
    --------
    >>> figure_png(new_figure(1, 1))[1:4]
    b'PNG'
    """
    stream = io.BytesIO()
    _write(figure, stream, ".png", dpi)
    return stream.getvalue()


def save_figure(figure: "Figure", path: str | Path, *, dpi: float | None = None) -> Path:
    """Save the figure; either the whole file is there afterwards or what was there before.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
        What to save.
    path : str or Path
        A file ending in .png, .svg or .pdf. Its folder is created if need be.
    dpi : float, optional
        Pixels an inch; the figure's own by default.

    Returns
    -------
    Path
        Where it was saved.

    Raises
    ------
    InputError
        When the suffix is another, or the file cannot be written.

    Notes
    -----
    Files carry neither a date nor a version, so equal figures give equal files.

    Examples
    --------
    >>> save_figure(new_figure(1, 1), "figure.jpeg")
    Traceback (most recent call last):
    scratchcv.errors.InputError: figure.jpeg: a figure is saved as .png, .svg or .pdf
    """
    path = Path(path)
    suffix = path.suffix.lower()
    if suffix not in FIGURE_SUFFIXES:
        *first, last = FIGURE_SUFFIXES
        raise InputError(f"{path}: a figure is saved as {', '.join(first)} or {last}")
    temporary = path.with_name(f".{secrets.token_hex(8)}{suffix}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with temporary.open("xb") as stream:
            _write(figure, stream, suffix, dpi)
        temporary.replace(path)
    except OSError as error:
        raise InputError(f"{path}: cannot be written: {error.strerror or error}") from error
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink()
    return path


def _write(figure: "Figure", stream: Any, suffix: str, dpi: float | None) -> None:
    metadata: dict[str, Any] = {
        ".png": {"Software": None},
        ".svg": {"Date": None},
        ".pdf": {"CreationDate": None},
    }[suffix]
    arguments: dict[str, Any] = {"format": suffix[1:], "dpi": dpi or "figure", "metadata": metadata}
    if suffix != ".svg":
        figure.savefig(stream, **arguments)
        return
    import matplotlib as mpl

    # Without a fixed salt the identifiers inside an SVG are random.
    with mpl.rc_context({"svg.hashsalt": "scratchcv"}):
        figure.savefig(stream, **arguments)
