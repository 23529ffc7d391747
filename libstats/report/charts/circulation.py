"""Circulation month by month: checkouts of all branches as bars, of each as a line."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import TYPE_CHECKING, Any

from libstats.report.charts.figure import (
    BAR,
    BAR_CHOSEN,
    FAINT_INK,
    LINES,
    OTHER_LINE,
    STYLE,
    UNKNOWN_LINE,
    Figure,
    apart,
    dress,
    is_narrow,
    legend,
    month_axis,
    name_in_picture,
)
from libstats.wording import change, month_before, month_name, number, records, share

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as Drawing

__all__ = ["circulation_by_month"]

UNKNOWN_BRANCH = "branch not known"

_Line = tuple[str, tuple[str, str], list[float]]


@dataclass(frozen=True)
class _Months:
    """Checkouts of up to 13 months in a row; a month or branch without rows has no
    entry; `partly`: the months of which not all is told."""

    months: list[date]
    cells: dict[tuple[date, str | None], int]
    partly: frozenset[date] = frozenset()

    @property
    def month(self) -> date:
        return self.months[-1]

    def total(self, month: date) -> int | None:
        found = [count for (when, _), count in self.cells.items() if when == month]
        return sum(found) if found else None

    def branches(self) -> list[str | None]:
        """Named branches, those with most checkouts in all these months first; then None."""
        sums: dict[str | None, int] = {}
        for (_, branch), count in self.cells.items():
            sums[branch] = sums.get(branch, 0) + count
        order = sorted(sums, key=lambda name: (name is None, -sums[name], name or ""))
        return [name for name in order if name is not None or sums[name]]


def _months(rows: Any, month: date | None) -> _Months:
    """The 13 months up to `month`, from the first of them that has rows."""
    cells: dict[tuple[date, str | None], int] = {}
    partly: set[date] = set()
    for row in records(rows):
        if row["period"] is not None and row.get("coverage", "whole") != "whole":
            partly.add(date(row["period"].year, row["period"].month, 1))
        if row["period"] is not None and row["checkouts"] is not None:
            cell = date(row["period"].year, row["period"].month, 1), row["branch"]
            cells[cell] = cells.get(cell, 0) + int(row["checkouts"])
    last = month or max((when for when, _ in cells), default=None)
    if last is None:
        return _Months([], {})
    window = [month_before(last, back) for back in range(12, -1, -1)]
    cells = {cell: count for cell, count in cells.items() if cell[0] in window}
    first = min((when for when, _ in cells), default=last)
    return _Months([when for when in window if when >= first], cells, frozenset(partly))


def circulation_by_month(rows: Any, month: date | None = None) -> Figure:
    """How many checkouts were there, month by month, and at which branch?

    rows    what `circulation` returns (period, branch, checkouts are read)
    month   the month reported on, first of month; without it the newest in the rows

    Returns a figure of up to 13 months: all branches as bars, each branch as a line. Months
    without rows stay empty and are named. Beyond five branches the smaller ones are summed.
    """
    data = _months(rows, month)
    if not data.months:
        return Figure(partial(_draw, data), _finding(data), "Checkouts by month")
    ends = dict.fromkeys((month_name(data.months[0]), month_name(data.month)))
    return Figure(partial(_draw, data), _finding(data), f"Checkouts by month, {' to '.join(ends)}")


def _finding(data: _Months) -> str:
    """The sentence that the picture is there to say."""
    if not data.months or not data.cells:
        return "No checkouts are loaded for these months, so the picture is empty."
    total = data.total(data.month)
    parts = [_headline(data, total)]
    unknown = data.cells.get((data.month, None), 0)
    if unknown:
        parts.append(f"For {number(unknown)} of them the branch is not known.")
    missing = [month_name(when) for when in data.months[:-1] if data.total(when) is None]
    if missing:
        parts.append(f"No figures are loaded for {', '.join(missing)}.")
    if partly := [month_name(when) for when in data.months[:-1] if when in data.partly]:
        parts.append(f"The exports tell of {', '.join(partly)} in part only.")
    known = {
        when: count
        for when in data.months
        if (count := data.total(when)) is not None and when not in data.partly
    }
    if len(known) > 2:
        most, least = max(known, key=lambda m: known[m]), min(known, key=lambda m: known[m])
        parts.append(
            f"The busiest of these {len(known)} months was {month_name(most)} "
            f"({number(known[most])}), the quietest {month_name(least)} "
            f"({number(known[least])})."
        )
    return " ".join(parts)


def _headline(data: _Months, total: int | None) -> str:
    """The month's count, how it compares, and the branch that made most of it."""
    if total is None:
        return f"No figures are loaded for {month_name(data.month)}."
    words = f"Checkouts in {month_name(data.month)} were {number(total)}"
    for back in (12, 1):
        when = month_before(data.month, back)
        before = data.total(when)
        if before is not None and {data.month, when}.isdisjoint(data.partly):
            words += f", {change(total, before, when)}"
            break
    else:
        words += (
            ", of which the exports tell in part only: it is compared with no other month"
            if data.month in data.partly
            else f"; neither {month_name(month_before(data.month))} nor "
            f"{month_name(month_before(data.month, 12))} is there to compare with"
        )
    here = [(count, name) for (when, name), count in data.cells.items() if when == data.month]
    named = sorted(((count, name) for count, name in here if name and count), key=lambda x: -x[0])
    if named and len({name for _, name in data.cells}) > 1:
        words += f"; {named[0][1]} made {share(named[0][0], total)} of them"
    return words + "."


