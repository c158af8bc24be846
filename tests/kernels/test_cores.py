"""Cores that this process may use, by affinity and by a container's quota."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from scratchcv.kernels import cores
from scratchcv.kernels.cores import core_count


@pytest.fixture
def system(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder that stands for the system: 8 cores, and no control groups yet."""
    monkeypatch.setattr(cores, "MEMBERSHIP", tmp_path / "membership")
    monkeypatch.setattr(cores, "GROUPS", tmp_path / "groups")
    for name in ("process_cpu_count", "cpu_count"):
        monkeypatch.setattr(os, name, lambda: 8, raising=False)
    monkeypatch.setattr(os, "sched_getaffinity", lambda process: set(range(8)), raising=False)
    return tmp_path


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="ascii")


def test_without_control_groups_all_cores_are_ours(system: Path) -> None:
    assert core_count() == 8


@pytest.mark.parametrize(
    ("quota", "expected"),
    [
        ("200000 100000", 2),
        ("150000 100000", 2),
        ("50000 100000", 1),
        ("max 100000", 8),
        ("1600000 100000", 8),
    ],
)
def test_a_quota_is_rounded_up(system: Path, quota: str, expected: int) -> None:
    write(system / "membership", "0::/user/session\n")
    write(system / "groups/user/session/cpu.max", quota)
    assert core_count() == expected


def test_the_least_of_all_groups_around_counts(system: Path) -> None:
    write(system / "membership", "0::/pod/container\n")
    write(system / "groups/pod/container/cpu.max", "max 100000")
    write(system / "groups/pod/cpu.max", "300000 100000")
    assert core_count() == 3


def test_a_container_sees_its_group_at_the_top(system: Path) -> None:
    write(system / "membership", "0::/somewhere/on/the/host\n")
    write(system / "groups/cpu.max", "400000 100000")
    assert core_count() == 4


@pytest.mark.parametrize(("quota", "expected"), [("200000", 2), ("-1", 8), ("many", 8)])
def test_version_1(system: Path, quota: str, expected: int) -> None:
    write(system / "membership", "5:memory:/m\n3:cpu,cpuacct:/docker/1\n")
    write(system / "groups/cpu/docker/1/cpu.cfs_quota_us", f"{quota}\n")
    write(system / "groups/cpu/docker/1/cpu.cfs_period_us", "100000\n")
    write(system / "groups/memory/m/cpu.cfs_quota_us", "100000\n")
    assert core_count() == expected


def test_a_period_of_zero_is_no_quota(system: Path) -> None:
    write(system / "membership", "0::/\n")
    write(system / "groups/cpu.max", "100000 0")
    assert core_count() == 8


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="this system binds no process to cores")
def test_a_process_bound_to_one_core_has_one() -> None:
    code = (
        "import os; os.sched_setaffinity(0, [min(os.sched_getaffinity(0))])\n"
        "from scratchcv.kernels.cores import core_count; print(core_count())"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "1\n"
