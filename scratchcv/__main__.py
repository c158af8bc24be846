"""``python -m scratchcv`` is the command ``scratchcv``."""

import sys

from scratchcv.cli import main

if __name__ == "__main__":
    sys.exit(main())
