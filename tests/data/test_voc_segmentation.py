import numpy as np
import pytest
from PIL import Image

from scratchcv.data import voc_colormap
from scratchcv.data.voc_segmentation import object_masks, read_index_map
from scratchcv.errors import InputError


def save_indices(file, numbers):
    image = Image.fromarray(np.asarray(numbers, np.uint8), "L").convert("P")
    image.putdata(np.ravel(numbers).tolist())
    image.putpalette(voc_colormap().tobytes())
    image.save(file)


def test_numbers_come_back_not_colours(tmp_path):
    numbers = [[0, 1, 20], [255, 2, 0]]
    save_indices(tmp_path / "a.png", numbers)
    assert Image.open(tmp_path / "a.png").convert("RGB").getpixel((1, 0)) == (128, 0, 0)
    assert read_index_map(tmp_path / "a.png", (2, 3), 20).tolist() == numbers


def test_bad_files(tmp_path):
    save_indices(tmp_path / "a.png", [[0, 1, 20]])
    with pytest.raises(InputError, match=r"a\.png: has the number 20, but there are only 19"):
        read_index_map(tmp_path / "a.png", (1, 3), 19)
    with pytest.raises(InputError, match=r"a\.png: must be as large as its image, 4×1, got 3×1"):
        read_index_map(tmp_path / "a.png", (1, 4), 20)
    Image.new("RGB", (3, 1)).save(tmp_path / "b.png")
    with pytest.raises(InputError, match=r"b\.png: must have a palette .* got mode RGB"):
        read_index_map(tmp_path / "b.png", (1, 3), 20)
    with pytest.raises(InputError, match="no such file"):
        read_index_map(tmp_path / "c.png", (1, 3), 20)


def test_object_masks():
    numbers = np.array([[0, 1], [3, 255]], np.uint8)
    masks = object_masks(numbers, 3)
    assert masks.dtype == bool
    assert masks.astype(int).tolist() == [[[0, 1], [0, 0]], [[0, 0], [0, 0]], [[0, 0], [1, 0]]]
    assert object_masks(numbers, 0).shape == (0, 2, 2)


def test_colormap_is_vocs():
    colors = voc_colormap()
    assert colors.shape == (256, 3)
    assert len({tuple(color) for color in colors.tolist()}) == 256
    # aeroplane, bicycle, person, tvmonitor, void in the development kit's table
    wanted = [[128, 0, 0], [0, 128, 0], [192, 128, 128], [0, 64, 128], [224, 224, 192]]
    assert colors[[1, 2, 15, 20, 255]].tolist() == wanted
