"""Two bars on a line: now, and a year before."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from libstats.report.charts.figure import (
    BAR,
    BAR_CHOSEN,
    GRID,
    STYLE,
    Figure,
    entitle_lying,
    is_narrow,
    name_in_picture,
)
from libstats.wording import Row, tenths

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Drawing

__all__ = ["bars_beside"]

THICK = 0.36  # of a bar, of which two stand on one line
NOW, THEN = "now", "a year before"


def bars_beside(rows: Sequence[Row], title: str, finding: str, caption: str) -> Figure:
    """How does each of several figures compare with the year before?

    Parameters: `rows` have `name`, `now` and `before` (None where not known); `title` says in what
    they are told; `finding` what the picture shows.
    """
    return Figure(partial(_draw, list(rows), title), finding, caption)


def _draw(rows: Sequence[Row], title: str, width: float) -> Drawing:
    from matplotlib import style
    from matplotlib.figure import Figure as Drawing

    with style.context(["default", STYLE]):
        narrow = is_narrow(width)
        names = [textwrap.fill(name_in_picture(r["name"], 40), 12 if narrow else 30) for r in rows]
        lines = max([1, *(name.count("\n") + 1 for name in names)]) if narrow else 1
        drawing = Drawing(
            figsize=(width, 1.2 + (0.5 + 0.15 * max(lines, 2) if narrow else 0.62) * len(names)),
            layout="constrained",
        )
        panel = drawing.subplots()
        places = range(len(rows))
        longest = max([0.1, *(row[c] or 0 for row in rows for c in ("now", "before"))])
        for column, shift, colour, name in (
            ("now", -THICK / 2, BAR_CHOSEN, NOW),
            ("before", THICK / 2, BAR, THEN),
        ):
            values = [row[column] for row in rows]
            bars = panel.barh(
                [place + shift for place in places],
                [value or 0 for value in values],
                height=THICK,
                color=colour,
                label=name,
            )
            panel.bar_label(bars, ["" if v is None else tenths(v) for v in values], padding=3)
        panel.set_yticks(list(places), names, parse_math=False)
        panel.invert_yaxis()
        panel.set_xlim(0, 1.25 * longest)
        entitle_lying(drawing, panel, title, width)
        panel.grid(axis="x", color=GRID, linewidth=0.8)
        panel.set_axisbelow(True)
        panel.tick_params(length=0)
        panel.spines[["top", "right", "left"]].set_visible(False)
        drawing.legend(loc="outside lower left", ncols=2, frameon=False, borderpad=0)
    return drawing
