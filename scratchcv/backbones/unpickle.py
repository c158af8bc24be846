"""Read the pickle in a file of PyTorch without running anything: it imports nothing and calls nothing."""

import math
import pickletools
import struct
from dataclasses import dataclass, field
from typing import IO, Any

from scratchcv.errors import InputError

MAX_OPCODES = 1_000_000
"""Fifty times what a large model's weights take: a longer pickle is up to something else."""

MAX_TEXT = 65_536
"""Bytes of a name."""

MAX_DIMENSIONS = 32

_OPCODES = {opcode.code: opcode.name for opcode in pickletools.opcodes}

_NUMBERS = {
    "PROTO": "<B",
    "BININT": "<i",
    "BININT1": "<B",
    "BININT2": "<H",
    "BINFLOAT": ">d",
    "BINPUT": "<B",
    "LONG_BINPUT": "<I",
    "BINGET": "<B",
    "LONG_BINGET": "<I",
}
"""Instructions that a number follows, and its form."""

_LENGTHS = {"BINUNICODE": "<I", "BINSTRING": "<I", "SHORT_BINSTRING": "<B", "LONG1": "<B"}
"""Instructions that bytes follow, and the form of how many."""

STORAGES = {
    "DoubleStorage": "F64",
    "FloatStorage": "F32",
    "HalfStorage": "F16",
    "BFloat16Storage": "BF16",
    "LongStorage": "I64",
    "IntStorage": "I32",
    "ShortStorage": "I16",
    "CharStorage": "I8",
    "ByteStorage": "U8",
    "BoolStorage": "BOOL",
}
"""PyTorch's names for arrays of numbers, and their kinds."""


@dataclass(frozen=True)
class Storage:
    """Where numbers are: the file's own name for a row of them, how many, and of which kind."""

    key: str
    kind: str
    count: int


@dataclass(frozen=True)
class StoredTensor:
    """A tensor that is still in the file: a storage, and which of its numbers it shows."""

    storage: Storage
    offset: int
    shape: tuple[int, ...]
    strides: tuple[int, ...]


@dataclass(frozen=True)
class _Name:
    """What a pickle calls by its name: it is looked up in the list below and nowhere else."""

    module: str
    name: str


_ORDERED_DICT = _Name("collections", "OrderedDict")
_TENSORS = (_Name("torch._utils", "_rebuild_tensor_v2"), _Name("torch._utils", "_rebuild_tensor"))
_PARAMETER = _Name("torch._utils", "_rebuild_parameter")
_KNOWN = {_ORDERED_DICT, *_TENSORS, _PARAMETER, *(_Name("torch", storage) for storage in STORAGES)}


def unpickle(file: IO[bytes]) -> tuple[Any, dict[str, Storage]]:
    """Return what one pickle describes, as far as it is made of weights.

    A pickle is a program for a small stack machine. This is that machine with the instructions that weights
    need: numbers, text, tuples, lists, dicts, and the few names that tensors are made with, which are only
    compared. `pickle.load` would import and call whatever the file says.

    Parameters
    ----------
    file : binary file
        It is read up to the end of the pickle.

    Returns
    -------
    value : object
        Of numbers, text, None, tuples, lists, dicts, and `StoredTensor` for tensors and parameters.
    storages : dict of str to Storage
        All that the value's tensors and others refer to, by key.

    Raises
    ------
    InputError
        When the pickle is damaged, or holds anything else.

    References
    ----------
    Python's ``pickletools`` describes the instructions; ``torch.save`` is who writes such files.

    Examples
    --------
    >>> import io, pickle
    >>> unpickle(io.BytesIO(pickle.dumps({"epoch": 3, "loss": [0.5]}, protocol=2)))
    ({'epoch': 3, 'loss': [0.5]}, {})
    >>> unpickle(io.BytesIO(pickle.dumps(print, protocol=2)))
    Traceback (most recent call last):
    scratchcv.errors.InputError: weights do not need __builtin__.print
    """
    machine = _Machine()
    try:
        for _ in range(MAX_OPCODES):
            code = _take(file, 1).decode("latin-1")
            opcode = _OPCODES[code]
            if opcode == "STOP":
                return machine.stack.pop(), machine.storages
            machine.run(opcode, _argument(opcode, file))
    except InputError:
        raise
    except (ValueError, TypeError, LookupError) as error:  # an unknown instruction, an empty stack
        raise InputError(f"its description of the weights is damaged: {error}") from error
    raise InputError(f"its description of the weights has more than {MAX_OPCODES} instructions")


def _argument(opcode: str, file: IO[bytes]) -> Any:
    """Read what follows an instruction."""
    if opcode in _NUMBERS:
        form = _NUMBERS[opcode]
        return struct.unpack(form, _take(file, struct.calcsize(form)))[0]
    if opcode in _LENGTHS:
        form = _LENGTHS[opcode]
        raw = _take(file, struct.unpack(form, _take(file, struct.calcsize(form)))[0])
        return int.from_bytes(raw, "little", signed=True) if opcode == "LONG1" else raw.decode()
    if opcode == "GLOBAL":
        return tuple(file.readline(MAX_TEXT).rstrip(b"\n").decode() for _ in range(2))
    return None


def _take(file: IO[bytes], count: int) -> bytes:
    """Read so many bytes; Python would reserve memory for any number, before it finds the file shorter."""
    if count > MAX_TEXT:
        raise InputError(f"its description of the weights has a text of {count} bytes")
    raw = file.read(count)
    if len(raw) < count:
        raise InputError("its description of the weights is damaged: it has no end")
    return raw


