"""Files of torch.save without PyTorch: both formats, every kind of number, views; damage and lies."""

import io
import zipfile
from pathlib import Path

import numpy as np
import pytest

from scratchcv.backbones.pth import load_pth
from scratchcv.errors import InputError
from tests.backbones.pickles import archive, legacy, spell, state, storage, tensor

GOLDEN = Path(__file__).parents[1] / "golden" / "weights.pth"


def load(content, tmp_path):
    path = tmp_path / "file.pth"
    path.write_bytes(content)
    return load_pth(path)


def check_golden(weights):
    for kind in ("float64", "float32", "int64", "int32", "int16", "int8", "uint8"):
        assert (weights[kind].dtype, weights[kind].tolist()) == (np.dtype(kind), [0, 1, 2])
    for kind in ("float16", "bfloat16"):
        assert (weights[kind].dtype, weights[kind].tolist()) == (np.float32, [0, 1, 2])
    assert weights["bool"].tolist() == [False, True, True]
    counted = np.arange(24.0)
    assert weights["parameter"].tolist() == counted.reshape(2, 3, 4).tolist()
    assert weights["transposed"].tolist() == counted.reshape(2, 12).T.tolist()
    assert weights["slice"].tolist() == counted.reshape(4, 6)[1:, ::2].tolist()
    assert (weights["number"].shape, weights["number"].item()) == ((), 7)
    assert weights["empty"].shape == (0, 3)


def test_what_torch_wrote():
    weights = load_pth(GOLDEN)
    assert list(weights)[-5:] == ["parameter", "transposed", "slice", "number", "empty"]
    check_golden(weights)
    assert np.shares_memory(weights["parameter"], weights["slice"])
    with pytest.raises(ValueError, match="read-only"):
        weights["slice"][0, 0] = 1


def test_the_older_format(tmp_path):
    weights = load(legacy(state(a=tensor(), b=tensor(offset=1, shape=(2, 2), strides=(1, 1)))), tmp_path)
    assert weights["a"].tolist() == [0, 1, 2, 3]
    assert weights["b"].tolist() == [[1, 2], [2, 3]]
    numbers = {"x": np.arange(3, dtype="<f4"), "y": np.array([5, 6], "<i8")}
    both = state(a=tensor(storage("y", 2, "LongStorage"), shape=(2,)), b=tensor(storage("x", 3), shape=(3,)))
    weights = load(legacy(both, numbers), tmp_path)
    assert (weights["a"].tolist(), weights["b"].tolist()) == ([5, 6], [0, 1, 2])


@pytest.mark.parametrize("wrapper", ["model", "state_dict"])
@pytest.mark.parametrize("write", [archive, legacy])
def test_weights_beside_a_scripts_notes(wrapper, write, tmp_path):
    notes = spell("epoch") + spell(3) + spell("best") + tensor(storage("1", 2), shape=(2,))
    content = b"\x80\x02}(" + spell(wrapper) + state(weight=tensor())[2:-1] + notes + b"u."
    numbers = {"0": np.arange(4, dtype="<f4"), "1": np.ones(2, "<f4")}
    weights = load(write(content, numbers), tmp_path)
    assert {name: value.tolist() for name, value in weights.items()} == {"weight": [0, 1, 2, 3]}


def test_any_stride_where_nothing_is_stepped_over(tmp_path):
    weights = load(
        archive(state(a=tensor(shape=(1, 4), strides=(2**61, 1)), b=tensor(shape=(0,), strides=(2**61,)))),
        tmp_path,
    )
    assert (weights["a"].tolist(), weights["b"].shape) == ([[0, 1, 2, 3]], (0,))


GOOD = state(weight=tensor())
ROW = np.arange(4, dtype="<f4")
REFUSED = {
    "numbers cut short": (archive(GOOD, {"0": ROW[:3]}), "data/0 should have 16 bytes, has 12"),
    "numbers too many": (archive(GOOD, {"0": np.zeros(5, "<f4")}), "should have 16 bytes, has 20"),
    "no numbers": (archive(GOOD, {}), "has none"),
    "a key that climbs": (archive(state(a=tensor(storage("../data.pkl")))), "has none"),
    "compressed": (archive(GOOD, {"0": bytes(10**6)}, compression=zipfile.ZIP_DEFLATED), "compressed"),
    "big-endian": (archive(GOOD, byteorder=b"big"), "big-endian"),
    "another archive": (archive(GOOD).replace(b"data.pkl", b"data.txt"), "no data.pkl"),
    "no dict": (archive(b"\x80\x02]."), "holds a list, not the state_dict"),
    "a whole tensor": (archive(b"\x80\x02" + tensor() + b"."), "holds a StoredTensor"),
    "no tensor": (archive(state(epoch=spell(3))), "'epoch' should be a tensor, is a int"),
    "a shape that no array can have": (archive(state(a=tensor(shape=(0, 2**62), strides=(1, 1)))), "damaged"),
    "half an archive": (archive(GOOD)[:200], "damaged"),
    "another magic number": (legacy(GOOD, magic=7), "not a file of torch.save"),
    "another version": (legacy(GOOD, version=1000), "not a file of torch.save"),
    "keys of no text": (legacy(GOOD, keys=[[]]), "are not those"),
    "keys of others": (legacy(GOOD, keys=["0", "1"]), "are not those"),
    "legacy numbers cut short": (legacy(GOOD)[:-1], "storage 0 should have 4 numbers"),
    "legacy numbers of another count": (legacy(GOOD, {"0": ROW[:3]}), "storage 0 should have 4 numbers"),
    "a pickle": (b"\x80\x02}.", "damaged"),
    "text": (b"weights", "damaged|do not need"),
    "nothing": (b"", "damaged"),
}  # fmt: skip


