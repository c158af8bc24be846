"""Bad material on the command line: a clear message, exit status 2, and no file changed or left behind."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from scratchcv.training import save_checkpoint

BOMB = """<?xml version="1.0"?><!DOCTYPE bomb [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">
<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]><annotation><object><name>&c;</name></object></annotation>"""


@pytest.fixture
def train(refuse: Callable[..., str], voc: Path, tiny: Any, tmp_path: Path) -> Callable[..., str]:
    """Train on the spoilt data set, which must be refused, as must be looking at it; return the message."""

    def call() -> str:
        words = ("train", "ssd", "--data", f"voc:{voc}", *tiny, "--out", tmp_path / "new" / "out")
        message = refuse(*words)
        assert refuse("data", f"voc:{voc}", "--quiet", "--out", tmp_path / "new" / "sheet.png") == message
        return message

    return call


@pytest.mark.parametrize(
    "spec",
    [
        "voc:",
        "voc",
        "cats",
        "coco:x",
        "C:\\data",
        ":",
        "",
        "scenes:",
        "scenes:0",
        "scenes:-1",
        "scenes:1e3",
        "scenes:10000000",
        "scenes:²",
    ],
)
def test_data_that_is_none(refuse: Callable[..., str], spec: str, tmp_path: Path) -> None:
    message = refuse("train", "ssd", "--data", spec, "--out", tmp_path / "out")
    assert message.startswith(f"{spec}: ")
    assert (
        "wanted: scenes, scenes:COUNT, single, single:COUNT or voc" in message
        or "number of scenes must be 1 to" in message
    )


class TestFolder:
    def test_missing(self, refuse: Callable[..., str], tmp_path: Path) -> None:
        message = refuse("train", "ssd", "--data", f"voc:{tmp_path / 'no'}", "--out", tmp_path / "out")
        assert message == f"{tmp_path / 'no'}: no such folder, a Pascal VOC data set was wanted"

    def test_of_another_kind(self, refuse: Callable[..., str], tmp_path: Path) -> None:
        message = refuse("train", "ssd", "--data", f"voc:{tmp_path}", "--out", tmp_path / "out")
        assert message == f"{tmp_path}: has no folder ImageSets/Main, a Pascal VOC data set was wanted"


class TestAnnotation:
    @pytest.mark.parametrize(
        ("old", "new", "message"),
        [
            ("</annotation>", "", "broken XML: no element found"),
            (
                "<xmax>40</xmax>",
                "<xmax>4</xmax>",
                "box xmin 5, ymin 5, xmax 4, ymax 40 is empty or inverted",
            ),
            ("<xmax>40</xmax>", "<xmax>99</xmax>", "reaches outside the image of 80×60 pixels"),
            ("<xmin>5</xmin>", "<xmin>left</xmin>", "<xmin> must be a number, got 'left'"),
            ("<xmin>5</xmin>", "", "<xmin> is missing"),
            ("<width>80</width>", "<width>60</width>", "its boxes cannot be trusted"),
        ],
    )
    def test_spoilt(self, train: Callable[..., str], voc: Path, old: str, new: str, message: str) -> None:
        file = voc / "Annotations" / "a.xml"
        text = file.read_text()
        assert old in text
        file.write_text(text.replace(old, new))
        answer = train()
        assert answer.startswith(f"{file}: ")
        assert message in answer

    def test_entity_bomb(self, train: Callable[..., str], voc: Path) -> None:
        (voc / "Annotations" / "a.xml").write_text(BOMB)
        assert "a.xml: refused: the XML declares entities" in train()

    def test_missing(self, train: Callable[..., str], voc: Path) -> None:
        (voc / "Annotations" / "a.xml").unlink()
        assert train().startswith(f"{voc / 'Annotations' / 'a.xml'}: no such file")

    def test_unknown_class_for_a_trained_model(
        self, refuse: Callable[..., str], trained: Path, voc: Path
    ) -> None:
        file = voc / "Annotations" / "e.xml"
        file.write_text(file.read_text().replace("cat", "cow"))
        message = refuse("evaluate", trained / "last.safetensors", "--data", f"voc:{voc}")
        assert message == f"{file}: object 1: unknown class 'cow', known: cat, dog"
        message = refuse("evaluate", trained / "last.safetensors", "--data", "scenes")
        assert message.endswith("the classes wanted are cat, dog")


class TestImage:
    def spoil(self, voc: Path, content: bytes) -> Path:
        file = voc / "JPEGImages" / "a.png"
        file.write_bytes(content)
        return file

    def test_missing(self, train: Callable[..., str], voc: Path) -> None:
        (voc / "JPEGImages" / "a.png").unlink()
        assert "a.jpg: no such file (nor .jpeg, .png)" in train()

    def test_empty(self, train: Callable[..., str], voc: Path) -> None:
        file = self.spoil(voc, b"")
        assert train() == f"{file}: the file is empty"

    def test_truncated(self, train: Callable[..., str], voc: Path) -> None:
        whole = (voc / "JPEGImages" / "a.png").read_bytes()
        file = self.spoil(voc, whole[: len(whole) // 2])
        assert train().startswith(f"{file}: the image cannot be read: ")

    def test_no_image(self, train: Callable[..., str], voc: Path) -> None:
        file = self.spoil(voc, b"%!PS-Adobe-3.0 EPSF-3.0\n" + bytes(100))
        assert train().startswith(f"{file}: not an image of a known format")

    def test_two_hundred_megapixels(
        self, train: Callable[..., str], voc: Path, refuse: Callable[..., str], trained: Path, tmp_path: Path
    ) -> None:
        file = voc / "JPEGImages" / "a.png"
        Image.new("1", (20_000, 10_000)).save(file)
        limit = "20000×10000 pixels are more than the limit of 64"
        assert train().startswith(f"{file}: {limit}")
        message = refuse("detect", trained / "last.safetensors", file, "--out", tmp_path / "out")
        assert message.startswith(f"{file}: {limit}")

    def test_another_size_than_annotated_as_after_a_rotation(
        self, train: Callable[..., str], voc: Path
    ) -> None:
        turned = Image.new("RGB", (80, 60))
        exif = turned.getexif()
        exif[0x0112] = 6
        (voc / "JPEGImages" / "a.png").unlink()
        turned.save(voc / "JPEGImages" / "a.jpg", exif=exif)
        assert "60×80: its boxes cannot be trusted" in train()

    def test_skipped_if_wanted(self, run: Callable[..., Any], voc: Path, tiny: Any, tmp_path: Path) -> None:
        file = self.spoil(voc, b"")
        out = tmp_path / "out"
        result = run("train", "ssd", "--data", f"voc:{voc}", "--on-error", "skip", *tiny, "--out", out)
        assert result.status == 0
        assert f"was skipped: {file}: the file is empty" in result.err


class TestOddImagesTrainAndAreDetectedIn:
    """Files that are unusual and good: nothing may go wrong with them."""

    @pytest.fixture
    def odd(self, tmp_path: Path) -> dict[str, Path]:
        rng = np.random.default_rng(0)
        rgb = Image.fromarray(rng.integers(0, 256, (60, 80, 3), np.uint8))
        deep = Image.fromarray(rng.integers(0, 65536, (60, 80)).astype(np.uint16))
        exif = Image.Exif()
        exif[0x0112] = 6
        folder = tmp_path / "odd"
        folder.mkdir()
        images: dict[str, tuple[Image.Image, str, dict[str, Any]]] = {
            "palette": (rgb.convert("P"), "png", {}),
            "sixteen": (deep, "png", {}),
            "cmyk": (rgb.convert("CMYK"), "jpg", {}),
            "grey": (rgb.convert("L"), "jpg", {}),
            "alpha": (rgb.convert("RGBA"), "png", {}),
            "turned": (rgb.transpose(Image.Transpose.ROTATE_90), "jpg", {"exif": exif}),
        }
        files = {}
        for name, (image, suffix, options) in images.items():
            files[name] = folder / f"{name}.{suffix}"
            image.save(files[name], **options)
        return files

    def test_training(
        self, run: Callable[..., Any], odd: dict[str, Path], write_voc: Any, tiny: Any, tmp_path: Path
    ) -> None:
        box = ("cat", 5, 5, 40, 40)
        voc = write_voc(tmp_path / "voc", {"trainval": {name: [box] for name in odd}})
        for name, file in odd.items():
            (voc / "JPEGImages" / f"{name}.png").unlink()
            file.rename(voc / "JPEGImages" / file.name)
        out = tmp_path / "out"
        result = run("train", "ssd", "--data", f"voc:{voc}", "--eval-split", "trainval", *tiny, "--out", out)
        assert result.status == 0
        assert "6 images of 80×60 pixels" in result.out

    def test_detection(
        self, run: Callable[..., Any], odd: dict[str, Path], trained: Path, tmp_path: Path
    ) -> None:
        pixel = tmp_path / "pixel.png"
        Image.new("RGB", (1, 1)).save(pixel)
        line = tmp_path / "line.png"
        Image.new("L", (3000, 1)).save(line)
        files = [*odd.values(), pixel, line]
        out = tmp_path / "out"
        result = run("detect", trained / "last.safetensors", *files, "--out", out, "--score", 0.3)
        assert result.status == 0
        assert {file.stem for file in out.iterdir()} == {*odd, "pixel", "line"}

    def test_training_on_a_pixel(
        self, run: Callable[..., Any], write_voc: Any, tiny: Any, tmp_path: Path
    ) -> None:
        voc = write_voc(tmp_path / "voc", {"trainval": {"a": [("cat", 1, 1, 1, 1)], "b": []}})
        for name in "ab":
            Image.new("RGB", (1, 1)).save(voc / "JPEGImages" / f"{name}.png")
            text = (voc / "Annotations" / f"{name}.xml").read_text()
            text = text.replace("<width>80</width><height>60</height>", "<width>1</width><height>1</height>")
            (voc / "Annotations" / f"{name}.xml").write_text(text)
        assert run("train", "ssd", "--data", f"voc:{voc}", *tiny, "--out", tmp_path / "out").status == 0


class TestCheckpoint:
    @pytest.fixture(params=["evaluate", "detect", "resume"])
    def use(
        self, request: pytest.FixtureRequest, refuse: Callable[..., str], voc: Path, tiny: Any, tmp_path: Path
    ) -> Callable[[Path], str]:
        def call(path: Path) -> str:
            image = voc / "JPEGImages" / "a.png"
            words: dict[str, tuple[object, ...]] = {
                "evaluate": ("evaluate", path, "--data", f"voc:{voc}", "--json", tmp_path / "new" / "n.json"),
                "detect": ("detect", path, image, "--out", tmp_path / "new"),
                "resume": ("train", "ssd", "--data", f"voc:{voc}", *tiny, "--out", path.parent, "--resume"),
            }
            return refuse(*words[request.param])

        return call

    @pytest.fixture
    def path(self, tmp_path: Path) -> Path:
        (tmp_path / "run").mkdir()
        return tmp_path / "run" / "last.safetensors"

    def test_of_garbage(self, use: Callable[[Path], str], path: Path) -> None:
        path.write_bytes(b"garbage" * 100)
        assert use(path).startswith(f"{path}: not a checkpoint, or damaged: ")

    def test_cut_short(self, use: Callable[[Path], str], path: Path, trained: Path) -> None:
        path.write_bytes((trained / "last.safetensors").read_bytes()[:-100])
        assert use(path).startswith(f"{path}: not a checkpoint, or damaged: ")

    def test_of_another_model(self, use: Callable[[Path], str], path: Path) -> None:
        metadata = {"model": {"model": "yolo_v9"}, "optimizer": {}, "settings": {}, "step": 0, "history": []}
        save_checkpoint(path, {"model.weight": np.zeros(3)}, metadata)
        assert use(path).startswith(f"{path}: ")

    def test_with_other_weights(self, use: Callable[[Path], str], path: Path) -> None:
        config = {"model": "ssd_tiny", "class_names": ["background", "cat", "dog"], "size": 64, "seed": 0}
        save_checkpoint(path, {"model.weight": np.zeros(3)}, {"model": config, "extra": {}})
        assert use(path).startswith(f"{path}: ")

    def test_without_a_model(self, use: Callable[[Path], str], path: Path) -> None:
        save_checkpoint(path, {"weight": np.zeros(3)}, {})
        assert use(path).startswith(f"{path}: ")

    def test_missing_or_a_folder(self, refuse: Callable[..., str], voc: Path, tmp_path: Path) -> None:
        path = tmp_path / "none.safetensors"
        assert refuse("evaluate", path, "--data", f"voc:{voc}") == f"{path}: no such file"
        assert refuse("detect", tmp_path, voc / "JPEGImages" / "a.png").startswith(
            f"{tmp_path}: cannot be read"
        )
