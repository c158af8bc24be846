"""One annotation of Pascal VOC: the XML file that names the objects in a photograph."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree.ElementTree import ParseError

import numpy as np

from scratchcv.checks import Array
from scratchcv.errors import InputError

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element


@dataclass(frozen=True)
class VocAnnotation:
    """The objects of one image, in the order of the file.

    Attributes
    ----------
    boxes : ndarray of shape (R, 4), float32
        xyxy in pixels.
    names : tuple of str
        The class of each.
    difficult : ndarray of shape (R,), bool
        Which of them evaluation passes over.
    """

    boxes: Array
    names: tuple[str, ...]
    difficult: Array


def read_voc_annotation(file: Path, size: tuple[int, int], *, one_based: bool = True) -> VocAnnotation:
    """Read and check the objects of an annotation.

    Parameters
    ----------
    file : Path
        The XML file.
    size : (int, int)
        Height and width of its image, in pixels.
    one_based : bool
        Whether coordinates are pixels counted from 1; otherwise they are edges as they stand.

    Returns
    -------
    VocAnnotation

    Raises
    ------
    InputError
        Naming the file and the object: XML that is broken or declares entities; a missing field; a coordinate
        that is no number; a box that is empty, inverted or outside the image; another size than the image's.

    Notes
    -----
    VOC gives the first and last pixel of an object: x1 = xmin − 1, x2 = xmax. Tools that count from 0 miss by
    one pixel. So a box up to one pixel outside the image is clipped; further out, it is an error.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = Path(folder, "1.xml")
    ...     _ = file.write_text(
    ...         "<annotation><object><name>cat</name><bndbox><xmin>1</xmin><ymin>3</ymin>"
    ...         "<xmax>4</xmax><ymax>3</ymax></bndbox></object></annotation>"
    ...     )
    ...     annotation = read_voc_annotation(file, (10, 20))
    >>> annotation.names, annotation.boxes.tolist()
    (('cat',), [[0.0, 2.0, 4.0, 3.0]])
    """
    root = parse_voc_xml(file)
    _check_size(file, root, size)
    boxes, names, difficult = [], [], []
    for number, item in enumerate(root.findall("object"), start=1):
        place = f"{file}: object {number}"
        names.append(_text(place, item, "name"))
        boxes.append(_read_box(f"{place} ({names[-1]})", item, size, one_based))
        difficult.append(item.find("difficult") is not None and _number(place, item, "difficult") != 0)
    return VocAnnotation(
        np.array(boxes, np.float32).reshape(-1, 4), tuple(names), np.array(difficult, dtype=bool)
    )


def parse_voc_xml(file: Path) -> "Element":
    """Return the ``<annotation>`` element of a file, refusing XML that declares entities.

    Raises
    ------
    InputError
        When there is no such file, it cannot be read, or it is not such XML.
    """
    from defusedxml import DefusedXmlException, ElementTree

    try:
        root = ElementTree.parse(file).getroot()
    except FileNotFoundError:
        raise InputError(f"{file}: no such file") from None
    except DefusedXmlException as error:
        raise InputError(f"{file}: refused: the XML declares entities ({error})") from error
    except OSError as error:
        reason = "is a folder, an annotation was wanted"
        if not file.is_dir():
            reason = f"cannot be read: {error.strerror or error}"
        raise InputError(f"{file}: {reason}") from error
    except (ParseError, ValueError, LookupError) as error:
        raise InputError(f"{file}: broken XML: {error}") from error
    if root is None or root.tag != "annotation":
        raise InputError(f"{file}: the root element must be <annotation>, got <{getattr(root, 'tag', '')}>")
    return root


def _text(place: str, element: "Element", field: str) -> str:
    text = (element.findtext(field) or "").strip()
    if not text:
        raise InputError(f"{place}: <{field}> is missing or empty")
    return text


def _number(place: str, element: "Element", field: str) -> float:
    text = _text(place, element, field)
    try:
        value = float(text)
    except ValueError:
        value = float("nan")
    if not np.isfinite(value):
        raise InputError(f"{place}: <{field}> must be a number, got {text!r}")
    return value


def _check_size(file: Path, root: "Element", size: tuple[int, int]) -> None:
    element = root.find("size")
    if element is None:
        return
    width, height = (_number(f"{file}: size", element, field) for field in ("width", "height"))
    if width and height and (height, width) != size:
        raise InputError(
            f"{file}: size is {width:g}×{height:g} pixels, but the image, upright, has {size[1]}×{size[0]}: "
            "its boxes cannot be trusted"
        )


def _read_box(place: str, item: "Element", size: tuple[int, int], one_based: bool) -> list[float]:
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
