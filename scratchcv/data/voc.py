"""Pascal VOC: a folder of photographs, an XML file of boxes for each, and lists that split them."""

import re
import warnings
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from scratchcv.checks import Array
from scratchcv.data.image import image_size, load_image
from scratchcv.data.voc_annotation import VocAnnotation, parse_voc_xml, read_voc_annotation
from scratchcv.data.voc_segmentation import object_masks, read_index_map
from scratchcv.errors import InputError

SUFFIXES = (".jpg", ".jpeg", ".png")
MASK_FOLDERS = ("SegmentationClass", "SegmentationObject")

_FLAG = re.compile(r"\s+(-1|0|1)$")
_Item = TypeVar("_Item")


@dataclass(frozen=True)
class _Record:
    """What is known of one image before it is decoded; `masks` are the files of classes and of objects."""

    image: Path
    annotation: VocAnnotation
    labels: Array
    masks: tuple[Path, ...] | None


class VocDataset(Sequence[tuple[Array, dict[str, Array]]]):
    """Images with boxes, and masks if wanted, in the format of Pascal VOC.

    A folder holds ``ImageSets/Main/<split>.txt`` with one name a line, and for each name
    ``Annotations/<name>.xml`` and ``JPEGImages/<name>.jpg`` (or .jpeg, .png).

    Parameters
    ----------
    root : path
        The folder, such as ``VOCdevkit/VOC2007``.
    split : str
        A list's name: ``"train"``, ``"val"``, ``"trainval"``, ``"test"``.
    class_names : sequence of str, optional
        The classes in the order of their labels, ``"background"`` put first if it is not there. By default
        the names in *all* annotations of the folder, sorted, so that all splits agree; VOC's own twenty come
        in their official order.
    on_error : {"raise", "skip"}
        What a bad file does: stop, or be left out. What is left out is warned about and listed in `skipped`;
        so that no bad image turns up later, ``"skip"`` decodes all images once.
    one_based : bool
        Whether coordinates count pixels from 1, as VOC's do.
    masks : bool
        Whether targets have `masks` and `semantic` too; the list is in ``ImageSets/Segmentation`` then.
    progress : bool, optional
        Whether to show a bar, on the standard error stream, when reading takes over two seconds; by default
        on a terminal only.

    Attributes
    ----------
    class_names : tuple of str
        ``class_names[label]``; number 0 is ``"background"``.
    names : tuple of str
        The images' names, in the order of the list.
    skipped : list of (str, str)
        Names that were left out, and why.

    Raises
    ------
    InputError
        Naming the file and the place: a missing folder, list, annotation or image; a name listed twice; an
        unknown class; and all that `read_voc_annotation` refuses. Images are decoded when they are indexed,
        and broken ones raise it then.

    Notes
    -----
    - VOC gives the first and last *pixel* of an object, counted from 1; here boxes are edges on a continuous
      axis. So x1 = xmin − 1 and x2 = xmax; up to one pixel outside the image, a box is clipped.
    - The image's own size counts. An annotation may leave the size out or 0. If it names another one, the
      image was scaled or turned after the boxes were drawn, and that is an error.
    - An image without objects is kept, with boxes of shape (0, 4).
    - `masks` belong to the objects by their order in the annotation. `semantic` has the labels, and 255 where
      a pixel counts for nothing.

    References
    ----------
    Everingham et al., "The Pascal Visual Object Classes (VOC) Challenge", IJCV 2010.

    Examples
    --------
    >>> VocDataset("no/such/folder", "train")
    Traceback (most recent call last):
    scratchcv.errors.InputError: no/such/folder: no such folder, a Pascal VOC data set was wanted
    """

    def __init__(
        self,
        root: str | PathLike[str],
        split: str,
        *,
        class_names: Sequence[str] | None = None,
        on_error: str = "raise",
        one_based: bool = True,
        masks: bool = False,
        progress: bool | None = None,
    ) -> None:
        if on_error not in ("raise", "skip"):
            raise ValueError(f"on_error must be 'raise' or 'skip', got {on_error!r}")
        self.root, self.split, self.one_based, self.masks = Path(root), split, one_based, masks
        listed = read_voc_split(self.root, split, "Segmentation" if masks else "Main")
        self.class_names = _with_background(class_names or discover_class_names(self.root, progress=progress))
        if masks and list(self.class_names[1:]) != sorted(self.class_names[1:]):
            raise ValueError("with masks, class_names must be sorted, as the numbers in the masks' files are")
        self.skipped: list[tuple[str, str]] = []
        self._records: dict[str, _Record] = {}
        self._read_records(listed, on_error == "skip", progress)
        self.names = tuple(self._records)

    def __len__(self) -> int:
        return len(self.names)

    def __getitem__(self, index: Any) -> Any:
        """Return the image, (H, W, 3) uint8, and its target."""
        return self._load(self._records[self.names[index]])

    def _load(self, record: _Record) -> tuple[Array, dict[str, Array]]:
        image = load_image(record.image)
        target = {
            "boxes": record.annotation.boxes.copy(),
            "labels": record.labels.copy(),
            "difficult": record.annotation.difficult.copy(),
        }
        if record.masks is not None:
            classes, objects = record.masks
            size, count = (image.shape[0], image.shape[1]), len(record.labels)
            target["masks"] = object_masks(read_index_map(objects, size, count), count)
            target["semantic"] = read_index_map(classes, size, len(self.class_names) - 1)
        return image, target

    def _read_records(self, listed: Sequence[str], skip: bool, progress: bool | None) -> None:
        images = _images_by_name(self.root / "JPEGImages")
        for name in _with_bar(listed, f"reading {self.split}", progress):
            try:
                if name in self._records:
                    raise InputError(f"{self.root}: {name} is listed twice in {self.split}.txt")
                record = self._read_record(name, images)
                if skip:
                    self._load(record)
                self._records[name] = record
            except InputError as error:
                if not skip:
                    raise
                self.skipped.append((name, str(error)))
        if self.skipped:
            count = f"{len(self.skipped)} of {len(listed)} image{'' if len(listed) == 1 else 's'}"
            message = f"{self.root}: {count} {'was' if len(self.skipped) == 1 else 'were'} skipped: "
            message += "; ".join(reason for _, reason in self.skipped[:3]) + "; …" * (len(self.skipped) > 3)
            if not self._records:
                raise InputError(message)
            warnings.warn(message, stacklevel=3)

    def _read_record(self, name: str, images: dict[str, Path]) -> _Record:
        file = self.root / "Annotations" / f"{name}.xml"
        if not (file.is_file() or file.is_dir()):
            raise InputError(f"{file}: no such file, but {self.split}.txt lists {name}")
        if name not in images:
            image = self.root / "JPEGImages" / f"{name}.jpg"
            raise InputError(f"{image}: no such file (nor .jpeg, .png), but there is {file.name}")
        masks = tuple(self.root / folder / f"{name}.png" for folder in MASK_FOLDERS) if self.masks else None
        for mask in masks or ():
            if not mask.is_file():
                raise InputError(f"{mask}: no such file, but {self.split}.txt lists {name}")
        annotation = read_voc_annotation(file, image_size(images[name]), one_based=self.one_based)
        return _Record(images[name], annotation, self._labels(file, annotation), masks)

    def _labels(self, file: Path, annotation: VocAnnotation) -> Array:
        known = self.class_names[1:]
        for number, name in enumerate(annotation.names, start=1):
            if name not in known:
                raise InputError(
                    f"{file}: object {number}: unknown class {name!r}, known: {', '.join(known)}"
                )
        return np.array([self.class_names.index(name) for name in annotation.names], np.int64)


