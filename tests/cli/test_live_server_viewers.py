"""Viewers who behave badly."""

import socket
import struct
import time
import urllib.request

import pytest

from scratchcv.cli.live_server import live_server


def port_of(address: str) -> int:
    return int(address.rsplit(":", 1)[1])


def test_one_who_hangs_up_within_a_request(capsys: pytest.CaptureFixture[str]) -> None:
    with live_server() as server:
        server.show(b"picture", "")
        with socket.create_connection(("127.0.0.1", port_of(server.address)), timeout=20) as viewer:
            # Closed with a reset, as by a browser that is killed.
            viewer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            viewer.sendall(b"GET /st")
            time.sleep(0.1)
        time.sleep(0.2)
        with urllib.request.urlopen(f"{server.address}/state", timeout=20) as answer:
            assert answer.status == 200
    assert capsys.readouterr() == ("", "")


def test_one_who_sleeps_holds_nobody_up() -> None:
    with live_server() as server:
        with socket.create_connection(("127.0.0.1", port_of(server.address)), timeout=20) as sleeper:
            sleeper.sendall(b"GET /stream HTTP/1.0\r\n\r\n")
            start = time.perf_counter()
            for _ in range(50):
                server.show(bytes(1_000_000), "")
            assert time.perf_counter() - start < 5
        start = time.perf_counter()
    assert time.perf_counter() - start < 5
