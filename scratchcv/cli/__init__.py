"""The command ``scratchcv``: one file a subcommand, each a thin call into a room, heavy imports inside.

Results go to the standard output, progress and messages to the standard error stream. Exit status: 0 when
done, 2 for what a user can put right, 130 after Ctrl-C, 1 for a training that diverged, too little memory,
or a reader of the output that left early.
"""

import os

# OpenBLAS reads this when NumPy is loaded, so it stands before all other imports. Its threads look for work
# for this power of two of processor cycles after each product, by default for so long that a kernel that
# follows takes up to twice its time.
os.environ.setdefault("OPENBLAS_THREAD_TIMEOUT", "14")

from scratchcv.cli.command_line import main

__all__ = ["main"]
