import errno

import pytest

from scratchcv.data.voc_annotation import parse_voc_xml, read_voc_annotation
from scratchcv.errors import InputError

BOMB = """<?xml version="1.0"?>
<!DOCTYPE bomb [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]>
<annotation><object><name>&c;</name></object></annotation>"""
EXTERNAL = """<!DOCTYPE x [<!ENTITY file SYSTEM "file:///etc/hostname">]>
<annotation><object><name>&file;</name></object></annotation>"""


@pytest.fixture
def read(tmp_path):
    def read_text(text, size=(10, 20), **options):
        (tmp_path / "7.xml").write_bytes(text.encode() if isinstance(text, str) else text)
        return read_voc_annotation(tmp_path / "7.xml", size, **options)

    return read_text


def test_first_and_last_pixel_become_edges(read, write_annotation):
    text = write_annotation(("cat", (1, 1, 20, 10)), ("dog", (5, 3, 5, 3)), ("cat", (2.5, 1, 4, 9.25)))
    annotation = read(text)
    assert annotation.names == ("cat", "dog", "cat")
    assert annotation.boxes.tolist() == [[0, 0, 20, 10], [4, 2, 5, 3], [1.5, 0, 4, 9.25]]
    assert annotation.boxes.dtype.name == "float32"
    assert annotation.difficult.tolist() == [False] * 3


def test_zero_based_edges_stay_as_they_are(read, write_annotation):
    annotation = read(write_annotation(("cat", (0, 0, 20, 10))), one_based=False)
    assert annotation.boxes.tolist() == [[0, 0, 20, 10]]
    with pytest.raises(InputError, match="is empty or inverted"):
        read(write_annotation(("cat", (5, 3, 5, 3))), one_based=False)


def test_a_pixel_of_slack_is_clipped(read, write_annotation):
    annotation = read(write_annotation(("cat", (0, 0, 21, 11))))
    assert annotation.boxes.tolist() == [[0, 0, 20, 10]]


def test_no_objects(read):
    annotation = read("<annotation/>")
    assert annotation.boxes.shape == (0, 4)
    assert annotation.difficult.shape == (0,)
    assert annotation.difficult.dtype == bool


def test_difficult(read, write_annotation):
    for value, wanted in [("1", True), ("0", False)]:
        text = write_annotation(("cat", (1, 1, 2, 2)), extra=f"<difficult>{value}</difficult>")
        assert read(text).difficult.tolist() == [wanted]
    with pytest.raises(InputError, match=r"object 1: <difficult> must be a number, got 'perhaps'"):
        read(write_annotation(("cat", (1, 1, 2, 2)), extra="<difficult>perhaps</difficult>"))


def test_parts_of_objects_are_passed_over(read, write_annotation):
    part = "<part><name>head</name><bndbox><xmin>1</xmin></bndbox></part>"
    assert read(write_annotation(("person", (1, 1, 9, 9)), extra=part)).names == ("person",)


@pytest.mark.parametrize(
    "box", [(-1, 1, 9, 9), (1, -1, 9, 9), (1, 1, 22, 9), (1, 1, 9, 12), (21, 1, 21, 9), (500, 500, 600, 600)]
)
def test_boxes_outside_the_image(read, write_annotation, box):
    with pytest.raises(
        InputError, match=r"7\.xml: object 2 \(cat\): box .* reaches outside the image of 20×10"
    ):
        read(write_annotation(("dog", (1, 1, 2, 2)), ("cat", box)))


@pytest.mark.parametrize("box", [(9, 1, 3, 9), (1, 9, 9, 3), (5, 1, 4, 9), (1, 5, 9, 4)])
def test_inverted_and_empty_boxes(read, write_annotation, box):
    with pytest.raises(InputError, match=r"7\.xml: object 1 \(cat\): box xmin .* is empty or inverted"):
        read(write_annotation(("cat", box)))


@pytest.mark.parametrize("number", ["nan", "inf", "-inf", "1e999", "twelve", "1,5", "0x10"])
def test_coordinates_must_be_numbers(read, write_annotation, number):
    with pytest.raises(InputError, match=rf"object 1 \(cat\): <ymin> must be a number, got '{number}'"):
        read(write_annotation(("cat", (1, number, 9, 9))))


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("<object><bndbox/></object>", "object 1: <name> is missing or empty"),
        ("<object><name> </name></object>", "object 1: <name> is missing or empty"),
        ("<object><name>cat</name></object>", r"object 1 \(cat\): <bndbox> is missing"),
        ("<object><name>cat</name><bndbox/></object>", r"object 1 \(cat\): <xmin> is missing or empty"),
        ("<size><width>20</width></size>", "size: <height> is missing or empty"),
        ("<size><width>a</width><height>1</height></size>", "size: <width> must be a number"),
    ],
)
def test_missing_fields(read, text, reason):
    with pytest.raises(InputError, match=reason):
        read(f"<annotation>{text}</annotation>")


@pytest.mark.parametrize(("width", "height"), [(20, 10), (0, 0), (0, 10), ("20.0", "10.0")])
def test_size_may_be_right_or_left_out(read, write_annotation, width, height):
    size = f"<size><width>{width}</width><height>{height}</height></size>"
    assert len(read(write_annotation(("cat", (1, 1, 20, 10)), size=size)).boxes) == 1


@pytest.mark.parametrize(("width", "height"), [(10, 20), (40, 20), (20, 11)])
def test_another_size_than_the_images(read, write_annotation, width, height):
    size = f"<size><width>{width}</width><height>{height}</height></size>"
    with pytest.raises(
        InputError, match=rf"7\.xml: size is {width}×{height} pixels, but the image.*has 20×10"
    ):
        read(write_annotation(("cat", (1, 1, 2, 2)), size=size))


@pytest.mark.parametrize("text", [BOMB, EXTERNAL])
def test_entities_are_refused(read, text):
    with pytest.raises(InputError, match=r"7\.xml: refused: the XML declares entities"):
        read(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "<annotation>",
        "<annotation><object></annotation>",
        "no XML",
        b"\xff\xfe\x00",
        b"\0" * 9,
        "<?xml version='1.0' encoding='klingon'?><annotation/>",
    ],
)
def test_broken_xml(read, text):
    with pytest.raises(InputError, match=r"7\.xml: broken XML"):
        read(text)


def test_other_files(read, tmp_path):
    with pytest.raises(InputError, match="the root element must be <annotation>, got <html>"):
        read("<html/>")
    with pytest.raises(InputError, match=r"8\.xml: no such file"):
        parse_voc_xml(tmp_path / "8.xml")


def test_unreadable_files_are_named_once(tmp_path, monkeypatch):
    file = tmp_path / "7.xml"
    file.mkdir()
    with pytest.raises(InputError) as caught:
        parse_voc_xml(file)
    assert str(caught.value) == f"{file}: is a folder, an annotation was wanted"

    def refuse(source):
        raise PermissionError(errno.EACCES, "Permission denied", str(source))

    monkeypatch.setattr("defusedxml.ElementTree.parse", refuse)
    with pytest.raises(InputError) as caught:
        parse_voc_xml(tmp_path / "8.xml")
    assert str(caught.value) == f"{tmp_path / '8.xml'}: cannot be read: Permission denied"
