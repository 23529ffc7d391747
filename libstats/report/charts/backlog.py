"""How much was waiting, week by week."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from libstats.report.charts.figure import BAR, STYLE, Figure, dress, is_narrow
from libstats.wording import Row, day_name, month_name, number, records

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Drawing

__all__ = ["waiting_by_week", "week_ending"]


def waiting_by_week(rows: Any, what: str = "requests") -> Figure:
    """How many cases were waiting at the end of each week?

    Parameters: `rows` are what `backlog` returns for one part, week by week.
    Returns a figure with a bar a week, the first and the last with their numbers.
    """
    weeks = records(rows)
    caption = f"{what.capitalize()} waiting at the end of each week"
    return Figure(partial(_draw_weeks, weeks), _weeks_finding(weeks, what), caption)


def week_ending(week: Row) -> str:
    """The last day of a week of the backlog in words; of a week that is not over how many days it
    has."""
    last = (week["ended_at"] - timedelta(microseconds=1)).date()
    days = (last - week["period"]).days + 1
    return (
        day_name(last)
        if days == 7
        else f"{day_name(last)} ({days} day{'s' if days > 1 else ''} only)"
    )


def _weeks_finding(weeks: Sequence[Row], what: str) -> str:
    if not weeks:
        return f"No {what} are loaded for these weeks, so the picture is empty."
    first, last = weeks[0], weeks[-1]
    change = last["waiting"] - first["waiting"]
    than = (
        "as many as"
        if not change
        else f"{number(abs(change))} {'more' if change > 0 else 'fewer'} than"
    )
    were = (
        f"1 {what.removesuffix('s')} was"
        if last["waiting"] == 1
        else f"{number(last['waiting'])} {what} were"
    )
    words = (
        f"{were} waiting at the end of the week ending {week_ending(last)}. That is {than} in the "
        f"week ending {week_ending(first)} ({number(first['waiting'])})."
    )
    most = max(weeks, key=lambda week: week["waiting"])
    words += f" The most were {number(most['waiting'])}, in the week ending {week_ending(most)}."
    return (
        words
        if last["oldest_age"] is None
        else f"{words} The oldest has waited for {number(last['oldest_age'])} days."
    )


def _draw_weeks(weeks: Sequence[Row], width: float) -> Drawing:
    from matplotlib import style
    from matplotlib.figure import Figure as Drawing

    with style.context(["default", STYLE]):
        drawing = Drawing(figsize=(width, 2.6), layout="constrained")
        panel = drawing.subplots()
        counts = [week["waiting"] for week in weeks]
        bars = panel.bar(range(len(weeks)), counts, width=0.72, color=BAR)
        panel.bar_label(
            bars,
            [
                number(count) if place in (0, len(counts) - 1) else ""
                for place, count in enumerate(counts)
            ],
            padding=2,
            weight="bold",
        )
        dress(panel, "Waiting at the end of the week", width)
        panel.set_ylim(0, 1.15 * max([1, *counts]))
        places = range(0, len(weeks), max(1, len(weeks) // (3 if is_narrow(width) else 9)))
        ends = [weeks[place]["ended_at"] - timedelta(microseconds=1) for place in places]
        panel.set_xticks(list(places), [f"{month_name(end)[:3]} {end.day}" for end in ends])
        panel.set_xlabel("week ending")
    return drawing