@dataclass
class _Machine:
    """A stack, marks in it, and a memo of what is used again."""

    stack: list[Any] = field(default_factory=list)
    marks: list[int] = field(default_factory=list)
    memo: dict[int, Any] = field(default_factory=dict)
    storages: dict[str, Storage] = field(default_factory=dict)

    def run(self, opcode: str, argument: Any) -> None:
        """Carry out one instruction."""
        stack = self.stack
        match opcode:
            case "PROTO":
                pass
            case "NONE":
                stack.append(None)
            case "NEWTRUE" | "NEWFALSE":
                stack.append(opcode == "NEWTRUE")
            case "BININT" | "BININT1" | "BININT2" | "LONG1" | "BINFLOAT":
                stack.append(argument)
            case "BINUNICODE" | "BINSTRING" | "SHORT_BINSTRING":
                stack.append(argument)
            case "EMPTY_TUPLE" | "TUPLE1" | "TUPLE2" | "TUPLE3":
                size = 0 if opcode == "EMPTY_TUPLE" else int(opcode[-1])
                stack.append(tuple(stack.pop() for _ in range(size))[::-1])
            case "EMPTY_LIST":
                stack.append([])
            case "EMPTY_DICT":
                stack.append({})
            case "MARK":
                self.marks.append(len(stack))
            case "TUPLE":
                stack.append(tuple(self.since_mark()))
            case "APPEND" | "APPENDS":
                items = [stack.pop()] if opcode == "APPEND" else self.since_mark()
                _only(list, stack[-1]).extend(items)
            case "SETITEM" | "SETITEMS":
                items = [stack.pop(), stack.pop()][::-1] if opcode == "SETITEM" else self.since_mark()
                _set_items(stack[-1], items[::2], items[1::2])
            case "BINPUT" | "LONG_BINPUT":
                self.memo[argument] = stack[-1]
            case "BINGET" | "LONG_BINGET":
                stack.append(self.memo[argument])
            case "GLOBAL":
                stack.append(_look_up(argument))
            case "BINPERSID":
                stack.append(self.storage(stack.pop()))
            case "REDUCE":
                arguments, function = stack.pop(), stack.pop()
                stack.append(_call(function, arguments))
            case "BUILD":  # attributes of an OrderedDict: version numbers of modules
                stack.pop()
                _only(dict, stack[-1])
            case _:
                raise InputError(f"weights do not need the instruction {opcode}")

    def since_mark(self) -> list[Any]:
        """Take everything above the last mark off the stack."""
        start = self.marks.pop()
        items = self.stack[start:]
        del self.stack[start:]
        return items

    def storage(self, identity: Any) -> Storage:
        """Read the name of a storage: ("storage", its type, key, device, count[, view])."""
        tag, kind, key, _, count, *view = _only(tuple, identity)
        if tag != "storage" or _only(_Name, kind).name not in STORAGES or view not in ([], [None]):
            raise InputError("its numbers are stored in a way that weights do not need")
        found = Storage(_only(str, key), STORAGES[kind.name], _only(int, count))
        if count < 0 or self.storages.setdefault(key, found) != found:
            raise InputError(f"storage {key} cannot have {count} numbers of {kind.name}")
        return found


def _only(kind: type, value: Any) -> Any:
    """Return the value if it is exactly of that kind; True is no int here."""
    if type(value) is not kind:
        raise InputError(f"expected a {kind.__name__} in its description, got a {type(value).__name__}")
    return value


def _set_items(target: Any, keys: list[Any], values: list[Any]) -> None:
    """Fill a dict; keys are text or numbers, for a nested tuple may take forever to hash."""
    for key, value in zip(keys, values, strict=True):
        _only(dict, target)[_only(int if type(key) is int else str, key)] = value


def _look_up(argument: tuple[str, str]) -> _Name:
    found = _Name(*argument)
    if found not in _KNOWN:
        raise InputError(f"weights do not need {found.module}.{found.name}")
    return found


def _call(function: Any, arguments: Any) -> Any:
    """Do what a known name would do."""
    arguments = _only(tuple, arguments)
    if function == _ORDERED_DICT:
        ordered: dict[Any, Any] = {}
        for key, value in _only(list, arguments[0]) if arguments else ():  # Python 2 wrote the items here
            _set_items(ordered, [key], [value])
        return ordered
    if function == _PARAMETER:
        return _only(StoredTensor, arguments[0])
    if function in _TENSORS:
        storage, offset, shape, strides, *_ = arguments
        return _tensor(_only(Storage, storage), offset, _only(tuple, shape), _only(tuple, strides))
    raise InputError(f"cannot call a {type(function).__name__}")


def _tensor(storage: Storage, offset: Any, shape: tuple[Any, ...], strides: tuple[Any, ...]) -> StoredTensor:
    """Return a tensor that lies within its storage."""
    if len(shape) != len(strides) or len(shape) > MAX_DIMENSIONS:
        raise InputError(f"a tensor has {len(shape)} sides and {len(strides)} strides")
    if any(_only(int, number) < 0 for number in (offset, *shape, *strides)):
        raise InputError(f"a tensor has a negative offset, side or stride: {offset}, {shape}, {strides}")
    size = math.prod(shape)
    last = offset + sum((side - 1) * stride for side, stride in zip(shape, strides, strict=True))
    if size and not (last < storage.count and size <= storage.count):
        place = f"shape {shape}, strides {strides} and offset {offset}"
        raise InputError(f"a tensor of {place} does not fit into {storage.count} numbers")
    return StoredTensor(storage, offset, shape, strides)
