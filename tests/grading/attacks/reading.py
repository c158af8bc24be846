"""Attacks on what a submission must not know: files, environment, the grader's memory."""

from tests.grading.attacks.attack import attacks

FILES = {
    "open_answers": ("Read the answers with open().", "print(open('@CANARY@').read())"),
    "os_open_answers": (
        "Read them with system calls.",
        "import os\nprint(os.read(os.open('@CANARY@', 0), 999))",
    ),
    "walk_disk": (
        "Search the disk for them.",
        "import os\nfor top, _, names in os.walk('@ARENA@'):\n    for name in names:\n"
        "        if 'answers' in name: print(open(os.path.join(top, name)).read())",
    ),
    "mmap_answers": (
        "Map them into memory.",
        "import mmap\nf = open('@CANARY@', 'rb')\nprint(mmap.mmap(f.fileno(), 0, access=mmap.ACCESS_READ)[:])",
    ),
    "linecache_answers": (
        "Have the traceback machinery read them.",
        "import linecache\nprint(linecache.getlines('@CANARY@'))",
    ),
    "numpy_answers": (
        "Have NumPy read them.",
        "import numpy as np\nprint(np.fromfile('@CANARY@', np.uint8).tobytes())",
    ),
    "memmap_answers": (
        "Have NumPy map them.",
        "import numpy as np\nprint(np.memmap('@CANARY@', np.uint8, 'r').tobytes())",
    ),
    "libc_answers": (
        "Have the C library read them.",
        "import ctypes\nc = ctypes.CDLL(None)\nc.fopen.restype = ctypes.c_void_p\nb = ctypes.create_string_buffer(999)\n"
        "c.fread(b, 1, 998, ctypes.c_void_p(c.fopen(b'@CANARY@', b'r')))\nprint(b.value)",
    ),
    "openat2_answers": (
        "Use a younger system call.",
        "import ctypes, os\nb = ctypes.create_string_buffer(24)\n"
        "fd = ctypes.CDLL(None).syscall(437, -100, b'@CANARY@', b, ctypes.c_size_t(24))\nprint(os.read(fd, 999))",
    ),
    "root_link_answers": ("Go through /proc/self/root.", "print(open('/proc/self/root@CANARY@').read())"),
    "dotdot_answers": (
        "Climb out of NumPy's folder.",
        "import numpy\nprint(open(numpy.__path__[0] + '/..' * 30 + '@CANARY@').read())",
    ),
    "symlink_answers": (
        "Read them through a symbolic link.",
        "import os\nos.symlink('@CANARY@', '@VICTIM@/link')\nprint(open('@VICTIM@/link').read())",
    ),
    "import_answers": (
        "Load them as a module.",
        "from importlib.machinery import SourceFileLoader\nprint(SourceFileLoader('a', '@CANARY@').get_data('@CANARY@'))",
    ),
    "shared_memory": ("Read shared memory that the grader named.", "print(open('/dev/shm/@MARK@').read())"),
    "read_grader": (
        "Import the grading package from beside NumPy.",
        "import sys, numpy\nsys.path.append(numpy.__path__[0] + '/..')\nimport scratchcv.grading\nprint('ESCAPED')",
    ),
    "passwd": ("Read the list of users.", "open('/etc/passwd').read()\nprint('ESCAPED')"),
    "import_reference": (
        "Import the reference solution.",
        "import sys\nsys.path.insert(0, '@REFERENCE@')\nfrom reference import double",
    ),
    "run_reference": (
        "Run the reference solution's file.",
        "import runpy\ndouble = runpy.run_path('@REFERENCE@/reference.py')['double']",
    ),
    "exec_reference": ("Run the reference solution's text.", "exec(open('@REFERENCE@/reference.py').read())"),
    "parent_cmdline": (
        "Read the grader's command line.",
        "import os\nprint(open(f'/proc/{os.getppid()}/cmdline').read())",
    ),
}

SHADOW = {"shadow": ("Read the users' passwords.", "open('/etc/shadow').read()\nprint('ESCAPED')")}

SYSTEM_V = {
    "system_v_memory": (
        "Attach memory that the grader shares under a number.",
        "import ctypes\nc = ctypes.CDLL(None)\nc.shmat.restype = ctypes.c_void_p\nid = c.shmget(@KEY@, 0, 0)\n"
        "if id >= 0: print(ctypes.string_at(c.shmat(id, None, 0o10000)))",
    ),
    "session_keyring": (
        "Join a keyring of the kernel.",
        "import ctypes, platform\n"
        "if ctypes.CDLL(None).syscall({'x86_64': 250, 'aarch64': 219}[platform.machine()], 1, None) >= 0: print('ESCAPED')",
    ),
}

