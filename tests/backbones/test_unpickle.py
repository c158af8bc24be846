"""The restricted reader of pickles: what weights are made of is read, all else is refused, nothing runs."""

import io
import os
import pickle
import subprocess
import sys
from collections import OrderedDict
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scratchcv.backbones.unpickle import MAX_OPCODES, Storage, StoredTensor, unpickle
from scratchcv.errors import InputError
from tests.backbones.pickles import spell, state, storage, tensor


def read(content):
    return unpickle(io.BytesIO(content))[0]


plain = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False)
    | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.tuples(inner, inner)
        | st.dictionaries(st.text(max_size=5) | st.integers(), inner, max_size=4)
    ),
    max_leaves=20,
)


@given(plain)
def test_plain_values_as_pickle_reads_them(value):
    assert read(pickle.dumps(value, 2)) == value


def test_what_is_used_twice_stays_one():
    row = [1]
    first, second = read(pickle.dumps((row, row), 2))
    assert first is second


def test_a_state_of_tensors():
    content = state(
        weight=tensor(offset=1, shape=(3, 1), strides=(1, 1)), bias=tensor(storage("1", 4, "HalfStorage"))
    )
    value, storages = unpickle(io.BytesIO(content))
    assert value == {
        "weight": StoredTensor(Storage("0", "F32", 4), 1, (3, 1), (1, 1)),
        "bias": StoredTensor(Storage("1", "F16", 4), 0, (4,), (1,)),
    }
    assert set(storages) == {"0", "1"}


def test_a_parameter_is_its_tensor_and_old_dicts_list_their_items():
    parameter = (
        b"ctorch._utils\n_rebuild_parameter\n(" + tensor() + spell(True) + b"ccollections\nOrderedDict\n)RtR."
    )
    assert type(read(b"\x80\x02" + parameter)) is StoredTensor
    assert read(b"\x80\x02ccollections\nOrderedDict\n" + spell([["a", 1], ["b", 2]]) + b"\x85R.") == {
        "a": 1,
        "b": 2,
    }
    assert read(pickle.dumps(OrderedDict(a=1), 2)) == {"a": 1}


class Attack:
    """Pickles itself as a call."""

    def __init__(self, function, *arguments):
        self.call = function, arguments

    def __reduce__(self):
        return self.call


ATTACKS = [
    Attack(os.system, "touch run_by_pickle"),
    Attack(eval, "open('run_by_pickle', 'w')"),
    Attack(exec, "open('run_by_pickle', 'w')"),
    Attack(subprocess.Popen, ["touch", "run_by_pickle"]),
    Attack(__import__, "run_by_pickle"),
    {"weight": [Attack(os.mkdir, "run_by_pickle")]},
]


@pytest.mark.parametrize("protocol", range(6))
@pytest.mark.parametrize("attack", ATTACKS, ids=range(len(ATTACKS)))
def test_nothing_runs(attack, protocol, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputError, match="weights do not need"):
        read(pickle.dumps(attack, protocol))
    assert list(tmp_path.iterdir()) == []
    assert "run_by_pickle" not in sys.modules


