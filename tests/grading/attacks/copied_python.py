"""An interpreter that every user may read; the one that runs here may lie in the superuser's own folder."""

import shutil
import sys
import sysconfig
from pathlib import Path

import numpy as np

import scratchcv


def copy_of_python(folder):
    """Return a copy of this interpreter, NumPy and this package that every user may read."""
    version = f"python{sys.version_info[0]}.{sys.version_info[1]}"
    program = folder / "bin" / version
    program.parent.mkdir(parents=True)
    shutil.copy(Path(sys.executable).resolve(), program)
    unwanted = shutil.ignore_patterns(
        "test", "tests", "site-packages", "dist-packages", "idlelib", "config-*", "ensurepip"
    )
    standard = folder / "lib" / version
    shutil.copytree(sysconfig.get_path("stdlib"), standard, ignore=unwanted)
    for library in Path(sys.base_prefix, "lib").glob("libpython*.so*"):
        shutil.copy(library, folder / "lib")
    packages = standard / "site-packages"
    library = Path(np.__file__).parents[1]
    for package in ("numpy", "numpy.libs"):
        if (library / package).is_dir():
            shutil.copytree(library / package, packages / package, ignore=unwanted)
    shutil.copytree(Path(scratchcv.__file__).parent, packages / "scratchcv", ignore=unwanted)
    return program
