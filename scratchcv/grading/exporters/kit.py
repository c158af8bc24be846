"""What grading on another machine needs, in one file: the sheet, the course's secret, and how to grade."""

import atexit
import importlib.metadata
import importlib.util
import io
import json
import shutil
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import scratchcv
from scratchcv.errors import InputError
from scratchcv.grading.process.levels import LEVELS
from scratchcv.grading.sheets.sheet import Sheet, load_sheet

FORMAT = "scratchcv/kit/1"
VISIBILITIES = ("visible", "after_due_date", "after_published", "hidden")

_SETTINGS, _SHEETS, _MODULES = "kit.json", "sheet", "modules"


@dataclass(frozen=True)
class Kit:
    """A sheet, and how it is graded.

    Attributes
    ----------
    sheet : Sheet
    secret : bytes
        The course's; it decides the hidden inputs.
    require : {"sealed", "guarded", "self-check"}
        The least level at which submissions are graded.
    visibility : {"visible", "after_due_date", "after_published", "hidden"}
        When students see points and hints of the hidden cases, where the platform knows such a thing.

    Raises
    ------
    ValueError
        When a setting is unknown.
    """

    sheet: Sheet
    secret: bytes = field(repr=False)
    require: str = "guarded"
    visibility: str = "visible"

    def __post_init__(self) -> None:
        if self.require not in LEVELS:
            raise ValueError(f"require must be one of {', '.join(LEVELS)}, got {self.require!r}")
        if self.visibility not in VISIBILITIES:
            raise ValueError(f"visibility must be one of {', '.join(VISIBILITIES)}, got {self.visibility!r}")

    @property
    def file_name(self) -> str:
        """Return what the kit's file is called."""
        return f"{self.sheet.name}_grader.zip"

    def to_bytes(self) -> bytes:
        """Return the kit as a zip archive; a sheet of one's own and its originals are in it."""
        settings = {
            "format": FORMAT,
            "scratchcv": scratchcv.__version__,
            "sheet": self.sheet.name,
            "secret": self.secret.hex(),
            "require": self.require,
            "visibility": self.visibility,
        }
        files = {_SETTINGS: json.dumps(settings, indent=1).encode()}
        if not is_librarys(self.sheet):
            files |= dict(_below(self.sheet.folder, f"{_SHEETS}/{self.sheet.name}"))
            files |= {
                f"{_MODULES}/{name}": data
                for module in originals(self.sheet)
                for name, data in _module_files(module)
            }
        return zip_bytes({name: (data, 0o600) for name, data in files.items()})


def read_kit(path: Path) -> Kit:
    """Read a kit.

    Parameters
    ----------
    path : Path
        The file that `Kit.to_bytes` gave. A sheet in it is unpacked until the process ends.

    Raises
    ------
    InputError
        When it is no such file.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            settings = json.loads(archive.read(_SETTINGS))
            if settings["format"] != FORMAT:
                raise ValueError(f"the format must be {FORMAT}, got {settings['format']!r}")
            sheet = settings["sheet"]
            if any(name.startswith(f"{_SHEETS}/") for name in archive.namelist()):
                folder = Path(tempfile.mkdtemp(prefix="scratchcv-"))
                atexit.register(shutil.rmtree, folder, ignore_errors=True)
                archive.extractall(folder)
                sys.path.insert(0, str(folder / _MODULES))
                sheet = folder / _SHEETS / sheet
        secret = bytes.fromhex(settings["secret"])
        return Kit(load_sheet(sheet), secret, settings["require"], settings["visibility"])
    except (OSError, ValueError, KeyError, TypeError, zipfile.BadZipFile) as error:
        raise InputError(f"{path}: not a grader's file: {error}") from error


def is_librarys(sheet: Sheet) -> bool:
    """Tell whether a sheet comes with the library, so that its name is enough wherever that is installed."""
    return sheet.folder.is_relative_to(Path(scratchcv.__file__).resolve().parent)


def originals(sheet: Sheet) -> list[str]:
    """Return the top modules, other than the library, that a sheet's functions are from."""
    functions = [name for exercise in sheet.exercises for name in (exercise.function, *exercise.given)]
    return sorted({name.partition(".")[0] for name in functions} - {"scratchcv"})


def packages(sheet: Sheet) -> list[str]:
    """Return what has to be installed beside the library: NumPy, and what a sheet's originals are from.

    Raises
    ------
    InputError
        When it cannot be known which distribution a module is from.
    """
    found = ["numpy>=2.0", *(["numba>=0.61"] if sheet.numba else [])]
    owners = importlib.metadata.packages_distributions()
    for module in originals(sheet):
        if _is_installed(module):
            if module not in owners:
                raise InputError(f"{module}: no installed distribution has this module")
            found.append(f"{owners[module][0]}=={importlib.metadata.version(owners[module][0])}")
    return found


def zip_bytes(files: dict[str, tuple[bytes, int]]) -> bytes:
    """Return a zip archive of files with their modes; the same files give the same bytes.

    Examples
    --------
    >>> zip_bytes({"a.txt": (b"a", 0o644)}) == zip_bytes({"a.txt": (b"a", 0o644)})
    True
    """
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, (data, mode) in files.items():
            entry = zipfile.ZipInfo(name)
            entry.create_system = 3  # Unix, whose modes are understood
            entry.external_attr = (0o100000 | mode) << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, data)
    return buffer.getvalue()


def _is_installed(module: str) -> bool:
    return "site-packages" in _place(module).parts


def _place(module: str) -> Path:
    """Return a module's file, or a package's folder."""
    spec = importlib.util.find_spec(module)
    if spec is None or spec.origin is None:
        raise InputError(f"{module}: cannot be found as a file or a package")
    return Path(spec.origin).parent if spec.submodule_search_locations else Path(spec.origin)


def _module_files(module: str) -> Iterator[tuple[str, bytes]]:
    place = _place(module)
    if _is_installed(module):
        return
    if place.is_dir():
        yield from _below(place, module)
    else:
        yield place.name, place.read_bytes()


def _below(folder: Path, name: str) -> Iterator[tuple[str, bytes]]:
    for path in sorted(folder.rglob("*")):
        if path.is_file() and "__pycache__" not in path.parts:
            yield f"{name}/{path.relative_to(folder).as_posix()}", path.read_bytes()