def _lines(data: _Months) -> list[_Line]:
    """Name, colour and marker, and the value of each month (NaN: none) of each line."""
    named = [name for name in data.branches() if name is not None]
    top = named if len(named) <= len(LINES) else named[: len(LINES) - 1]
    of: list[tuple[str, tuple[str, str], list[str | None]]]
    of = [(name, look, [name]) for name, look in zip(top, LINES, strict=False)]
    rest: list[str | None] = [name for name in named if name not in top]
    if rest:
        of.append((f"{len(rest)} other branches", OTHER_LINE, rest))
    if None in data.branches():
        of.append((UNKNOWN_BRANCH, UNKNOWN_LINE, [None]))
    return [(name, look, [_sum(data, when, one) for when in data.months]) for name, look, one in of]


def _sum(data: _Months, month: date, branches: list[str | None]) -> float:
    found = [data.cells[month, name] for name in branches if (month, name) in data.cells]
    return float(sum(found)) if found else float("nan")


def _draw(data: _Months, width: float) -> Drawing:
    from matplotlib import style
    from matplotlib.figure import Figure as Drawing

    with style.context(["default", STYLE]):
        lines = _lines(data)
        several = len(lines) > 1
        drawing = Drawing(figsize=(width, 5.2 if several else 2.6), layout="constrained")
        panels = drawing.subplots(
            2 if several else 1,
            squeeze=False,
            sharex=True,
            height_ratios=[2, 3] if several else [1],
        )[:, 0]
        _bars(panels[0], data, width)
        if several:
            _branch_lines(panels[1], data, lines, width)
        if several and is_narrow(width):
            legend(drawing, [(name_in_picture(name), *look, "-") for name, look, _ in lines])
        month_axis(panels[-1], data.months, width)
        if not data.months:
            panels[-1].set_yticks([])
            panels[-1].text(0, 0.5, "No checkouts are loaded", ha="center", color=FAINT_INK)
    return drawing


def _bars(panel: Axes, data: _Months, width: float) -> None:
    """All branches: a bar a month; the month and the same month last year stand out."""
    marked = {data.month, month_before(data.month, 12)} if data.months else set()
    totals = [data.total(when) for when in data.months]
    for place, (when, total) in enumerate(zip(data.months, totals, strict=True)):
        chosen = when in marked
        panel.bar(place, total or 0, width=0.72, color=BAR_CHOSEN if chosen else BAR)
        if total is None:
            panel.text(place, 0, "no data", rotation=90, ha="center", va="bottom", color=FAINT_INK)
        elif chosen:
            panel.annotate(
                number(total),
                (place, total),
                xytext=(0, 3),
                textcoords="offset points",
                ha="center",
                weight="bold",
            )
    dress(panel, "All branches" if len(data.branches()) > 1 else "Checkouts", width)
    panel.set_ylim(0, 1.15 * max([1, *(total or 0 for total in totals)]))


def _branch_lines(panel: Axes, data: _Months, lines: list[_Line], width: float) -> None:
    """Each branch as a line, from zero, with its name at its end."""
    places = range(len(data.months))
    for _, (colour, marker), values in lines:
        panel.plot(
            places,
            values,
            color=colour,
            marker=marker,
            markersize=5.5,
            linewidth=1.8,
            clip_on=False,
        )
    dress(panel, "Each branch", width)
    highest = max(value for _, _, values in lines for value in values if value == value)
    panel.set_ylim(0, 1.08 * max(1.0, highest))
    if not is_narrow(width):
        _name_lines(panel, lines)


def _name_lines(panel: Axes, lines: list[_Line]) -> None:
    """Write each line's name to the right of its last point, moved apart where they would touch."""
    ends = []
    for name, (colour, _), values in lines:
        place = max(i for i, value in enumerate(values) if value == value)
        ends.append((values[place], place, name, colour))
    ends.sort(key=lambda end: (end[0], end[2]))
    top = panel.get_ylim()[1]
    heights = apart([end[0] for end in ends], top * 0.075, top)
    for (value, place, name, colour), height in zip(ends, heights, strict=True):
        panel.annotate(
            name_in_picture(name),
            (place, value),
            xytext=(1.015, height),
            textcoords=("axes fraction", "data"),
            va="center",
            annotation_clip=False,
            parse_math=False,  # a name with two dollar signs is a name
            arrowprops={
                "arrowstyle": "-",
                "color": colour,
                "linewidth": 0.9,
                "shrinkB": 4,
                "relpos": (0, 0.5),
            },
        )
