import os
import random
import re
import signal
import subprocess
import sys
import threading
import time
import warnings
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from scratchcv.errors import InputError
from scratchcv.training import DivergedError, Interrupted, Trainer, load_checkpoint, previous_path


def newest(folder: Path) -> Path:
    return folder / "last.safetensors"


def test_one_step_is_the_lectures_loop(tiny: ModuleType) -> None:
    trainer = tiny.make_trainer(None, 1)
    history = trainer.run()
    model = tiny.Regression(rng=np.random.default_rng(5))
    images, targets = next(tiny.Batches().batches(0))
    losses, cache = model.forward(images, targets)
    model.backward(cache)
    for parameter in model.parameters():  # the first velocity is the gradient with its decay
        parameter.value -= 0.05 * (parameter.grad + 1e-3 * parameter.value)
    np.testing.assert_array_equal(trainer.model.weight.value, model.weight.value)
    norm = np.sqrt(sum(float((p.grad.astype(float) ** 2).sum()) for p in model.parameters()))
    assert {name: values.tolist() for name, values in history.items()} == {
        "step": [1.0],
        "lr": [0.05],
        "gradient_norm": [pytest.approx(norm, rel=1e-12)],
        "fit": [losses["fit"]],
        "ridge": [losses["ridge"]],
        "loss": [losses["fit"] + losses["ridge"]],
    }


def test_learns(tiny: ModuleType) -> None:
    history = tiny.make_trainer(None, 200).run()
    assert history["fit"][0] > 2
    assert history["fit"][-20:].mean() < 0.2
    assert history["step"].tolist() == list(range(1, 201))


def test_clipping_is_by_the_norm_of_the_whole_gradient(tiny: ModuleType) -> None:
    trainer = tiny.make_trainer(None, 1, clip_norm=0.01)
    before = trainer.model.weight.value.copy()
    history = trainer.run()
    assert history["gradient_norm"][0] > 1
    moved = np.concatenate([(trainer.model.weight.value - before).ravel(), trainer.model.bias.value])
    assert np.linalg.norm(moved) < 0.05 * (0.01 + 2e-3)


@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
def test_resumed_at_every_step_it_is_bitwise_the_same(
    tiny: ModuleType, tmp_path: Path, optimizer: str
) -> None:
    whole = tiny.make_trainer(tmp_path / "whole", 12, optimizer=optimizer)
    expected = whole.run()
    for stop in range(13):
        folder = tmp_path / f"stopped at {stop}"
        tiny.make_trainer(folder, stop, optimizer=optimizer).run()
        history = tiny.make_trainer(folder, 12, optimizer=optimizer).run(resume=True)
        assert newest(folder).read_bytes() == newest(tmp_path / "whole").read_bytes()
        assert {name: values.tolist() for name, values in history.items()} == {
            name: values.tolist() for name, values in expected.items()
        }


def test_resumed_from_the_checkpoint_before_when_the_newest_is_damaged(
    tiny: ModuleType, tmp_path: Path
) -> None:
    tiny.make_trainer(tmp_path / "whole", 12).run()
    tiny.make_trainer(tmp_path / "damaged", 8).run()
    path = newest(tmp_path / "damaged")
    path.write_bytes(path.read_bytes()[:100])
    with pytest.warns(UserWarning, match="damaged"):
        tiny.make_trainer(tmp_path / "damaged", 12).run(resume=True)
    assert path.read_bytes() == newest(tmp_path / "whole").read_bytes()


def test_checkpoints_are_written_when_due(tiny: ModuleType, tmp_path: Path) -> None:
    found = []

    def look(row: dict[str, float]) -> None:
        found.append(load_checkpoint(newest(tmp_path))[1]["step"] if newest(tmp_path).exists() else None)

    tiny.make_trainer(tmp_path, 12, on_step=look).run()
    assert found == [None] * 5 + [5] * 5 + [10] * 2
    assert load_checkpoint(newest(tmp_path))[1]["step"] == 12
    assert load_checkpoint(previous_path(newest(tmp_path)))[1]["step"] == 10


