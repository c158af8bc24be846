import numpy as np
import pytest

from scratchcv.visualize import inner_loop

X86 = """
\t.text
main:
\txorl\t%eax, %eax
.LBB0_1:
\tmovq\t(%rsi), %rcx
.LBB0_2:
\tvmovups\t(%rdi,%rax,4), %ymm0
\tvbroadcastss\t(%rcx,%rax,4), %ymm1
\tvfmadd231ps\t%ymm0, %ymm1, %ymm2
\tvfmadd231ps\t32(%rdi), %ymm1, %ymm3
\tleaq\t(%rax,%rax), %r8
\tvmovups\t%ymm3, 32(%rdx)  # a store
\taddq\t$1, %rax
\tcmpq\t%rax, %rbx
\tjne\t.LBB0_2
\tdecq\t%r9
\tjne\t.LBB0_1
.LBB0_4:
\tvmovss\t(%rdi), %xmm0
\tvfmadd213ss\t(%rsi), %xmm1, %xmm0
\tvfmadd213ss\t4(%rsi), %xmm1, %xmm0
\tvfmadd213ss\t8(%rsi), %xmm1, %xmm0
\tjne\t.LBB0_4
\tretq
"""

ARM = """
.LBB0_2:
\tldp\tq0, q1, [x0], #32
\tld1r\t{ v2.4s }, [x1]
\tfmla\tv4.4s, v0.4s, v2.4s
\tfmla\tv5.4s, v1.4s, v2.4s
\tstr\tq5, [x3]
\tsubs\tx2, x2, #1
\tb.ne\t.LBB0_2
"""


def test_the_widest_innermost_loop_is_found():
    loop = inner_loop(X86)
    assert loop.code.startswith(".LBB0_2:\n")
    assert loop.code.endswith("jne .LBB0_2")
    assert len(loop.code.splitlines()) == 10
    assert (loop.multiply_adds, loop.loads, loop.stores) == (2, 3, 1)


def test_arm_has_words_of_its_own():
    assert inner_loop(ARM)[1:] == (2, 2, 1)


def test_where_nothing_is_fused_multiplications_are_counted():
    code = ".L1:\n\tmulps\t(%rax), %xmm0\n\taddps\t%xmm0, %xmm1\n\tjne\t.L1\n"
    assert inner_loop(code)[1:] == (1, 1, 0)


@pytest.mark.parametrize("code", ["", "main:\n\tretq\n", ".L1:\n\taddq\t$1, %rax\n\tjne\t.L1\n"])
def test_there_may_be_none(code):
    assert inner_loop(code) is None


def test_the_tile_of_the_kernels_keeps_its_sums_in_registers():
    numba = pytest.importorskip("numba")
    from scratchcv.kernels import _tile

    if _tile.IS_PLAIN:
        pytest.skip("the plain tile was asked for")

    rows, width = _tile.ROWS, _tile.tile_width(np.float32)

    @numba.njit
    def alone(A, starts, steps, C):
        _tile.tile(A, starts, 0, 0, steps, A, 0, steps, 0, len(steps), C, 0, width, False)

    none = np.zeros(rows, int)
    alone(np.ones(width, np.float32), none, none, np.empty(rows * width, np.float32))
    loop = inner_loop(alone.inspect_asm(alone.signatures[0]))
    assert loop.stores == 0
    assert loop.loads < loop.multiply_adds
