"""Today's list on the terminal."""

from __future__ import annotations

import argparse
import contextlib
import textwrap
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date

import duckdb

from libstats.analysis import left_alone
from libstats.analysis.licences import SOON_DAYS
from libstats.analysis.today import digital, lists
from libstats.analysis.today import words as said
from libstats.analysis.today.desks import at_desks, day_before, first, tasks, told
from libstats.analysis.today.digital_titles import DIGITAL_MEANING
from libstats.analysis.today.lists import Today
from libstats.analysis.today.rows import DECIDE, DO, GROUPS
from libstats.analysis.today.scans import not_scanned, seen, to_do
from libstats.errors import LibstatsError, ReportError
from libstats.wording import Row, capital
from libstats.workspace.workspace import Workspace

WIDTH = 100
MOST_ON_A_PAGE = 100  # cases of a kind of work in a group; the workbook has all


def refuse_published(wanted: list[str], is_internal: bool) -> None:
    """Raise ReportError unless the list is asked for as what it is."""
    if not is_internal:
        raise ReportError(
            "today's list is for staff only: it names barcodes and titles that patrons wait for",
            f"Add --internal to --{wanted[0]}, and keep what is written where only staff can read "
            "it: it is never to be published or mailed.",
        )


def before(
    con: duckdb.DuckDBPyConnection, place: Workspace, stack: contextlib.ExitStack
) -> tuple[date, duckdb.DuckDBPyConnection] | None:
    """What was known by the load before, with its day; None where there is none, or where what was
    known then has been forgotten."""
    from libstats.workspace import open

    day = day_before(con)
    if day is None:
        return None
    try:
        return day, stack.enter_context(contextlib.closing(open.open(place, known_on=day)))
    except LibstatsError:
        return None


def write(args: argparse.Namespace, read: Callable[[int | None], Today]) -> Iterator[str]:
    """Write the list in the forms that are asked for, and say where each is."""
    if not (args.html or args.xlsx or args.sheets):
        return
    from libstats.report.page import publish
    from libstats.report.today import page as written
    from libstats.report.today import sheets as today_sheets

    if args.html:
        publish.write(args.html, written.page(read(MOST_ON_A_PAGE)))
        yield f"The list is at {args.html}"
    if args.xlsx:
        publish.write(args.xlsx, written.sheets(read(None)))
        yield f"The list is at {args.xlsx}"
    if args.sheets:
        for name, page in today_sheets.printed(read(MOST_ON_A_PAGE)).items():
            publish.write(args.sheets / f"{name}.html", page)
            yield f"A sheet is at {args.sheets / f'{name}.html'}"


def text(today: Today) -> str:
    """The list for a terminal, WIDTH columns wide."""
    lines = [
        f"Today's work, {today.now:%Y-%m-%d}",
        "",
        *textwrap.wrap(first(today), WIDTH),
        *([str(today.moved)] if today.moved else []),
        *_export_lines(today),
        f"Alarms: {len(today.alarms) or 'none'}{', listed at the end' if today.alarms else ''}",
    ]
    lines += [
        *_licence_lines(today),
        *_renewal_lines(today),
        *_digital_lines(today),
        *_digital_title_lines(today),
        *_scanned_lines(today),
    ]
    for group in GROUPS:
        lines += _group_lines(group, today)
    if today.alone:
        alone = f"{left_alone.told(today.alone)}; named by: libstats snooze --list"
        lines += ["", *textwrap.wrap(alone, WIDTH, subsequent_indent="  ")]
    if not today.work and not today.alone:
        lines += ["", "No kind of work has an open case in what is loaded."]
    lines += [*_counted(today), *_untold(today), *_alarm_lines(today)]
    return "\n".join(line[:WIDTH].rstrip() for line in lines)


def _export_lines(today: Today) -> list[str]:
    """That the lists are of another day, and which exports are older than usual."""
    warning = [f"{today.warning} Ages are told as of then."] if today.warning else []
    if not today.stale:
        return [*warning, "Old exports: none"]
    wide = max(len(export.name) for export in today.stale)
    listed = [
        f"  {e.name:<{wide}}  {e.newest_at:%Y-%m-%d %H:%M}  {said.freshness(e)}"
        for e in today.stale
    ]
    return [
        *warning,
        f"Old exports: {len(today.stale)} of {len(today.exports)} "
        "(what happened since is not in the lists below)",
        *listed,
    ]


def _alarm_lines(today: Today) -> list[str]:
    accepted = [f"Alarms accepted: {len(today.accepted)}"] if today.accepted else []
    if not today.alarms:
        return ["", *accepted] if accepted else []
    listed = [
        line
        for row in today.alarms
        for line in textwrap.wrap(
            f"{row['alarm']}: {row['place']} ({row['source']}), {row['rows']:,}",
            WIDTH,
            initial_indent="  ",
            subsequent_indent="      ",
        )
    ]
    return ["", f"Alarms: {len(today.alarms)}, explained by: libstats check", *listed, *accepted]