def test_a_finished_training_is_not_trained_or_written_again(tiny: ModuleType, tmp_path: Path) -> None:
    tiny.make_trainer(tmp_path, 12).run()
    before = {file: file.stat().st_mtime_ns for file in tmp_path.iterdir()}
    history = tiny.make_trainer(tmp_path, 12).run(resume=True)
    assert len(history["step"]) == 12
    assert {file: file.stat().st_mtime_ns for file in tmp_path.iterdir()} == before
    with pytest.raises(InputError, match="12 steps are done already, total_steps is 11"):
        tiny.make_trainer(tmp_path, 11).run(resume=True)


def test_resume_without_a_checkpoint_starts(tiny: ModuleType, tmp_path: Path) -> None:
    assert len(tiny.make_trainer(tmp_path / "new", 3).run(resume=True)["step"]) == 3


def test_an_earlier_training_is_written_over_only_when_asked(tiny: ModuleType, tmp_path: Path) -> None:
    tiny.make_trainer(tmp_path, 12).run()
    before = newest(tmp_path).read_bytes()
    with pytest.raises(
        InputError, match=r"last\.safetensors: an earlier training is here; resume it or choose"
    ):
        tiny.make_trainer(tmp_path, 3).run()
    assert newest(tmp_path).read_bytes() == before
    tiny.make_trainer(tmp_path, 3).run(overwrite=True)
    assert load_checkpoint(newest(tmp_path))[1]["step"] == 3
    assert not previous_path(newest(tmp_path)).exists()


