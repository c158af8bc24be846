"""A square of numbers, as many rows as a vector register has lanes, transposed in registers.

Going through memory number by number, every store waits for its own load: 2 to 3 cycles a number. Eight
vectors, exchanged in three rounds of halves, quarters and neighbours, take .6 (AVX2).
"""

from collections.abc import Callable
from typing import Any

from llvmlite import ir
from numba import njit, types
from numba.extending import intrinsic
from numba.np.arrayobj import make_array

from scratchcv.kernels._tile import IS_PLAIN, VECTOR_BYTES


@intrinsic
def _transpose(typing, x, at, x_row, bias, b, y, to, y_row):  # type: ignore[no-untyped-def]
    """Compile it for the arrays' dtype."""
    return types.void(x, at, x_row, bias, b, y, to, y_row), _generate


def _generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
    """Emit loads, rounds of exchanges, and stores."""
    size = signature.args[0].dtype.bitwidth // 8
    lanes, integer, lane = VECTOR_BYTES // size, ir.IntType(64), ir.IntType(32)
    source, plus, target = (
        builder.gep(make_array(signature.args[i])(context, builder, arguments[i]).data, [arguments[j]])
        for i, j in ((0, 1), (3, 4), (5, 6))
    )
    vector = ir.VectorType(source.type.pointee, lanes)

    def row(start: Any, i: int, pitch: Any) -> Any:
        pointer = builder.gep(start, [builder.mul(integer(i), pitch)])
        return builder.bitcast(pointer, vector.as_pointer())

    def pick(a: Any, b: Any, order: list[int]) -> Any:
        return builder.shuffle_vector(a, b, ir.Constant(ir.VectorType(lane, lanes), order))

    rows = [builder.load(row(source, i, arguments[2]), align=size) for i in range(lanes)]
    step = lanes // 2
    while step:
        for i in range(lanes):
            if not i & step:  # rows i and i + step exchange the lanes in which they differ by step
                a, b = rows[i], rows[i + step]
                rows[i] = pick(a, b, [p if not p & step else lanes + p - step for p in range(lanes)])
                rows[i + step] = pick(a, b, [p + step if not p & step else lanes + p for p in range(lanes)])
        step //= 2
    for i in range(lanes):
        number = builder.load(builder.gep(plus, [integer(i)]))
        alone = builder.insert_element(ir.Constant(vector, ir.Undefined), number, lane(0))
        total = builder.fadd(rows[i], pick(alone, alone, [0] * lanes))
        builder.store(total, row(target, i, arguments[7]), align=size)
    return context.get_dummy_value()


def _transpose_plain(x, at, x_row, bias, b, y, to, y_row):  # type: ignore[no-untyped-def]
    lanes = VECTOR_BYTES // x.itemsize
    for i in range(lanes):
        for j in range(lanes):
            y[to + i * y_row + j] = x[at + j * x_row + i] + bias[b + i]


transpose: Callable[..., None] = njit(nogil=True)(_transpose_plain) if IS_PLAIN else _transpose
"""Write x[at + j · x_row + i] + bias[b + i] to y[to + i · y_row + j], i and j below the lanes of a vector."""
