"""The inner loop of all convolutions: a tile of sums that stays in the processor's registers.

    C[m, n] = sum_k A[rows[m] + steps_a[k]] * B[steps_b[k] + n]        m < ROWS, n < width

Both factors are read where they lie: tables of offsets say where row m and step k are. A processor finishes
two multiply-adds of whole vectors a cycle, but can load two vectors at most. So each number that is loaded
must serve several products: here eight loads (six numbers of A, each copied to all lanes of a vector, and two
vectors of B) serve twelve. The twelve vectors of sums, two of B and one of A are 15 of the 16 registers of
AVX2.

No compiler that Numba reaches makes this of a loop: it stores the sums back to memory in each step. Therefore
`tile` spells the loop out in LLVM's own language: 95 % of the arithmetic peak of one core (98 of some 103
GFLOP/s on a Zen 3). The same tile in plain Numba (`tile_plain`) reads the same elements and writes the same
ones, but LLVM keeps its sums in memory: 35 times slower. It runs where ``SCRATCHCV_TILE=plain`` is set, for
example under ``NUMBA_BOUNDSCHECK=1``: `tile` checks nothing.
"""

import os
import platform
from collections.abc import Callable
from typing import Any

import llvmlite.binding as llvm
import numpy as np
from llvmlite import ir
from numba import njit, types
from numba.core import cgutils, config
from numba.core.codegen import get_host_cpu_features
from numba.extending import intrinsic
from numba.np.arrayobj import make_array

ROWS = 6
"""Rows of a tile."""

IS_PLAIN = os.environ.get("SCRATCHCV_TILE") == "plain"

_PROBE = """
define <16 x float> @add(<16 x float> %a, <16 x float> %b) {
  %c = fadd <16 x float> %a, %b
  ret <16 x float> %c
}
"""


def _vector_bytes() -> int:
    """Return the size of a vector register of the processor that Numba compiles for.

    LLVM is asked: it adds two vectors of 64 bytes, and the registers that it takes tell their size (zmm 64,
    ymm 32, all others 16 bytes). So ``NUMBA_CPU_NAME`` and ``NUMBA_CPU_FEATURES`` are followed, too.
    """
    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    settings: Any = config
    features = get_host_cpu_features() if settings.CPU_FEATURES is None else settings.CPU_FEATURES
    target = llvm.Target.from_default_triple()
    machine = target.create_target_machine(
        cpu=settings.CPU_NAME or llvm.get_host_cpu_name(), features=features
    )
    assembly = machine.emit_assembly(llvm.parse_assembly(_PROBE))
    return 64 if "zmm" in assembly else 32 if "ymm" in assembly else 16


VECTOR_BYTES = _vector_bytes()

# ARM has twice as many registers of half the size.
_VECTORS = 4 if platform.machine().lower() in ("arm64", "aarch64") else 2


