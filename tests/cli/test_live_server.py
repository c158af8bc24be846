"""The page with the stream: what viewers get, how many there may be, and that it ends."""

import json
import socket
import threading
import urllib.error
import urllib.request

import pytest

from scratchcv.cli.live_server import HOST, LiveServer, live_server
from scratchcv.errors import InputError


def read(address, count=None):
    with urllib.request.urlopen(address, timeout=20) as answer:
        return answer.read(count)


def test_page_state_and_an_unknown_path():
    with live_server() as server:
        assert b'<img src="stream"' in read(server.address)
        assert json.loads(read(f"{server.address}/state"))["frames"] == 0
        server.show(b"one", "3 found")
        assert json.loads(read(f"{server.address}/state")) == {"frames": 1, "text": "3 found"}
        with pytest.raises(urllib.error.HTTPError, match="404"):
            read(f"{server.address}/../etc/passwd")


def test_several_viewers_see_the_latest_picture_and_then_each_new_one():
    with live_server() as server:
        server.show(b"first", "")
        seen = [[], []]
        ready = threading.Barrier(3)

        def look(pictures):
            for picture in server.frames():
                pictures.append(picture)
                ready.wait(20)

        viewers = [threading.Thread(target=look, args=(pictures,)) for pictures in seen]
        for viewer in viewers:
            viewer.start()
        ready.wait(20)
        server.show(b"second", "")
        ready.wait(20)
    for viewer in viewers:
        viewer.join(20)
        assert not viewer.is_alive()
    assert seen == [[b"first", b"second"]] * 2


def test_the_stream_has_a_part_a_picture_and_ends_with_the_server():
    with live_server() as server:
        server.show(b"\xff\xd8picture", "")
        answer = urllib.request.urlopen(f"{server.address}/stream", timeout=20)
        assert answer.headers["Content-Type"].startswith("multipart/x-mixed-replace; boundary=")
        start = answer.read(
            len(b"--scratchcv-frame\r\nContent-Type: image/jpeg\r\nContent-Length: 9\r\n\r\n")
        )
        assert start.startswith(b"--scratchcv-frame\r\nContent-Type: image/jpeg")
        assert answer.read(9) == b"\xff\xd8picture"
    assert answer.read() == b"\r\n"


def test_a_viewer_who_leaves_does_no_harm():
    with live_server() as server:
        server.show(b"x" * 100_000, "")
        for _ in range(3):
            with socket.create_connection(
                server.address.removeprefix("http://").split(":"), timeout=20
            ) as viewer:
                viewer.sendall(b"GET /stream HTTP/1.0\r\n\r\n")
                viewer.recv(100)
            server.show(b"y" * 100_000, "")
        assert b"<img" in read(server.address)


def test_a_port_that_is_taken():
    with socket.socket() as taken:
        taken.bind((HOST, 0))
        taken.listen()
        with pytest.raises(InputError, match=r"port \d+ cannot be used: "):
            LiveServer(taken.getsockname()[1])
