"""Sessions for developers: `nox` runs tests, lint and types; `nox --list` shows the rest."""

import os
import shutil
from pathlib import Path

import nox

nox.needs_version = ">=2025.2.9"
nox.options.default_venv_backend = "venv"
nox.options.sessions = ["tests", "lint", "types"]

PROJECT = nox.project.load_toml("pyproject.toml")
FAST = {"SCRATCHCV_FAST": "1"}


def install(session: nox.Session, *groups: str) -> None:
    """Install the project, editable, with dependency groups."""
    needed = [line for group in groups for line in nox.project.dependency_groups(PROJECT, group)]
    session.install("--editable", ".", *needed)


@nox.session
def tests(session: nox.Session) -> None:
    """Run the quick suite; arguments after -- go to pytest."""
    install(session, "test")
    session.run("pytest", "-n", "auto", *session.posargs)


@nox.session
def without_numba(session: nox.Session) -> None:
    """Run the quick suite where Numba is not installed."""
    install(session, "test")
    session.run("python", "-m", "pip", "uninstall", "--quiet", "--yes", "numba", "llvmlite")
    session.run("pytest", "-n", "auto", *session.posargs)


@nox.session
def notebooks(session: nox.Session) -> None:
    """Execute the notebooks in fast mode."""
    install(session, "test")
    session.run("pytest", "--nbmake", "notebooks", "-n", "auto", *session.posargs, env=FAST)


@nox.session
def full(session: nox.Session) -> None:
    """Run everything: quick and slow tests, and the notebooks as readers run them."""
    install(session, "test")
    session.run("pytest", "-m", "slow or not slow", "-n", "auto", *session.posargs)
    session.run("pytest", "--nbmake", "notebooks")


@nox.session
def oracle(session: nox.Session) -> None:
    """Run the quick suite beside PyTorch, torchvision and pycocotools, so that nothing is skipped."""
    install(session, "test", "oracle")
    session.run("pytest", "-n", "auto", *session.posargs)


@nox.session
def benchmarks(session: nox.Session) -> None:
    """Measure speed and memory beside PyTorch; arguments after -- such as --write go to the benchmarks."""
    install(session, "oracle")
    session.run("python", "-m", "tests.benchmarks", *session.posargs)


@nox.session
def golden(session: nox.Session) -> None:
    """Make the golden values anew; `git diff --stat` must then show nothing."""
    install(session, "oracle")
    for script in sorted(Path("tests/golden").glob("make_*.py")):
        session.run("python", os.fspath(script))


@nox.session
def lint(session: nox.Session) -> None:
    """Check style, and that notebooks are committed without outputs."""
    session.install(*nox.project.dependency_groups(PROJECT, "lint"))
    session.run("ruff", "check", ".")
    session.run("ruff", "format", "--check", ".")
    session.run("nbstripout", "--verify", *map(os.fspath, Path("notebooks").glob("*.ipynb")))


@nox.session
def types(session: nox.Session) -> None:
    """Check types."""
    install(session, "lint")
    session.run("mypy", *session.posargs)


@nox.session
def build(session: nox.Session) -> None:
    """Build the wheel and the source distribution, and import the wheel."""
    session.install("build")
    shutil.rmtree("dist", ignore_errors=True)
    session.run("python", "-m", "build")
    session.install(*map(os.fspath, Path("dist").glob("*.whl")))
    session.chdir(session.create_tmp())
    session.run("scratchcv", "--version")


if __name__ == "__main__":
    nox.main()
