"""Waits: the estimate beside the naive figure, and who had it by when."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import partial
from typing import TYPE_CHECKING, Any

from libstats.report.charts.figure import (
    BAR,
    FAINT_INK,
    INK,
    LINES,
    OTHER_LINE,
    STYLE,
    Figure,
    apart,
    dress,
    is_narrow,
    legend,
    month_axis,
)
from libstats.wording import Row, month_before, month_name, number, records, share, tenths

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as Drawing

__all__ = ["reached_by_day", "shares_after", "waits_by_month"]

ESTIMATE, NAIVE = LINES[0], (OTHER_LINE[0], "s")
GIVEN_UP = LINES[1]
ALONE = "closed ones alone (too low)"
PANELS = (
    ("p50", "naive_p50", "Half of the {} took up to … days"),
    ("p90", "naive_p90", "Nine in ten {} took up to … days"),
)


def waits_by_month(rows: Any, what: str = "requests") -> Figure:
    """How long did cases wait, by the month in which they began: the estimate that counts open
    ones, and the naive figure?

    Parameters: `rows` are what `turnaround` with by="month" returns; `what` names the cases.
    Returns a figure: for a half and for nine in ten the estimate with its 95 % interval and the
    figure of closed cases alone, month by month, and below them the cases that are still open. A
    month in which too few have reached the end stays empty.
    """
    months = {date.fromisoformat(f"{row['part']}-01"): row for row in records(rows)}
    first, last = (min(months), max(months)) if months else (None, None)
    window = _between(first, last) if first and last else []
    caption = f"Days that {what} took, by the month in which they were made" + (
        f", {month_name(window[0])} to {month_name(window[-1])}" if window else ""
    )
    return Figure(
        partial(_draw_waits, window, months, what), _waits_finding(window, months, what), caption
    )


def _between(first: date, last: date) -> list[date]:
    months = [first]
    while months[-1] < last:
        months.append(month_before(months[-1], -1))
    return months


def _waits_finding(window: Sequence[date], months: dict[date, Row], what: str) -> str:
    if not window:
        return f"No {what} are loaded for these months, so the picture is empty."
    now, name = months[window[-1]], month_name(window[-1])
    then = months.get(month_before(window[-1], 12))
    parts = [
        (
            f"Of the {what} made in {name}, "
            f"{_took(now, 'p50', 'half')}{_against(then, 'p50', month_before(window[-1], 12))}."
        )
    ]
    parts.append(
        f"{_took(now, 'p90', 'nine in ten').capitalize()}"
        f"{_against(then, 'p90', month_before(window[-1], 12))}."
    )
    if not now["still_open"]:
        parts.append("None of them is still open.")
    elif now["naive_p90"] is not None:
        parts.append(
            f"Counting closed ones alone would say {tenths(now['naive_p50'])} and "
            f"{tenths(now['naive_p90'])} days, because {number(now['still_open'])} of them "
            f"{'is' if now['still_open'] == 1 else 'are'} still open."
        )
    return " ".join(parts)


def _took(row: Row, p: str, share_of: str) -> str:
    if row[p] is None:
        return f"{share_of}: not known yet, since too few have been reached"
    high = "or more" if row[f"{p}_high"] is None else f"to {tenths(row[f'{p}_high'])}"
    low = tenths(row[f"{p}_low"] if row[f"{p}_low"] is not None else row[p])
    return f"{share_of} took up to {tenths(row[p])} days (95% interval {low} {high})"


def _against(then: Row | None, p: str, when: date) -> str:
    return (
        f", against {tenths(then[p])} in {month_name(when)}" if then and then[p] is not None else ""
    )


def _draw_waits(window: list[date], months: dict[date, Row], what: str, width: float) -> Drawing:
    from matplotlib import style
    from matplotlib.figure import Figure as Drawing

    with style.context(["default", STYLE]):
        drawing = Drawing(figsize=(width, 6.6), layout="constrained")
        panels = drawing.subplots(3, sharex=True, height_ratios=[3, 3, 1.4])
        for panel, (estimate, naive, title) in zip(panels, PANELS, strict=False):
            _two_lines(panel, [months.get(when) for when in window], estimate, naive)
            dress(panel, title.format(what), width)
            if not is_narrow(width):
                _name_both(panel, [months.get(when) for when in window], estimate, naive)
        open_ones = [(months.get(when) or {}).get("still_open") for when in window]
        bars = panels[2].bar(
            range(len(window)), [count or 0 for count in open_ones], width=0.72, color=BAR
        )
        if not is_narrow(width) or len(window) <= 13:
            panels[2].bar_label(
                bars, [number(count) if count else "" for count in open_ones], padding=2
            )
        dress(panels[2], "Still open", width)
        panels[2].set_ylim(0, 1.35 * max([1, *(count or 0 for count in open_ones)]))
        month_axis(panels[2], window, width)
        if is_narrow(width):
            legend(
                drawing,
                [("estimate, with its 95% interval", *ESTIMATE, "-"), (ALONE, *NAIVE, "--")],
            )
    return drawing


def _two_lines(panel: Axes, rows: Sequence[Row | None], estimate: str, naive: str) -> None:
    """The estimate with its interval, solid and filled; the naive figure dashed and hollow; each
    with its name at its end."""
    places = range(len(rows))
    nothing = float("nan")

    def values(name: str) -> list[float]:
        return [nothing if row is None or row[name] is None else row[name] for row in rows]

    middle, plain = values(estimate), values(naive)
    highest = max([1.0, *(value for value in (*middle, *plain) if value == value)])
    # an interval without an upper end runs out of the picture
    high = [
        top if top == top else (highest * 3 if value == value else nothing)
        for top, value in zip(values(f"{estimate}_high"), middle, strict=True)
    ]
    low = [
        bottom if bottom == bottom else value
        for bottom, value in zip(values(f"{estimate}_low"), middle, strict=True)
    ]
    panel.plot(
        places,
        plain,
        color=NAIVE[0],
        markersize=5,
        linewidth=1.4,
        linestyle="--",
        zorder=2,
    )
    panel.vlines(places, low, high, color=ESTIMATE[0], linewidth=5, alpha=0.3, zorder=1)
    panel.plot(
        places,
        middle,
        color=ESTIMATE[0],
        marker=ESTIMATE[1],
        markersize=5.5,
        linewidth=1.9,
        zorder=3,
    )
    panel.set_ylim(0, 1.5 * highest)


def _name_both(panel: Axes, rows: Sequence[Row | None], estimate: str, naive: str) -> None:
    """The names of both lines behind their ends."""

    def values(name: str) -> list[float]:
        return [float("nan") if row is None or row[name] is None else row[name] for row in rows]

    _name_ends(
        panel,
        [
            ("estimate, with\nits 95% interval", values(estimate), ESTIMATE[0]),
            ("closed ones alone\n(too low)", values(naive), NAIVE[0]),
        ],
    )


def _name_ends(panel: Axes, lines: Sequence[tuple[str, Sequence[float], str]]) -> None:
    """Write each line's name to the right of its last point, moved apart where they would touch."""
    ends = []
    for name, values, colour in lines:
        known = [(value, place) for place, value in enumerate(values) if value == value]
        if known:
            ends.append((*known[-1], name, colour))
    ends.sort()
    top = panel.get_ylim()[1]
    heights = apart([end[0] for end in ends], top * 0.2, top)
    for (value, place, name, colour), height in zip(ends, heights, strict=True):
        arrow = {
            "arrowstyle": "-",
            "color": colour,
            "linewidth": 0.9,
            "shrinkB": 4,
            "relpos": (0, 0.5),
        }
        where: Any = ("axes fraction", "data")
        panel.annotate(
            name,
            (place, value),
            xytext=(1.015, height),
            textcoords=where,
            va="center",
            annotation_clip=False,
            arrowprops=arrow,
        )


