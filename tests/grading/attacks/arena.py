"""Where attacks are let loose: canaries, listeners, files to harm, and an eye on what became of them."""

import ctypes
import json
import os
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np

import scratchcv
from tests.grading.attacks.copied_python import copy_of_python
from tests.grading.attacks.listeners import Listeners

HERE = Path(__file__).parent
ALL = ("limits", "uid", "privileges", "landlock", "seccomp")
FIRST_USER = 60000
MEMORY = 600 << 20
OUTPUT = 32 << 10
HANG = 12
"""Seconds: a start, a load and a call that reach their deadlines take less."""


@dataclass(frozen=True)
class Setting:
    """Who the grader is, which layers close its child off, and whether its memory is left open."""

    layers: tuple[str, ...]
    root: bool
    open_memory: bool = False
    copied: bool = True


SETTINGS = {
    "sealed, root": Setting(ALL, root=True),
    "sealed, root, unreadable interpreter": Setting(ALL, root=True, copied=False),
    "sealed, user": Setting(ALL, root=False),
    "guarded": Setting(tuple(name for name in ALL if name != "landlock"), root=True),
    "self-check": Setting(("limits",), root=False),
    "open memory": Setting((), root=False, open_memory=True),
    "no layers": Setting((), root=False),
    "root": Setting(("limits",), root=True),
}


