"""Sockets of all sorts that hear who calls."""

import socket
import threading
from pathlib import Path


class Listeners:
    """A TCP port, a UDP port, an abstract and a named local socket.

    Attributes
    ----------
    heard : list
        What came in.
    tcp, udp : int
        The ports.
    """

    def __init__(self, abstract, named):
        self.heard = []
        tcp, udp = socket.socket(), socket.socket(type=socket.SOCK_DGRAM)
        local = [socket.socket(socket.AF_UNIX) for _ in range(2)]
        self._sockets = [tcp, udp, *local]
        addresses = [("127.0.0.1", 0), ("127.0.0.1", 0), "\0" + abstract, str(named)]
        for listener, address in zip(self._sockets, addresses, strict=True):
            listener.bind(address)
        Path(named).chmod(0o777)
        self.tcp, self.udp = tcp.getsockname()[1], udp.getsockname()[1]
        for listener in (tcp, *local):
            listener.listen()
        for listener in self._sockets:
            threading.Thread(target=self._hear, args=(listener,), daemon=True).start()

    def close(self):
        for listener in self._sockets:
            listener.close()

    def _hear(self, listener):
        while True:
            try:
                if listener.type == socket.SOCK_DGRAM:
                    self.heard.append(listener.recv(999))
                else:
                    connection, _ = listener.accept()
                    with connection:
                        connection.settimeout(1)
                        self.heard.append(b"connected")
                        self.heard.append(connection.recv(999))
            except TimeoutError:
                continue
            except OSError:
                return
