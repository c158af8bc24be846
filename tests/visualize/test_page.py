import sys
from types import SimpleNamespace

from scratchcv.visualize.page import show_page


def test_a_terminal_gets_the_text(capsys, monkeypatch):
    monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=lambda: None))
    show_page("<b>right</b>", "right\n")
    assert capsys.readouterr().out == "right\n"
    monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=object))
    show_page("<b>right</b>", "right")
    assert capsys.readouterr().out == "right\n"


def test_a_notebook_gets_the_page(capsys, monkeypatch):
    shown = []
    shell = SimpleNamespace(kernel=None, display_pub=SimpleNamespace(publish=shown.append))
    monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=lambda: shell))
    show_page("<b>right</b>", "right")
    assert shown == [{"text/html": "<b>right</b>", "text/plain": "right"}]
    assert capsys.readouterr().out == ""
