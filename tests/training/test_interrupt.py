import signal
import threading
from pathlib import Path

import pytest

from scratchcv.training.interrupt import Interrupted, PostponedInterrupt


@pytest.mark.usefixtures("ctrl_c_raises")
class TestPostponedInterrupt:
    def test_first_ctrl_c_waits_and_second_raises(self) -> None:
        after_first = False
        with PostponedInterrupt() as interrupt:
            assert not interrupt.requested
            signal.raise_signal(signal.SIGINT)
            after_first = interrupt.requested
            with pytest.raises(KeyboardInterrupt):
                signal.raise_signal(signal.SIGINT)
        assert after_first

    @pytest.mark.parametrize("failing", [False, True])
    def test_the_handler_before_comes_back(self, failing: bool) -> None:
        def handler(*_: object) -> None:
            raise RuntimeError("not reached")

        signal.signal(signal.SIGINT, handler)
        try:
            with PostponedInterrupt():
                assert signal.getsignal(signal.SIGINT) is not handler
                if failing:
                    raise ZeroDivisionError
        except ZeroDivisionError:
            assert failing
        assert signal.getsignal(signal.SIGINT) is handler

    def test_ctrl_c_that_is_ignored_stays_ignored(self) -> None:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        with PostponedInterrupt() as interrupt:
            signal.raise_signal(signal.SIGINT)
            signal.raise_signal(signal.SIGINT)
            assert not interrupt.requested
        assert signal.getsignal(signal.SIGINT) == signal.SIG_IGN

    def test_other_threads_leave_the_handler_alone(self) -> None:
        found = []

        def enter() -> None:
            with PostponedInterrupt() as interrupt:
                found.append((signal.getsignal(signal.SIGINT), interrupt.requested))

        thread = threading.Thread(target=enter)
        thread.start()
        thread.join()
        assert found == [(signal.default_int_handler, False)]


def test_the_message_says_what_was_saved() -> None:
    saved = Interrupted(137, 500, Path("runs", "last.safetensors"))
    assert str(saved) == f"Interrupted at step 137 of 500; saved {Path('runs', 'last.safetensors')}"
    assert (saved.step, saved.total_steps) == (137, 500)
    assert str(Interrupted(1, 2, None)).endswith("nothing saved: the trainer has no checkpoint_dir")
    assert isinstance(saved, KeyboardInterrupt)
