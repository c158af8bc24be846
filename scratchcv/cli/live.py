"""``scratchcv demo --live``: detections on an endless stream, watched in a browser."""

import itertools
import os
import re
import sys
import time
from collections import deque
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scratchcv.cli.live_server import live_server
from scratchcv.cli.messages import say
from scratchcv.errors import InputError

if TYPE_CHECKING:
    from scratchcv.checks import Array

SUFFIXES = (".jpg", ".jpeg", ".png", ".bmp", ".webp", ".tif", ".tiff", ".gif", ".ppm")

PIXELS_A_FRAME = 4
"""How far the camera moves along the row of scenes."""

RATE = 30.0
"""Frames a second at most: a faster stream is no better to look at, and leaves the machine nothing."""

WINDOW = 20
"""Frames whose times are averaged."""


@dataclass(frozen=True)
class Live:
    """What is shown live, and to whom.

    Attributes
    ----------
    source : Path, optional
        A folder of images, or of the frames of a video, in the order of their names, again and again (once,
        if they are written and `frames` does not say how many); by default the camera moves along an
        endless row of scenes.
    port : int
        Of the page, 0 for any free one.
    browser : bool
        Whether a browser is opened.
    frames : int, optional
        Stop after so many; by default at Ctrl-C.
    folder : Path, optional
        Where each drawn frame is written to as well.
    score : float
        Detections with a lower score are not drawn.
    seed : int
        Of the scenes.
    """

    source: Path | None = None
    port: int = 0
    browser: bool = True
    frames: int | None = None
    folder: Path | None = None
    score: float = 0.4
    seed: int = 0

    def show(self, model: Any, name: str) -> None:
        """Detect and show until it is enough."""
        from scratchcv.data import to_tensor
        from scratchcv.visualize import live_frame

        images = self._images(model.size)
        class_names = model.config["class_names"]
        first = next(images)
        model.predict([to_tensor(first)])  # compiles
        took: deque[float] = deque(maxlen=WINDOW)
        ends: deque[float] = deque([time.perf_counter()], maxlen=WINDOW + 1)
        start, number = ends[0], 0
        # Ctrl-C is how an endless stream ends, so it is no failure.
        with suppress(KeyboardInterrupt), live_server(self.port) as server:
            print(f"{server.address}  (Ctrl-C ends it)", flush=True)
            if self.browser and has_screen():
                _open_browser(server.address)
            for image in itertools.islice(itertools.chain([first], images), self.frames):
                began = time.perf_counter()
                (prediction,) = model.predict([to_tensor(image)])
                took.append(time.perf_counter() - began)
                frame = live_frame(image, prediction, class_names, score_threshold=self.score)
                if self.folder is not None:
                    (self.folder / f"frame_{number + 1:06}.jpg").write_bytes(frame)
                number += 1
                time.sleep(max(0.0, 1 / RATE - (time.perf_counter() - ends[-1])))
                ends.append(time.perf_counter())
                found = int((prediction["scores"] >= self.score).sum())
                shown, possible = (len(ends) - 1) / (ends[-1] - ends[0]), len(took) / sum(took)
                rates = f"{shown:.0f} frames a second, {possible:.0f} possible"
                server.show(frame, f"{name}: {found} found; {rates}")
        seconds = time.perf_counter() - start
        alone = f"; detecting alone, {len(took) / sum(took):.1f} a second" if took else ""
        print(f"{number} frames in {seconds:.1f} s, {number / seconds:.1f} a second{alone}")

    def _images(self, size: int) -> "Iterator[Array]":
        if self.source is None:
            return _scenes(size, self.seed)
        return _folder(self.source, endless=self.folder is None or self.frames is not None)


def _scenes(size: int, seed: int) -> "Iterator[Array]":
    """Yield what a camera sees that moves along a row of scenes without end."""
    import numpy as np

    from scratchcv.data import SceneDataset

    scenes = SceneDataset(10**6, size=size, seed=seed + 12345)
    left = scenes[0][0]
    for index in itertools.count(1):
        right = scenes[index % len(scenes)][0]
        both = np.concatenate([left, right], axis=1)
        for x in range(0, size, PIXELS_A_FRAME):
            yield both[:, x : x + size]
        left = right


def image_files(folder: Path) -> list[Path]:
    """Return a folder's images by name; numbers count by their value, so that frame 2 is before frame 10.

    Raises
    ------
    InputError
        When there is no such folder, or no image in it.

    Examples
    --------
    >>> image_files(Path("nowhere"))
    Traceback (most recent call last):
    scratchcv.errors.InputError: nowhere: no such folder
    """
    if not folder.is_dir():
        raise InputError(f"{folder}: no such folder")
    files = [file for file in folder.iterdir() if file.suffix.lower() in SUFFIXES]
    if not files:
        raise InputError(f"{folder}: no images in it")
    return sorted(files, key=_by_number)


def _by_number(file: Path) -> list[tuple[int, str]]:
    parts = re.split("([0-9]+)", file.name)  # every second one is a number
    return [(int(part), "") if index % 2 else (0, part) for index, part in enumerate(parts)]


def _folder(folder: Path, *, endless: bool = True) -> "Iterator[Array]":
    """Yield the images of a folder in the order of their names, again and again; bad ones are named once."""
    from scratchcv.data.image import load_image

    files = image_files(folder)
    bad: set[Path] = set()
    while len(bad) < len(files):
        for file in files:
            if file in bad:
                continue
            try:
                yield load_image(file)
            except InputError as error:
                say(f"warning: {error}; it is skipped")
                bad.add(file)
        if not endless and len(bad) < len(files):
            return
    raise InputError(f"{folder}: none of its {len(files)} images can be read")


def has_screen() -> bool:
    """Say whether a browser could open a window; without one, a text browser would take the terminal.

    Examples
    --------
    >>> has_screen() in (True, False)
    True
    """
    if sys.platform in ("win32", "darwin"):
        return True
    return any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY"))


def _open_browser(address: str) -> None:
    """Open a page if there is a browser; on a machine without one the printed address is enough."""
    import webbrowser

    try:
        webbrowser.open(address)
    except webbrowser.Error as error:
        say(f"no browser opened: {error}")
