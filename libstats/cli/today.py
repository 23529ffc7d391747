"""Today's list on the terminal."""

from __future__ import annotations

import textwrap

from libstats.analysis import today as lists
from libstats.analysis.today import Today, Work
from libstats.wording import Row

WIDTH = 100


def text(today: Today) -> str:
    """The list for a terminal, WIDTH columns wide."""
    warning = [today.warning, "Ages are told as of then.", ""] if today.warning else []
    lines = [
        *warning,
        f"Today's work, {today.now:%Y-%m-%d}",
        "",
        *_export_lines(today),
        *_alarm_lines(today),
    ]
    for work in today.work:
        lines += ["", *_work_lines(work, today)]
    if not today.work:
        lines += ["", "No kind of work has an open case in what is loaded."]
    return "\n".join(line[:WIDTH].rstrip() for line in lines)


def _export_lines(today: Today) -> list[str]:
    if not today.stale:
        return ["Old exports: none"]
    wide = max(len(export.name) for export in today.stale)
    listed = [
        f"  {e.name:<{wide}}  {e.newest_at:%Y-%m-%d %H:%M}  {lists.freshness(e)}"
        for e in today.stale
    ]
    return [
        f"Old exports: {len(today.stale)} of {len(today.exports)} "
        "(what happened since is not in the lists below)",
        *listed,
    ]


def _alarm_lines(today: Today) -> list[str]:
    if not today.alarms:
        return ["Alarms: none"]
    listed = [
        f"  {row['alarm']}: {row['place']} ({row['source']}), {row['rows']:,}"
        for row in today.alarms
    ]
    return [f"Alarms: {len(today.alarms)}, explained by: libstats check", *listed]


def _work_lines(work: Work, today: Today) -> list[str]:
    lines = [lists.headline(work), *textwrap.wrap(f"({lists.basis(work, today)})", WIDTH)]
    if len(" ".join(lines)) <= WIDTH:
        lines = [" ".join(lines)]
    if not work.cases:
        return lines
    due = ("due",) if work.process.due else ()
    cells = [
        ("", "days", *due, "look for", "where", "last step", "next step"),
        *(_cells(row, bool(due)) for row in work.cases),
    ]
    widths = [min(24, max(map(len, column))) for column in zip(*cells, strict=True)]
    lines += [
        "  " + "  ".join(_fitted(cell, wide) for cell, wide in zip(row, widths, strict=True))
        for row in cells
    ]
    return lines + ([f"  and {work.more:,} more"] if work.more else [])


def _cells(row: Row, with_due: bool) -> tuple[str, ...]:
    place = " ".join(filter(None, (row["branch"], row["location"])))
    age = f"{row['age']:.1f}" if row["age"] < 10 else f"{row['age']:,.0f}"
    due = (f"{row['due_at']:%Y-%m-%d}" if row["due_at"] else "",) if with_due else ()
    return (
        row["standing"],
        age,
        *due,
        row["handle"] or row["case_id"],
        place,
        lists.last_step(row),
        lists.words(row["next_step"]),
    )


def _fitted(cell: str, wide: int) -> str:
    return f"{cell:<{wide}}" if len(cell) <= wide else f"{cell[: wide - 2]}.."
