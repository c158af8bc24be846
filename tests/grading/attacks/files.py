"""Attacks on files: making, changing, removing them."""

from tests.grading.attacks.attack import attacks

CONTENT = {
    "new_file": ("Make a file.", "open('@VICTIM@/new', 'w').write('x')"),
    "append": ("Write at a file's end.", "open('@VICTIM@/keep', 'a').write('x')"),
    "overwrite": ("Write into a file.", "open('@VICTIM@/keep', 'r+').write('x')"),
    "create_empty": (
        "Make an empty file by a system call.",
        "import os\nos.open('@VICTIM@/empty', os.O_CREAT)",
    ),
    "empty_file": ("Empty a file while opening it.", "import os\nos.open('@VICTIM@/keep', os.O_TRUNC)"),
    "numpy_save": ("Have NumPy write.", "import numpy as np\nnp.save('@VICTIM@/array', np.arange(3))"),
    "numpy_map": (
        "Have NumPy map a file for writing.",
        "import numpy as np\nnp.memmap('@VICTIM@/keep', np.uint8, 'r+')[0] = 7",
    ),
    "logging": (
        "Write a log.",
        "import logging\nlogging.FileHandler('@VICTIM@/log').emit(logging.makeLogRecord({'msg': 'x'}))",
    ),
    "database": (
        "Make a database.",
        "import sqlite3\nsqlite3.connect('@VICTIM@/base').execute('create table t (x)')",
    ),
    "unnamed_file": (
        "Make a file without a name and name it.",
        "import ctypes, os\nfd = os.open('@VICTIM@', os.O_TMPFILE | os.O_RDWR)\nos.write(fd, b'x')\n"
        "ctypes.CDLL(None).linkat(-100, f'/proc/self/fd/{fd}'.encode(), -100, b'@VICTIM@/named', 0x400)",
    ),
    "shared_folder": ("Leave a file in shared memory.", "open('/dev/shm/scv_attack_@MARK@', 'w').write('x')"),
    "temporary_folder": (
        "Leave a file among temporary ones.",
        "import tempfile\nopen(tempfile.gettempdir() + '/scv_attack_@MARK@', 'w').write('x')",
    ),
    "var_folder": ("Leave a file in /var/tmp.", "open('/var/tmp/scv_attack_@MARK@', 'w').write('x')"),
    "fill_disk": (
        "Fill the disk.",
        "with open('@VICTIM@/large', 'wb') as f:\n    for i in range(64): f.write(bytes(1 << 20))",
    ),
    "write_program": (
        "Write a program to be run later.",
        "import os\nopen('@VICTIM@/program', 'w').write('#!/bin/sh')\nos.chmod('@VICTIM@/program', 0o755)",
    ),
}

NAMES = {
    "remove": ("Remove a file.", "import os\nos.remove('@VICTIM@/keep')"),
    "remove_tree": ("Remove a folder.", "import shutil\nshutil.rmtree('@VICTIM@/folder')"),
    "rename": ("Rename a file.", "import os\nos.rename('@VICTIM@/keep', '@VICTIM@/moved')"),
    "make_folder": ("Make a folder.", "import os\nos.mkdir('@VICTIM@/more')"),
    "symbolic_link": ("Make a symbolic link.", "import os\nos.symlink('/etc/shadow', '@VICTIM@/link')"),
    "hard_link": (
        "Make a second name of its own file.",
        "import os\nos.link('@VICTIM@/keep', '@VICTIM@/twin')",
    ),
    "named_pipe": ("Make a named pipe.", "import os\nos.mkfifo('@VICTIM@/pipe')"),
    "named_socket": ("Make a named socket.", "import socket\nsocket.socket(1).bind('@VICTIM@/socket')"),
    "shorten": ("Empty a file by its name.", "import os\nos.truncate('@VICTIM@/keep', 0)"),
}

FACTS = {
    "chmod": ("Change who may read a file.", "import os\nos.chmod('@VICTIM@/own', 0o777)"),
    "touch": ("Change a file's date.", "import os\nos.utime('@VICTIM@/own', (1, 1))"),
    "attribute": (
        "Hide something in a file's attributes.",
        "import os\nos.setxattr('@VICTIM@/own', 'user.scv', b'x')",
    ),
}

FOR_ROOT = {
    "poison_numpy": (
        "Leave code where NumPy looks for its own.",
        "import numpy\nopen(numpy.__path__[0] + '/scv_attack_@MARK@', 'w').write('x')",
    ),
    "chown": ("Give a file away.", "import os\nos.chown('@VICTIM@/keep', 1, 1)"),
}

FILES = [
    *attacks("landlock, seccomp, limits", "no layers", CONTENT),
    *attacks("landlock, seccomp", "self-check", NAMES),
    *attacks("seccomp", "self-check", FACTS),
    *attacks("uid, seccomp", "root", FOR_ROOT),
]