def reached_by_day(rows: Any, goal_days: float, what: str = "requests") -> Figure:
    """What share of cases had reached the end after so many days, and what share was given up?

    Parameters: `rows` are what `turnaround_curve` returns for one part; the goal is marked. Returns
    a figure of two steps lines, each share of all cases, to the day by which nearly all had ended.
    """
    steps = records(rows)
    caption = (
        f"Share of {what} that had reached the patron, and that were given up, by days since "
        "they were made"
    )
    return Figure(
        partial(_draw_curve, steps, goal_days), _curve_finding(steps, goal_days, what), caption
    )


def shares_after(steps: Sequence[Row], days: float) -> tuple[float, float] | None:
    """The shares reached and given up after so many days; None beyond what the curve can tell."""
    if not steps or days > max(row["waited"] for row in steps):
        return None
    passed = [row for row in steps if row["waited"] <= days]
    return (passed[-1]["share_reached"], passed[-1]["share_given_up"]) if passed else (0.0, 0.0)


def _curve_finding(steps: Sequence[Row], goal_days: float, what: str) -> str:
    if not steps:
        return f"No {what} have ended yet, so the picture is empty."
    parts = []
    for days in (goal_days, 2 * goal_days):
        if (found := shares_after(steps, days)) is not None:
            parts.append(
                f"After {days:g} days {share(found[0], 1)} of the {what} had reached the "
                f"patron and {share(found[1], 1)} had been given up."
            )
    last = steps[-1]
    parts.append(
        f"The last of those that ended did so after {tenths(last['waited'])} days; by then "
        f"{share(last['share_reached'], 1)} had reached the patron."
    )
    return " ".join(parts)


