"""The filter of system calls: a short list is allowed, all others fail with an error.

It is a program for the kernel's packet filter, which sees a call's number and arguments but no memory behind
pointers. Where arguments decide, both halves of 64 bits are looked at.
"""

import ctypes
import errno
import os
import struct

from scratchcv.grading.child.syscalls import AUDIT, FIRST_NEW, allowed, conditional, no_terminal, unknown

_LOAD, _EQUAL, _AT_LEAST, _ANY_BIT, _AND, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x54, 0x06
_NUMBER, _MACHINE, _ARGUMENTS = 0, 4, 16
_ALLOW, _ERROR, _KILL = 0x7FFF0000, 0x00050000, 0x80000000
_X32 = 0x40000000
_SECCOMP = {"x86_64": 317, "aarch64": 277}
_SET_FILTER, _ALL_THREADS = 1, 1

_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC
_CLONE_THREAD = 0x00010000
_NEW_NAMESPACES = 0x7E020080
_FCNTL = (0, 1, 2, 3, 4, 1030)  # duplicate, get and set flags; not who gets signals, leases or pipe sizes
_PRCTL = (15, 16)  # a thread's name

Instruction = tuple[int, int, int, int]


def install(machine: str) -> None:
    """Filter the calls of this process, for good.

    Raises
    ------
    OSError
        When the kernel has no such filter, or there is no table for this processor.
    """
    if machine not in AUDIT:
        raise OSError(errno.ENOSYS, f"no table of system calls for {machine}")
    code = b"".join(struct.pack("<HBBI", *instruction) for instruction in program(machine, os.getpid()))
    buffer = ctypes.create_string_buffer(code, len(code))

    class Program(ctypes.Structure):
        _fields_ = (("length", ctypes.c_ushort), ("code", ctypes.c_void_p))

    libc = ctypes.CDLL(None, use_errno=True)
    filtered = Program(len(code) // 8, ctypes.addressof(buffer))
    if libc.syscall(_SECCOMP[machine], _SET_FILTER, _ALL_THREADS, ctypes.byref(filtered)):
        raise OSError(ctypes.get_errno(), "the kernel refuses the filter")


def program(machine: str, process: int) -> list[Instruction]:
    """Return the filter for a processor and a process, which may send signals to itself.

    Examples
    --------
    >>> len(program("x86_64", 1)) < 4096
    True
    """
    numbers = conditional(machine)
    rules: dict[str, list[Instruction]] = {
        "clone": [
            *_load(0),
            (_ANY_BIT, 0, 3, _CLONE_THREAD),
            (_ANY_BIT, 2, 0, _NEW_NAMESPACES),
            *_load_high(0),
            (_EQUAL, 1, 0, 0),
            _refuse(errno.EPERM),
            _allow(),
        ],
        "kill": _only_argument(0, (process,)),
        "tgkill": _only_argument(0, (process,)),
        "fcntl": _only_argument(1, _FCNTL),
        "prctl": _only_argument(0, _PRCTL),
        # Its own limits, and to read them: no structure with new ones is given.
        "prlimit64": [
            *_load(0),
            (_EQUAL, 0, 4, 0),
            *_load(2),
            (_EQUAL, 0, 2, 0),
            *_load_high(2),
            (_EQUAL, 1, 0, 0),
            _refuse(errno.EPERM),
            _allow(),
        ],
        "openat": _without_bits(2, _WRITING, errno.EACCES),
        "open": _without_bits(1, _WRITING, errno.EACCES),
    }
    lines: list[Instruction] = [
        (_LOAD, 0, 0, _MACHINE),
        (_EQUAL, 1, 0, AUDIT[machine]),
        (_RETURN, 0, 0, _KILL),
        (_LOAD, 0, 0, _NUMBER),
        (_AT_LEAST, 0, 1, _X32),
        _refuse(errno.ENOSYS),
    ]
    for number in allowed(machine).values():
        lines += [(_EQUAL, 0, 1, number), _allow()]
    for name, number in numbers.items():
        lines += [(_EQUAL, 0, len(rules[name]), number), *rules[name]]
    for number in unknown(machine).values():
        lines += [(_EQUAL, 0, 1, number), _refuse(errno.ENOSYS)]
    for number in no_terminal(machine).values():
        lines += [(_EQUAL, 0, 1, number), _refuse(errno.ENOTTY)]
    return [*lines, (_AT_LEAST, 0, 1, FIRST_NEW), _refuse(errno.ENOSYS), _refuse(errno.EPERM)]


def _allow() -> Instruction:
    return (_RETURN, 0, 0, _ALLOW)


def _refuse(error: int) -> Instruction:
    return (_RETURN, 0, 0, _ERROR | error)


def _load(argument: int) -> list[Instruction]:
    """Load the lower half of an argument; both processors put it first."""
    return [(_LOAD, 0, 0, _ARGUMENTS + 8 * argument)]


def _load_high(argument: int) -> list[Instruction]:
    return [(_LOAD, 0, 0, _ARGUMENTS + 8 * argument + 4)]


def _only_argument(argument: int, values: tuple[int, ...]) -> list[Instruction]:
    """Allow these values of an argument that the kernel takes as 32 bits."""
    tests = [(_EQUAL, len(values) - index, 0, value) for index, value in enumerate(values)]
    return [*_load(argument), *tests, _refuse(errno.EPERM), _allow()]


def _without_bits(argument: int, bits: int, error: int) -> list[Instruction]:
    """Allow an argument of 32 bits in which none of these is set."""
    return [*_load(argument), (_ANY_BIT, 0, 1, bits), _refuse(error), _allow()]
