"""Darknet's files: written by hand, round trips byte for byte, partial files, rubbish."""

import struct

import numpy as np
import pytest

from scratchcv.backbones import (
    Darknet,
    DarknetBody,
    DarknetHeader,
    conv_norm_leaky,
    load_darknet_weights,
    save_darknet_weights,
)
from scratchcv.errors import InputError
from scratchcv.layers import Conv2d, Linear, Sequential

SMALL = (((4, 3),), ((6, 3), (3, 1), (5, 3)))


def network(seed=0):
    """A small darknet whose batch norms have seen something."""
    rng = np.random.default_rng(seed)
    model = Darknet(SMALL, 7, rng=rng)
    for value in [parameter.value for parameter in model.parameters()] + [
        b for _, b in model.named_buffers()
    ]:
        if value.ndim:
            value[...] = rng.uniform(0.5, 2, value.shape)
    return model


def saved(tmp_path, model, header=None):
    path = tmp_path / "a.weights"
    save_darknet_weights(model, path, header)
    return path


def assert_same_weights(first, second):
    for name, value in first.state_dict().items():
        if value.ndim:
            assert (value == second.state_dict()[name]).all(), name


def test_a_file_written_by_hand(tmp_path):
    path = tmp_path / "hand.weights"
    numbers = [1, 2, 3, 4, 5, 6, 7, 8, *range(10, 10 + 2 * 3 * 9)]  # two filters of a 3×3 convolution, normed
    numbers += [0.5, *range(100, 102)]  # then one of a 1×1 convolution with a bias
    path.write_bytes(struct.pack("<iiiq", 0, 2, 5, 32_013_312) + struct.pack(f"<{len(numbers)}f", *numbers))
    model = Sequential(conv_norm_leaky(3, 2), Conv2d(2, 1, 1))
    header = load_darknet_weights(model, path)
    assert header == DarknetHeader(0, 2, 5, 32_013_312)
    (conv, norm, _), last = model[0].layers, model[1]
    assert norm.bias.value.tolist() == [1, 2]
    assert norm.weight.value.tolist() == [3, 4]
    assert norm.running_mean.tolist() == [5, 6]
    assert norm.running_var.tolist() == [7, 8]
    assert conv.weight.value.ravel().tolist() == list(range(10, 64))
    assert conv.weight.value[1, 2, 0, 1] == 10 + (1 * 3 + 2) * 9 + 1  # filter, channel, row, column
    assert last.bias.value.tolist() == [0.5]
    assert last.weight.value.ravel().tolist() == [100, 101]


@pytest.mark.parametrize(
    ("header", "size"),
    [
        (DarknetHeader(), 20),
        (DarknetHeader(0, 2, 5, 2**40), 20),
        (DarknetHeader(0, 1, 0, 12_345), 16),
        (DarknetHeader(1, 0, 0, 7), 20),
        (DarknetHeader(1001, 2, 0, 7), 16),
        (DarknetHeader(0, 1000, 0, 7), 16),
    ],
)
def test_there_and_back_byte_for_byte(tmp_path, header, size):
    first = saved(tmp_path, network(0), header)
    before = first.read_bytes()
    assert struct.unpack_from("<iii", before) == (header.major, header.minor, header.revision)
    assert int.from_bytes(before[12:size], "little") == header.seen
    model = network(1)
    assert load_darknet_weights(model, first) == header
    assert_same_weights(model, network(0))
    assert saved(tmp_path, model, header).read_bytes() == before


def test_float64_models_keep_their_dtype(tmp_path):
    model = network(1).astype(np.float64)
    load_darknet_weights(model, saved(tmp_path, network(0)))
    assert {parameter.value.dtype for parameter in model.parameters()} == {np.dtype(np.float64)}
    assert_same_weights(model, network(0))


def test_a_backbones_part_of_the_file(tmp_path):
    """Like darknet19_448.conv.23: all convolutions but the classifier's."""
    whole, part = tmp_path / "whole.weights", tmp_path / "part.conv.5"
    save_darknet_weights(network(0), whole)
    save_darknet_weights(network(0), part, stop_at=4)
    assert whole.read_bytes().startswith(part.read_bytes())
    assert whole.stat().st_size - part.stat().st_size == 4 * (5 * 7 + 7)
    body = DarknetBody(SMALL, 1)
    load_darknet_weights(body, part)
    assert_same_weights(body, network(0).body)
    for path in (whole, part):
        model = network(1)
        load_darknet_weights(model, path, stop_at=4)
        assert_same_weights(model.body, network(0).body)
        assert_same_weights(model.classifier, network(1).classifier)


def test_which_layer_wants_more(tmp_path):
    path, model = saved(tmp_path, network(0)), network(1)
    whole = path.read_bytes()
    path.write_bytes(whole[: 20 + 4 * (4 * 4 + 108 + 6 + 5)])
    message = r"too short: convolution 2 \(body.stages.1.1.0\) wants 6 scales, 5 numbers are left"
    with pytest.raises(InputError, match=message):
        load_darknet_weights(model, path)
    path.write_bytes(whole[:-4])
    message = r"too short: convolution 5 \(classifier\) wants 35 weights, 34 numbers are left"
    with pytest.raises(InputError, match=message):
        load_darknet_weights(model, path)
    assert_same_weights(model, network(1))  # nothing was loaded


