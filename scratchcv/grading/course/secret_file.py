"""The course's secret, from which every submission's hidden inputs are drawn."""

import hashlib
import hmac
import os
import secrets
import sys
import warnings
from pathlib import Path

from scratchcv.errors import InputError

SHORTEST = 16
"""A shorter secret, in bytes, could be guessed."""


def read_secret(path: Path) -> bytes:
    """Return the secret in a file, without the white space around it.

    Raises
    ------
    InputError
        When there is none, or a short one.

    Warns
    -----
    UserWarning
        When other people of this machine can read it.

    Examples
    --------
    >>> read_secret(Path("my.key"))
    Traceback (most recent call last):
    scratchcv.errors.InputError: my.key: cannot be read: No such file or directory; --new-secret makes one
    """
    try:
        with path.open("rb") as file:
            mode = os.fstat(file.fileno()).st_mode
            secret = file.read().strip()
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror}; --new-secret makes one") from error
    if len(secret) < SHORTEST:
        raise InputError(f"{path}: has {len(secret)} bytes, a secret has at least {SHORTEST}")
    if sys.platform != "win32" and mode & 0o077:
        warnings.warn(f"{path}: other people can read this secret; chmod 600 keeps it yours", stacklevel=2)
    return secret


def new_secret(path: Path) -> None:
    """Write a new secret into a file that only its owner can read.

    Raises
    ------
    InputError
        When there is a file already.
    """
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError as error:
        raise InputError(f"{path}: exists already; grading would no longer draw the same inputs") from error
    with open(descriptor, "w", encoding="ascii") as file:  # noqa: PTH123  a descriptor has no path
        file.write(f"{secrets.token_hex(32)}\n")


def fingerprint(secret: bytes) -> str:
    """Return what tells secrets apart without giving one away.

    Examples
    --------
    >>> fingerprint(b"secret of a course")
    '1e976f8f8cf4c22b'
    """
    return hmac.new(secret, b"fingerprint", hashlib.sha256).hexdigest()[:16]
