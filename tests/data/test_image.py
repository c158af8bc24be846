import contextlib
import errno
import io
import struct
import threading
import warnings
import zlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from scratchcv.data import image_size, load_image, resize_image, to_tensor
from scratchcv.data.image import open_image
from scratchcv.errors import InputError

RED_BLUE = np.array([[[255, 0, 0], [0, 0, 255]]], np.uint8)


def picture(height: int = 24, width: int = 40) -> np.ndarray:
    rows, columns = np.mgrid[:height, :width]
    return np.stack([rows * 10, columns * 6, 255 - columns * 6], axis=2).astype(np.uint8)


def png_claiming(width: int, height: int) -> bytes:
    """Build a PNG whose header names a size that its (missing) pixels never had."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(b"\0" * 99)) + chunk(b"IEND", b"")


def test_rgb_comes_back_exactly(tmp_path: Path) -> None:
    Image.fromarray(picture()).save(tmp_path / "a.png")
    image = load_image(tmp_path / "a.png")
    assert image.dtype == np.uint8
    assert image.flags.c_contiguous
    assert image.flags.writeable
    np.testing.assert_array_equal(image, picture())
    assert image_size(tmp_path / "a.png") == (24, 40)


@pytest.mark.parametrize("suffix", ["jpg", "png", "bmp", "gif", "tif", "webp", "ppm"])
def test_every_format_is_read(tmp_path: Path, suffix: str) -> None:
    Image.new("RGB", (5, 3), (200, 100, 50)).save(tmp_path / f"a.{suffix}")
    image = load_image(str(tmp_path / f"a.{suffix}"))
    assert image.shape == (3, 5, 3)
    np.testing.assert_allclose(image[1, 2], [200, 100, 50], atol=3)


def test_one_pixel(tmp_path: Path) -> None:
    Image.new("L", (1, 1), 9).save(tmp_path / "a.png")
    assert load_image(tmp_path / "a.png").tolist() == [[[9, 9, 9]]]


@pytest.mark.parametrize("suffix", ["jpg", "png", "tif", "webp"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_exif_orientation_is_undone(tmp_path: Path, orientation: int, suffix: str) -> None:
    upright = Image.fromarray(picture()).resize((160, 96))
    # How a camera stores an upright scene under each tag: the inverse of what a viewer must do.
    stored = {
        1: upright,
        2: upright.transpose(Image.Transpose.FLIP_LEFT_RIGHT),
        3: upright.transpose(Image.Transpose.ROTATE_180),
        4: upright.transpose(Image.Transpose.FLIP_TOP_BOTTOM),
        5: upright.transpose(Image.Transpose.TRANSPOSE),
        6: upright.transpose(Image.Transpose.ROTATE_90),
        7: upright.transpose(Image.Transpose.TRANSVERSE),
        8: upright.transpose(Image.Transpose.ROTATE_270),
    }[orientation]
    exif = Image.Exif()
    exif[0x0112] = orientation
    stored.save(tmp_path / f"a.{suffix}", exif=exif)
    image = load_image(tmp_path / f"a.{suffix}")
    assert image_size(tmp_path / f"a.{suffix}") == image.shape[:2] == (96, 160)
    difference = np.abs(image.astype(int) - np.asarray(upright).astype(int))
    assert difference.mean() < 6


@pytest.mark.parametrize("orientation", [0, 9, 4711])
def test_unknown_orientation_is_passed_over(tmp_path: Path, orientation: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    Image.new("RGB", (4, 2)).save(tmp_path / "a.jpg", exif=exif)
    assert load_image(tmp_path / "a.jpg").shape == (2, 4, 3)


def test_damaged_exif_does_not_cost_the_image(tmp_path: Path) -> None:
    Image.new("RGB", (4, 2), (9, 9, 9)).save(
        tmp_path / "a.jpg", exif=b"Exif\0\0MM\0*\xff\xff\xff\xff garbage"
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Pillow's own, and useful: it says what is damaged
        assert load_image(tmp_path / "a.jpg").shape == (2, 4, 3)


def test_16_bit_grey_is_scaled_not_clipped(tmp_path: Path) -> None:
    values = np.array([[0, 128, 257, 32896, 65278, 65535]], np.uint16)
    for name in ("a.png", "a.tif"):
        Image.fromarray(values).save(tmp_path / name)
        assert load_image(tmp_path / name)[0, :, 0].tolist() == [0, 0, 1, 128, 254, 255]
    (tmp_path / "a.pgm").write_bytes(b"P5 6 1 65535\n" + values.astype(">u2").tobytes())
    assert load_image(tmp_path / "a.pgm")[0, :, 1].tolist() == [0, 0, 1, 128, 254, 255]


@pytest.mark.parametrize(
    ("values", "wanted"),
    [
        (np.array([[-100, 0, 100]], np.int32), [0, 128, 255]),
        (np.array([[0, 0, 100_000]], np.int32), [0, 0, 255]),
        (np.array([[-7, -7]], np.int32), [0, 0]),
        (np.array([[0, 0.5, 1]], np.float32), [0, 128, 255]),
        (np.array([[0, 0.5, 65535]], np.float32), [0, 0, 255]),
        (np.array([[np.nan, -np.inf, np.inf, 1]], np.float32), [0, 0, 0, 255]),
    ],
)
def test_wide_integers_and_floats(tmp_path: Path, values: np.ndarray, wanted: list[int]) -> None:
    Image.fromarray(values).save(tmp_path / "a.tif")
    assert load_image(tmp_path / "a.tif")[0, :, 2].tolist() == wanted


def test_palette(tmp_path: Path) -> None:
    palette = Image.new("P", (2, 1))
    palette.putpalette([255, 0, 0, 0, 0, 255])
    palette.putpixel((1, 0), 1)
    palette.save(tmp_path / "a.png")
    assert load_image(tmp_path / "a.png").tolist() == RED_BLUE.tolist()
    palette.save(tmp_path / "b.png", transparency=1)
    assert load_image(tmp_path / "b.png").tolist() == [[[255, 0, 0], [255, 255, 255]]]
    palette.save(tmp_path / "c.png", transparency=b"\x00\xff")
    assert load_image(tmp_path / "c.png").tolist() == [[[255, 255, 255], [0, 0, 255]]]


def test_alpha_is_laid_on_white(tmp_path: Path) -> None:
    pixels = np.array([[[0, 0, 0, 0], [0, 0, 0, 255], [100, 0, 0, 51]]], np.uint8)
    Image.fromarray(pixels, "RGBA").save(tmp_path / "a.png")
    assert load_image(tmp_path / "a.png").tolist() == [[[255, 255, 255], [0, 0, 0], [224, 204, 204]]]
    Image.fromarray(pixels[..., [0, 3]], "LA").save(tmp_path / "b.png")
    assert load_image(tmp_path / "b.png")[0, :, 0].tolist() == [255, 0, 224]


def test_colour_key_is_transparent(tmp_path: Path) -> None:
    Image.fromarray(RED_BLUE).save(tmp_path / "a.png", transparency=(255, 0, 0))
    assert load_image(tmp_path / "a.png").tolist() == [[[255, 255, 255], [0, 0, 255]]]
    Image.new("L", (1, 1), 3).save(tmp_path / "b.png", transparency=3)
    assert load_image(tmp_path / "b.png").tolist() == [[[255, 255, 255]]]


def test_one_bit(tmp_path: Path) -> None:
    Image.fromarray(np.array([[0, 255]], np.uint8)).convert("1").save(tmp_path / "a.png")
    assert load_image(tmp_path / "a.png").tolist() == [[[0, 0, 0], [255, 255, 255]]]


@pytest.mark.parametrize("suffix", ["jpg", "tif"])
def test_cmyk(tmp_path: Path, suffix: str) -> None:
    # Pillow writes CMYK JPEGs the way Adobe does, inverted.
    inks = np.zeros((8, 24, 4), np.uint8)
    inks[:, :8] = [0, 255, 255, 0]
    inks[:, 8:16] = [255, 255, 0, 0]
    inks[:, 16:] = [0, 0, 0, 128]
    options = {"quality": 100} if suffix == "jpg" else {}
    Image.fromarray(inks, "CMYK").save(tmp_path / f"a.{suffix}", **options)
    image = load_image(tmp_path / f"a.{suffix}")
    np.testing.assert_allclose(image[4, [4, 12, 20]], [[255, 0, 0], [0, 0, 255], [127] * 3], atol=6)


def test_animation_gives_its_first_frame(tmp_path: Path) -> None:
    frames = [Image.new("RGB", (3, 2), color) for color in ("red", "blue")]
    frames[0].save(tmp_path / "a.gif", save_all=True, append_images=frames[1:])
    assert load_image(tmp_path / "a.gif")[0, 0].tolist() == [255, 0, 0]


@pytest.mark.parametrize("suffix", ["jpg", "png", "bmp", "tif", "webp", "ppm"])
def test_truncated(tmp_path: Path, suffix: str) -> None:
    file = tmp_path / f"a.{suffix}"
    noise = np.random.default_rng(0).integers(0, 256, (64, 64, 3), dtype=np.uint8)
    Image.fromarray(noise).save(file)
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])
    with pytest.raises(InputError, match=rf"a\.{suffix}: the image cannot be read"):
        load_image(file)


def test_files_that_are_no_images(tmp_path: Path) -> None:
    (tmp_path / "empty.jpg").touch()
    (tmp_path / "text.jpg").write_text("not an image at all")
    (tmp_path / "page.eps").write_text("%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n")
    for name, reason in [
        ("empty.jpg", "the file is empty"),
        ("text.jpg", "not an image of a known format"),
        ("page.eps", "not an image of a known format"),
        ("missing.jpg", "no such file"),
        ("null\0.jpg", "no such file|cannot be read"),
    ]:
        for read in (load_image, image_size):
            with pytest.raises(InputError, match=reason) as caught:
                read(tmp_path / name)
            assert name in str(caught.value)
    with pytest.raises(InputError, match="is a folder"):
        load_image(tmp_path)


@pytest.mark.parametrize(("width", "height"), [(20_000, 10_000), (10_000, 10_000), (1 << 30, 1 << 30)])
def test_huge_images_are_refused_before_decoding_and_without_warnings(
    tmp_path: Path, width: int, height: int
) -> None:
    limit = Image.MAX_IMAGE_PIXELS
    (tmp_path / "a.png").write_bytes(png_claiming(width, height))
    with warnings.catch_warnings(record=True) as leaked:
        warnings.simplefilter("always")
        with pytest.raises(
            InputError, match=rf"a\.png: {width}×{height} pixels .* limit of 64 megapixels \(max"
        ):
            load_image(tmp_path / "a.png")
    assert leaked == []
    assert limit == Image.MAX_IMAGE_PIXELS


def test_pixel_limit_is_an_argument(tmp_path: Path) -> None:
    Image.new("L", (10, 10)).save(tmp_path / "a.png")
    assert load_image(tmp_path / "a.png", max_pixels=100).shape == (10, 10, 3)
    with pytest.raises(
        InputError, match=r"10×10 pixels are more than the limit of 99 pixels \(max_pixels\)$"
    ):
        load_image(tmp_path / "a.png", max_pixels=99)


def test_pixel_limit_beyond_pillows_own(tmp_path: Path) -> None:
    Image.new("1", (20_000, 9_000)).save(tmp_path / "a.png")
    assert image_size(tmp_path / "a.png", max_pixels=200_000_000) == (9_000, 20_000)


def test_bytes_changed_at_random_give_an_image_or_an_input_error(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    file = tmp_path / "a"
    for suffix in ("JPEG", "PNG", "GIF", "TIFF", "BMP", "WEBP"):
        buffer = io.BytesIO()
        Image.fromarray(picture()).save(buffer, suffix)
        whole = np.frombuffer(buffer.getvalue(), np.uint8)
        for _ in range(40):
            damaged = whole.copy()
            where = rng.integers(0, min(len(whole), 400), rng.integers(1, 8))
            damaged[where] = rng.integers(0, 256, len(where))
            file.write_bytes(damaged.tobytes())
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # Pillow says of some damage that it read on nevertheless
                with contextlib.suppress(InputError):
                    image = load_image(file)
                    assert image.dtype == np.uint8
                    assert image.shape[2] == 3


def test_threads(tmp_path: Path) -> None:
    for number in range(8):
        Image.fromarray(picture() + np.uint8(number)).save(tmp_path / f"{number}.png")
    right = []

    def read(number: int) -> None:
        for _ in range(5):
            right.append(np.array_equal(load_image(tmp_path / f"{number}.png"), picture() + np.uint8(number)))

    threads = [threading.Thread(target=read, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert right == [True] * 40


def test_errors_inside_open_image_name_the_file(tmp_path: Path) -> None:
    Image.new("L", (2, 2)).save(tmp_path / "a.png")
    with (
        pytest.raises(InputError, match=r"a\.png: the image cannot be read: inside"),
        open_image(tmp_path / "a.png"),
    ):
        raise ValueError("inside")


def test_to_tensor() -> None:
    image = np.array([[[0, 51, 255]], [[102, 1, 2]]], np.uint8)
    image.flags.writeable = False
    tensor = to_tensor(image)
    assert tensor.dtype == np.float32
    assert tensor.flags.c_contiguous
    assert tensor.tolist() == (image.transpose(2, 0, 1).astype(np.float32) / np.float32(255)).tolist()
    assert to_tensor(image[::-1, ::-1])[0, 0, 0] == np.float32(0.4)
    with pytest.raises(TypeError, match="image must be uint8, got float64"):
        to_tensor(np.zeros((2, 2, 3)))
    with pytest.raises(ValueError, match=r"image must have shape \(H, W, 3\), got \(2, 2\)"):
        to_tensor(np.zeros((2, 2), np.uint8))


def test_resize_image_by_hand() -> None:
    # Halving averages with weights 1/8, 3/8, 3/8, 1/8, cut off at the border: 1/7, 3/7, 3/7 of what is left.
    row = np.array([[[0.0, 0.0, 7.0, 7.0]]]).repeat(2, axis=1)
    np.testing.assert_allclose(resize_image(row, (2, 2))[0, 0], [1.0 * 7 / 7, 6.0], rtol=1e-6)
    doubled = resize_image(np.array([[[0.0, 4.0]]]), (1, 4))
    np.testing.assert_allclose(doubled, [[[0, 1, 3, 4]]], rtol=1e-6)


def test_resize_image_keeps_layout_and_dtype() -> None:
    image = picture()
    assert resize_image(image, (24, 40)) is image
    assert resize_image(image, (12, 10)).dtype == np.uint8
    for dtype in (np.float32, np.float64):
        tensor = to_tensor(image).astype(dtype)
        resized = resize_image(tensor, (7, 9))
        assert resized.shape == (3, 7, 9)
        assert resized.dtype == dtype
        np.testing.assert_array_equal(resize_image(tensor[:, ::-1], (7, 9)), resized_flipped(tensor))
    assert resize_image(np.zeros((0, 4, 4), np.float32), (2, 2)).shape == (0, 2, 2)
    with pytest.raises(ValueError, match="at least 1×1, got 24×40 and 0×5"):
        resize_image(image, (0, 5))
    with pytest.raises(ValueError, match="at least 1×1, got 0×5"):
        resize_image(np.zeros((0, 5, 3), np.uint8), (2, 2))


def resized_flipped(tensor: np.ndarray) -> np.ndarray:
    return resize_image(np.ascontiguousarray(tensor[:, ::-1]), (7, 9))


@given(st.integers(1, 30), st.integers(1, 30), st.integers(0, 255))
@settings(max_examples=30, deadline=None)
def test_resizing_a_plain_image_leaves_it_plain(height: int, width: int, value: int) -> None:
    plain = np.full((11, 13, 3), value, np.uint8)
    assert (resize_image(plain, (height, width)) == value).all()
    np.testing.assert_allclose(resize_image(to_tensor(plain), (height, width)), value / 255, rtol=1e-5)


@pytest.mark.parametrize("size", [(50, 60), (37, 200), (300, 301), (1, 3)])
def test_resizing_agrees_with_torchvision(size: tuple[int, int]) -> None:
    torch = pytest.importorskip("torch")
    functional = pytest.importorskip("torchvision.transforms.v2.functional")
    tensor = np.random.default_rng(0).random((3, 100, 120), np.float32)
    theirs = functional.resize(torch.from_numpy(tensor), list(size), antialias=True).numpy()
    np.testing.assert_allclose(resize_image(tensor, size), theirs, atol=2e-5)
    image = (tensor.transpose(1, 2, 0) * 255).astype(np.uint8)
    theirs = functional.resize(torch.from_numpy(image).permute(2, 0, 1), list(size), antialias=True)
    ours = resize_image(image, size).astype(int)
    assert np.abs(ours - theirs.permute(1, 2, 0).numpy().astype(int)).max() <= 1


def test_an_unreadable_file_is_named_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "a.png"
    file.touch()

    def refuse(path: Path, mode: str) -> None:
        raise PermissionError(errno.EACCES, "Permission denied", str(path))

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(InputError) as caught:
        load_image(file)
    assert str(caught.value) == f"{file}: the image cannot be read: Permission denied"
