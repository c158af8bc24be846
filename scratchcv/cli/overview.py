"""What a data set holds, printed before anything is done with it."""

from typing import TYPE_CHECKING

from scratchcv.cli.progress import shows_bars

if TYPE_CHECKING:
    from scratchcv.data.source import DetectionDataset
    from scratchcv.data.summary import DatasetSummary

SCENES_LOOKED_AT = 200
"""Scenes have no end; so many are enough to know them."""


def print_overview(source: str, split: str, dataset: "DetectionDataset", *, quiet: bool) -> "DatasetSummary":
    """Print and return the summary of a data set; it reads every file once, so bad ones are found now.

    Parameters
    ----------
    source, split : str
        What the user called it.
    dataset : DetectionDataset
        The same, opened.
    quiet : bool
        Whether the progress bar is left out.
    """
    from scratchcv.data.source import is_drawn
    from scratchcv.data.summary import summarize_dataset

    limit = SCENES_LOOKED_AT if is_drawn(source) else None
    summary = summarize_dataset(dataset, limit=limit, progress=shows_bars(quiet=quiet))
    print(f"{source} {split}: {summary}\n")
    return summary
