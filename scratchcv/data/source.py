"""Data sets by name: what the command line's ``--data`` means."""

from collections.abc import Sequence
from typing import Protocol

from scratchcv.data.batch import Dataset
from scratchcv.data.scenes import MAX_THINGS, MIN_SIZE, SceneDataset
from scratchcv.data.voc import VocDataset
from scratchcv.errors import InputError

SCENE_SPLITS = {"train": 0, "trainval": 0, "val": 1, "test": 2}
"""The splits of scenes. As there is no end of them, ``"trainval"`` is ``"train"``."""

SCENE_COUNTS = {"train": 20_000, "trainval": 20_000, "val": 200, "test": 200}
"""How many scenes a split has when nobody says; they are drawn when asked for, so many cost nothing."""

MOST_SCENES = 1_000_000

DEFAULT_SPLIT = "trainval"

SCENE_THINGS = {"scenes": MAX_THINGS, "single": 1}
"""The kinds of scenes, and how many things they have at most."""

_KNOWN = "scenes, scenes:COUNT, single, single:COUNT or voc:FOLDER"


class DetectionDataset(Dataset, Protocol):
    """Images (H, W, 3) uint8 with targets, and the names of their classes."""

    @property
    def class_names(self) -> tuple[str, ...]:
        """Names by label, index 0 is ``"background"``."""
        ...


def open_dataset(
    source: str,
    split: str = DEFAULT_SPLIT,
    *,
    class_names: Sequence[str] | None = None,
    size: int = 128,
    seed: int = 0,
    on_error: str = "raise",
    progress: bool | None = None,
) -> DetectionDataset:
    r"""Return the data set that a short text names.

    Parameters
    ----------
    source : str
        ``"scenes"``, ``"scenes:500"`` for so many of them; ``"single"`` and ``"single:500"`` for scenes of a
        single thing, what a localizer is for; or ``"voc:FOLDER"``, a folder in Pascal VOC's
        format; on Windows too: ``r"voc:C:\data\cells"``.
    split : str
        Of scenes ``"train"``, ``"val"`` or ``"test"``, which have no scene in common; of a folder, one of its
        lists.
    class_names : sequence of str, optional
        The classes that a model knows, in its order; by default the data set's own.
    size : int
        Side of scenes in pixels; photographs have their own sizes.
    seed : int
        Of scenes: each seed gives other ones.
    on_error : {"raise", "skip"}
        What a bad file in a folder does, see `VocDataset`.
    progress : bool, optional
        Whether to show bars while a folder is read, see `VocDataset`.

    Returns
    -------
    DetectionDataset
        A `SceneDataset` or a `VocDataset`.

    Raises
    ------
    InputError
        When the source or the split is unknown, the data set has other classes than `class_names`, or its
        files are bad.

    Examples
    --------
    >>> len(open_dataset("scenes", "test")), len(open_dataset("scenes:50", "test"))
    (200, 50)
    >>> max(len(target["labels"]) for _, target in open_dataset("single:20"))
    1
    >>> open_dataset("coco:cats")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    scratchcv.errors.InputError: coco:cats: unknown data set, wanted: scenes, scenes:COUNT, ...
    """
    kind, colon, rest = source.partition(":")
    if kind in SCENE_THINGS:
        return _scenes(source, rest if colon else None, split, class_names, size, seed)
    if kind == "voc" and rest:
        return VocDataset(rest, split, class_names=class_names, on_error=on_error, progress=progress)
    raise InputError(f"{source}: unknown data set, wanted: {_KNOWN}")


def _scenes(
    source: str,
    count: str | None,
    split: str,
    class_names: Sequence[str] | None,
    size: int,
    seed: int,
) -> SceneDataset:
    if split not in SCENE_SPLITS:
        raise InputError(f"{source}: no such split: {split}, there are: {', '.join(SCENE_SPLITS)}")
    if count is not None and not (count.isascii() and count.isdecimal() and 1 <= int(count) <= MOST_SCENES):
        raise InputError(f"{source}: the number of scenes must be 1 to {MOST_SCENES}, got {count!r}")
    if class_names is not None and tuple(class_names) != SceneDataset.class_names:
        ours, theirs = ", ".join(SceneDataset.class_names[1:]), ", ".join(class_names[1:])
        raise InputError(f"{source}: scenes show {ours}; the classes wanted are {theirs or 'none'}")
    length = SCENE_COUNTS[split] if count is None else int(count)
    things = SCENE_THINGS[source.partition(":")[0]]
    return SceneDataset(length, size=max(size, MIN_SIZE), seed=scene_seed(seed, split), max_things=things)


def is_drawn(source: str) -> bool:
    """Say whether a data set's images are generated scenes, of which there is no end.

    Examples
    --------
    >>> is_drawn("scenes:40"), is_drawn("single"), is_drawn("voc:photos")
    (True, True, False)
    """
    return source.partition(":")[0] in SCENE_THINGS


def scene_seed(seed: int, split: str) -> int:
    """Return the seed of a split's scenes, another one for each pair of seed and split.

    Examples
    --------
    >>> scene_seed(0, "train"), scene_seed(0, "test"), scene_seed(1, "train")
    (0, 2, 3)
    """
    return (3 * seed + SCENE_SPLITS[split]) % 2**32
