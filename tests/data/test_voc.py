import shutil
import warnings

import numpy as np
import pytest
from PIL import Image

from scratchcv.data import VocDataset, open_dataset
from scratchcv.data.voc import discover_class_names, read_voc_split
from scratchcv.errors import InputError


def test_images_and_targets(voc_root):
    dataset = VocDataset(voc_root, "train")
    assert len(dataset) == 2
    assert dataset.names == ("a", "b")
    assert dataset.class_names == ("background", "cat", "dog")
    assert dataset.skipped == []
    image, target = dataset[0]
    assert image.shape == (10, 20, 3)
    assert image[0, 0].tolist() == [10, 20, 30]
    assert target["boxes"].tolist() == [[0, 0, 20, 10], [2, 3, 5, 6]]
    assert target["labels"].tolist() == [2, 1]
    assert target["labels"].dtype == np.int64
    assert target["difficult"].tolist() == [False, False]


def test_image_without_objects_is_kept(voc_root):
    _, target = VocDataset(str(voc_root), "train")[1]
    assert target["boxes"].shape == (0, 4)
    assert target["boxes"].dtype == np.float32
    assert target["labels"].shape == target["difficult"].shape == (0,)
    assert target["labels"].dtype == np.int64


def test_it_is_a_sequence(voc_root):
    dataset = VocDataset(voc_root, "train")
    assert [len(target["boxes"]) for _, target in dataset] == [2, 0]
    assert dataset[-1][1]["labels"].tolist() == []
    with pytest.raises(IndexError):
        dataset[2]


def test_targets_are_the_callers_own(voc_root):
    dataset = VocDataset(voc_root, "train")
    dataset[0][1]["boxes"][:] = 0
    assert dataset[0][1]["boxes"].max() == 20


def test_all_splits_have_the_same_classes(voc_root):
    assert VocDataset(voc_root, "test").class_names == ("background", "cat", "dog")
    assert VocDataset(voc_root, "test")[0][1]["labels"].tolist() == [2]
    assert discover_class_names(voc_root) == ["cat", "dog"]


def test_class_names_may_be_given(voc_root):
    for given in (("dog", "cat"), ["background", "dog", "cat"]):
        dataset = VocDataset(voc_root, "train", class_names=given)
        assert dataset.class_names == ("background", "dog", "cat")
        assert dataset[0][1]["labels"].tolist() == [1, 2]
    with pytest.raises(ValueError, match="class_names must differ"):
        VocDataset(voc_root, "train", class_names=["cat", "cat"])
    with pytest.raises(InputError, match=r"a\.xml: object 1: unknown class 'dog', known: cat"):
        VocDataset(voc_root, "train", class_names=["cat"])


@pytest.mark.parametrize("suffix", ["jpg", "jpeg", "JPG", "png"])
def test_image_suffixes(voc_root, suffix):
    for name in "ab":
        shutil.move(voc_root / f"JPEGImages/{name}.png", voc_root / f"JPEGImages/{name}.{suffix}")
    assert VocDataset(voc_root, "train")[0][0].shape == (10, 20, 3)


def test_lists(voc_root):
    lists = voc_root / "ImageSets/Main"
    (lists / "cat_train.txt").write_bytes(b"\xef\xbb\xbfa  1\r\n\r\nb -1\r\nc  0\r\n")
    assert read_voc_split(voc_root, "cat_train") == ["a", "b", "c"]
    (lists / "empty.txt").write_text("\n  \n")
    with pytest.raises(InputError, match=r"empty\.txt: lists no images"):
        read_voc_split(voc_root, "empty")
    (lists / "binary.txt").write_bytes(b"\xff\xfe\xfa")
    with pytest.raises(InputError, match=r"binary\.txt: cannot be read"):
        read_voc_split(voc_root, "binary")
    with pytest.raises(
        InputError, match=r"val\.txt: no such split, there are: binary, cat_train, empty, test, train"
    ):
        read_voc_split(voc_root, "val")
    (lists / "twice.txt").write_text("a\na\n")
    with pytest.raises(InputError, match=r"a is listed twice in twice\.txt"):
        VocDataset(voc_root, "twice")


