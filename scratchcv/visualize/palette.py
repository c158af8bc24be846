"""One colour for each class, told apart by colour-blind readers too."""

COLORS = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#F0E442", "#882255")
"""Okabe and Ito's colours, with Tol's wine for black; neighbours differ in lightness."""

HIT, MISS = "#009E73", "#D55E00"
"""A right and a wrong detection; bluish green and vermilion stay apart for every kind of colour vision."""


def class_color(label: int) -> str:
    """Return the colour of class `label`; classes 1, 2, … take the colours in turn.

    References
    ----------
    M. Okabe, K. Ito, "Color Universal Design", 2008. P. Tol, "Colour Schemes", SRON technical note, 2021.

    Examples
    --------
    >>> class_color(1), class_color(9)
    ('#0072B2', '#0072B2')
    """
    return COLORS[(label - 1) % len(COLORS)]


def text_color(background: str) -> str:
    """Return black or white, whichever is easier to read on the colour ``#rrggbb``.

    The relative luminance is L = .2126 R + .7152 G + .0722 B of the linearised channels, and the contrast of
    two colours (L₁ + .05) / (L₂ + .05).

    References
    ----------
    W3C, Web Content Accessibility Guidelines 2.2, "contrast ratio".

    Examples
    --------
    >>> text_color("#0072B2"), text_color("#F0E442")
    ('white', 'black')
    """
    channels = [int(background[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    luminance = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    return "white" if 1.05 / (luminance + 0.05) > (luminance + 0.05) / 0.05 else "black"
