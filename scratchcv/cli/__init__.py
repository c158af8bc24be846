"""The command ``scratchcv``: one file a subcommand, each a thin call into a room, heavy imports inside.

Results go to the standard output, progress and messages to the standard error stream. Exit status: 0 when
done, 2 for what a user can put right, 130 after Ctrl-C, 1 for a training that diverged, too little memory,
or a reader of the output that left early.
"""

from scratchcv.cli.command_line import main

__all__ = ["main"]
