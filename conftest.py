"""What pytest leaves out everywhere."""

from scratchcv.backend import has_numba

# Without Numba the kernels cannot be imported, nor then their docstrings' examples.
collect_ignore_glob = [] if has_numba() else ["scratchcv/kernels/*"]