def tile_width(dtype: Any) -> int:
    """Return the columns of a tile: 16 in float32 with AVX2, 32 with AVX-512, 8 with SSE."""
    return int(_VECTORS * VECTOR_BYTES // np.dtype(dtype).itemsize)


_NAMES = ["A", "rows", "row", "a", "steps_a", "B", "b", "steps_b", "k", "K", "C", "c", "pitch", "add"]


@intrinsic
def _tile(typing, A, rows, row, a, steps_a, B, b, steps_b, k, K, C, c, pitch, add):  # type: ignore[no-untyped-def]
    """Compile the tile for the arrays' dtype."""
    kinds = A, rows, row, a, steps_a, B, b, steps_b, k, K, C, c, pitch, add
    return types.void(*kinds), _generate


def _generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
    """Emit the instructions: a loop over steps around ROWS · _VECTORS multiply-adds."""
    given = dict(zip(_NAMES, arguments, strict=True))
    kind = dict(zip(_NAMES, signature.args, strict=True))
    data = {
        name: make_array(kind[name])(context, builder, given[name]).data
        for name in ("A", "rows", "steps_a", "B", "steps_b", "C")
    }
    size = kind["A"].dtype.bitwidth // 8
    lanes = VECTOR_BYTES // size
    vector, integer, lane = ir.VectorType(data["A"].type.pointee, lanes), ir.IntType(64), ir.IntType(32)
    tiles = list(np.ndindex(ROWS, _VECTORS))
    multiply_add = cgutils.get_or_insert_function(
        builder.module, ir.FunctionType(vector, [vector] * 3), f"llvm.fmuladd.v{lanes}f{8 * size}"
    )

    def behind(pointer: Any, offset: Any) -> Any:
        """Point to the element so many behind."""
        return builder.gep(pointer, [integer(offset) if isinstance(offset, int) else offset])

    def load(name: str, offset: Any) -> Any:
        return builder.load(behind(data[name], offset))

    def as_vector(pointer: Any, v: int) -> Any:
        return builder.bitcast(behind(pointer, v * lanes), vector.as_pointer())

    def on_all_lanes(number: Any) -> Any:
        nothing = ir.Constant(vector, ir.Undefined)
        first = ir.Constant(ir.VectorType(lane, lanes), [0] * lanes)
        return builder.shuffle_vector(builder.insert_element(nothing, number, lane(0)), nothing, first)

    left, right = behind(data["A"], given["a"]), behind(data["B"], given["b"])
    rows = [behind(left, load("rows", builder.add(given["row"], integer(m)))) for m in range(ROWS)]
    end = builder.add(given["k"], given["K"])
    before, loop, after = builder.block, builder.append_basic_block("step"), builder.append_basic_block("end")
    builder.branch(loop)

    builder.position_at_end(loop)
    step = builder.phi(integer)
    sums = {tile: builder.phi(vector) for tile in tiles}
    of_a = load("steps_a", step)
    from_b = behind(right, load("steps_b", step))
    vectors = [builder.load(as_vector(from_b, v), align=size) for v in range(_VECTORS)]
    factors = [on_all_lanes(builder.load(behind(row, of_a))) for row in rows]
    new = {(m, v): builder.call(multiply_add, [factors[m], vectors[v], sums[m, v]]) for m, v in tiles}
    next_step = builder.add(step, integer(1))
    step.add_incoming(given["k"], before)
    step.add_incoming(next_step, loop)
    for tile in tiles:
        sums[tile].add_incoming(ir.Constant(vector, [0.0] * lanes), before)
        sums[tile].add_incoming(new[tile], loop)
    builder.cbranch(builder.icmp_signed("<", next_step, end), loop, after)

    builder.position_at_end(after)
    first = behind(data["C"], given["c"])
    targets = {(m, v): as_vector(behind(first, builder.mul(given["pitch"], integer(m))), v) for m, v in tiles}
    with builder.if_else(given["add"]) as (adds, sets):
        with adds:
            for tile, target in targets.items():
                builder.store(builder.fadd(builder.load(target, align=size), new[tile]), target, align=size)
        with sets:
            for tile, target in targets.items():
                builder.store(new[tile], target, align=size)
    return context.get_dummy_value()


def tile_plain(A, rows, row, a, steps_a, B, b, steps_b, k, K, C, c, pitch, add):  # type: ignore[no-untyped-def]
    """Compute the tile row by row: the formula, and every index is checked if Numba is asked to."""
    width = _VECTORS * VECTOR_BYTES // A.itemsize
    sums = np.empty(width, C.dtype)
    for m in range(ROWS):
        sums[:] = 0
        for step in range(k, k + K):
            factor, right = A[a + rows[row + m] + steps_a[step]], b + steps_b[step]
            for n in range(width):
                sums[n] += factor * B[right + n]
        for n in range(width):
            target = c + m * pitch + n
            C[target] = C[target] + sums[n] if add else sums[n]


tile: Callable[..., None] = njit(nogil=True)(tile_plain) if IS_PLAIN else _tile
"""The form that the kernels use."""
