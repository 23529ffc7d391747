"""Months against what is usual: a line with the band between its limits."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import partial
from typing import TYPE_CHECKING

from libstats.report.charts.figure import (
    LINES,
    OTHER_LINE,
    STYLE,
    Figure,
    dress,
    legend,
    month_axis,
)
from libstats.wording import Row, month_name, tenths

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Drawing

__all__ = ["usual_by_month"]

NOTHING = float("nan")


def usual_by_month(rows: Sequence[Row], what: str = "Checkouts on an open day") -> Figure:
    """Is a month more than the usual ups and downs?

    Parameters: `rows` are the months of one series as `signals` gives them; months that are no
    points stay empty. Returns a figure: the values as a line, what is usual as a band.
    """
    months = [row["period"] for row in rows]
    caption = f"{what} against what is usual"
    if months:
        caption += f", {month_name(months[0])} to {month_name(months[-1])}"
    return Figure(partial(_draw, months, list(rows), what), _finding(rows, what), caption)


def _finding(rows: Sequence[Row], what: str) -> str:
    points = [row for row in rows if row["is_point"]]
    if not points:
        return "No month is told of as a whole, so the picture is empty."
    last = points[-1]
    words = f"{what} in {month_name(last['period'])}: {tenths(last['value'])}."
    if last["low"] is not None:
        words += f" Usual is {tenths(max(last['low'], 0))} to {tenths(last['high'])}."
    if empty := sum(not row["is_point"] for row in rows):
        words += (
            f" {empty} {'month is' if empty == 1 else 'months are'} left out; the reasons stand "
            "below."
        )
    return words


def _draw(months: list[date], rows: Sequence[Row], what: str, width: float) -> Drawing:
    from matplotlib import style
    from matplotlib.figure import Figure as Drawing

    colour, marker = LINES[0]
    with style.context(["default", STYLE]):
        drawing = Drawing(figsize=(width, 3.2), layout="constrained")
        panel = drawing.subplots()
        places = range(len(months))
        values, low, high = (_values(rows, name) for name in ("value", "low", "high"))
        for limit in (low, high):
            panel.plot(places, limit, color=OTHER_LINE[0], linewidth=1.4, linestyle="--")
        panel.plot(
            places, values, color=colour, marker=marker, markersize=5.5, linewidth=1.9, zorder=3
        )
        dress(panel, what, width)
        panel.set_ylim(0, 1.15 * max([1.0, *(v for v in (*values, *high) if v == v)]))
        month_axis(panel, months, width)
        legend(
            drawing,
            [(what, colour, marker, "-"), ("the limits of what is usual", OTHER_LINE[0], "", "--")],
        )
    return drawing


def _values(rows: Sequence[Row], name: str) -> list[float]:
    """The values of the months that are points; the lower limit of a count is not below nothing."""
    return [
        max(row[name], 0.0) if row["is_point"] and row[name] is not None else NOTHING
        for row in rows
    ]
