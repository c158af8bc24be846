"""``scratchcv demo --live``: sources, frames, and what is said about bad ones."""

import io

import numpy as np
import pytest
from PIL import Image

from scratchcv.cli.command_line import main
from scratchcv.cli.live import Live, _scenes
from scratchcv.models import yolo_v2_tiny

NAMES = ["background", "cat"]


@pytest.fixture(scope="module")
def model():
    return yolo_v2_tiny(NAMES, size=64).eval()


def test_the_camera_moves_along_the_scenes():
    frames = _scenes(64, seed=0)
    first, second, *_ = (next(frames) for _ in range(2))
    assert first.shape == (64, 64, 3)
    np.testing.assert_array_equal(first[:, 4:], second[:, :-4])
    again = _scenes(64, seed=0)
    np.testing.assert_array_equal(first, next(again))


def test_so_many_frames_and_they_are_written(model, tmp_path, capsys):
    Live(browser=False, frames=3, folder=tmp_path).show(model, "yolo_v2")
    files = sorted(tmp_path.iterdir())
    assert [file.name for file in files] == [f"frame_00000{n}.jpg" for n in (1, 2, 3)]
    assert Image.open(io.BytesIO(files[0].read_bytes())).size == (640, 640)
    printed = capsys.readouterr().out
    assert "http://127.0.0.1:" in printed
    assert "3 frames in" in printed


def test_a_folder_goes_round_and_a_broken_image_is_named_once(model, tmp_path, capsys):
    source, drawn = tmp_path / "video", tmp_path / "drawn"
    source.mkdir()
    drawn.mkdir()
    for name, shade in (("b.png", 250), ("a.png", 5)):
        Image.fromarray(np.full((32, 48, 3), shade, np.uint8)).save(source / name)
    (source / "aa.jpg").write_bytes(b"no image")
    (source / "notes.txt").write_text("no image either")
    Live(source=source, browser=False, frames=5, folder=drawn).show(model, "yolo_v2")
    pictures = [Image.open(io.BytesIO(file.read_bytes())) for file in sorted(drawn.iterdir())]
    shades = [np.asarray(picture).mean() > 100 for picture in pictures]
    assert shades == [False, True, False, True, False]
    assert capsys.readouterr().err.count("aa.jpg") == 1


@pytest.mark.parametrize("content", [None, b"rubbish"])
def test_a_folder_without_images(model, tmp_path, content, capsys):
    if content is not None:
        (tmp_path / "one.png").write_bytes(content)
    with pytest.raises(Exception, match=r"no images in it|none of its 1 images can be read"):
        Live(source=tmp_path, browser=False, frames=1).show(model, "yolo_v2")


def test_what_belongs_to_live(capsys, tmp_path):
    assert main(["demo", "--frames", "3"]) == 2
    assert "--frames belongs to --live" in capsys.readouterr().err
    missing = tmp_path / "none.safetensors"
    assert main(["demo", "--live", "--checkpoint", str(missing), "--no-browser"]) == 2
    assert "none.safetensors: no such file" in capsys.readouterr().err
    assert main(["demo", "--live", "--source", str(tmp_path / "nowhere"), "--checkpoint", "x"]) == 2


def test_frames_are_jpegs(model, tmp_path):
    Live(browser=False, frames=1, folder=tmp_path).show(model, "x")
    (file,) = tmp_path.iterdir()
    assert Image.open(io.BytesIO(file.read_bytes())).format == "JPEG"