def test_nothing_is_written_without_a_folder(
    tiny: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    tiny.make_trainer(None).run()
    assert not list(tmp_path.iterdir())


def test_a_generator_of_batches_is_closed(tiny: ModuleType) -> None:
    closed = []

    class Closing:
        def batches(self, start_step: int) -> Iterator[Any]:
            try:
                yield from tiny.Batches().batches(start_step)
            finally:
                closed.append(True)

    trainer = tiny.make_trainer(None)
    trainer.loader = Closing()
    trainer.run()
    assert closed == [True]


class TestDiverged:
    @pytest.mark.parametrize(("name", "value"), [("fit", float("nan")), ("ridge", float("inf"))])
    def test_a_loss(self, tiny: ModuleType, tmp_path: Path, name: str, value: float) -> None:
        trainer = tiny.make_trainer(tmp_path, 12)
        forward, steps = trainer.model.forward, iter(range(1, 13))
        trainer.model.forward = lambda *batch: (
            lambda losses, cache: (losses | ({name: value} if next(steps) == 8 else {}), cache)
        )(*forward(*batch))
        with pytest.raises(DivergedError, match=rf"step 8 of 12: the loss '{name}' is {value}; a lower"):
            trainer.run()
        assert load_checkpoint(newest(tmp_path))[1]["step"] == 5
        assert np.isfinite(trainer.model.weight.value).all()

    def test_a_gradient(self, tiny: ModuleType, tmp_path: Path) -> None:
        def spoil(row: dict[str, float]) -> None:
            if row["step"] == 9:
                trainer.model.backward = lambda cache: trainer.model.weight.grad.fill(np.nan)

        trainer = tiny.make_trainer(tmp_path, 12, on_step=spoil)
        with pytest.raises(DivergedError, match="step 10 of 12: the gradient's norm is nan"):
            trainer.run()
        assert load_checkpoint(newest(tmp_path))[1]["step"] == 5
        assert np.isfinite(trainer.model.weight.value).all()

    def test_a_statistic(self, tiny: ModuleType, tmp_path: Path) -> None:
        def spoil(row: dict[str, float]) -> None:
            if row["step"] == 10:
                trainer.model.mean[0] = np.inf

        trainer = tiny.make_trainer(tmp_path, 12, on_step=spoil)
        with pytest.raises(DivergedError, match="step 10 of 12: mean is no longer finite"):
            trainer.run()
        assert load_checkpoint(newest(tmp_path))[1]["step"] == 5

    @pytest.mark.filterwarnings("ignore:overflow:RuntimeWarning", "ignore:invalid value:RuntimeWarning")
    def test_a_learning_rate_that_is_too_high(self, tiny: ModuleType, tmp_path: Path) -> None:
        trainer = tiny.make_trainer(tmp_path, 500)
        trainer.schedule = lambda step: 50.0
        with pytest.raises(DivergedError, match="a lower learning rate"):
            trainer.run()
        arrays, _ = load_checkpoint(newest(tmp_path))
        assert all(np.isfinite(array).all() for name, array in arrays.items() if name.startswith("model."))


@pytest.mark.usefixtures("ctrl_c_raises")
class TestCtrlC:
    """Ctrl-C while some part of step 7 of 12 runs."""

    def interrupt_in(self, trainer: Trainer, place: str, presses: int = 1) -> None:
        owner: Any = {"forward": trainer.model, "backward": trainer.model, "step": trainer.optimizer}[place]
        function, calls = getattr(owner, place), iter(range(1, 13))

        def pressed(*arguments: Any) -> Any:
            if next(calls) == 7:
                for _ in range(presses):
                    signal.raise_signal(signal.SIGINT)
            return function(*arguments)

        setattr(owner, place, pressed)

    @pytest.mark.parametrize("place", ["forward", "backward", "step"])
    def test_the_step_is_finished_and_saved(self, tiny: ModuleType, tmp_path: Path, place: str) -> None:
        tiny.make_trainer(tmp_path / "whole", 12).run()
        trainer = tiny.make_trainer(tmp_path / "stopped", 12)
        self.interrupt_in(trainer, place)
        path = newest(tmp_path / "stopped")
        with pytest.raises(Interrupted, match=re.escape(f"Interrupted at step 7 of 12; saved {path}")):
            trainer.run()
        assert load_checkpoint(path)[1]["step"] == 7
        assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
        tiny.make_trainer(tmp_path / "stopped", 12).run(resume=True)
        assert path.read_bytes() == newest(tmp_path / "whole").read_bytes()

    @pytest.mark.parametrize("place", ["forward", "backward", "step"])
    def test_the_second_raises_at_once_and_saves_nothing(
        self, tiny: ModuleType, tmp_path: Path, place: str
    ) -> None:
        trainer = tiny.make_trainer(tmp_path, 12)
        self.interrupt_in(trainer, place, presses=2)
        with pytest.raises(KeyboardInterrupt) as raised:
            trainer.run()
        assert not isinstance(raised.value, Interrupted)
        assert load_checkpoint(newest(tmp_path))[1]["step"] == 5
        assert signal.getsignal(signal.SIGINT) is signal.default_int_handler

    @pytest.mark.parametrize(("flush", "step"), [(1, 5), (2, 5), (5, 12), (6, 12)])
    def test_while_a_checkpoint_is_written(
        self, tiny: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, flush: int, step: int
    ) -> None:
        fsync, calls = os.fsync, iter(range(1, 100))

        def pressed(descriptor: int) -> None:
            if next(calls) == flush:
                signal.raise_signal(signal.SIGINT)
            fsync(descriptor)

        monkeypatch.setattr(os, "fsync", pressed)
        with pytest.raises(Interrupted, match=f"Interrupted at step {step} of 12"):
            tiny.make_trainer(tmp_path, 12).run()
        assert load_checkpoint(newest(tmp_path))[1]["step"] == step

    def test_without_a_folder(self, tiny: ModuleType) -> None:
        trainer = tiny.make_trainer(None, 12)
        self.interrupt_in(trainer, "forward")
        with pytest.raises(Interrupted, match="Interrupted at step 7 of 12; nothing saved"):
            trainer.run()

    def test_training_in_another_thread(self, tiny: ModuleType, tmp_path: Path) -> None:
        thread = threading.Thread(target=tiny.make_trainer(tmp_path, 12).run)
        thread.start()
        thread.join()
        assert load_checkpoint(newest(tmp_path))[1]["step"] == 12


class TestProgressBar:
    def test_goes_to_standard_error_with_the_losses(
        self, tiny: ModuleType, capsys: pytest.CaptureFixture[str]
    ) -> None:
        tiny.make_trainer(None, 12, progress=True).run()
        captured = capsys.readouterr()
        assert captured.out == ""
        assert re.search(r"train: 100%.* 12/12 .*fit \d\S*, ridge \d\S*, loss \d", captured.err)

    def test_counts_on_after_a_resume(
        self, tiny: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        tiny.make_trainer(tmp_path, 6).run()
        tiny.make_trainer(tmp_path, 12, progress=True).run(resume=True)
        assert " 6/12 " in capsys.readouterr().err

    def test_quiet(self, tiny: ModuleType, capsys: pytest.CaptureFixture[str]) -> None:
        tiny.make_trainer(None).run()
        assert capsys.readouterr() == ("", "")


def test_bad_arguments(tiny: ModuleType) -> None:
    with pytest.raises(ValueError, match="total_steps must be at least 0, got -1"):
        tiny.make_trainer(None, -1)
    with pytest.raises(ValueError, match="checkpoint_every must be at least 1, got 0"):
        tiny.make_trainer(None, checkpoint_every=0)
    with pytest.raises(ValueError, match="max_norm must be at least 0, got -1"):
        tiny.make_trainer(None, clip_norm=-1.0).run()


def start(tiny: ModuleType, folder: Path, total_steps: int, padding: int) -> "subprocess.Popen[str]":
    command = [sys.executable, tiny.__file__, str(folder), str(total_steps), str(padding)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows sends Ctrl-C to the whole console")
def test_ctrl_c_from_outside_saves_and_leaves_with_a_message(tiny: ModuleType, tmp_path: Path) -> None:
    with start(tiny, tmp_path, 100_000, padding=1) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "step 1\n"
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=60)
    step = load_checkpoint(newest(tmp_path))[1]["step"]
    assert process.returncode == 130
    assert errors.splitlines()[-1] == f"Interrupted at step {step} of 100000; saved {newest(tmp_path)}"
    assert "Traceback" not in errors


def kill_again_and_again(tiny: ModuleType, folder: Path, kills: int, total_steps: int) -> None:
    """Kill at random moments, most of them inside a save; look at the files; go on to the end."""
    rng, padding, step = random.Random(0), 100_000, 0
    for _ in range(kills):
        with start(tiny, folder / "killed", total_steps, padding) as process:
            assert process.stdout is not None
            for _ in range(rng.randint(2, 5)):  # when a second step begins, the first one is saved
                assert process.stdout.readline().startswith("step")
            time.sleep(rng.uniform(0, 0.01))
            process.kill()
            assert "digest" not in process.stdout.read(), "too few steps for so many kills"
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # killed between the renames: the previous one stands in
            _, metadata = load_checkpoint(newest(folder / "killed"))
        assert metadata["step"] > step
        step = metadata["step"]
    with start(tiny, folder / "killed", total_steps, padding) as process:
        output, _ = process.communicate()
    whole = tiny.make_trainer(folder / "whole", total_steps, padding=padding, checkpoint_every=total_steps)
    whole.run()
    assert output.splitlines()[-1] == f"digest {tiny.digest(whole)}"
    assert newest(folder / "killed").read_bytes() == newest(folder / "whole").read_bytes()
    assert len(list((folder / "killed").iterdir())) == 2


def test_killed_and_resumed_it_is_bitwise_the_same(tiny: ModuleType, tmp_path: Path) -> None:
    kill_again_and_again(tiny, tmp_path, kills=5, total_steps=200)


@pytest.mark.slow
def test_killed_twenty_times(tiny: ModuleType, tmp_path: Path) -> None:
    kill_again_and_again(tiny, tmp_path, kills=20, total_steps=1000)


def test_on_start_knows_the_step(tiny: ModuleType, tmp_path: Path) -> None:
    steps: list[int] = []
    tiny.make_trainer(tmp_path, 6, on_start=steps.append).run()
    tiny.make_trainer(tmp_path, 12, on_start=steps.append).run(resume=True)
    assert steps == [0, 6]