class Arena:
    """A folder with everything that attacks are after."""

    def __init__(self):
        self.folder = Path(tempfile.mkdtemp(prefix="scv-arena-"))
        self.folder.chmod(0o755)
        self.secret, self.mark = secrets.token_hex(8), "scv" + secrets.token_hex(8)
        self.victim = self.folder / "victim"
        self.users = iter(range(FIRST_USER, FIRST_USER + 5000))
        self._python = None
        self._workers = {}
        self._place_canaries()
        self.socket = self.folder / "socket"
        self.listeners = Listeners(self.mark, self.socket)

    def close(self):
        for worker, _ in self._workers.values():
            _end(worker)
        self.listeners.close()
        ctypes.CDLL(None).shmctl(self.shared, 0, None)
        Path("/dev/shm", self.mark).unlink()
        shutil.rmtree(self.folder)

    @property
    def python(self):
        """The copied interpreter; a grader who is no superuser can read the one that runs here."""
        if self._python is None:
            self._python = (
                copy_of_python(self.folder / "python") if os.geteuid() == 0 else Path(sys.executable)
            )
        return self._python

    def effects(self, attack, setting):
        """Return what the attack did to a grader in a sandbox of this setting, and what was seen of it."""
        setting = SETTINGS[setting]
        uid = next(self.users) if not setting.root and os.geteuid() == 0 else os.geteuid()
        self._prepare(uid)
        worker = self._worker(setting, uid)
        task = {
            "text": self._place(attack.text),
            "layers": setting.layers,
            "open_memory": setting.open_memory,
        }
        report = _ask(worker, task)
        found = self._common(worker.pid)
        if report is None:
            found.add("parent")
            _end(worker)
            self._workers.pop(setting, None)
        else:
            self._workers[setting] = (worker, report)
            shown = report["printed"] + "\n".join(report["messages"])
            found |= self._shown(shown, "\n".join(report["messages"]))
            found |= {"points"} if report["points"] else set()
            found |= {"hang"} if report["seconds"] > HANG else set()
            found |= {"memory"} if report["memory"] > MEMORY else set()
            found |= {"fault"} if report["fault"] else set()
            if not setting.root or report["memory"] > MEMORY:
                _end(worker)
                self._workers.pop(setting)
        return found, report

    def naive_effects(self, attack, flaw):
        """Return what the attack did to a naive grader."""
        uid = next(self.users) if os.geteuid() == 0 else os.geteuid()
        self._prepare(uid)
        work = Path(tempfile.mkdtemp(dir=self.folder))
        file = work / "submission.py"
        file.write_bytes(self._place(attack.text).encode("utf-8", "surrogatepass"))
        if os.geteuid() == 0:
            os.chown(work, uid, uid)
        (work / "naive.py").write_bytes((HERE / "naive.py").read_bytes())
        command = [str(self.python), str(work / "naive.py"), flaw, str(file), self.secret]
        with tempfile.TemporaryFile() as out:
            process = subprocess.Popen(
                command,
                cwd=work,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                **self._as(uid),
            )
            status = usage = None
            end = time.monotonic() + 4
            while status is None and time.monotonic() < end:
                pid, code, usage = os.wait4(process.pid, os.WNOHANG)
                status = code if pid else None
                time.sleep(0.01)
            if status is None:
                os.killpg(process.pid, signal.SIGKILL)
                _, _, usage = os.wait4(process.pid, 0)
            process.returncode = 0
            out.seek(0)
            text = out.read(20 << 20).decode(errors="replace")
        found = self._common(process.pid) | self._shown(text, text)
        found |= {"hang"} if status is None else {"parent"} if status else set()
        found |= {"memory"} if usage.ru_maxrss << 10 > MEMORY else set()
        verdicts = [line for line in text.splitlines() if line.startswith('{"points": ')]
        if verdicts and json.loads(verdicts[-1])["points"]:
            found.add("points")
        shutil.rmtree(work)
        return found, text[-500:]

    def _as(self, uid, copied=True):
        environment = {
            "PATH": os.defpath,
            "GRADER_SECRET": self.secret,
            "ANSWERS": str(self.canary),
            "OPENBLAS_NUM_THREADS": "1",
        }
        own = {"user": uid, "group": uid, "extra_groups": []} if os.geteuid() == 0 else {}
        environment["PYTHONPATH"] = os.pathsep.join([str(Path(scratchcv.__file__).parents[1]), *sys.path])
        if copied and os.geteuid() == 0:  # Debian's Python looks for packages elsewhere
            packages = self.python.parents[1] / "lib" / self.python.name / "site-packages"
            environment["PYTHONPATH"] = str(packages)
        return {"env": environment, "start_new_session": True, **own}

    def _worker(self, setting, uid):
        if setting in self._workers:
            return self._workers[setting][0]
        options = self._as(uid, setting.copied)
        program = self.python if setting.copied else sys.executable
        folder = self.folder / f"work-{self.secret}"
        command = [str(program), str(self.folder / "worker.py"), self.secret]
        worker = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=folder, **options
        )
        self._workers[setting] = (worker, None)
        if worker.stdout.readline() != b"ready\n":
            raise RuntimeError("the grader that is to be attacked did not start")
        return worker

    def _place_canaries(self):
        self.canary = self.folder / "answers.txt"
        self.canary.write_text(f"FILE-{self.secret}")
        (self.folder / f"work-{self.secret}").mkdir()
        (self.folder / "worker.py").write_bytes((HERE / "worker.py").read_bytes())
        reference = self.folder / "reference"
        reference.mkdir()
        (reference / "reference.py").write_text("def double(x):\n    return 2 * x\n")
        Path("/dev/shm", self.mark).write_text(f"SHARED-{self.secret}")
        libc = ctypes.CDLL(None)
        libc.shmat.restype = ctypes.c_void_p
        self.key = int(secrets.token_hex(3), 16) + 1
        self.shared = libc.shmget(self.key, 4096, 0o1644)
        ctypes.memmove(libc.shmat(self.shared, None, 0), f"SYSTEM-{self.secret}".encode(), 23)
        for place in self.folder.rglob("*"):
            place.chmod(0o755 if place.is_dir() else 0o644)

    def _place(self, text):
        words = {
            "CANARY": self.canary,
            "VICTIM": self.victim,
            "ARENA": self.folder,
            "REFERENCE": self.folder / "reference",
            "TCP": self.listeners.tcp,
            "UDP": self.listeners.udp,
            "SOCKET": self.socket,
            "MARK": self.mark,
            "KEY": self.key,
        }
        for word, place in words.items():
            text = text.replace(f"@{word}@", str(place))
        return text

    def _prepare(self, uid):
        """Lay out the files to harm afresh, some of them the attacker's own."""
        self.listeners.heard.clear()
        shutil.rmtree(self.victim, ignore_errors=True)
        (self.victim / "folder").mkdir(parents=True)
        for name in ("keep", "own", "folder/inner"):
            (self.victim / name).write_text("as it was")
            (self.victim / name).chmod(0o666)
        for place in (self.victim, self.victim / "folder"):
            place.chmod(0o777)
        if os.geteuid() == 0:
            os.chown(self.victim / "own", uid, uid)
        self._before = self._files()

    def _files(self):
        seen = {}
        for place in sorted(self.victim.rglob("*")):
            facts = place.lstat()
            regular = place.is_file() and not place.is_symlink()
            seen[str(place)] = (
                facts.st_mode,
                facts.st_mtime_ns,
                facts.st_uid,
                facts.st_nlink,
                place.read_bytes()[:99] if regular else b"",
                os.listxattr(place, follow_symlinks=False),
            )
        return seen

    def _common(self, grader):
        """Return the effects that are seen from outside: files, connections, processes left behind."""
        found = set()
        if os.path.ismount(self.victim):
            subprocess.run(["umount", str(self.victim)], check=True)
            found.add("file")
        if self._files() != self._before:
            found.add("file")
        for folder in (
            Path("/tmp"),
            Path("/var/tmp"),
            Path("/dev/shm"),
            Path(np.__file__).parent,
            *self.folder.glob("python/lib/*/site-packages/numpy"),
        ):
            for left in folder.glob(f"scv_attack_{self.mark}"):
                left.unlink()
                found.add("file")
        survivors = self._survivors(grader)
        if survivors:
            found.add("process")
            for process in survivors:
                os.kill(process, signal.SIGKILL)
        time.sleep(0.02)
        if self.listeners.heard:
            found.add("socket")
        return found

    def _survivors(self, grader):
        found = []
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                command = (folder / "cmdline").read_bytes()
            except OSError:
                continue
            inside = f'"parent": {grader},'.encode() in command or self.mark.encode() in command
            if inside and int(folder.name) != grader:
                found.append(int(folder.name))
        return found

    def _shown(self, text, messages):
        """Return the effects that are seen in what a grader shows and in what was sent away."""
        sent = b"".join(self.listeners.heard)
        found = {"canary"} if self.secret in text or self.secret.encode() in sent else set()
        found |= {"escape"} if "ESCAPED" in text else set()
        found |= {"output"} if len(text) > OUTPUT else set()
        found |= {"terminal"} if any(not (c.isprintable() or c == "\n") for c in messages) else set()
        return found


def _ask(worker, task):
    """Return the worker's answer, or None when it is dead or does not answer any more."""
    answer = []
    try:
        worker.stdin.write(json.dumps(task).encode() + b"\n")
        worker.stdin.flush()
    except BrokenPipeError:
        return None
    thread = threading.Thread(target=lambda: answer.append(worker.stdout.readline()), daemon=True)
    thread.start()
    thread.join(2 * HANG)
    if not answer or not answer[0].endswith(b"\n"):
        return None
    return json.loads(answer[0])


def _end(worker):
    with suppress(ProcessLookupError):
        os.killpg(worker.pid, signal.SIGKILL)
    worker.wait()
    worker.stdin.close()
    worker.stdout.close()