def _draw_curve(steps: Sequence[Row], goal_days: float, width: float) -> Drawing:
    from matplotlib import style
    from matplotlib.figure import Figure as Drawing
    from matplotlib.ticker import MaxNLocator, MultipleLocator, PercentFormatter

    with style.context(["default", STYLE]):
        drawing = Drawing(figsize=(width, 3.3), layout="constrained")
        panel = drawing.subplots()
        # the few that take longest would press all others together
        end = min(max([2 * goal_days, *(row["waited"] for row in steps)]), 4 * goal_days)
        seen = [row for row in steps if row["waited"] <= end]
        days = [0, *(max(row["waited"], 0) for row in seen), end]
        lines = []
        for name, column, (colour, marker) in (
            ("reached the patron", "share_reached", ESTIMATE),
            ("given up", "share_given_up", GIVEN_UP),
        ):
            values = [0.0, *(row[column] for row in seen)]
            panel.step(days, [*values, values[-1]], where="post", color=colour, linewidth=1.9)
            panel.plot(
                [end], [values[-1]], color=colour, marker=marker, markersize=6, clip_on=False
            )
            lines.append((name, values[-1]))
        dress(panel, "Share of all requests", width)
        panel.axvline(goal_days, color=FAINT_INK, linewidth=1, linestyle=":")
        panel.annotate(
            f"goal: {goal_days:g} days",
            (goal_days, 1),
            xytext=(4, -2),
            textcoords="offset points",
            va="top",
            color=FAINT_INK,
        )
        panel.set(xlim=(0, end), ylim=(0, 1), xlabel="days since the request was made")
        panel.xaxis.set_major_locator(MaxNLocator("auto", integer=True))
        panel.tick_params(axis="x", pad=6)
        panel.yaxis.set(major_formatter=PercentFormatter(1), major_locator=MultipleLocator(0.25))
        if is_narrow(width):
            legend(drawing, [("reached the patron", *ESTIMATE, "-"), ("given up", *GIVEN_UP, "-")])
        else:
            _name_in_ink(panel, end, lines)
    return drawing


def _name_in_ink(panel: Axes, end: float, lines: Sequence[tuple[str, float]]) -> None:
    """The name of each line at its end, moved apart where they would touch."""
    by_height = sorted(lines, key=lambda line: line[1])
    heights = apart([last for _, last in by_height], 0.12, 1)
    for (name, _), height in zip(by_height, heights, strict=True):
        panel.annotate(
            name,
            (end, height),
            xytext=(8, 0),
            textcoords="offset points",
            va="center",
            color=INK,
            annotation_clip=False,
        )
