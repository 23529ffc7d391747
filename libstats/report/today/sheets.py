"""Sheets to print and take along: what is to be done at each desk, with boxes to tick and barcodes
to scan, in walking order where it is searching."""

from __future__ import annotations

from collections.abc import Sequence

from libstats.analysis.today import words as said
from libstats.analysis.today.desks import ILL, Desk, desks, tasks, told
from libstats.analysis.today.lists import Today, Work
from libstats.analysis.today.rows import DECIDE, DO
from libstats.report.page.code128 import drawing
from libstats.report.page.html import escaped, paragraph
from libstats.report.page.table import Html, joined, shown, table, without_empty
from libstats.report.today.page import INTERNAL, OF_WORK, written
from libstats.wording import Row, capital, number

__all__ = ["printed"]

# Work in which a person walks along shelves: by branch, then as the call numbers stand.
WALKED = ("hold", "loan", "order_received")
HEADINGS = {
    "look_for": "Look for",
    "what": "Title",
    "place": "Where",
    "days": "Days",
    "why": "What is known",
    "done": "Done",
}
BOX = "☐"


def printed(today: Today) -> dict[str, str]:
    """The sheet of each desk that has something to do or to decide, by the name of its file."""
    found = {}
    for desk in desks(today):
        lists_of = {
            DO: [*_lists(desk, DO), *([_shelf(desk)] if desk.shelf else [])],
            DECIDE: _lists(desk, DECIDE),
        }
        pieces = [
            (f"group-{place}", capital(group), joined(*each))
            for place, (group, each) in enumerate(lists_of.items())
            if each
        ]
        if pieces:
            name = f"today-{desk.name.lower().replace(' ', '-')}"
            title = f"{desk.name}: today’s sheet"
            found[name] = written(title, [("head", "", _head(today, desk)), *pieces], name)
    return found


def _head(today: Today, desk: Desk) -> Html:
    return joined(
        f'<p class="libstats-period">{escaped(shown(today.now.date()))}</p>',
        f"<p><strong>{INTERNAL}</strong></p>",
        paragraph(f"{told(today, desk)[0]} Tick what is done."),
    )


def _lists(desk: Desk, group: str) -> list[Html]:
    """A list of each task of a group at a desk."""
    return [
        _list(task, _lines(desk, work, rows), OF_WORK.get(work.process.name, {}))
        for work in desk.work
        for task, rows in tasks(work, group)
    ]


def _list(task: str, lines: list[Row], names: dict[str, str]) -> Html:
    caption = f"{task}: {number(len(lines))}"
    listed = table(without_empty(lines), caption, headings={**HEADINGS, **names})
    return joined('<div class="libstats-sheet">', listed, "</div>")


def _lines(desk: Desk, work: Work, rows: Sequence[Row]) -> list[Row]:
    """The lines of a list. Of requests the number is scanned, and their titles are nobody's matter;
    of copies the barcode; what has not come has none."""
    if work.process.name in WALKED:
        rows = sorted(rows, key=_as_one_walks)
    return [
        {
            "look_for": _scanned(said.number(row), desk.name == ILL or _is_copy(row)),
            "call_number": row["call_number"],
            "what": None if desk.name == ILL else row["what"],
            "who": row["who"],
            "place": " ".join(filter(None, (row["branch"], row["location"])))
            if work.process.name != "order_copy"
            else None,
            "days": said.since(row).replace(" days", ""),
            "why": row["why"],
            "done": BOX,
        }
        for row in rows
    ]


def _as_one_walks(row: Row) -> tuple[str, str, str, str]:
    names = (row["branch"], row["shelf_order"], row["call_number"], said.number(row))
    # what has no call number stands last at its branch
    branch, order, call_number, handle = (name or "\U0010ffff" for name in names)
    return branch, order, call_number, handle


def _is_copy(row: Row) -> bool:
    return row["barcode"] is not None and said.number(row) == row["barcode"]


def _scanned(text: str, is_scanned: bool) -> Html | str:
    """A number, with its barcode above it."""
    return Html(f"{drawing(text)}{escaped(text)}") if is_scanned else text


def _shelf(desk: Desk) -> Html:
    """What stands on the hold shelf past its date."""
    rows = sorted(
        (row | {"handle": row["barcode"] or row["hold_id"]} for row in desk.shelf),
        key=lambda row: (row["branch"] or "", row["shelf_order"] or "\U0010ffff", row["handle"]),
    )
    lines = [
        {
            "look_for": _scanned(row["handle"], row["barcode"] is not None),
            "call_number": row["call_number"],
            "what": row["title"],
            "place": row["branch"],
            "why": f"Last day {shown(row['expires_on'])}",
            "done": BOX,
        }
        for row in rows
    ]
    return _list("On the hold shelf past their date", lines, {})