def test_too_long(tmp_path):
    path = saved(tmp_path, network(0))
    with pytest.raises(InputError, match="too long: the model wants 549 numbers, 591 are there; stop_at"):
        load_darknet_weights(DarknetBody(SMALL, 1), path)
    path.write_bytes(path.read_bytes() + bytes(3))
    with pytest.raises(InputError, match="3 bytes too many for a whole number of float32"):
        load_darknet_weights(network(), path)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "12 bytes wanted, 0 there"),
        (b"PK\x03\x04", "12 bytes wanted, 4 there"),
        (struct.pack("<iii", 0, 2, 0), "images seen is cut off"),
        (struct.pack("<iiiq", -1, 2, 0, 0), "not darknet weights: version -1.2.0"),
        (struct.pack("<iiiq", 0, 2, 0, 0), r"convolution 1 \(body.stages.0.0.0\) wants 4 biases, 0 numbers"),
        (b"\x89PNG\r\n\x1a\n" + bytes(200), "too short: convolution 1"),
        (b"\x7fELF\xff\xff\xff\xff" + bytes(2000), "not darknet weights: version 1179403647.-1.0"),
        (b'{"a": 1, "b": [2, 3, 4], "c": "text, no numbers"}' * 200, "too long|too short|bytes too many|not"),
    ],
)
def test_rubbish(tmp_path, content, message):
    path, model = tmp_path / "rubbish.weights", network()
    path.write_bytes(content)
    with pytest.raises(InputError, match=message):
        load_darknet_weights(model, path)
    assert_same_weights(model, network())


def test_no_file(tmp_path):
    with pytest.raises(InputError, match="no such file"):
        load_darknet_weights(network(), tmp_path / "missing.weights")
    with pytest.raises(InputError, match="cannot be read"):
        load_darknet_weights(network(), tmp_path)


@pytest.mark.parametrize(
    ("place", "value", "part"),
    [(0, np.nan, "biases"), (12, -1.0, "running variances"), (30, np.inf, "weights")],
)
def test_numbers_that_no_network_has(tmp_path, place, value, part):
    path, model = saved(tmp_path, network(0)), network(1)
    content = bytearray(path.read_bytes())
    struct.pack_into("<f", content, 20 + 4 * place, value)
    path.write_bytes(content)
    with pytest.raises(InputError, match=rf"convolution 1 \(body.stages.0.0.0\): the {part} are not numbers"):
        load_darknet_weights(model, path)
    assert_same_weights(model, network(1))


def test_mutated_headers_are_read_right_or_refused(tmp_path):
    """Whatever stands in the header: an InputError and nothing loaded, or the right weights."""
    path, rng = saved(tmp_path, network(0)), np.random.default_rng(0)
    good, right, outcomes = path.read_bytes(), network(0), []
    for _ in range(400):
        content = bytearray(good)
        for place in rng.integers(0, 20, rng.integers(1, 5)):
            content[place] = rng.choice([0, 1, 2, 127, 128, 255, rng.integers(256)])
        if rng.random() < 0.3:
            content = content[: rng.integers(len(content))]
        path.write_bytes(content)
        model = network(1)
        try:
            header = load_darknet_weights(model, path)
        except InputError:
            assert_same_weights(model, network(1))
            outcomes.append("refused")
        else:
            assert header.size == 20
            assert_same_weights(model, right)
            outcomes.append("read")
    assert min(outcomes.count("refused"), outcomes.count("read")) > 40


def test_models_that_such_files_cannot_hold(tmp_path):
    path = saved(tmp_path, network())
    with pytest.raises(ValueError, match="1 is a Linear, which a darknet file cannot hold"):
        load_darknet_weights(Sequential(Conv2d(1, 2, 1), Linear(2, 2)), path)
    with pytest.raises(ValueError, match=r"convolution 1 \(0\) must have either a bias or a batch norm"):
        save_darknet_weights(Sequential(Conv2d(1, 2, 1, bias=False)), path)
    with pytest.raises(ValueError, match="convolution 1 must have either a bias or a batch norm"):
        load_darknet_weights(Conv2d(1, 2, 1, bias=False), path)
    for stop_at in (0, 6):
        with pytest.raises(
            ValueError, match=f"stop_at must lie in 1…5, the model's convolutions, got {stop_at}"
        ):
            load_darknet_weights(network(), path, stop_at=stop_at)


@pytest.mark.parametrize(
    "header", [DarknetHeader(0, 1, 0, 2**31), DarknetHeader(2**31), DarknetHeader(seen=2**63)]
)
def test_headers_that_do_not_fit(tmp_path, header):
    path = tmp_path / "a.weights"
    with pytest.raises(ValueError, match="header must fit into darknet's integers"):
        save_darknet_weights(network(), path, header)
    assert not path.exists()
