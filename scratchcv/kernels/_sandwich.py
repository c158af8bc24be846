"""M X Mᵀ for a small constant matrix M and many small matrices X, one in each lane of a vector register.

The transforms of Winograd's convolution. Their numbers are known when they are compiled, so that what LLVM
gets is a list of additions and multiplications, without the zeros and ones, on whole vectors: 7 times as fast
as loops over M, which are the form without vectors (`SCRATCHCV_TILE=plain`, see `_tile.py`).
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from llvmlite import ir
from numba import njit, types
from numba.extending import intrinsic
from numba.np.arrayobj import make_array

from scratchcv.kernels._tile import IS_PLAIN, VECTOR_BYTES


def sandwich(matrix: Sequence[Sequence[float]]) -> Callable[..., None]:
    """Return a function (x, at, row, column, y, to, row, column) for use in kernels.

    It reads X[i, j] at ``x[at + i · row + j · column]``, and the same of the following elements' matrices,
    one for each lane, and writes their M X Mᵀ to y alike.
    """
    return _plain(np.array(matrix)) if IS_PLAIN else _vectors(np.array(matrix))


def _vectors(matrix: Any) -> Callable[..., None]:
    def generate(context, builder, signature, arguments):  # type: ignore[no-untyped-def]
        _x, _at, x_row, x_column, _y, _to, y_row, y_column = arguments
        size = signature.args[0].dtype.bitwidth // 8
        lanes, integer = VECTOR_BYTES // size, ir.IntType(64)
        source, target = (
            builder.gep(
                make_array(signature.args[i])(context, builder, arguments[i]).data, [arguments[i + 1]]
            )
            for i in (0, 4)
        )
        vector = ir.VectorType(source.type.pointee, lanes)

        def pointer(start, i, row, j, column):  # type: ignore[no-untyped-def]
            offset = builder.add(builder.mul(integer(i), row), builder.mul(integer(j), column))
            return builder.bitcast(builder.gep(start, [offset]), vector.as_pointer())

        def row_of_sums(factors, terms):  # type: ignore[no-untyped-def]
            total = None
            for factor, term in zip(factors, terms, strict=True):
                if factor == 0:
                    continue
                if abs(factor) != 1:
                    term = builder.fmul(term, ir.Constant(vector, [abs(factor)] * lanes), flags=["contract"])
                if total is None:
                    total = term if factor > 0 else builder.fneg(term)
                else:
                    total = (builder.fadd if factor > 0 else builder.fsub)(total, term, flags=["contract"])
            return total

        outputs, inputs = matrix.shape
        half = []  # columns of M X
        for j in range(inputs):
            column = [builder.load(pointer(source, i, x_row, j, x_column), align=size) for i in range(inputs)]
            half.append([row_of_sums(factors, column) for factors in matrix])
        for i in range(outputs):
            for j in range(outputs):
                value = row_of_sums(matrix[j], [column[i] for column in half])
                builder.store(value, pointer(target, i, y_row, j, y_column), align=size)
        return context.get_dummy_value()

    @intrinsic
    def transform(typing, x, at, x_row, x_column, y, to, y_row, y_column):  # type: ignore[no-untyped-def]
        return types.void(x, at, x_row, x_column, y, to, y_row, y_column), generate

    function: Callable[..., None] = transform
    return function


def _plain(matrix: Any) -> Callable[..., None]:
    outputs, inputs = matrix.shape

    @njit(nogil=True)
    def transform(x, at, x_row, x_column, y, to, y_row, y_column):  # type: ignore[no-untyped-def]
        half = np.empty((outputs, inputs), x.dtype)
        for lane in range(VECTOR_BYTES // x.itemsize):
            for i in range(outputs):
                for j in range(inputs):
                    total = 0.0
                    for k in range(inputs):
                        total += matrix[i, k] * x[at + lane + k * x_row + j * x_column]
                    half[i, j] = total
            for i in range(outputs):
                for j in range(outputs):
                    total = 0.0
                    for k in range(inputs):
                        total += half[i, k] * matrix[j, k]
                    y[to + lane + i * y_row + j * y_column] = total

    function: Callable[..., None] = transform
    return function