def test_missing_folders(voc_root, tmp_path):
    with pytest.raises(InputError, match="nowhere: no such folder"):
        VocDataset(tmp_path / "nowhere", "train")
    with pytest.raises(InputError, match="has no folder ImageSets/Main"):
        VocDataset(tmp_path, "train")
    shutil.rmtree(voc_root / "JPEGImages")
    with pytest.raises(InputError, match="has no folder JPEGImages"):
        VocDataset(voc_root, "train")


def break_xml(root):
    (root / "Annotations/a.xml").write_text("<annotation><object>")
    return r"a\.xml: broken XML"


def remove_xml(root):
    (root / "Annotations/a.xml").unlink()
    return r"a\.xml: no such file, but train\.txt lists a"


def remove_image(root):
    (root / "JPEGImages/a.png").unlink()
    return r"a\.jpg: no such file \(nor \.jpeg, \.png\), but there is a\.xml"


def empty_image(root):
    (root / "JPEGImages/a.png").write_bytes(b"")
    return r"a\.png: the file is empty"


def shrink_image(root):
    Image.new("RGB", (10, 10)).save(root / "JPEGImages/a.png")
    return r"a\.xml: object 1 \(dog\): box .* outside the image of 10×10"


@pytest.mark.parametrize("damage", [break_xml, remove_xml, remove_image, empty_image, shrink_image])
def test_bad_files_stop_or_are_skipped(voc_root, damage):
    reason = damage(voc_root)
    with pytest.raises(InputError, match=reason):
        VocDataset(voc_root, "train", class_names=["cat", "dog"])
    message = "voc: 1 of 2 images was skipped: .*" + reason
    with pytest.warns(UserWarning, match=message):
        dataset = VocDataset(voc_root, "train", class_names=["cat", "dog"], on_error="skip")
    assert dataset.names == ("b",)
    assert [name for name, _ in dataset.skipped] == ["a"]
    assert dataset[0][1]["boxes"].shape == (0, 4)


def test_truncated_image_is_found_when_indexed_or_skipped_at_once(voc_root):
    noise = np.random.default_rng(0).integers(0, 256, (10, 20, 3), dtype=np.uint8)
    file = voc_root / "JPEGImages/a.png"
    Image.fromarray(noise).save(file)
    file.write_bytes(file.read_bytes()[:300])
    dataset = VocDataset(voc_root, "train")
    with pytest.raises(InputError, match=r"a\.png: the image cannot be read"):
        dataset[0]
    with pytest.warns(UserWarning, match=r"a\.png: the image cannot be read"):
        assert VocDataset(voc_root, "train", on_error="skip").names == ("b",)


def test_nothing_left_after_skipping(voc_root):
    (voc_root / "JPEGImages/c.png").unlink()
    with pytest.raises(InputError, match=r"voc: 1 of 1 image was skipped"):
        VocDataset(voc_root, "test", on_error="skip")


def test_no_warning_without_bad_files(voc_root):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert len(VocDataset(voc_root, "train", on_error="skip")) == 2


def test_bad_file_of_another_split_does_not_matter(voc_root):
    (voc_root / "Annotations/c.xml").write_text("<annotation>")
    assert VocDataset(voc_root, "train").class_names == ("background", "cat", "dog")


def test_on_error_is_checked(voc_root):
    with pytest.raises(ValueError, match="on_error must be 'raise' or 'skip', got 'ignore'"):
        VocDataset(voc_root, "train", on_error="ignore")


def test_rotated_photograph(voc_root, write_annotation):
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.new("RGB", (20, 10)).save(voc_root / "JPEGImages/a.png", exif=exif)
    with pytest.raises(InputError, match="outside the image of 10×20"):
        VocDataset(voc_root, "train")
    size = "<size><width>20</width><height>10</height></size>"
    (voc_root / "Annotations/a.xml").write_text(write_annotation(("dog", (1, 1, 5, 5)), size=size))
    with pytest.raises(InputError, match="size is 20×10 pixels, but the image, upright, has 10×20"):
        VocDataset(voc_root, "train", class_names=["dog"])
    (voc_root / "Annotations/a.xml").write_text(write_annotation(("dog", (1, 1, 10, 20))))
    assert VocDataset(voc_root, "train", class_names=["dog"])[0][0].shape == (20, 10, 3)


def add_masks(root, objects):
    for folder in ("ImageSets/Segmentation", "SegmentationClass", "SegmentationObject"):
        (root / folder).mkdir()
    (root / "ImageSets/Segmentation/train.txt").write_text("a\n")
    Image.fromarray(np.where(objects == 1, 2, objects == 2).astype(np.uint8)).save(
        root / "SegmentationClass/a.png"
    )
    Image.fromarray(objects.astype(np.uint8)).save(root / "SegmentationObject/a.png")


