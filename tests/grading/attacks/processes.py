"""Attacks on other processes: leaving some behind, running programs, harming the grader."""

from tests.grading.attacks.attack import attacks

SYSCALL = "import ctypes, os, platform, signal\nc = ctypes.CDLL(None, use_errno=True)\n"

STARTING = {
    "fork": (
        "Leave a process behind.",
        "import os, time\nif os.fork() == 0:\n    time.sleep(20)\n    os._exit(0)\nprint('ESCAPED')",
    ),
    "daemon": (
        "Leave a process behind in a session of its own.",
        "import os, time\nif os.fork() == 0:\n    os.setsid()\n    if os.fork() == 0: time.sleep(20)\n    os._exit(0)",
    ),
    "fork_bomb": (
        "Fill the table of processes.",
        "import os, time\nn = 0\ntry:\n    while n < 30:\n        if os.fork() == 0:\n            time.sleep(3)\n            os._exit(0)\n        n += 1\n"
        "except OSError: pass\nif n > 3: print('ESCAPED')",
    ),
    "vfork": (
        "Start a process by the C library.",
        SYSCALL + "if c.fork() == 0: os._exit(0)\nos.wait()\nprint('ESCAPED')",
    ),
    "raw_clone": (
        "Start a process by a system call.",
        SYSCALL
        + "p = c.syscall({'x86_64': 56, 'aarch64': 220}[platform.machine()], 17, None, None, None, None)\n"
        "if p == 0: os._exit(0)\nif p > 0: print('ESCAPED')",
    ),
    "clone3": (
        "Start a process by the younger system call.",
        SYSCALL + "a = (ctypes.c_uint64 * 11)(0, 0, 0, 0, 17)\np = c.syscall(435, a, ctypes.c_size_t(88))\n"
        "if p == 0: os._exit(0)\nif p > 0: print('ESCAPED')",
    ),
    "subprocess": (
        "Run a program.",
        "import subprocess\nif subprocess.run(['id'], capture_output=True).stdout: print('ESCAPED')",
    ),
    "system": ("Run a shell.", "import os\nif os.system('true') == 0: print('ESCAPED')"),
    "posix_spawn": (
        "Leave a program behind.",
        "import os\nos.posix_spawn('/bin/sh', ['sh', '-c', 'sleep 20; : @MARK@'], {}, setsid=True)",
    ),
    "exec_memory": (
        "Become a program that lies in memory.",
        "import os\nfd = os.memfd_create('x')\nos.write(fd, open('/bin/sh', 'rb').read())\nos.execve(fd, ['sh', '-c', 'echo ESC''APED'], {})",
    ),
    "raise_limits": (
        "Raise its own limits.",
        "import resource\nresource.setrlimit(resource.RLIMIT_FSIZE, (1 << 30, 1 << 30))\nprint('ESCAPED')",
    ),
    "multiprocessing": (
        "Use Python's own way to start processes.",
        "import multiprocessing as m\np = m.get_context('fork').Process(target=print, args=('ESCAPED',))\np.start()\np.join()",
    ),
    "pty": (
        "Start a process on a terminal.",
        "import pty, os\np, fd = pty.fork()\nif p == 0: os._exit(0)\nprint('ESCAPED')",
    ),
}

RUNNING = {
    "exec_program": (
        "Become another program.",
        "import os\nos.execv('/bin/sh', ['sh', '-c', 'echo ESC''APED'])",
    ),
    "exec_python": (
        "Become a Python without a sandbox.",
        "import os, sys\nos.execv(sys.executable, [sys.executable, '-c', \"print('ESC' + 'APED')\"])",
    ),
    "exec_at": (
        "Become another program by a descriptor.",
        SYSCALL + "fd = os.open('/bin/sh', os.O_PATH)\n"
        "a = (ctypes.c_char_p * 4)(b'sh', b'-c', b'echo ESC' b'APED', None)\nc.syscall({'x86_64': 322, 'aarch64': 281}[platform.machine()], fd, b'', a, None, 0x1000)",
    ),
}

