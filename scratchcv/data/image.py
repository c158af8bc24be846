"""From an image file to the arrays that models take: `load_image`, `to_tensor`, `resize_image`."""

from collections.abc import Iterator
from contextlib import contextmanager
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import numpy as np

from scratchcv.checks import Array, check_array
from scratchcv.errors import InputError

if TYPE_CHECKING:
    from PIL.Image import Image
    from PIL.ImageFile import ImageFile

FORMATS = ("JPEG", "PNG", "BMP", "GIF", "TIFF", "WEBP", "PPM")
"""Formats that are opened. Others that Pillow knows are not, above all EPS, which starts another program."""

MAX_PIXELS = 64_000_000

_ORIENTATION_TAG = 0x0112
_TIFF_SIZE_TAGS = 0x0100, 0x0101


def load_image(path: str | PathLike[str], *, max_pixels: int = MAX_PIXELS) -> Array:
    """Read an image file as it is seen: upright, in colour, eight bits a channel.

    Parameters
    ----------
    path : path
        A JPEG, PNG, BMP, GIF, TIFF, WebP or PNM file.
    max_pixels : int
        Larger images are refused before they are decoded.

    Returns
    -------
    ndarray of shape (H, W, 3), uint8
        The RGB image.

    Raises
    ------
    InputError
        When the file is missing, a folder, empty, not an image, broken, or larger than `max_pixels`.

    Notes
    -----
    - The rotation that a camera notes in EXIF is applied; boxes refer to the upright image.
    - Transparency (alpha channel, palette entry or colour key) is laid on white, as on a page. Dropping it,
      as ``convert("RGB")`` does, would bring out whatever colour lies under it.
    - 16 bits are scaled by 255/65535, never clipped. A file of wider integers or of floats does not tell
      their range: within [0, 65535] they count as 16 bits (floats within [0, 1] as fractions), others are
      stretched from their least to their greatest.
    - CMYK goes through the simple formula R = (1 − C)(1 − K); Adobe's inverted JPEGs come out right.
    - Of an animation or a stack, the first frame.

    Examples
    --------
    >>> import tempfile, PIL.Image
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     PIL.Image.new("L", (4, 2), 7).save(folder + "/grey.png")
    ...     image = load_image(folder + "/grey.png")
    >>> image.shape, image[0, 0].tolist()
    ((2, 4, 3), [7, 7, 7])
    """
    with open_image(Path(path), max_pixels) as image:
        image.load()
        return np.array(_upright(_to_rgb(image), _orientation(image)))


def image_size(path: str | PathLike[str], *, max_pixels: int = MAX_PIXELS) -> tuple[int, int]:
    """Return (height, width) of the image that `load_image` would give, from the file's header alone.

    Raises
    ------
    InputError
        As `load_image`, except for damage behind the header.

    Examples
    --------
    >>> import tempfile, PIL.Image
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     PIL.Image.new("L", (4, 2)).save(folder + "/grey.png")
    ...     image_size(folder + "/grey.png")
    (2, 4)
    """
    with open_image(Path(path), max_pixels) as image:
        width, height = image.size
        if image.format == "TIFF":  # Pillow turns these by itself, and their size by then or before
            width, height = (image.getexif()[tag] for tag in _TIFF_SIZE_TAGS)
        return (width, height) if _orientation(image) >= 5 else (height, width)


@contextmanager
def open_image(path: Path, max_pixels: int = MAX_PIXELS) -> Iterator["ImageFile"]:
    """Open an image, its pixels not yet decoded; what goes wrong inside the block becomes an `InputError`.

    Parameters
    ----------
    path : Path
        The file.
    max_pixels : int
        Larger images are refused.

    Examples
    --------
    >>> with open_image(Path("missing.jpg")) as image:
    ...     image.load()
    Traceback (most recent call last):
    scratchcv.errors.InputError: missing.jpg: no such file, an image was wanted
    """
    try:
        if not path.is_file():
            reason = "is a folder" if path.is_dir() else "is not a file" if path.exists() else "no such file"
            raise InputError(f"{path}: {reason}, an image was wanted")
        with path.open("rb") as file:
            image = _recognise(file, path)
            width, height = image.size
            if width * height > max_pixels:
                limit = f"{max_pixels / 1e6:g} megapixels" if max_pixels >= 1e6 else f"{max_pixels} pixels"
                raise InputError(
                    f"{path}: {width}×{height} pixels are more than the limit of {limit} (max_pixels)"
                )
            yield image
    except InputError:
        raise
    except Exception as error:  # decoders of damaged files raise almost anything
        cause = getattr(error, "strerror", None) or error  # an OSError's text would name the path again
        raise InputError(f"{path}: the image cannot be read: {cause}") from error


def _recognise(file: BinaryIO, path: Path) -> "ImageFile":
    """Find the format that fits the file's first bytes.

    This is what ``PIL.Image.open`` does, without its own pixel limit: that one is global, and warns on the
    way, where ours is an argument.
    """
    from PIL import Image

    Image.init()
    prefix = file.read(16)
    if not prefix:
        raise InputError(f"{path}: the file is empty")
    for name in FORMATS:
        factory, accept = Image.OPEN[name]
        if accept is None or accept(prefix) is True:
            file.seek(0)
            return factory(file, str(path))
    raise InputError(f"{path}: not an image of a known format ({', '.join(FORMATS)})")