PARENT = {
    "parent_environ": (
        "Read the grader's environment.",
        "import os\nprint(open(f'/proc/{os.getppid()}/environ').read())",
    ),
    "parent_folder": (
        "Read where the grader works.",
        "import os\nprint(os.readlink(f'/proc/{os.getppid()}/cwd'))",
    ),
    "parent_root": (
        "Go through the grader's root.",
        "import os\nprint(open(f'/proc/{os.getppid()}/root@CANARY@').read())",
    ),
    "parent_descriptors": (
        "Open what the grader has open.",
        "import os\nd = f'/proc/{os.getppid()}/fd'\nfor n in os.listdir(d):\n"
        "    if os.readlink(f'{d}/{n}').startswith('/') and '/dev' not in os.readlink(f'{d}/{n}'): print(open(f'{d}/{n}').read(999))",
    ),
    "parent_memory": (
        "Search the grader's memory through /proc.",
        "import os, re\np = os.getppid()\nm = open(f'/proc/{p}/mem', 'rb', 0)\nfor line in open(f'/proc/{p}/maps'):\n"
        "    a, b = (int(v, 16) for v in line.split()[0].split('-'))\n    if ' rw' not in line: continue\n"
        "    try:\n        m.seek(a)\n        d = m.read(min(b - a, 1 << 26))\n    except (OSError, OverflowError, ValueError): continue\n"
        "    for i in re.finditer(rb'MEMORY-[0-9a-f]{16}', d): print(i.group())",
    ),
    "vm_readv": (
        "Have the kernel copy the grader's memory.",
        "import ctypes, os\nc = ctypes.CDLL(None)\nb = ctypes.create_string_buffer(8)\na = id(None)\n"
        "for line in open('/proc/self/maps'):\n    if 'vsyscall' not in line: break\n"
        "v = ctypes.c_void_p * 2\nlo = int(open(f'/proc/{os.getppid()}/maps').readline().split('-')[0], 16)\n"
        "n = c.process_vm_readv(os.getppid(), v(ctypes.addressof(b), 8), ctypes.c_ulong(1), v(lo, 8), ctypes.c_ulong(1), ctypes.c_ulong(0))\n"
        "if n > 0: print('ESCAPED')",
    ),
    "ptrace_parent": (
        "Attach to the grader as a debugger.",
        "import ctypes, os\nc = ctypes.CDLL(None)\nif c.ptrace(0x4206, os.getppid(), None, None) == 0: print('ESCAPED')",
    ),
    "steal_descriptor": (
        "Copy the grader's descriptors.",
        "import ctypes, os\nc = ctypes.CDLL(None)\np = c.syscall(434, os.getppid(), 0)\n"
        "if c.syscall(438, p, 0, 0) >= 0: print('ESCAPED')",
    ),
}

IN_PROCESS = {
    "environment": ("Read its own environment.", "import os\nprint(os.environ)"),
    "gc_scan": (
        "Search all objects for the answers.",
        "import gc\nfor o in gc.get_objects():\n    if type(o) in (dict, list, tuple) and 'ANSWERS-' in repr(o)[:9999]: print(repr(o)[:9999])",
    ),
    "frame_scan": (
        "Look at the callers' variables.",
        "import sys\ndef double(x):\n    f = sys._getframe()\n    while f:\n"
        "        if 'expected' in f.f_locals: return f.f_locals['expected']\n        f = f.f_back",
    ),
    "open_descriptors": (
        "Read every descriptor that was inherited.",
        "import os\nfor n in range(3, 300):\n    try:\n        if os.path.isfile(os.readlink(f'/proc/self/fd/{n}')): print(os.pread(n, 999, 0))\n"
        "    except OSError: pass",
    ),
    "main_arguments": ("Read the program's arguments.", "import sys\nprint(sys.argv, sys.orig_argv)"),
}

READING = [
    *attacks("landlock", "self-check", FILES),
    *attacks("uid, landlock", "root", SHADOW),
    *attacks("seccomp", "self-check", SYSTEM_V),
    *attacks("closed memory, uid, landlock, seccomp", "open memory", PARENT),
    *attacks(
        "a fresh process", "naive: allclose", {n: t for n, t in IN_PROCESS.items() if n != "open_descriptors"}
    ),
    *attacks("a fresh process", "naive: child", {"open_descriptors": IN_PROCESS["open_descriptors"]}),
]
