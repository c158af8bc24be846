"""Gradescope: the zip archive from which it builds the machine that grades."""

from pathlib import Path

import scratchcv
from scratchcv.grading.exporters.kit import Kit, packages, zip_bytes
from scratchcv.grading.exporters.template import fill

ARCHIVE = "autograder.zip"


def export_gradescope(kit: Kit, folder: Path, wheel: Path | None = None) -> list[Path]:
    """Write ``autograder.zip``.

    Parameters
    ----------
    kit : Kit
    folder : Path
        Where to.
    wheel : Path, optional
        The library's; by default this version is installed from PyPI.

    Returns
    -------
    list of Path
        The file.
    """
    library = f"scratchcv=={scratchcv.__version__}" if wheel is None else f"./{wheel.name}"
    words = {"kit": kit.file_name, "library": library, "packages": " ".join(map(repr, packages(kit.sheet)))}
    files = {
        "setup.sh": (fill("gradescope_setup.sh", words).encode(), 0o755),
        "run_autograder": (fill("gradescope_run.sh", words).encode(), 0o755),
        kit.file_name: (kit.to_bytes(), 0o600),
    }
    if wheel is not None:
        files[wheel.name] = wheel.read_bytes(), 0o644
    path = folder / ARCHIVE
    path.write_bytes(zip_bytes(files))
    path.chmod(0o600)  # the course's secret is in it
    return [path]