def _orientation(image: "Image") -> int:
    try:
        orientation = image.getexif().get(_ORIENTATION_TAG, 1)
    except Exception:  # damaged notes of the camera do not make an image worthless
        return 1
    return orientation if orientation in range(1, 9) else 1


def _upright(image: "Image", orientation: int) -> "Image":
    """Undo the rotation or mirroring that EXIF names 2 to 8."""
    from PIL.Image import Transpose

    undo = {
        2: Transpose.FLIP_LEFT_RIGHT,
        3: Transpose.ROTATE_180,
        4: Transpose.FLIP_TOP_BOTTOM,
        5: Transpose.TRANSPOSE,
        6: Transpose.ROTATE_270,
        7: Transpose.TRANSVERSE,
        8: Transpose.ROTATE_90,
    }
    return image.transpose(undo[orientation]) if orientation in undo else image


def _to_rgb(image: "Image") -> "Image":
    from PIL import Image

    if image.mode[0] in "IF":
        return Image.fromarray(_eight_bits(np.asarray(image))).convert("RGB")
    if image.has_transparency_data:
        white = Image.new("RGBA", image.size, "white")
        image = Image.alpha_composite(white, image.convert("RGBA"))
    return image.convert("RGB")


def _eight_bits(grey: Array) -> Array:
    """Scale wide greys to 0…255, see the notes of `load_image`."""
    values = np.nan_to_num(grey.astype(np.float64), posinf=0, neginf=0)
    low, high = float(values.min()), float(values.max())
    if low >= 0 and high <= 1 and grey.dtype.kind == "f":
        low, high = 0, 1
    elif low >= 0 and high <= 65535:
        low, high = 0, 65535
    eight_bits: Array = np.rint((values - low) * 255 / max(high - low, 1e-300)).astype(np.uint8)
    return eight_bits


def to_tensor(image: Array) -> Array:
    """Convert an image to what models take: channels first, floats in [0, 1].

    Parameters
    ----------
    image : ndarray of shape (H, W, 3), uint8

    Returns
    -------
    ndarray of shape (3, H, W), float32
        ``image / 255``, contiguous.

    Raises
    ------
    TypeError
        When the image is not uint8.

    Examples
    --------
    >>> to_tensor(np.full((1, 2, 3), 255, np.uint8)).tolist()
    [[[1.0, 1.0]], [[1.0, 1.0]], [[1.0, 1.0]]]
    """
    image = check_array("image", image, ("H", "W", 3))
    if image.dtype != np.uint8:
        raise TypeError(f"image must be uint8, got {image.dtype}")
    tensor = np.empty((3, *image.shape[:2]), np.float32)
    np.divide(image.transpose(2, 0, 1), np.float32(255), out=tensor)
    return tensor


def resize_image(
    image: Array, size: tuple[int, int], *, region: tuple[float, float, float, float] | None = None
) -> Array:
    """Resize an image bilinearly; a smaller one averages over all that it covers (antialiasing).

    Parameters
    ----------
    image : ndarray
        (H, W, 3) uint8, or (C, H, W) floating.
    size : (int, int)
        The new height and width.
    region : (float, float, float, float), optional
        x1, y1, x2, y2 of the part to resize, in pixels; edges may lie within a pixel. By default all.

    Returns
    -------
    ndarray
        The image in `size`, in the same layout and dtype; the very same array when it has that size already.

    Notes
    -----
    Pillow's filter; torchvision's ``resize(…, antialias=True)`` agrees with it. Floats are computed in
    float32.

    Examples
    --------
    >>> resize_image(np.zeros((480, 640, 3), np.uint8), (300, 300)).shape
    (300, 300, 3)
    >>> resize_image(np.zeros((3, 480, 640), np.float32), (300, 300)).shape
    (3, 300, 300)
    """
    floating = np.issubdtype(image.dtype, np.floating)
    image = check_array("image", image, ("C", "H", "W") if floating else ("H", "W", 3))
    height, width = image.shape[1:] if floating else image.shape[:2]
    if min(height, width, *size) < 1:
        raise ValueError(f"image and size must be at least 1×1, got {height}×{width} and {size[0]}×{size[1]}")
    if (height, width) == tuple(size) and region in (None, (0, 0, width, height)):
        return image
    if not floating:
        return _resize_plane(image, size, region)
    planes = [_resize_plane(plane, size, region) for plane in image.astype(np.float32, copy=False)]
    return np.array(planes, image.dtype).reshape(-1, *size)


def _resize_plane(
    plane: Array, size: tuple[int, int], region: tuple[float, float, float, float] | None
) -> Array:
    from PIL import Image

    resized = Image.fromarray(plane).resize(size[::-1], Image.Resampling.BILINEAR, box=region)
    return np.array(resized)