def test_masks(voc_root):
    objects = np.zeros((10, 20), int)
    objects[:, :4] = 1
    objects[4:6, 5:7] = 2
    add_masks(voc_root, objects)
    dataset = VocDataset(voc_root, "train", masks=True)
    assert dataset.names == ("a",)
    _, target = dataset[0]
    np.testing.assert_array_equal(target["masks"], [objects == 1, objects == 2])
    assert target["labels"].tolist() == [2, 1]
    assert set(np.unique(target["semantic"][objects == 1])) == {2}
    assert set(np.unique(target["semantic"][objects == 2])) == {1}
    with pytest.raises(ValueError, match="class_names must be sorted"):
        VocDataset(voc_root, "train", masks=True, class_names=["dog", "cat"])


def test_bad_masks(voc_root):
    add_masks(voc_root, np.full((10, 20), 3))
    with pytest.raises(
        InputError, match=r"SegmentationObject.a\.png: has the number 3, but there are only 2"
    ):
        VocDataset(voc_root, "train", masks=True)[0]
    (voc_root / "SegmentationObject/a.png").unlink()
    with pytest.raises(InputError, match=r"SegmentationObject.a\.png: no such file"):
        VocDataset(voc_root, "train", masks=True)


@pytest.mark.parametrize("name", ["my photo 0", "my photo 1", "my photo -1", "0.jpg", "my photo.png"])
def test_names_that_look_like_flags_or_files(voc_root, name):
    shutil.move(voc_root / "JPEGImages/a.png", voc_root / f"JPEGImages/{name}.png")
    shutil.move(voc_root / "Annotations/a.xml", voc_root / f"Annotations/{name}.xml")
    lists = voc_root / "ImageSets/Main"
    (lists / "train.txt").write_text(f"{name}\nb\n")
    assert VocDataset(voc_root, "train").names == (name, "b")
    (lists / "cat_train.txt").write_text(f"{name} 1\nb  -1\n")
    assert VocDataset(voc_root, "cat_train").names == (name, "b")


def test_endings_in_a_list_are_left_aside(voc_root):
    (voc_root / "ImageSets/Main/train.txt").write_text("a.jpg\nb.PNG 1\nc\n")
    assert VocDataset(voc_root, "train").names == ("a", "b", "c")


@pytest.mark.parametrize(
    ("lines", "missing"),
    [("my photo 0\nb\n", "my photo 0"), ("d 1\nb -1\n", "d"), ("d.jpg\n", "d"), ("d.tif\n", "d.tif")],
)
def test_a_line_without_an_annotation_is_told(voc_root, lines, missing):
    (voc_root / "ImageSets/Main/train.txt").write_text(lines)
    with pytest.raises(InputError) as caught:
        VocDataset(voc_root, "train")
    file = voc_root / "Annotations" / f"{missing}.xml"
    assert str(caught.value) == f"{file}: no such file, but train.txt lists {missing}"


def test_a_folder_in_place_of_an_annotation(voc_root):
    (voc_root / "Annotations/a.xml").unlink()
    (voc_root / "Annotations/a.xml").mkdir()
    with pytest.raises(InputError, match=r"a\.xml: is a folder, an annotation was wanted"):
        VocDataset(voc_root, "train")


def test_several_skipped_images_are_counted(voc_root):
    (voc_root / "ImageSets/Main/all.txt").write_text("a\nb\nc\n")
    for name in "ab":
        (voc_root / f"JPEGImages/{name}.png").unlink()
    with pytest.warns(UserWarning, match="voc: 2 of 3 images were skipped: "):
        VocDataset(voc_root, "all", on_error="skip")


@pytest.mark.parametrize(("progress", "hidden"), [(None, None), (True, False), (False, True)])
def test_bars_are_for_terminals_unless_told_otherwise(voc_root, monkeypatch, progress, hidden):
    bars = []

    def bar(items, desc, disable, **_):
        bars.append((desc, disable))
        return items

    monkeypatch.setattr("tqdm.tqdm", bar)
    open_dataset(f"voc:{voc_root}", "train", progress=progress)
    assert bars == [("collecting classes", hidden), ("reading train", hidden)]
