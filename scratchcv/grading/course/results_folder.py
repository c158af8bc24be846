"""The folder that grading writes: for each submission what was graded and what came of it."""

import dataclasses
import hashlib
import json
import os
import re
import unicodedata
from pathlib import Path
from typing import Any

from scratchcv.errors import InputError
from scratchcv.grading.result import SubmissionResult
from scratchcv.grading.submissions.submission import Submission

RESULTS, SUBMISSIONS, PARTIAL = "results", "submissions", ".partial"


class ResultsFolder:
    """Results as they are written, one at a time, and found again.

    Parameters
    ----------
    root : Path
        Made where it is not there. In ``results`` is a JSON file a submission, in ``submissions`` the text
        that was graded.

    Notes
    -----
    A file is written under another name, forced to the disk and renamed, so that a grader killed at any
    instant leaves complete files. What it left half-written is removed by the next one.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        for folder in (root, root / RESULTS, root / SUBMISSIONS):
            folder.mkdir(parents=True, exist_ok=True)
            for left in folder.glob(f"*{PARTIAL}"):
                left.unlink(missing_ok=True)

    def path(self, student: str, digest: str) -> Path:
        """Return where the result of a submission belongs."""
        return self.root / RESULTS / f"{file_name(student, digest)}.json"

    def find(self, student: str, digest: str) -> SubmissionResult | None:
        """Return the result of a submission if there is a readable one."""
        try:
            return read_result(self.path(student, digest))
        except InputError:
            return None

    def write(self, result: SubmissionResult, submission: Submission | None = None) -> Path:
        """Write a result, after the submission that it is about."""
        path = self.path(result.student, result.digest)
        if submission is not None:
            text = json.dumps(dataclasses.asdict(submission), indent=1, ensure_ascii=False) + "\n"
            write_atomically(self.root / SUBMISSIONS / path.name, text)
        write_atomically(path, result.to_json())
        return path


def read_result(path: Path) -> SubmissionResult:
    """Return the result in a file.

    Raises
    ------
    InputError
        When there is none.

    Examples
    --------
    >>> read_result(Path("nowhere.json"))
    Traceback (most recent call last):
    scratchcv.errors.InputError: nowhere.json: cannot be read: No such file or directory
    """
    try:
        return SubmissionResult.from_json(_text(path))
    except InputError as error:
        raise InputError(f"{path}: {error}") from error


def stored_submission(result_path: Path) -> Submission:
    """Return the submission that a result in a results folder is about.

    Raises
    ------
    InputError
        When it is not there.
    """
    path = result_path.parent.parent / SUBMISSIONS / result_path.name
    try:
        fields: dict[str, Any] = json.loads(_text(path))
        cells = tuple((start, number) for start, number in fields.pop("cells"))
        return Submission(**{**fields, "notes": tuple(fields["notes"]), "cells": cells})
    except (InputError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise InputError(f"{path}: not a stored submission: {error}") from error


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"cannot be read: {getattr(error, 'strerror', None) or error}") from error


def file_name(student: str, digest: str) -> str:
    """Return a file name that every system takes, and that no other submission has.

    Examples
    --------
    >>> file_name("Zoë/../Müller", "12ab")
    'Zoe_Muller-edb194a98f93dba2'
    """
    plain = unicodedata.normalize("NFKD", student).encode("ascii", "ignore").decode()
    safe = re.sub(r"[^A-Za-z0-9]+", "_", plain).strip("_")[:60] or "student"
    unique = hashlib.sha256(f"{student}\0{digest}".encode(errors="surrogatepass")).hexdigest()[:16]
    return f"{safe}-{unique}"


def write_atomically(path: Path, text: str) -> None:
    """Write a file of which all is there afterwards, even when the power fails, or what was there before.

    Raises
    ------
    OSError
        When the disk refuses, naming the file.
    """
    partial = path.with_name(f"{path.name}{PARTIAL}")
    try:
        with partial.open("w", encoding="utf-8", newline="\n", errors="backslashreplace") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
    except OSError as error:
        error.filename = error.filename or os.fspath(path)  # a full disk says nothing of where
        raise
    finally:
        partial.unlink(missing_ok=True)