def _group_lines(group: str, today: Today) -> list[str]:
    """A group of the list: each desk's tasks in it as small tables."""
    lines: list[str] = []
    for desk in at_desks(today, group):
        until, old = told(today, desk)
        lines += ["", f"  {desk.name.upper()}: {desk.count(group):,}"]
        lines += textwrap.wrap(until, WIDTH, initial_indent="  ", subsequent_indent="  ")
        lines += [f"  {said.older([each])}: {each.name}, {said.freshness(each)}" for each in old]
        for work in desk.work:
            for task, rows in tasks(work, group):
                lines += ["", f"  {task}", *_laid_out(_alike(rows))]
            more = work.more(group)
            if more:
                rest = f"{capital(work.process.title)}: {more:,} more. All: {said.EVERY}"
                lines += ["", f"  {rest}"]
        if group == DO and desk.shelf:
            cells = [_shelf_cells(row) for row in desk.shelf[: lists.MOST]]
            lines += ["", "  On the hold shelf past their date", *_laid_out(cells)]
        if group == DECIDE and desk.queues:
            cells = [_queue_cells(row) for row in desk.queues[: lists.MOST]]
            lines += ["", "  Long queues: buy another?", *_laid_out(cells)]
    return ["", f"{group.upper()}: {today.count(group):,}", *lines] if lines else []


def _renewal_lines(today: Today) -> list[str]:
    """Which subscriptions must be renewed or ended."""
    rows = today.subscriptions
    cells: list[tuple[str, ...]] = [
        (row["title"], row["branch"] or "", said.renewal(row)) for row in rows[: lists.MOST]
    ]
    many = f"{len(rows):,}, the first {lists.MOST}" if len(rows) > lists.MOST else len(rows)
    heading = f"SUBSCRIPTIONS TO RENEW OR END, WITHIN {SOON_DAYS} DAYS: {many}"
    return ["", heading, *_laid_out(cells)] if cells else []


def _licence_lines(today: Today) -> list[str]:
    """What must be decided by a day."""
    cells: list[tuple[str, ...]] = [
        (row["resource"] or row["licence_id"], said.decision(row)) for row in today.licences
    ]
    heading = f"LICENCES TO DECIDE, WITHIN {SOON_DAYS} DAYS: {len(cells):,}"
    return ["", heading, *_laid_out(cells)] if cells else []


def _digital_lines(today: Today) -> list[str]:
    """Which reports of use did not come, and where more was refused than usual."""
    listed = digital.said(today.digital)
    lines = ["", f"ELECTRONIC RESOURCES AND MACHINES: {len(listed):,}"] if listed else []
    for sentence in listed:
        lines += textwrap.wrap(sentence, WIDTH, initial_indent="    ", subsequent_indent="        ")
    return lines


def _digital_title_lines(today: Today) -> list[str]:
    """Which digital titles want a decision."""
    cells: list[tuple[str, ...]] = [
        (
            row["title"] or "",
            row["to_do"],
            "; ".join(
                filter(
                    None, (row[name] for name in ("why", "format", "lending_model", "collection"))
                )
            ),
        )
        for row in today.digital_titles[: lists.MOST]
    ]
    many = f"{len(today.digital_titles):,}"
    many += f", the first {lists.MOST}" if len(today.digital_titles) > lists.MOST else ""
    meaning = textwrap.wrap(DIGITAL_MEANING, WIDTH, initial_indent="  ", subsequent_indent="  ")
    return ["", f"DIGITAL TITLES TO DECIDE: {many}", *meaning, *_laid_out(cells)] if cells else []


def _scanned_lines(today: Today) -> list[str]:
    """What scans of shelves found."""
    there, absent = not_scanned(today.scanned)
    cells: list[tuple[str, ...]] = [
        (row["barcode"], row["call_number"] or "", f"{to_do(row)}; seen {seen(row)}")
        for row in there
    ]
    many = f"{len(cells):,}, the first {lists.MOST}" if len(cells) > lists.MOST else len(cells)
    listed = _laid_out(cells[: lists.MOST]) if cells else []
    more = textwrap.wrap(absent, WIDTH, initial_indent="  ", subsequent_indent="  ")
    return ["", f"FOUND BY SCANS: {many}", *listed, *more] if today.scanned else []


def _untold(today: Today) -> list[str]:
    """What no export tells."""
    lines = ["", "What no export tells"] if today.untold else []
    for what in today.untold:
        lines += textwrap.wrap(what, WIDTH, initial_indent="  ", subsequent_indent="    ")
    return lines


def _counted(today: Today) -> list[str]:
    """How many there are of each kind of work, and by which goal."""
    lines = ["", "All that is open"] if today.work else []
    for work in today.work:
        lines += textwrap.wrap(
            f"{said.headline(work)} ({said.basis(work, today)})",
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


def _alike(rows: list[Row]) -> list[tuple[str, ...]]:
    """The cells of cases, those that are alike in one line with their number."""
    return [
        (*cells[:-1], f"{copies:,} copies; {cells[-1]}") if copies > 1 else cells
        for cells, copies in Counter(map(_cells, rows)).items()
    ]


def _cells(row: Row) -> tuple[str, ...]:
    """Days, what to look for, where, and what it is about."""
    place = " ".join(filter(None, (row["branch"], row["location"])))
    return (said.since(row), said.number(row), place, said.about(row))


def _shelf_cells(row: Row) -> tuple[str, ...]:
    past = "1 day past" if row["days_past"] == 1 else f"{row['days_past']:,} days past"
    told = "; ".join(filter(None, (row["call_number"], row["title"])))
    return (past, row["barcode"] or row["hold_id"], row["branch"] or "", told)


def _queue_cells(row: Row) -> tuple[str, ...]:
    copies = "1 copy" if row["copies"] == 1 else f"{row['copies']:,} copies"
    told = f"{copies}, {row['on_order']:,} on order; {row['branches']}; {row['title'] or ''}"
    return (f"{row['waiting']:,} wait", row["title_id"], told)


def _fitted(cell: str, wide: int) -> str:
    return f"{cell:<{wide}}" if len(cell) <= wide else f"{cell[: wide - 2]}.."
