"""Today's list on the terminal."""

from __future__ import annotations

import textwrap

from libstats.analysis import left_alone
from libstats.analysis import today as lists
from libstats.analysis.today import Today
from libstats.analysis.today_rows import DO, GROUPS
from libstats.wording import Row, capital

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
    for group in GROUPS:
        lines += _group_lines(group, today)
    if today.alone:
        alone = f"{left_alone.told(today.alone)}; named by: libstats snooze --list"
        lines += ["", *textwrap.wrap(alone, WIDTH, subsequent_indent="  ")]
    if not today.work and not today.alone:
        lines += ["", "No kind of work has an open case in what is loaded."]
    return "\n".join(line[:WIDTH].rstrip() for line in [*lines, *_counted(today)])


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
    accepted = [f"Alarms accepted: {len(today.accepted)}"] if today.accepted else []
    if not today.alarms:
        return ["Alarms: none", *accepted]
    listed = [
        f"  {row['alarm']}: {row['place']} ({row['source']}), {row['rows']:,}"
        for row in today.alarms
    ]
    return [f"Alarms: {len(today.alarms)}, explained by: libstats check", *listed, *accepted]


def _group_lines(group: str, today: Today) -> list[str]:
    """A group of the list: each kind of work in it as a small table."""
    lines: list[str] = []
    for work in today.work:
        if rows := work.of(group):
            cells = [_cells(row) for row in rows]
            lines += ["", f"  {capital(work.process.title)}", *_laid_out(cells)]
            lines += [f"    and {more:,} more"] if (more := work.more(group)) else []
    if group == DO and today.shelf:
        cells = [_shelf_cells(row) for row in today.shelf[: lists.MOST]]
        lines += ["", "  On the hold shelf past their date", *_laid_out(cells)]
    return ["", f"{group.upper()}: {today.count(group):,}", *lines] if lines else []


def _counted(today: Today) -> list[str]:
    """How many there are of each kind of work, and by which goal."""
    lines = ["", "All that is open"] if today.work else []
    for work in today.work:
        lines += textwrap.wrap(
            f"{lists.headline(work)} ({lists.basis(work, today)})",
            WIDTH,
            initial_indent="  ",
            subsequent_indent="    ",
        )
    return lines


def _laid_out(cells: list[tuple[str, ...]]) -> list[str]:
    """Cells below each other; the last of a line may be long, and goes on below."""
    widths = [min(30, max(map(len, column))) for column in zip(*cells, strict=True)][:-1]
    lines: list[str] = []
    for row in cells:
        fitted = (_fitted(cell, wide) for cell, wide in zip(row[:-1], widths, strict=True))
        start = "    " + "  ".join(fitted)
        lines += textwrap.wrap(
            row[-1], WIDTH, initial_indent=f"{start}  ", subsequent_indent=" " * 8
        ) or [start]
    return lines


def _cells(row: Row) -> tuple[str, ...]:
    """Days, what to look for, where, and what it is about."""
    place = " ".join(filter(None, (row["branch"], row["location"])))
    return (lists.since(row), row["handle"] or row["case_id"], place, lists.about(row))


def _shelf_cells(row: Row) -> tuple[str, ...]:
    past = "1 day past" if row["days_past"] == 1 else f"{row['days_past']:,} days past"
    told = "; ".join(filter(None, (row["call_number"], row["title"])))
    return (past, row["barcode"] or row["hold_id"], row["branch"] or "", told)


def _fitted(cell: str, wide: int) -> str:
    return f"{cell:<{wide}}" if len(cell) <= wide else f"{cell[: wide - 2]}.."
