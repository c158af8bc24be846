"""A sheet handed out: a folder with the file to fill in, the guide, a short README and the sheet's data."""

import json
import os
from pathlib import Path

from scratchcv.errors import InputError
from scratchcv.grading.sheets.guide import guide, guide_with_stubs
from scratchcv.grading.sheets.handout import handout
from scratchcv.grading.sheets.sheet import Sheet

DATA = "data"
"""What is in this folder of a sheet is copied along."""

_README = """\
# {title}

{description}

{files}
Check what you have on the visible cases, as often as you like; the hidden ones, which decide the points, have
other numbers and shapes:

```sh
scratchcv assignment check .
scratchcv assignment check . {first}
scratchcv assignment check . --html check.html
```

The first says how all exercises stand, the second looks at one of them, and the third writes a page with
pictures. Hand in `{file}`.
"""


def new_assignment(sheet: Sheet, folder: Path, *, notebook: bool = False) -> list[Path]:
    """Write what a student needs to work on a sheet, and return the files.

    Parameters
    ----------
    sheet : Sheet
    folder : Path
        Made where it is absent.
    notebook : bool
        Whether the functions are to be written in the guide rather than in a file of their own.

    Raises
    ------
    InputError
        When one of the files is there already; nothing is written then.

    Examples
    --------
    >>> import tempfile
    >>> from scratchcv.grading.sheets.sheet import load_sheet
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     [path.name for path in new_assignment(load_sheet("a1_boxes"), Path(folder))]
    ['a1_boxes.py', 'a1_boxes.ipynb', 'README.md']
    """
    texts = {} if notebook else {f"{sheet.name}.py": handout(sheet)}
    cells = guide_with_stubs(sheet) if notebook else guide(sheet)
    texts[f"{sheet.name}.ipynb"] = json.dumps(cells, indent=1, ensure_ascii=False) + "\n"
    texts["README.md"] = _readme(sheet, notebook)
    contents = {name: text.encode() for name, text in texts.items()}
    for path in sorted((sheet.folder / DATA).rglob("*")):
        if path.is_file():
            contents[path.relative_to(sheet.folder).as_posix()] = path.read_bytes()
    return write_new(folder, contents)


def write_new(folder: Path, contents: dict[str, bytes]) -> list[Path]:
    """Write files into a folder, and none of them where one is there already.

    Parameters
    ----------
    folder : Path
        Made where it is absent.
    contents : dict of str to bytes
        By path within the folder.

    Raises
    ------
    InputError
        Naming the file that is there.

    Examples
    --------
    >>> write_new(Path("nowhere"), {})
    []
    """
    if os.path.lexists(folder) and not folder.is_dir():
        raise InputError(f"{folder}: is a file, a folder was wanted")
    paths = [folder / name for name in contents]
    for path in paths:
        if os.path.lexists(path):
            raise InputError(f"{path}: exists already, and is not written over; choose another folder")
    for path, content in zip(paths, contents.values(), strict=True):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return paths


def _readme(sheet: Sheet, notebook: bool) -> str:
    file = f"{sheet.name}.ipynb" if notebook else f"{sheet.name}.py"
    files = (
        f"`{sheet.name}.ipynb` leads through the exercises; the functions are written in it."
        if notebook
        else f"Write the functions in `{sheet.name}.py`; `{sheet.name}.ipynb` leads through them."
    )
    return _README.format(
        title=sheet.title,
        description=sheet.description.strip() or "An exercise sheet.",
        files=files,
        first=sheet.exercises[0].name,
        file=file,
    )