@pytest.mark.parametrize("what", REFUSED)
def test_refused_with_the_files_name(what, tmp_path):
    content, message = REFUSED[what]
    with pytest.raises(InputError, match=rf"file\.pth: .*({message})"):
        load(content, tmp_path)


def test_parts_that_share_their_bytes_cannot_multiply(tmp_path):
    """Two thousand names for one megabyte: reading them all would take two gigabytes."""
    content = bytearray(archive(GOOD, {"0": bytes(10**6)}))
    directory = content.index(b"PK\x01\x02")
    end = content.index(b"PK\x05\x06")
    last = content[content.rindex(b"PK\x01\x02") : end]
    copies = b"".join(bytes(last).replace(b"data/0", f"data/{i}".encode()) for i in range(1, 10))
    tail = bytearray(content[end:])
    for place in (8, 10):
        tail[place : place + 2] = (11).to_bytes(2, "little")
    tail[12:16] = (end - directory + len(copies)).to_bytes(4, "little")
    with pytest.raises(InputError, match="its parts are larger than the file"):
        load(bytes(content[:end]) + copies + bytes(tail), tmp_path)


def test_no_file_and_a_folder(tmp_path):
    with pytest.raises(InputError, match="no such file"):
        load_pth(tmp_path / "nowhere.pth")
    with pytest.raises(InputError, match="cannot be read"):
        load_pth(tmp_path)


def damaged(content, rng):
    """Cut a file short, or change, insert or drop up to three bytes in up to three places."""
    content = bytearray(content[: rng.integers(len(content))] if rng.random() < 0.2 else content)
    for place in rng.integers(len(content) + 1, size=rng.integers(1, 4)):
        content[place : place + rng.integers(4)] = rng.bytes(rng.integers(4))
    return bytes(content)


DESCRIPTION = state(weight=tensor(), bias=tensor(offset=1, shape=(3,)))
DAMAGES = {
    "an archive": lambda rng: damaged(archive(DESCRIPTION), rng),
    "the description in an archive": lambda rng: archive(damaged(DESCRIPTION, rng)),
    "the older format": lambda rng: damaged(legacy(DESCRIPTION), rng),
    "noise": lambda rng: rng.choice([b"PK\x03\x04", b"\x80\x02"]) + rng.bytes(rng.integers(200)),
}


@pytest.mark.parametrize("what", DAMAGES)
def test_damage_is_an_input_error_or_other_numbers(what, tmp_path):
    rng = np.random.default_rng(0)
    read = 0
    for _ in range(300):
        try:
            weights = load(DAMAGES[what](rng), tmp_path)
        except InputError:
            continue
        read += 1
        assert all(isinstance(value, np.ndarray) and value.size <= 4 for value in weights.values())
    assert read < 100


def test_as_torch_reads_it(tmp_path):
    torch = pytest.importorskip("torch", reason="torch is not installed")
    golden = {name: value.detach() for name, value in torch.load(GOLDEN).items()}
    for kind in ("float16", "bfloat16"):
        golden[kind] = golden[kind].float()
    check_golden({name: value.numpy() for name, value in golden.items()})
    network = torch.nn.Sequential(torch.nn.Conv2d(3, 4, 3), torch.nn.BatchNorm2d(4))
    for is_zip in (True, False):
        torch.save(network.state_dict(), tmp_path / "net.pt", _use_new_zipfile_serialization=is_zip)
        weights = load_pth(tmp_path / "net.pt")
        assert list(weights) == list(network.state_dict())
        for name, value in network.state_dict().items():
            np.testing.assert_array_equal(weights[name], value.numpy())
    assert (torch.load(io.BytesIO(archive(GOOD, version=b"3")))["weight"].numpy() == ROW).all()
