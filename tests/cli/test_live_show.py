"""What a show does besides its frames: how it ends, what it opens, and what is refused before a training."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from scratchcv.cli import live
from scratchcv.cli.live import Live, image_files
from scratchcv.cli.live_server import LiveServer
from scratchcv.models import ssd_tiny


@pytest.fixture(scope="module")
def model() -> Any:
    return ssd_tiny(["background", "cat"], size=64).eval()


@pytest.fixture(autouse=True)
def opened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Pages that a browser would have shown."""
    addresses: list[str] = []
    monkeypatch.setattr("webbrowser.open", addresses.append)
    return addresses


@pytest.fixture
def video(tmp_path: Path) -> Path:
    folder = tmp_path / "video"
    folder.mkdir()
    for number in (10, 2, 1):
        Image.fromarray(np.full((48, 64, 3), 20 * number, np.uint8)).save(folder / f"f{number}.png")
    return folder


@pytest.mark.parametrize("seen", [0, 2])
def test_ctrl_c_ends_it_well(
    model: Any, seen: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    real, calls = model.predict, []

    def predict(images: Any) -> Any:
        calls.append(1)
        if len(calls) > 1 + seen:  # the first is for the compiler
            raise KeyboardInterrupt
        return real(images)

    monkeypatch.setattr(model, "predict", predict, raising=False)
    Live(browser=False).show(model, "ssd")
    assert f"\n{seen} frames in " in capsys.readouterr().out


def test_the_status_says_frames_a_second(model: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    lines: list[str] = []
    monkeypatch.setattr(LiveServer, "show", lambda self, frame, text: lines.append(text))
    Live(browser=False, frames=3).show(model, "ssd")
    assert len(lines) == 3
    for line in lines:
        name, found, rates = line.replace(";", ":").split(": ")
        assert name == "ssd"
        assert found.endswith(" found")
        shown, possible = rates.split(", ")
        assert 0 < int(shown.removesuffix(" frames a second")) <= live.RATE
        assert possible.endswith(" possible")


def test_a_browser_opens_where_there_is_a_screen(
    model: Any, opened: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for screen in (True, False):
        monkeypatch.setattr(live, "has_screen", lambda screen=screen: screen)
        Live(frames=1).show(model, "ssd")
    assert len(opened) == 1


def test_a_terminal_alone_is_no_screen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.platform", "linux")
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    assert not live.has_screen()
    monkeypatch.setenv("WAYLAND_DISPLAY", "wayland-0")
    assert live.has_screen()


def test_frames_in_the_order_of_their_numbers(video: Path) -> None:
    assert [file.name for file in image_files(video)] == ["f1.png", "f2.png", "f10.png"]


@pytest.mark.parametrize("names", [["a.png", "1.png"], ["²3.png", "3.png", "a3b.png"]])
def test_names_of_all_kinds_have_an_order(tmp_path: Path, names: list[str]) -> None:
    for name in names:
        (tmp_path / name).touch()
    assert {file.name for file in image_files(tmp_path)} == set(names)


def test_a_video_that_is_written_is_shown_once(model: Any, video: Path, tmp_path: Path) -> None:
    drawn = tmp_path / "drawn"
    drawn.mkdir()
    Live(source=video, browser=False, folder=drawn).show(model, "ssd")
    assert len(list(drawn.iterdir())) == 3


class TestTheCommand:
    @pytest.fixture
    def no_training(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def train(arguments: object) -> Iterator[Path]:
            raise AssertionError("it trained")

        monkeypatch.setattr("scratchcv.cli.demo._train", train)

    @pytest.mark.usefixtures("no_training")
    def test_a_bad_source_is_refused_before_a_training(
        self, refuse: Callable[..., str], tmp_path: Path
    ) -> None:
        message = refuse("demo", "ssd", "--live", "--no-browser", "--source", tmp_path / "nowhere")
        assert message == f"{tmp_path / 'nowhere'}: no such folder"
        message = refuse("demo", "ssd", "--live", "--no-browser", "--source", tmp_path)
        assert message == f"{tmp_path}: no images in it"

    @pytest.mark.usefixtures("no_training")
    def test_a_disk_is_not_filled(self, refuse: Callable[..., str], tmp_path: Path) -> None:
        message = refuse("demo", "ssd", "--live", "--no-browser", "--to", tmp_path / "drawn")
        assert message == "--to needs --frames, or a --source: there is no end of scenes"

    def test_another_model_than_the_checkpoint_holds(self, refuse: Callable[..., str], trained: Path) -> None:
        message = refuse("demo", "rcnn", "--live", "--no-browser", "--frames", 1, "--checkpoint", trained)
        assert message == f"{trained / 'last.safetensors'}: holds ssd, not rcnn"

    def test_a_folder_or_a_file_will_do(self, run: Callable[..., Any], trained: Path) -> None:
        for checkpoint in (trained, trained / "last.safetensors"):
            words = ("demo", "--live", "--no-browser", "--frames", 1, "--checkpoint", checkpoint)
            assert "1 frames in " in run(*words).out
