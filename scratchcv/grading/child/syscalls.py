"""Numbers of the system calls that a sealed process may make, for each processor that has a table here.

Python, NumPy and Numba need these once they are imported. What is not listed is refused: sockets, processes,
programs, signals to others, every call that changes files, and all calls that a later kernel will bring.
"""

# x86_64, aarch64; the latter has no calls that work on paths without a folder.
_TABLE = """
read 0 63
write 1 64
close 3 57
stat 4 -
fstat 5 80
lstat 6 -
poll 7 -
lseek 8 62
mmap 9 222
mprotect 10 226
munmap 11 215
brk 12 214
rt_sigaction 13 134
rt_sigprocmask 14 135
rt_sigreturn 15 139
pread64 17 67
readv 19 65
writev 20 66
access 21 -
sched_yield 24 124
mremap 25 216
madvise 28 233
dup 32 23
dup2 33 -
nanosleep 35 101
getpid 39 172
exit 60 93
uname 63 160
getcwd 79 17
readlink 89 -
gettimeofday 96 169
getrlimit 97 163
getrusage 98 165
sysinfo 99 179
times 100 153
getuid 102 174
getgid 104 176
geteuid 107 175
getegid 108 177
getppid 110 173
sigaltstack 131 132
gettid 186 178
time 201 -
futex 202 98
sched_getaffinity 204 123
getdents64 217 61
restart_syscall 219 128
clock_gettime 228 113
clock_getres 229 114
clock_nanosleep 230 115
exit_group 231 94
newfstatat 262 79
readlinkat 267 78
faccessat 269 48
set_robust_list 273 99
ppoll 271 73
dup3 292 24
getcpu 309 168
getrandom 318 278
membarrier 324 283
statx 332 291
rseq 334 293
close_range 436 436
faccessat2 439 439
"""

# These may be made with certain arguments alone.
_CONDITIONAL = """
open 2 -
openat 257 56
clone 56 220
kill 62 129
tgkill 234 131
fcntl 72 25
prctl 157 167
prlimit64 302 261
"""

# These are refused as if the kernel did not know them, or as a wrong kind of file: then the C library and
# Python have another way.
_UNKNOWN = """
clone3 435 435
"""
_NO_TERMINAL = """
ioctl 16 29
"""

FIRST_NEW = 424
"""Calls from this number on have the same number everywhere; unlisted ones are refused as unknown."""

AUDIT = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
"""How the kernel names each processor to a filter."""


def _numbers(table: str, machine: str) -> dict[str, int]:
    column = 1 + list(AUDIT).index(machine)
    rows = [line.split() for line in table.split("\n") if line]
    return {row[0]: int(row[column]) for row in rows if row[column] != "-"}


def allowed(machine: str) -> dict[str, int]:
    """Return the calls that may be made with any arguments.

    Examples
    --------
    >>> allowed("x86_64")["read"], allowed("aarch64")["read"]
    (0, 63)
    """
    return _numbers(_TABLE, machine)


def conditional(machine: str) -> dict[str, int]:
    """Return the calls whose arguments decide."""
    return _numbers(_CONDITIONAL, machine)


def unknown(machine: str) -> dict[str, int]:
    """Return the calls to deny knowledge of."""
    return _numbers(_UNKNOWN, machine)


def no_terminal(machine: str) -> dict[str, int]:
    """Return the calls that are answered as for a file that is no terminal."""
    return _numbers(_NO_TERMINAL, machine)
