"""The filter's program, run here as the kernel would run it, for both processors."""

import errno
import os
import struct
import sys

import pytest

from scratchcv.grading.child.seccomp import install, program
from scratchcv.grading.child.syscalls import AUDIT, allowed, conditional

ALLOWED = "allowed"


def verdict(machine, number, arguments=(), audit=None):
    """Interpret the program for one call: allowed, the name of the error, or killed."""
    words = [*arguments, *[0] * (6 - len(arguments))]
    data = struct.pack("<IIQ6Q", number, audit or AUDIT[machine], 0, *[word % 2**64 for word in words])
    lines, place, value = program(machine, 4242), 0, 0
    while True:
        code, yes, no, operand = lines[place]
        place += 1
        if code == 0x20:
            (value,) = struct.unpack_from("<I", data, operand)
        elif code == 0x06:
            kinds = {0x7FFF0000: ALLOWED, 0x80000000: "killed"}
            return kinds.get(operand) or errno.errorcode[operand & 0xFFFF]
        else:
            truth = {0x15: value == operand, 0x35: value >= operand, 0x45: bool(value & operand)}[code]
            place += yes if truth else no


both = pytest.mark.parametrize("machine", AUDIT)


@both
def test_every_number_gets_its_verdict(machine):
    free = set(allowed(machine).values())
    decided = set(conditional(machine).values())
    for number in range(700):
        if number in free:
            assert verdict(machine, number) == ALLOWED
        elif number not in decided:
            assert verdict(machine, number) in ("EPERM", "ENOSYS", "ENOTTY")


@both
def test_another_machines_numbers_kill(machine):
    assert verdict(machine, 0, audit=0x40000003) == "killed"


def test_the_other_numbers_of_x86_64_are_unknown():
    assert verdict("x86_64", 0x40000000) == "ENOSYS"


PTHREAD, NEW_USER, NEW_NET = 0x3D0F00, 0x10000000, 0x40000000
CASES = [
    ("clone", (PTHREAD,), ALLOWED),
    ("clone", (17,), "EPERM"),
    ("clone", (0,), "EPERM"),
    ("clone", (PTHREAD | NEW_USER,), "EPERM"),
    ("clone", (PTHREAD | NEW_NET,), "EPERM"),
    ("clone", (PTHREAD | 1 << 40,), "EPERM"),
    ("kill", (4242, 9), ALLOWED),
    ("kill", (0, 9), "EPERM"),
    ("kill", (-1, 9), "EPERM"),
    ("kill", (-4242, 9), "EPERM"),
    ("kill", (1, 9), "EPERM"),
    ("tgkill", (4242, 4243, 6), ALLOWED),
    ("tgkill", (1, 1, 6), "EPERM"),
    ("fcntl", (5, 3), ALLOWED),
    ("fcntl", (5, 1030), ALLOWED),
    ("fcntl", (5, 8, 1), "EPERM"),
    ("fcntl", (5, 15), "EPERM"),
    ("fcntl", (5, 1024), "EPERM"),
    ("prctl", (15,), ALLOWED),
    ("prctl", (1, 0), "EPERM"),
    ("prctl", (4, 1), "EPERM"),
    ("prctl", (22, 1), "EPERM"),
    ("prlimit64", (0, 7, 0, 99), ALLOWED),
    ("prlimit64", (0, 7, 99, 0), "EPERM"),
    ("prlimit64", (0, 7, 99 << 32, 0), "EPERM"),
    ("prlimit64", (1, 7, 0, 99), "EPERM"),
    ("openat", (-100, 99, os.O_RDONLY | os.O_CLOEXEC), ALLOWED),
    ("openat", (-100, 99, os.O_WRONLY), "EACCES"),
    ("openat", (-100, 99, os.O_RDWR), "EACCES"),
    ("openat", (-100, 99, os.O_RDONLY | os.O_CREAT), "EACCES"),
    ("openat", (-100, 99, os.O_RDONLY | os.O_TRUNC), "EACCES"),
    ("open", (99, os.O_RDONLY), ALLOWED),
    ("open", (99, os.O_WRONLY | os.O_APPEND), "EACCES"),
]


@both
@pytest.mark.parametrize(("name", "arguments", "expected"), CASES)
def test_arguments_decide(machine, name, arguments, expected):
    number = conditional(machine).get(name)
    if number is not None:  # the younger processor has no open
        assert verdict(machine, number, arguments) == expected


@both
def test_what_has_another_way_is_refused_softly(machine):
    assert verdict(machine, 435) == "ENOSYS"
    assert verdict(machine, {"x86_64": 16, "aarch64": 29}[machine]) == "ENOTTY"
    assert verdict(machine, 425) == "ENOSYS"


def test_a_processor_without_a_table_is_refused():
    with pytest.raises(OSError, match="no table of system calls for riscv64"):
        install("riscv64")


def test_other_systems_have_no_filter(monkeypatch):
    monkeypatch.setattr(sys, "platform", "darwin")
    with pytest.raises(OSError, match="are Linux's"):
        install("x86_64")
