"""Barcodes to scan from paper: Code 128, as an inline drawing."""

from __future__ import annotations

import re

__all__ = ["QUIET", "WIDTH", "bars", "drawing"]

WIDTH = 0.25  # of the narrowest bar, in mm
HEIGHT = 9.0  # of the bars, in mm
QUIET = 10  # narrowest bars that stay white on each side
# The widths of the bars and spaces of each value, a bar first: ISO/IEC 15417, table 1.
_WIDTHS = re.findall(
    r"\d+",
    """
    212222 222122 222221 121223 121322 131222 122213 122312 132212 221213 221312 231212 112232
    122132 122231 113222 123122 123221 223211 221132 221231 213212 223112 312131 311222 321122
    321221 312212 322112 322211 212123 212321 232121 111323 131123 131321 112313 132113 132311
    211313 231113 231311 112133 112331 132131 113123 113321 133121 313121 211331 231131 213113
    213311 213131 311123 311321 331121 312113 312311 332111 314111 221411 431111 111224 111422
    121124 121421 141122 141221 112214 112412 122114 122411 142112 142211 241211 221114 413111
    241112 134111 111242 121142 121241 114212 124112 124211 411212 421112 421211 212141 214121
    412121 111143 111341 131141 114113 114311 411113 411311 113141 114131 311141 411131 211412
    211214 211232 2331112
    """,
)
_START, _SWITCH, _STOP = {"B": 104, "C": 105}, {"C": 99, "B": 100}, 106
# pairs of digits are one value in set C, which pays from three on; all else is set B
_RUNS = re.compile(r"((?:[0-9]{2}){3,})|(.)", re.DOTALL)


def bars(text: str) -> str | None:
    """The widths of the bars and spaces that say a text, a bar first; None where Code 128 has no
    sign for a letter of it, or nothing is to be said."""
    if not text or not all(" " <= letter <= "~" for letter in text):
        return None
    values: list[int] = []
    current = ""
    for digits, letter in _RUNS.findall(text):
        wanted = "C" if digits else "B"
        if wanted != current:
            values.append((_SWITCH if current else _START)[wanted])
            current = wanted
        pairs = re.findall("..", digits)
        values += [int(pair) for pair in pairs] if digits else [ord(letter) - 32]
    check = sum(max(place, 1) * value for place, value in enumerate(values)) % 103
    return "".join(_WIDTHS[value] for value in (*values, check, _STOP))


def drawing(text: str) -> str:
    """A barcode as SVG, white around it in every light; nothing where none can say the text.

    The number stands beside it as text, so that it is hidden from whoever listens.
    """
    widths = bars(text)
    if widths is None:
        return ""
    at, path = QUIET, []
    for place, width in enumerate(map(int, widths)):
        if place % 2 == 0:
            path.append(f"M{at} 0h{width}v1h-{width}z")
        at += width
    modules = at + QUIET
    return (
        f'<svg class="libstats-barcode" aria-hidden="true" width="{modules * WIDTH:g}mm" '
        f'height="{HEIGHT:g}mm" viewBox="0 0 {modules} 1" preserveAspectRatio="none" '
        f'shape-rendering="crispEdges"><rect width="{modules}" height="1" fill="#ffffff"></rect>'
        f'<path d="{"".join(path)}" fill="#000000"></path></svg>'
    )