def read_voc_split(root: Path, split: str, task: str = "Main") -> list[str]:
    """Return the names that ``ImageSets/<task>/<split>.txt`` lists, in order.

    Lists of a single class (``cat_train.txt``) have a flag 1, 0 or −1 behind each name; it is left aside, and
    so is an image's ending. A name may itself end like that: what has an annotation counts.

    Raises
    ------
    InputError
        When the folder is not in Pascal VOC's format, or has no such list, or that is empty.
    """
    if not root.is_dir():
        raise InputError(f"{root}: no such folder, a Pascal VOC data set was wanted")
    for folder in (f"ImageSets/{task}", "Annotations", "JPEGImages"):
        if not (root / folder).is_dir():
            raise InputError(f"{root}: has no folder {folder}, a Pascal VOC data set was wanted")
    file = root / "ImageSets" / task / f"{split}.txt"
    if not file.is_file():
        known = ", ".join(sorted(other.stem for other in file.parent.glob("*.txt"))) or "none"
        raise InputError(f"{file}: no such split, there are: {known}")
    try:
        lines = file.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or error
        raise InputError(f"{file}: cannot be read: {reason}") from error
    lines = [line.strip() for line in lines if line.strip()]
    if not lines:
        raise InputError(f"{file}: lists no images")
    flagged = all(_FLAG.search(line) for line in lines)
    return [_name_in_list(root / "Annotations", line, flagged) for line in lines]


def _name_in_list(annotations: Path, line: str, flagged: bool) -> str:
    """Return the image's name in a line: the longest reading of it that has an annotation.

    Where none has, the flag is cut if all lines of the list have one: the error names the likely file then.
    """
    bare = _FLAG.sub("", line)
    readings = [line, bare, _without_image_ending(line), _without_image_ending(bare)]
    for name in readings:
        if (annotations / f"{name}.xml").exists():
            return name
    return readings[3 if flagged else 2]


def _without_image_ending(name: str) -> str:
    stem, dot, ending = name.rpartition(".")
    return stem if stem and f"{dot}{ending.lower()}" in SUFFIXES else name


def discover_class_names(root: Path, *, progress: bool | None = None) -> list[str]:
    """Return the sorted names of all classes in all annotations of the folder.

    An annotation that cannot be read adds no names here; it is reported by the split that lists it.
    """
    names: set[str] = set()
    files = sorted((root / "Annotations").glob("*.xml"))
    for file in _with_bar(files, "collecting classes", progress):
        try:
            root_element = parse_voc_xml(file)
        except InputError:
            continue
        names.update((item.findtext("name") or "").strip() for item in root_element.findall("object"))
    return sorted(names - {"", "background"})


def _with_bar(items: Sequence[_Item], words: str, progress: bool | None) -> Iterable[_Item]:
    """Go through the items with a progress bar; None shows it on a terminal only."""
    from tqdm import tqdm

    hidden = None if progress is None else not progress
    bar: Iterable[_Item] = tqdm(items, desc=words, unit="file", delay=2, leave=False, disable=hidden)
    return bar


def _with_background(class_names: Iterable[str]) -> tuple[str, ...]:
    names = tuple(class_names)
    names = names if names[:1] == ("background",) else ("background", *names)
    if len(set(names)) < len(names):
        raise ValueError(f"class_names must differ from each other, got {names}")
    return names


def _images_by_name(folder: Path) -> dict[str, Path]:
    files = [file for file in sorted(folder.iterdir()) if file.suffix.lower() in SUFFIXES]
    files.sort(key=lambda file: SUFFIXES.index(file.suffix.lower()), reverse=True)
    return {file.stem: file for file in files}
