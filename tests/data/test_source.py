from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from scratchcv.data.source import open_dataset, scene_seed
from scratchcv.data.things import CLASS_NAMES
from scratchcv.data.voc import VocDataset
from scratchcv.errors import InputError


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("ImageSets/Main", "Annotations", "JPEGImages"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "ImageSets/Main/train.txt").write_text("a\n")
    box = "<bndbox><xmin>1</xmin><ymin>2</ymin><xmax>3</xmax><ymax>4</ymax></bndbox>"
    (tmp_path / "Annotations/a.xml").write_text(
        f"<annotation><object><name>cell</name>{box}</object></annotation>"
    )
    Image.new("RGB", (9, 8)).save(tmp_path / "JPEGImages/a.png")
    return tmp_path


class TestScenes:
    def test_count_size_and_seed(self) -> None:
        dataset = open_dataset("scenes:7", "val", size=96, seed=5)
        assert len(dataset) == 7
        assert dataset[0][0].shape == (96, 96, 3)
        assert dataset.class_names == CLASS_NAMES
        again = open_dataset("scenes:7", "val", size=96, seed=5)
        np.testing.assert_array_equal(dataset[3][0], again[3][0])

    def test_splits_and_seeds_have_no_scene_in_common(self) -> None:
        seeds = [scene_seed(seed, split) for seed in range(5) for split in ("train", "val", "test")]
        assert len(set(seeds)) == 15
        assert scene_seed(0, "trainval") == scene_seed(0, "train")
        assert 0 <= scene_seed(2**31 - 1, "test") < 2**32

    def test_default_counts(self) -> None:
        assert len(open_dataset("scenes", "trainval")) == len(open_dataset("scenes", "train")) == 20_000
        assert len(open_dataset("scenes", "test")) == 200

    def test_scenes_are_never_smaller_than_they_can_be(self) -> None:
        assert open_dataset("scenes:1", size=32)[0][0].shape == (48, 48, 3)

    @pytest.mark.parametrize("count", ["", "0", "-3", "1.5", "many", "1000001", "٣", " 5"])
    def test_counts_that_are_none(self, count: str) -> None:
        with pytest.raises(InputError, match=f"scenes must be 1 to 1000000, got '{count}'"):
            open_dataset(f"scenes:{count}")

    def test_unknown_split(self) -> None:
        with pytest.raises(InputError, match="no such split: dev, there are: train, trainval, val, test"):
            open_dataset("scenes", "dev")

    def test_classes_of_another_model(self) -> None:
        assert open_dataset("scenes:1", class_names=list(CLASS_NAMES)).class_names == CLASS_NAMES
        with pytest.raises(InputError, match=r"scenes show person, car, .*; the classes wanted are cat"):
            open_dataset("scenes", class_names=("background", "cat"))
        with pytest.raises(InputError, match="the classes wanted are none"):
            open_dataset("scenes", class_names=("background",))


class TestVoc:
    def test_folder(self, folder: Path) -> None:
        dataset = open_dataset(f"voc:{folder}", "train")
        assert isinstance(dataset, VocDataset)
        assert dataset.class_names == ("background", "cell")
        assert dataset[0][1]["boxes"].tolist() == [[0, 1, 3, 4]]

    def test_a_drive_letter_belongs_to_the_path(self) -> None:
        with pytest.raises(InputError) as caught:
            open_dataset(r"voc:C:\data\cells", "train")
        assert str(caught.value).startswith(r"C:\data\cells: no such folder")

    def test_classes_of_a_model(self, folder: Path) -> None:
        names = ("background", "tissue", "cell")
        assert open_dataset(f"voc:{folder}", "train", class_names=names)[0][1]["labels"].tolist() == [2]
        with pytest.raises(InputError, match="unknown class 'cell', known: tissue"):
            open_dataset(f"voc:{folder}", "train", class_names=names[:2])

    def test_unknown_split(self, folder: Path) -> None:
        with pytest.raises(InputError, match="no such split, there are: train"):
            open_dataset(f"voc:{folder}", "test")


@pytest.mark.parametrize("source", ["", ":", "voc", "voc:", "VOC:x", "coco:x", "C:\\data", "/data", "scene"])
def test_unknown_sources(source: str) -> None:
    with pytest.raises(InputError, match="unknown data set, wanted: scenes, scenes:COUNT, single,"):
        open_dataset(source)
