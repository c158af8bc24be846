"""The tables of system calls: complete, without doors."""

import pytest

from scratchcv.grading.child.syscalls import AUDIT, allowed, conditional, no_terminal, unknown

DOORS = """
socket connect bind fork vfork execve execveat ptrace process_vm_readv process_vm_writev io_uring_setup
unshare setns mount chroot bpf perf_event_open userfaultfd keyctl add_key unlink unlinkat rename
renameat renameat2 mkdir mkdirat chmod fchmod fchmodat chown truncate ftruncate link linkat symlink
symlinkat mknod setxattr utimensat shmget shmat memfd_create pidfd_open pidfd_getfd pidfd_send_signal
tkill rt_sigqueueinfo setuid setresuid setrlimit personality
"""


@pytest.mark.parametrize("machine", AUDIT)
def test_no_call_is_listed_twice(machine):
    tables = [table(machine) for table in (allowed, conditional, unknown, no_terminal)]
    numbers = [number for table in tables for number in table.values()]
    assert len(numbers) == len(set(numbers))
    assert not {name for table in tables for name in table} & set(DOORS.split())


def test_what_the_machines_do_not_share_are_old_calls():
    missing = {*allowed("x86_64"), *conditional("x86_64")} - {*allowed("aarch64"), *conditional("aarch64")}
    assert missing == {"stat", "lstat", "poll", "access", "dup2", "readlink", "time", "open"}
    assert not set(allowed("aarch64")) - set(allowed("x86_64"))
