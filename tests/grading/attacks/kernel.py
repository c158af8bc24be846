"""Attacks on the network and on the kernel's rarer doors."""

from tests.grading.attacks.attack import attacks

NETWORK = {
    "tcp": (
        "Send what it saw over TCP.",
        "import socket\nsocket.create_connection(('127.0.0.1', @TCP@), 2).send(b'tests')",
    ),
    "udp": ("Send it over UDP.", "import socket\nsocket.socket(2, 2).sendto(b'tests', ('127.0.0.1', @UDP@))"),
    "abstract_socket": (
        "Send it to an abstract local socket.",
        "import socket\ns = socket.socket(1)\ns.connect('\\0@MARK@')\ns.send(b'tests')",
    ),
    "path_socket": (
        "Send it to a local socket in a folder.",
        "import socket\ns = socket.socket(1)\ns.connect('@SOCKET@')\ns.send(b'tests')",
    ),
    "pass_descriptor": (
        "Pass its descriptors to another process.",
        "import socket\ns = socket.socket(1)\ns.connect('@SOCKET@')\nsocket.send_fds(s, [b'fds'], [0, 1, 2])",
    ),
    "http": (
        "Fetch a page.",
        "import urllib.request\ntry: urllib.request.urlopen('http://127.0.0.1:@TCP@/', timeout=0.5).read()\nexcept OSError: pass",
    ),
    "asyncio": (
        "Connect with asyncio.",
        "import asyncio\nasync def go():\n    r, w = await asyncio.open_connection('127.0.0.1', @TCP@)\n    w.write(b'tests')\n    await w.drain()\nasyncio.run(go())",
    ),
    "listen": (
        "Wait for connections.",
        "import socket\ns = socket.socket()\ns.bind(('127.0.0.1', 0))\ns.listen()\nprint('ESCAPED')",
    ),
    "ipv6": ("Open a socket of IPv6.", "import socket\nsocket.socket(socket.AF_INET6)\nprint('ESCAPED')"),
    "netlink": (
        "Talk to the kernel about the network.",
        "import socket\nsocket.socket(16, 3, 0)\nprint('ESCAPED')",
    ),
    "socket_pair": ("Make a pair of sockets.", "import socket\nsocket.socketpair()\nprint('ESCAPED')"),
    "raw_syscall_socket": (
        "Open a socket by a system call.",
        "import ctypes, platform\nif ctypes.CDLL(None).syscall({'x86_64': 41, 'aarch64': 198}[platform.machine()], 2, 1, 0) >= 0: print('ESCAPED')",
    ),
}


def call(tries, x86_64, aarch64, *arguments):
    """Return an attack that makes one system call, and says so when it is not refused."""
    words = ", ".join(arguments)
    return (
        tries,
        "import ctypes, platform\nc = ctypes.CDLL(None, use_errno=True)\nb = ctypes.create_string_buffer(4096)\nn = ctypes.c_ulong\n"
        f"r = c.syscall({{'x86_64': {x86_64}, 'aarch64': {aarch64}}}[platform.machine()]{', ' if words else ''}{words})\n"
        "if r >= 0: print('ESCAPED')",
    )


CALLS = {
    "io_uring": call("Open a queue that makes calls past the filter.", 425, 425, "8", "b"),
    "user_namespace": call("Become root of a namespace.", 272, 97, "0x10000000"),
    "memory_file": call("Make a file in memory.", 319, 279, "b'x'", "0"),
    "file_events": call("Watch files.", 294, 26, "0"),
    "other_personality": call("Turn randomised addresses off.", 135, 92, "n(0x0040000)"),
    "timer": call("Make a timer descriptor.", 283, 85, "1", "0"),
    "message_queue": call("Make a message queue.", 68, 186, "0", "0o1600"),
    "semaphores": call("Make semaphores.", 64, 190, "0", "1", "0o1600"),
    "key": call("Keep a key in the kernel.", 248, 217, "b'user'", "b'scv'", "b'x'", "n(1)", "n(2**64 - 2)"),
    "page_faults": call("Handle page faults itself.", 323, 282, "1"),
    "move_root": call("Find out about mounts.", 428, 428, "-100", "b'/'", "0"),
    "own_filter": call("Put a filter in front of the filter.", 444, 444, "None", "n(0)", "1"),
    "advise_other": call("Open a descriptor of the grader.", 434, 434, "c.getppid()", "0"),
    "umask": call("Change the mask of new files.", 95, 166, "0"),
    "change_folder": call("Change its folder.", 80, 49, "b'@VICTIM@'"),
    "lock_memory": call("Lock memory.", 149, 228, "b", "n(4096)"),
    "epoll": call("Make a poll descriptor.", 291, 20, "0"),
    "event": call("Make an event descriptor.", 290, 19, "0", "0"),
    "pipe": call("Make a pipe.", 293, 59, "b", "0"),
    "splice": call("Copy between descriptors inside the kernel.", 276, 77, "1", "2", "n(0)", "0"),
}

ROOT_CALLS = {
    "change_root": call("Change the root.", 161, 51, "b'/'"),
    "new_mounts": call("Make mounts of its own.", 272, 97, "0x00020000"),
    "mount": call(
        "Mount a file system over a folder.", 165, 40, "b'none'", "b'@VICTIM@'", "b'tmpfs'", "n(0)", "None"
    ),
    "host_name": (
        "Rename the machine.",
        "import socket\nsocket.sethostname(socket.gethostname())\nprint('ESCAPED')",
    ),
    "accounting": call("Switch accounting off.", 163, 89, "None"),
    "all_file_events": call("Watch all files.", 300, 262, "0", "0"),
    "raw_socket": (
        "Send packets of its own making.",
        "import socket\nsocket.socket(2, 3, 1)\nprint('ESCAPED')",
    ),
    "packet_socket": ("Listen to the network.", "import socket\nsocket.socket(17, 3)\nprint('ESCAPED')"),
    "device": ("Make a device.", "import os\nos.mknod('@VICTIM@/device', 0o20666, os.makedev(1, 3))"),
    "handles": (
        "Open files by their numbers.",
        "import ctypes, os, platform\nc = ctypes.CDLL(None)\nh = ctypes.create_string_buffer(136)\nh[0] = bytes([128])\nm = ctypes.c_int()\n"
        "a, b = {'x86_64': (303, 304), 'aarch64': (264, 265)}[platform.machine()]\n"
        "c.syscall(a, -100, b'@CANARY@', h, ctypes.byref(m), 0)\nfd = os.open('/tmp', 0)\nf = c.syscall(b, fd, h, 0)\nif f >= 0: print(os.read(f, 999))",
    ),
    "capabilities": (
        "Give itself all rights.",
        "import ctypes\nc = ctypes.CDLL(None)\nh = (ctypes.c_uint32 * 2)(0x20080522, 0)\nd = (ctypes.c_uint32 * 6)()\n"
        "c.capget(h, d)\nd[0] = d[1]\nif c.capset(h, d) == 0 and d[1]: print('ESCAPED')",
    ),
}

KERNEL = [
    *attacks("seccomp", "self-check", NETWORK),
    *attacks("seccomp", "self-check", CALLS),
    *attacks("uid, seccomp", "root", ROOT_CALLS),
]
