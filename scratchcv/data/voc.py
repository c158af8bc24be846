"""Pascal VOC: a folder of photographs, an XML file of boxes for each, and lists that split them."""

import re
import warnings
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import ParseError

import numpy as np

from scratchcv.checks import Array
from scratchcv.data.image import image_size, load_image
from scratchcv.errors import InputError

SUFFIXES = (".jpg", ".jpeg", ".png")


@dataclass(frozen=True)
class _Record:
    """What the annotation of one image says."""

    image: Path
    boxes: Array
    labels: Array
    difficult: Array


class VocDataset(Sequence[tuple[Array, dict[str, Array]]]):
    """Images with boxes in Pascal VOC's format, read from a folder of this form::

        ImageSets/Main/<split>.txt    one name a line
        Annotations/<name>.xml        the objects: class, box, difficult or not
        JPEGImages/<name>.jpg         or .jpeg, .png

    Parameters
    ----------
    root : path
        The folder, such as ``VOCdevkit/VOC2007``.
    split : str
        A list's name: ``"train"``, ``"val"``, ``"trainval"``, ``"test"``.
    class_names : sequence of str, optional
        The classes, in the order of their labels; ``"background"`` is put first if it is not there. By default
        the names in *all* annotations of the folder, sorted, so that all splits agree; for VOC itself these are
        the twenty classes in their official order.
    on_error : {"raise", "skip"}
        What a bad file does: stop, or be left out. Left out ones are warned about and listed in `skipped`. So
        that no bad image turns up later, ``"skip"`` decodes all images once.
    one_based : bool
        Whether coordinates count pixels from 1, as VOC's do; see the notes.

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
        Naming the file and the place: a missing folder, list, annotation or image; XML that is broken or
        dangerous; a field that is missing or no number; an unknown class; a box that is empty, inverted or
        outside its image; a name listed twice. Images are decoded when indexed, and can raise it then.

    Notes
    -----
    - VOC gives the first and the last *pixel* of an object, counted from 1. Here boxes are edges on a continuous
      axis, so x1 = xmin − 1, x2 = xmax: an object of one pixel is 1 wide. With ``one_based=False`` the numbers
      are taken as edges as they stand.
    - Tools that count from 0 miss by one pixel. Up to one pixel outside the image a box is clipped; further out,
      it is an error.
    - The image's own size counts. An annotation may leave its size out or 0; if it says another one, the image
      was scaled or rotated after the boxes were drawn, and that is an error.
    - An image without objects is kept, with boxes of shape (0, 4).

    References
    ----------
    Everingham et al., "The Pascal Visual Object Classes (VOC) Challenge", IJCV 2010; VOC2007 development kit.

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
    ) -> None:
        if on_error not in ("raise", "skip"):
            raise ValueError(f"on_error must be 'raise' or 'skip', got {on_error!r}")
        self.root = Path(root)
        self.split = split
        self.one_based = one_based
        listed = read_split(self.root, split)
        self.class_names = _with_background(class_names or discover_class_names(self.root))
        self.skipped: list[tuple[str, str]] = []
        self._records: dict[str, _Record] = {}
        self._read_records(listed, on_error)
        self.names = tuple(self._records)

    def __len__(self) -> int:
        return len(self.names)

    def __getitem__(self, index: Any) -> Any:
        """Return the image, (H, W, 3) uint8, and its target: `boxes`, `labels` and `difficult`."""
        record = self._records[self.names[index]]
        target = {
            "boxes": record.boxes.copy(),
            "labels": record.labels.copy(),
            "difficult": record.difficult.copy(),
        }
        return load_image(record.image), target

    def _read_records(self, listed: Iterable[str], on_error: str) -> None:
        from tqdm import tqdm

        images = _images_by_name(self.root / "JPEGImages")
        for name in tqdm(listed, desc=f"reading {self.split}", unit="image", delay=2, leave=False):
            try:
                if name in self._records:
                    raise InputError(f"{_split_file(self.root, self.split)}: {name} is listed twice")
                record = self._read_record(name, images)
                if on_error == "skip":
                    load_image(record.image)
                self._records[name] = record
            except InputError as error:
                if on_error == "raise":
                    raise
                self.skipped.append((name, str(error)))
        if self.skipped:
            total = len(self.skipped) + len(self._records)
            reasons = "; ".join(reason for _, reason in self.skipped[:3])
            more = "; …" if len(self.skipped) > 3 else ""
            message = f"{len(self.skipped)} of {total} images of {self.root} were skipped: {reasons}{more}"
            if not self._records:
                raise InputError(message)
            warnings.warn(message, stacklevel=3)

    def _read_record(self, name: str, images: dict[str, Path]) -> _Record:
        annotation = self.root / "Annotations" / f"{name}.xml"
        tree = read_annotation(annotation)
        if name not in images:
            wanted = self.root / "JPEGImages" / name
            raise InputError(
                f"{wanted}.jpg: no such file (nor {', '.join(SUFFIXES[1:])}), {annotation} needs it"
            )
        height, width = image_size(images[name])
        _check_size(annotation, tree, height, width)
        objects = list(enumerate(tree.findall("object"), start=1))
        boxes = [
            _read_box(f"{annotation}: object {number}", item, (height, width), self.one_based)
            for number, item in objects
        ]
        labels = [self._read_label(f"{annotation}: object {number}", item) for number, item in objects]
        difficult = [_read_flag(f"{annotation}: object {number}", item) for number, item in objects]
        return _Record(
            images[name],
            np.array(boxes, np.float32).reshape(-1, 4),
            np.array(labels, np.int64),
            np.array(difficult, bool),
        )

    def _read_label(self, place: str, item: Any) -> int:
        name = _text(place, item, "name")
        if name not in self.class_names[1:]:
            raise InputError(f"{place}: unknown class {name!r}, known: {', '.join(self.class_names[1:])}")
        return self.class_names.index(name)


def read_split(root: Path, split: str) -> list[str]:
    """Return the names that ``ImageSets/Main/<split>.txt`` lists, in order.

    Lists of a single class (``cat_train.txt``) hold a flag 1, 0 or -1 behind each name; it is left aside.
    """
    if not root.is_dir():
        raise InputError(f"{root}: no such folder, a Pascal VOC data set was wanted")
    for folder in ("ImageSets/Main", "Annotations", "JPEGImages"):
        if not (root / folder).is_dir():
            raise InputError(f"{root}: has no folder {folder}, a Pascal VOC data set was wanted")
    file = _split_file(root, split)
    if not file.is_file():
        known = ", ".join(sorted(other.stem for other in file.parent.glob("*.txt"))) or "none"
        raise InputError(f"{file}: no such split, there are: {known}")
    try:
        lines = file.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{file}: cannot be read: {error}") from error
    names = [re.sub(r"\s+(-1|0|1)$", "", line.strip()) for line in lines if line.strip()]
    if not names:
        raise InputError(f"{file}: lists no images")
    return names


def _split_file(root: Path, split: str) -> Path:
    return root / "ImageSets" / "Main" / f"{split}.txt"


def discover_class_names(root: Path) -> list[str]:
    """Return the sorted names of all classes in all annotations of the folder.

    An annotation that cannot be read adds no names here; it is reported by the split that lists it.
    """
    from tqdm import tqdm

    names = set()
    files = sorted((root / "Annotations").glob("*.xml"))
    for file in tqdm(files, desc="collecting classes", unit="file", delay=2, leave=False):
        try:
            tree = read_annotation(file)
        except InputError:
            continue
        names.update((item.findtext("name") or "").strip() for item in tree.findall("object"))
    return sorted(names - {"", "background"})


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


def read_annotation(file: Path) -> Any:
    """Return the root element of an annotation, read without following entities."""
    from defusedxml import DefusedXmlException, ElementTree

    try:
        tree = ElementTree.parse(file).getroot()
    except FileNotFoundError:
        raise InputError(f"{file}: no such file") from None
    except DefusedXmlException as error:
        raise InputError(f"{file}: refused: the XML declares entities ({error})") from error
    except (ParseError, OSError, ValueError, LookupError) as error:
        raise InputError(f"{file}: broken XML: {error}") from error
    if tree.tag != "annotation":
        raise InputError(f"{file}: the root element must be <annotation>, got <{tree.tag}>")
    return tree


def _text(place: str, element: Any, field: str) -> str:
    text = (element.findtext(field) or "").strip()
    if not text:
        raise InputError(f"{place}: <{field}> is missing or empty")
    return text


def _number(place: str, element: Any, field: str) -> float:
    text = _text(place, element, field)
    try:
        value = float(text)
    except ValueError:
        value = float("nan")
    if not np.isfinite(value):
        raise InputError(f"{place}: <{field}> must be a number, got {text!r}")
    return value


def _read_flag(place: str, item: Any) -> bool:
    return item.find("difficult") is not None and _number(place, item, "difficult") != 0


def _check_size(annotation: Path, tree: Any, height: int, width: int) -> None:
    size = tree.find("size")
    if size is None:
        return
    stated = tuple(_number(f"{annotation}: size", size, field) for field in ("width", "height"))
    if all(stated) and stated != (width, height):
        raise InputError(
            f"{annotation}: was drawn on {stated[0]:g}×{stated[1]:g} pixels, "
            f"but the image (upright) has {width}×{height}: its boxes cannot be trusted"
        )


def _read_box(place: str, item: Any, size: tuple[int, int], one_based: bool) -> list[float]:
    fields = item.find("bndbox")
    if fields is None:
        raise InputError(f"{place}: <bndbox> is missing")
    xmin, ymin, xmax, ymax = (_number(place, fields, field) for field in ("xmin", "ymin", "xmax", "ymax"))
    box = f"box xmin {xmin:g}, ymin {ymin:g}, xmax {xmax:g}, ymax {ymax:g}"
    first = 1 if one_based else 0
    x1, y1, x2, y2 = xmin - first, ymin - first, xmax, ymax
    if x2 <= x1 or y2 <= y1:
        raise InputError(f"{place}: {box} is empty or inverted")
    height, width = size
    inside = [max(x1, 0), max(y1, 0), min(x2, width), min(y2, height)]
    slack = max(abs(before - after) for before, after in zip((x1, y1, x2, y2), inside, strict=True))
    if slack > 1 or inside[2] <= inside[0] or inside[3] <= inside[1]:
        raise InputError(f"{place}: {box} reaches outside the image of {width}×{height} pixels")
    return inside
