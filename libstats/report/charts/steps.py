"""How long each step of a work took, beside the same time a year before."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from libstats.report.charts.figure import (
    BAR,
    BAR_CHOSEN,
    GRID,
    INK,
    STYLE,
    Figure,
    entitle,
    is_narrow,
)
from libstats.wording import Row, tenths

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Drawing

__all__ = ["steps_beside"]

THICK = 0.36  # of a bar, of which two stand on one line
NOW, THEN = "now", "a year before"


def steps_beside(rows: Sequence[Row], what: str, when: str) -> Figure:
    """Where does the time of a work go, and where did it go a year before?

    Parameters: `rows` have `step` (in words), `p50` and `before_p50` (days; None where not known);
    `what` names the cases; `when` is the time in words. Returns a figure with two bars a step.
    """
    caption = f"Days that half of the {what} took at most for each step, {when} and a year before"
    return Figure(partial(_draw, list(rows), what), _finding(rows, what), caption)


def _finding(rows: Sequence[Row], what: str) -> str:
    known = [row for row in rows if row["p50"] is not None]
    if not known:
        return f"No step of the {what} can be told."
    longest = max(known, key=lambda row: row["p50"])
    parts = [
        f"The longest step of the {what} is “{longest['step']}”: half took up to "
        f"{tenths(longest['p50'])} days{_was(longest)}."
    ]
    moved = [row for row in known if row["before_p50"] is not None]
    if moved:
        most = max(moved, key=lambda row: abs(row["p50"] - row["before_p50"]))
        if most is not longest and tenths(most["p50"]) != tenths(most["before_p50"]):
            parts.append(f"“{most['step']}” changed most: {tenths(most['p50'])} days{_was(most)}.")
    return " ".join(parts)


def _was(row: Row) -> str:
    before = row["before_p50"]
    return "" if before is None else f", {tenths(before)} a year before"


def _draw(rows: Sequence[Row], what: str, width: float) -> Drawing:
    from matplotlib import style
    from matplotlib.figure import Figure as Drawing

    with style.context(["default", STYLE]):
        narrow = is_narrow(width)
        drawing = Drawing(
            figsize=(width, 1.2 + (0.8 if narrow else 0.62) * max(len(rows), 1)),
            layout="constrained",
        )
        panel = drawing.subplots()
        places = range(len(rows))
        longest = max([0.1, *(row[c] or 0 for row in rows for c in ("p50", "before_p50"))])
        for column, shift, colour, name in (
            ("p50", -THICK / 2, BAR_CHOSEN, NOW),
            ("before_p50", THICK / 2, BAR, THEN),
        ):
            bars = panel.barh(
                [place + shift for place in places],
                [row[column] or 0 for row in rows],
                height=THICK,
                color=colour,
                label=name,
            )
            values = [row[column] for row in rows]
            panel.bar_label(bars, ["" if v is None else tenths(v) for v in values], padding=3)
        panel.set_yticks(
            list(places), [textwrap.fill(row["step"], 12 if narrow else 30) for row in rows]
        )
        panel.invert_yaxis()
        panel.set_xlim(0, 1.25 * longest)
        title = f"Half of the {what} took up to … days"
        if narrow:  # from the edge of the drawing: beside the names of the steps it has no room
            drawing.suptitle(
                textwrap.fill(title, 30), x=0.01, ha="left", fontsize=10, color=INK, weight="bold"
            )
        else:
            entitle(panel, title, width)
        panel.grid(axis="x", color=GRID, linewidth=0.8)
        panel.set_axisbelow(True)
        panel.tick_params(length=0)
        panel.spines[["top", "right", "left"]].set_visible(False)
        drawing.legend(loc="outside lower left", ncols=2, frameon=False, borderpad=0)
    return drawing
