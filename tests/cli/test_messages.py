import os
import sys

import pytest

from scratchcv.cli.messages import drop_output, print_result, say


def test_messages_go_to_the_error_stream(capsys: pytest.CaptureFixture[str]) -> None:
    say("error: no such file")
    assert capsys.readouterr() == ("", "scratchcv: error: no such file\n")


def test_results_go_nowhere_when_the_reader_has_left(capfd: pytest.CaptureFixture[str]) -> None:
    print_result("a result\n")
    assert capfd.readouterr().out == "a result\n"
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "w") as broken, pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "stdout", broken)
        for _ in range(2):
            print_result("nobody reads this")
        drop_output()
    assert capfd.readouterr() == ("", "")
