"""A picture of detections drawn fast enough for a live stream: with Pillow alone, some milliseconds each."""

import io
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from scratchcv.checks import Array
from scratchcv.visualize.boxes import as_picture
from scratchcv.visualize.palette import class_color, text_color

SIDE = 640
"""Pixels of the longer side of a frame: small images are enlarged, large ones made smaller."""


def live_frame(
    image: Array,
    prediction: Mapping[str, Any],
    class_names: Sequence[str],
    *,
    score_threshold: float = 0.4,
    side: int = SIDE,
    quality: int = 85,
) -> bytes:
    r"""Draw detections into an image, and return it as a JPEG file.

    Parameters
    ----------
    image : ndarray (H, W, 3) of uint8, or (3, H, W) of float in [0, 1]
        The image.
    prediction : mapping
        ``boxes`` (D, 4) in its pixels, ``scores`` (D,) and ``labels`` (D,).
    class_names : sequence of str
        Names by label, index 0 is the background.
    score_threshold : float
        Detections with a lower score are not drawn.
    side : int
        The longer side of the frame, pixels.
    quality : int
        Of the JPEG, 1 to 95.

    Returns
    -------
    bytes
        What stands in a ``.jpg`` file.

    Raises
    ------
    ValueError
        When `side` is not positive, or the image is none.

    Examples
    --------
    >>> found = {"boxes": [[10, 10, 40, 30]], "scores": [0.9], "labels": [1]}
    >>> live_frame(np.zeros((48, 64, 3), np.uint8), found, ["background", "cat"])[:2]
    b'\xff\xd8'
    """
    from PIL import Image, ImageDraw, ImageFont

    if side < 1:
        raise ValueError(f"side must be at least 1, got {side}")
    picture = Image.fromarray(as_picture(image))
    scale = side / max(picture.size)
    width, height = (max(1, round(length * scale)) for length in picture.size)
    picture = picture.resize((width, height), Image.Resampling.BILINEAR)
    draw, font = ImageDraw.Draw(picture), ImageFont.load_default(max(11, side // 40))
    scores = np.asarray(prediction["scores"], float)
    for row in np.argsort(scores, kind="stable"):  # the surest last, on top
        if scores[row] < score_threshold:
            continue
        label = int(prediction["labels"][row])
        color = class_color(label)
        x1, y1, x2, y2 = (float(edge) * scale for edge in prediction["boxes"][row])
        draw.rectangle((x1, y1, max(x1, x2), max(y1, y2)), outline=color, width=max(2, side // 200))
        text = f"{class_names[label]} {scores[row]:.2f}"
        left, top, right, bottom = draw.textbbox((0, 0), text, font=font)
        y = max(y1 - (bottom - top) - 6, 0)
        draw.rectangle((x1, y, x1 + right - left + 6, y + bottom - top + 6), fill=color)
        draw.text((x1 + 3 - left, y + 3 - top), text, fill=text_color(color), font=font)
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=quality)
    return file.getvalue()