REFUSED = {
    "another known module's class": (b"\x80\x02ccollections\nCounter\n)R.", "not need collections.Counter"),
    "a known name elsewhere": (b"\x80\x02cos\nOrderedDict\n)R.", "do not need os.OrderedDict"),
    "dotted names": (b"\x80\x02ctorch\n_utils.os.system\n.", "do not need torch._utils.os.system"),
    "an instance": (b"\x80\x02(ios\nsystem\n.", "instruction INST"),
    "an extension": (b"\x80\x02\x82\x01.", "instruction EXT1"),
    "a new object": (b"\x80\x02ccollections\nOrderedDict\n)\x81.", "instruction NEWOBJ"),
    "calling a value": (b"\x80\x02K\x01)R.", "cannot call a int"),
    "calling a storage's type": (b"\x80\x02ctorch\nFloatStorage\n)R.", "cannot call a _Name"),
    "arguments of no tuple": (b"\x80\x02ccollections\nOrderedDict\n]R.", "expected a tuple"),
    "attributes of a list": (b"\x80\x02]}b.", "expected a dict"),
    "appending to a dict": (b"\x80\x02}K\x01a.", "expected a list"),
    "setting in a list": (b"\x80\x02]K\x01K\x01s.", "expected a dict"),
    "a key of two": (b"\x80\x02})K\x01s.", "expected a str"),
    "no text as a storage's key": (b"\x80\x02" + storage(key=3) + b".", "expected a str"),
    "a storage of True numbers": (b"\x80\x02" + storage(count=True) + b".", "expected a int"),
    "a negative storage": (b"\x80\x02" + storage(count=-1) + b".", "cannot have -1 numbers"),
    "an unknown storage": (b"\x80\x02" + storage(kind="ComplexFloatStorage") + b".", "ComplexFloatStorage"),
    "a storage within a storage": (b"\x80\x02" + storage(rest=[("0", 0, 4)]) + b".", "in a way"),
    "another persistent id": (b"\x80\x02" + storage(tag="module") + b".", "in a way"),
    "a storage of two lengths": (state(a=tensor(), b=tensor(storage(count=5))), "cannot have 5 numbers"),
    "beyond the storage": (state(a=tensor(shape=(5,))), "does not fit into 4 numbers"),
    "beyond by offset": (state(a=tensor(offset=1)), "does not fit"),
    "beyond by stride": (state(a=tensor(shape=(2, 2), strides=(3, 1))), "does not fit"),
    "larger than its storage": (state(a=tensor(shape=(10**12,), strides=(0,))), "does not fit"),
    "a negative side": (state(a=tensor(shape=(-1,))), "negative"),
    "a negative stride": (state(a=tensor(offset=3, strides=(-1,))), "negative"),
    "a negative offset": (state(a=tensor(offset=-1)), "negative"),
    "a side of 2.0": (state(a=tensor(shape=(2.0,))), "expected a int"),
    "sides without strides": (state(a=tensor(shape=(2, 2))), "2 sides and 1 strides"),
    "a thousand sides": (state(a=tensor(shape=(1,) * 1000, strides=(1,) * 1000)), "1000 sides"),
    "numbers of no storage": (state(a=tensor(spell("0"))), "expected a Storage"),
    "an empty stack": (b"\x80\x02.", "damaged"),
    "no mark": (b"\x80\x02t.", "damaged"),
    "an unknown memo": (b"\x80\x02h\x07.", "damaged"),
    "no end": (b"\x80\x02K\x01", "damaged"),
    "nothing": (b"", "damaged"),
    "no pickle": (b"hello", "damaged|do not need"),
    "text cut short": (b"\x80\x02X\xff\x00\x00\x00abc", "damaged"),
    "text of two gigabytes": (b"\x80\x02X\xff\xff\xff\x7fabc", "a text of 2147483647 bytes"),
    "text that is none": (b"\x80\x02X\x01\x00\x00\x00\xff.", "damaged"),
    "an instruction of later protocols": (pickle.dumps({}, 4), "instruction MEMOIZE"),
}  # fmt: skip


@pytest.mark.parametrize("what", REFUSED)
def test_refused(what):
    content, message = REFUSED[what]
    with pytest.raises(InputError, match=message):
        read(content)


def test_bombs_go_off_quickly_and_small():
    with pytest.raises(InputError, match="more than"):
        read(b"\x80\x02" + b"N" * (MAX_OPCODES + 10) + b".")
    with pytest.raises(InputError, match="instruction BYTEARRAY8"):  # pickle.load would reserve 8 GB
        read(b"\x80\x05\x96" + (2**33).to_bytes(8, "little") + b".")
    assert read(b"\x80\x02Nr\xff\xff\xff\xff.") is None  # and 32 GB here
    doubled = b"\x80\x02)" + b"q\x00h\x00\x86" * 100  # 2^100 tuples, of which a hundred are different
    with pytest.raises(InputError, match="expected a str"):
        read(b"\x80\x02}" + doubled[2:] + b"Ns.")
    nested = read(b"\x80\x02)" + b"\x85" * 200_000 + b".")
    assert len(nested) == 1


START = state(weight=tensor(), bias=tensor(storage("1", 2, "LongStorage"), 0, (2, 1), (1, 1)))


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_damage_is_an_input_error_or_another_value(data):
    content = bytearray(START)
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(content) - 1))
        piece = data.draw(
            st.binary(max_size=3) | st.sampled_from([bytes([code]) for code in b"().RQtusbaed0125e}]"])
        )
        content[place : place + data.draw(st.integers(0, 3))] = piece
    with suppress(InputError):
        unpickle(io.BytesIO(bytes(content)))
