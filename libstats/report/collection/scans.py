"""What scans of the shelves found, on the page of the collection."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import duckdb

from libstats.analysis.collection.shelf_reading import shelf_findings, shelf_reading
from libstats.analysis.collection.shelf_scans import AWAY, FOUND, ORDER, STRAYED, UNKNOWN
from libstats.analysis.collection.shelves_read import shelves_read
from libstats.report import sections
from libstats.report.page.html import paragraph
from libstats.report.page.table import Html, folded, joined, table
from libstats.wording import Row, capital, day_name, number, records

__all__ = ["Scans", "read_scans", "scanned", "short", "told"]

LONGEST_TITLE = 60
_COUNTED = (
    *("scanned", "in_place", "out_of_order", "strayed", "found", "recorded_elsewhere"),
    *("not_judged", "unknown"),
)


@dataclass(frozen=True)
class Scans:
    """The sessions of a year, the newest first, and the copies of them to be seen to, each once."""

    sessions: Sequence[Row] = ()
    findings: Sequence[Row] = ()
    later: date | None = None  # the newest scan of a day after the newest list of copies
    last: date | None = None
    barcodes: int = 0  # that any of them saw
    shelves: Sequence[Row] = ()  # by when a scan of any year read them

    @property
    def is_told(self) -> bool:
        """True if there is a scan of the year, or a later one."""
        return bool(self.sessions or self.later)

    def many(self, *findings: str) -> int:
        """How many copies have one of these findings, or one that begins so."""
        return sum(row["finding"].startswith(findings) for row in self.findings)


def read_scans(con: duckdb.DuckDBPyConnection, since: date, last: date, branch: str) -> Scans:
    """Read what scans found from a day on to another; of one branch, or of all ("")."""
    if not con.execute("select exists (from shelf_scan)").fetchall()[0][0]:
        return Scans()
    within: dict[str, Any] = {"since": since, "until": last + timedelta(days=1)}
    sessions, findings = (
        [row for row in records(ask(con, **within)) if branch in ("", row["branch"])]
        for ask in (shelf_reading, shelf_findings)
    )
    later, barcodes = con.execute(
        """
        select
            max(if(scanned_at >= $until, scanned_at, null))::date,
            count(distinct if(scanned_at >= $since and scanned_at < $until, barcode, null))
        from shelf_scan
        where is_seen and ($branch = '' or coalesce(branch, $branch) = $branch)
        """,
        {**within, "branch": branch},
    ).fetchall()[0]
    shelves = [
        row
        for row in records(shelves_read(con, until=within["until"]))
        if branch in ("", row["branch"])
    ]
    return Scans(sessions, findings, later, last, barcodes, shelves)


def scanned(scans: Scans) -> Html:
    """What scans found: what to mend first, each copy, and each session."""
    later = [paragraph(_later(scans))] if scans.later else []
    if not scans.sessions:
        return joined(*(later or [paragraph(_NONE)]), *_shelves(scans))
    return joined(
        *later,
        paragraph(
            f"{told(scans)}: {_copies(scans.many(ORDER))} out of order, "
            f"{number(scans.many(*STRAYED))} strayed, {number(scans.many(FOUND))} found though "
            f"gone, {number(scans.many(AWAY))} on loan or the like."
        ),
        paragraph(_next(scans)),
        _listed(scans),
        folded("Each scan, as a table", _by_session(scans)),
        *_shelves(scans),
    )


_NONE = (
    "No scan of a shelf is loaded from the last year. A list of scanned barcodes would tell what "
    "strayed (docs/export-scanner.md)."
)


def short(title: str | None, most: int = LONGEST_TITLE) -> str | None:
    """A title or author without the punctuation that cataloguers leave at its end, cut where it is
    long."""
    if title is None:
        return None
    text = title.rstrip(" /:;=,")
    return text if len(text) <= most else f"{text[: most - 1].rstrip()}…"


def told(scans: Scans) -> str:
    """How many scans saw how many barcodes, in words."""
    many = len(scans.sessions)
    seen = number(scans.barcodes)
    return f"{'1 scan' if many == 1 else f'{number(many)} scans'} saw {seen} barcodes"


def _later(scans: Scans) -> str:
    """That scans are of later days than the copies are known for."""
    assert scans.later is not None and scans.last is not None
    return (
        f"Scans are loaded of later days than the newest list of copies, up to "
        f"{day_name(scans.later)}. The copies are told of up to {day_name(scans.last)}: load newer "
        "items to see what these scans found."
    )


def _copies(count: int) -> str:
    return "1 copy" if count == 1 else f"{number(count)} copies"


def _next(scans: Scans) -> str:
    """What to do first."""
    if scans.many(FOUND):
        waits = any(row["holds"] for row in scans.findings if row["finding"].startswith("found"))
        more = ": patrons wait for some of them" if waits else ""
        return f"First check in what was found{more}. Then move what is out of order."
    if scans.many(ORDER, *STRAYED):
        return "Bring back what strayed, and move what is out of order, in the order of the list."
    if scans.many(AWAY):
        return "Check in at the desk what is recorded as on loan or the like."
    return "Nothing needs to be moved."


def _listed(scans: Scans) -> Any:
    rows = [
        {
            "day": row["day"],
            "place": _place(row),
            "finding": capital(row["finding"]),
            "barcode": row["barcode"],
            "title": short(row["title"]),
            "call_number": row["call_number"],
            "where": _where(row),
            "holds": row["holds"],
        }
        for row in scans.findings
    ]
    headings = {
        "day": "Scanned on",
        "place": "Where it was seen",
        "finding": "What was found",
        "where": "Where it belongs",
        "holds": "Holds waiting",
    }
    return sections.shortened(
        table(rows, "Copies to be seen to, as they were scanned", headings=headings)
    )


def _place(row: Row) -> str:
    """On which shelf, and where in the scan."""
    place = f"place {row['place']}" if row["place"] else "not scanned"
    if row["finding"] == UNKNOWN and row["stands_beside"]:
        place += f", beside {row['stands_beside']}"
    return f"{row['shelf']}, {place}" if row["shelf"] else place


def _where(row: Row) -> str:
    names = ("belongs_branch", "belongs_location", "belongs_collection")
    after = f"after {row['stands_after']}" if row["stands_after"] else None
    if row["finding"] == ORDER:
        return after or "before all others"
    if row["finding"] == UNKNOWN:
        return "not known: look at its barcode"
    return ", ".join(filter(None, (*(row[name] for name in names), after)))


def _by_session(scans: Scans) -> Any:
    names = (*_COUNTED, "not_scanned")
    rows = [
        {
            "day": row["day"],
            "where": " ".join(filter(None, (row["branch"], row["shelf"]))) or "not told",
            **{name: row[name] for name in names},
        }
        for row in scans.sessions
    ]
    headings = {
        "where": "Shelf",
        "recorded_elsewhere": "On loan or the like",
        "not_judged": "Cannot be judged",
        "unknown": "Of no copy",
    }
    return sections.shortened(table(rows, "Scans of shelves, the newest first", headings=headings))


def _shelves(scans: Scans) -> list[Any]:
    """Which shelves were read when last: how many never, which of these is the biggest, and all."""
    if not scans.shelves:
        return []
    never = [row for row in scans.shelves if row["read_on"] is None]
    said = (
        f"No scan that is loaded read {number(len(never))} of {number(len(scans.shelves))} shelves"
    )
    first = f": first {_shelf(never[0])}, with {_copies(never[0]['copies'])}" if never else ""
    rows = [
        {
            "shelf": _shelf(row),
            "copies": row["copies"],
            "scanned": row["scanned"],
            "read_on": row["read_on"] or "never",
        }
        for row in scans.shelves
    ]
    headings = {
        "shelf": "Class, branch and shelf",
        "scanned": "Copies that a scan saw there",
        "read_on": "Last read on",
    }
    listed = table(rows, "Shelves by when they were read last", headings=headings)
    return [
        paragraph(f"{said}{first}."),
        folded("Each shelf, as a table", sections.shortened(listed)),
    ]


def _shelf(row: Row) -> str:
    """What stands there, and where it is."""
    names = (row[name] for name in ("branch", "location", "collection"))
    return ", ".join(filter(None, (row["class"] or "class not known", *names)))
