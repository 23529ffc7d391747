"""A bar for each name: what any answer can be drawn as."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from libstats.report.charts.figure import (
    BAR_CHOSEN,
    GRID,
    STYLE,
    Figure,
    entitle_lying,
    is_narrow,
    name_in_picture,
)
from libstats.wording import number

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Drawing

__all__ = ["bars"]

Bar = tuple[str, float | None]
MOST = 20


def bars(
    named: Sequence[Bar], title: str, caption: str, say: Callable[[float], str] = number
) -> Figure:
    """How large is each of a few figures?

    Parameters: `named` are names and values in the order to be drawn (None: not known), of which
    the first MOST are; `title` says what a bar is, `say` writes a value. Returns a figure of lying
    bars.
    """
    shown = [(name_in_picture(name), value) for name, value in named[:MOST]]
    more = len(named) - len(shown)
    return Figure(partial(_draw, shown, title, say), _finding(shown, title, say, more), caption)


def _finding(shown: Sequence[Bar], title: str, say: Callable[[float], str], more: int) -> str:
    known = [(name, value) for name, value in shown if value is not None]
    if not known:
        return "There is nothing to draw."
    first, last = (pick(known, key=lambda bar: bar[1]) for pick in (max, min))
    words = f"{title}: most, {say(first[1])}, is “{first[0]}”"
    if first[1] == last[1]:
        words = f"{title}: {say(first[1])} for " + (
            f"“{first[0]}”" if len(known) == 1 else f"each of the {len(known)}"
        )
    else:
        words += f"; least, {say(last[1])}, is “{last[0]}”"
    if lacking := len(shown) - len(known):
        words += f". Of {number(lacking)} nothing is known"
    rest = f" {number(more)} more {'is' if more == 1 else 'are'} not drawn." if more > 0 else ""
    return f"{words}.{rest}"


def _draw(shown: Sequence[Bar], title: str, say: Callable[[float], str], width: float) -> Drawing:
    from matplotlib import style
    from matplotlib.figure import Figure as Drawing

    with style.context(["default", STYLE]):
        narrow = is_narrow(width)
        drawing = Drawing(
            figsize=(width, 0.9 + (0.46 if narrow else 0.36) * max(len(shown), 1)),
            layout="constrained",
        )
        panel = drawing.subplots()
        values = [value or 0 for _, value in shown]
        drawn = panel.barh(range(len(shown)), values, height=0.62, color=BAR_CHOSEN)
        panel.bar_label(drawn, ["not known" if v is None else say(v) for _, v in shown], padding=3)
        names = [textwrap.fill(name, 12 if narrow else 30) for name, _ in shown]
        panel.set_yticks(range(len(shown)), names, parse_math=False)
        panel.invert_yaxis()
        panel.set_xlim(min([0, *values]), 1.3 * max([1e-9, *values]) if any(values) else 1)
        panel.set_xticks([])  # each bar carries its value
        entitle_lying(drawing, panel, title, width)
        panel.tick_params(length=0)
        panel.spines[["top", "right", "bottom"]].set_visible(False)
        panel.spines["left"].set_color(GRID)
    return drawing
