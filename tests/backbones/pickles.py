"""Files as torch.save writes them, put together by hand: without PyTorch, and with lies where wanted."""

import io
import pickle
import zipfile

import numpy as np


def spell(value):
    """Return the instructions that put a plain value on the stack."""
    return pickle.dumps(value, 2)[2:-1]


def storage(key="0", count=4, kind="FloatStorage", tag="storage", rest=()):
    parts = [
        spell(tag),
        f"ctorch\n{kind}\n".encode(),
        spell(key),
        spell("cpu"),
        spell(count),
        *map(spell, rest),
    ]
    return b"(" + b"".join(parts) + b"tQ"


def tensor(numbers=None, offset=0, shape=(4,), strides=(1,)):
    parts = [numbers or storage(), spell(offset), spell(shape), spell(strides), spell(False)]
    return b"ctorch._utils\n_rebuild_tensor_v2\n(" + b"".join(parts) + b"ccollections\nOrderedDict\n)RtR"


def state(**entries):
    items = b"".join(spell(name) + value for name, value in entries.items())
    return b"\x80\x02ccollections\nOrderedDict\n)R(" + items + b"u."


def archive(description, numbers=None, *, folder="archive", compression=zipfile.ZIP_STORED, **others):
    """Return a zip archive; `numbers` are bytes or arrays by key."""
    file = io.BytesIO()
    numbers = {"0": np.arange(4, dtype="<f4")} if numbers is None else numbers
    with zipfile.ZipFile(file, "w", compression) as out:
        out.writestr(f"{folder}/data.pkl", description)
        for name, content in others.items():
            out.writestr(f"{folder}/{name}", content)
        for key, content in numbers.items():
            out.writestr(f"{folder}/data/{key}", bytes(content))
    return file.getvalue()


def legacy(description, numbers=None, keys=None, magic=0x1950A86A20F9469CFC6C, version=1001):
    """Return the older format; `numbers` are arrays by key."""
    numbers = {"0": np.arange(4, dtype="<f4")} if numbers is None else numbers
    head = [pickle.dumps(value, 2) for value in (magic, version, {"little_endian": True})]
    rows = [len(row).to_bytes(8, "little") + row.tobytes() for row in numbers.values()]
    return b"".join([*head, description, pickle.dumps(list(numbers) if keys is None else keys, 2), *rows])
