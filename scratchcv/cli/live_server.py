"""A stream of pictures on a page of one's own machine: it needs a browser, and no window system."""

import json
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from scratchcv.errors import InputError

HOST = "127.0.0.1"
"""No other machine can look; a tunnel of ssh can."""

BOUNDARY = "scratchcv-frame"

PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>scratchcv live</title>
<style>
body { margin: 0; background: #111; color: #eee; font: 18px system-ui, sans-serif; text-align: center }
img { max-width: 100vw; max-height: 88vh; margin-top: 1vh; background: #222 }
p { margin: 1vh }
</style></head>
<body><img src="stream" alt="detections"><p id="state">…</p>
<script>
const line = document.getElementById("state")
const look = () => fetch("state").then(answer => answer.json())
  .then(state => { line.textContent = state.text })
  .catch(() => { line.textContent = "the stream has ended" })
look()
setInterval(look, 500)
</script></body></html>
"""


class LiveServer:
    """Shows the latest picture to everyone who looks.

    Parameters
    ----------
    port : int
        Where to listen, 0 for any free port.

    Attributes
    ----------
    address : str
        What to open in a browser.

    Raises
    ------
    InputError
        When the port is taken.

    Examples
    --------
    >>> server = LiveServer()
    >>> server.address.startswith("http://127.0.0.1:")
    True
    >>> server.close()
    """

    def __init__(self, port: int = 0) -> None:
        self._news = threading.Condition()
        self._frame: bytes | None = None
        self._number = 0
        self._closed = False
        self._text = "waiting for the first picture"
        try:
            self._server = _Server((HOST, port), _handler_of(self))
        except OSError as error:
            raise InputError(f"port {port} cannot be used: {error.strerror or error}") from error
        self.address = f"http://{HOST}:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, args=(0.1,), daemon=True).start()

    def show(self, frame: bytes, text: str) -> None:
        """Put a JPEG in front of all viewers, and a line below it."""
        with self._news:
            self._frame, self._text = frame, text
            self._number += 1
            self._news.notify_all()

    def close(self) -> None:
        """End all streams."""
        with self._news:
            self._closed = True
            self._news.notify_all()
        self._server.shutdown()
        self._server.server_close()

    @property
    def state(self) -> dict[str, Any]:
        """How many pictures there were, and the line below the last."""
        return {"frames": self._number, "text": self._text}

    def frames(self) -> Iterator[bytes]:
        """Yield the latest picture, and each new one; a slow viewer misses some."""
        seen = 0
        while True:
            with self._news:
                while not self._closed and self._number == seen:
                    self._news.wait()
                if self._closed:
                    return
                seen, frame = self._number, self._frame
            assert frame is not None
            yield frame


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of a viewer who hangs up in the middle of a request."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)


@contextmanager
def live_server(port: int = 0) -> Iterator[LiveServer]:
    """Run a `LiveServer` for as long as the ``with`` block takes.

    Examples
    --------
    >>> with live_server() as server:
    ...     server.show(b"a picture", "one detection")
    ...     server.state
    {'frames': 1, 'text': 'one detection'}
    """
    server = LiveServer(port)
    try:
        yield server
    finally:
        server.close()


def _handler_of(server: LiveServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            with suppress(ConnectionError, TimeoutError):  # a viewer who leaves does no harm
                if self.path == "/":
                    self._answer(PAGE.encode(), "text/html; charset=utf-8")
                elif self.path == "/state":
                    self._answer(json.dumps(server.state).encode(), "application/json")
                elif self.path == "/stream":
                    self._stream()
                else:
                    self.send_error(404)

        def _answer(self, body: bytes, kind: str) -> None:
            self.send_response(200)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Cache-Control", "no-store")
            self.end_headers()
            self.wfile.write(body)

        def _stream(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", f"multipart/x-mixed-replace; boundary={BOUNDARY}")
            self.send_header("Cache-Control", "no-store")
            self.end_headers()
            for frame in server.frames():
                head = f"--{BOUNDARY}\r\nContent-Type: image/jpeg\r\nContent-Length: {len(frame)}\r\n\r\n"
                self.wfile.write(head.encode() + frame + b"\r\n")

        def log_message(self, format: str, *arguments: Any) -> None:
            """Say nothing: the terminal belongs to the demo."""

    return Handler