HARMING = {
    "kill_parent": ("Kill the grader.", "import os, signal\nos.kill(os.getppid(), signal.SIGKILL)"),
    "stop_parent": ("Stop the grader.", "import os, signal\nos.kill(os.getppid(), signal.SIGSTOP)"),
    "interrupt_parent": ("Interrupt the grader.", "import os, signal\nos.kill(os.getppid(), signal.SIGINT)"),
    "kill_group": (
        "Kill the grader's group.",
        "import os, signal\nos.killpg(os.getpgid(os.getppid()), signal.SIGKILL)",
    ),
    "kill_everyone": (
        "Kill all that may be killed.",
        "import os, signal\nsignal.signal(15, signal.SIG_IGN)\nos.kill(-1, signal.SIGTERM)",
    ),
    "kill_thread": (
        "Kill the grader by its thread.",
        SYSCALL + "p = os.getppid()\nc.syscall({'x86_64': 234, 'aarch64': 131}[platform.machine()], p, p, 9)",
    ),
    "tkill": (
        "Kill the grader by the oldest call.",
        SYSCALL + "c.syscall({'x86_64': 200, 'aarch64': 130}[platform.machine()], os.getppid(), 9)",
    ),
    "queue_signal": ("Queue a signal for the grader.", SYSCALL + "c.sigqueue(os.getppid(), 9, None)"),
    "pidfd_signal": (
        "Signal the grader by a descriptor.",
        "import os, signal\nsignal.pidfd_send_signal(os.pidfd_open(os.getppid()), signal.SIGKILL)",
    ),
    "signal_by_pipe": (
        "Have the kernel signal the grader when a pipe is ready.",
        "import os, fcntl, signal, time\nr, w = os.pipe()\nfcntl.fcntl(r, 8, os.getppid())\nfcntl.fcntl(r, 10, 9)\n"
        "fcntl.fcntl(r, fcntl.F_SETFL, fcntl.fcntl(r, fcntl.F_GETFL) | 0x2000)\nos.write(w, b'x')\ntime.sleep(0.2)",
    ),
    "limit_parent": (
        "Give the grader no processor time.",
        "import os, resource\nresource.prlimit(os.getppid(), resource.RLIMIT_CPU, (0, 0))\nprint('ESCAPED')",
    ),
    "slow_parent": (
        "Make the grader run last.",
        "import os\nos.setpriority(os.PRIO_PROCESS, os.getppid(), 19)\nprint('ESCAPED')",
    ),
    "pin_parent": (
        "Move the grader to one processor.",
        "import os\nos.sched_setaffinity(os.getppid(), {0})\nprint('ESCAPED')",
    ),
    "schedule_parent": (
        "Let the grader run only when nothing else does.",
        "import os\nos.sched_setscheduler(os.getppid(), os.SCHED_IDLE, os.sched_param(0))\nprint('ESCAPED')",
    ),
    "outlive_parent": (
        "Stay when the grader dies.",
        SYSCALL + "if c.prctl(1, ctypes.c_ulong(0), 0, 0, 0) == 0: print('ESCAPED')",
    ),
    "open_itself": (
        "Let others look into it.",
        SYSCALL + "if c.prctl(4, ctypes.c_ulong(1), 0, 0, 0) == 0: print('ESCAPED')",
    ),
    "trace_itself": (
        "Have the grader's debugger attached.",
        SYSCALL + "if c.ptrace(0, 0, None, None) == 0: print('ESCAPED')",
    ),
    "blame_parent": (
        "Offer the grader to the kernel when memory is short.",
        "import os\nopen(f'/proc/{os.getppid()}/oom_score_adj', 'w').write('900')\nprint('ESCAPED')",
    ),
}

FOR_ROOT = {
    "be_root": ("Become the superuser.", "import os\nos.setuid(0)\nprint('ESCAPED')"),
    "be_other": ("Become another user.", "import os\nos.setuid(1)\nprint('ESCAPED')"),
    "join_groups": ("Join a group.", "import os\nos.setgroups([0])\nprint('ESCAPED')"),
    "be_first": (
        "Run before all others.",
        "import os\nos.setpriority(os.PRIO_PROCESS, 0, -10)\nprint('ESCAPED')",
    ),
}

PROCESSES = [
    *attacks("seccomp", "no layers", STARTING),
    *attacks("seccomp, landlock", "self-check", RUNNING),
    *attacks("uid, landlock, seccomp", "open memory", HARMING),
    *attacks("uid, seccomp", "root", FOR_ROOT),
]
