"""Weights from either format, told apart by their first bytes."""

import json

import numpy as np
import pytest
from safetensors.numpy import save

from scratchcv.backbones import BasicBlock, ResNet, load_weights
from scratchcv.errors import InputError
from tests.backbones.pickles import archive, legacy, state, tensor


def safetensors_of(kind, raw, shape):
    """Return a file of one tensor, of kinds that NumPy lacks too."""
    header = json.dumps({"w": {"dtype": kind, "shape": shape, "data_offsets": [0, len(raw)]}}).encode()
    return len(header).to_bytes(8, "little") + header + raw


def load(content, path):
    path.write_bytes(content)
    return load_weights(path)


@pytest.mark.parametrize("name", ["w.pth", "w.safetensors", "w"])
def test_the_content_decides_not_the_name(name, tmp_path):
    numbers = np.arange(4, dtype=np.float32)
    for content in (archive(state(w=tensor())), legacy(state(w=tensor())), save({"w": numbers})):
        weights = load(content, tmp_path / name)
        assert list(weights) == ["w"]
        assert (weights["w"].dtype, weights["w"].tolist()) == (np.float32, [0, 1, 2, 3])
        assert not weights["w"].flags.writeable


def test_half_precisions_become_float32(tmp_path):
    brain = load(safetensors_of("BF16", bytes([0x80, 0x3F, 0x00, 0xC0]), [2, 1]), tmp_path / "w")["w"]
    assert (brain.dtype, brain.tolist()) == (np.float32, [[1], [-2]])
    half = load(save({"w": np.array(0.5, np.float16)}), tmp_path / "w")["w"]
    assert (half.dtype, half.shape, half.item()) == (np.float32, (), 0.5)


def test_a_model_takes_them(tmp_path):
    def tiny(seed):
        return ResNet(BasicBlock, (1, 1, 1, 1), 3, channels=2, rng=np.random.default_rng(seed)).eval()

    first, second, x = tiny(0), tiny(1), np.ones((1, 3, 40, 40), np.float32)
    assert (first(x) != second(x)).any()
    second.load_state_dict(load(save(first.state_dict()), tmp_path / "w"))
    assert (first(x) == second(x)).all()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "neither safetensors nor"),
        (b"<html>not found</html>", "neither safetensors nor"),
        (save({"w": np.zeros(4)})[:-1], "damaged"),
        (b"\xff" * 7 + b"\x00{", "damaged"),
        (safetensors_of("F8_E5M2", b"\x00", [1]), "w is F8_E5M2, known are F64, F32"),
    ],
)
def test_refused_with_the_files_name(content, message, tmp_path):
    with pytest.raises(InputError, match=rf"file: .*{message}"):
        load(content, tmp_path / "file")


def test_no_file_and_a_folder(tmp_path):
    with pytest.raises(InputError, match="no such file"):
        load_weights(tmp_path / "nowhere.pth")
    with pytest.raises(InputError, match="cannot be read"):
        load_weights(tmp_path)
