"""A page shown where it can be: in a notebook as HTML, elsewhere as text."""

import sys
from typing import Any


def ipython_shell() -> Any:
    """Return the IPython or the notebook that runs this; None elsewhere.

    Examples
    --------
    >>> ipython_shell() is None
    True
    """
    ipython = sys.modules.get("IPython")
    return None if ipython is None else ipython.get_ipython()


def show_page(page: str, text: str) -> None:
    """Show HTML in the notebook that runs this; where there is none, print the text instead.

    Parameters
    ----------
    page : str
        HTML, without head and body.
    text : str
        The same to be read on a terminal.

    Examples
    --------
    >>> show_page("<b>right</b>", "right")
    right
    """
    shell = ipython_shell()
    if not hasattr(shell, "kernel"):  # IPython on a terminal has none
        print(text.rstrip("\n"))
        return
    shell.display_pub.publish({"text/html": page, "text/plain": text})
