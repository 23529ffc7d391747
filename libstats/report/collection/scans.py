"""What scans of the shelves found, on the page of the collection."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import duckdb

from libstats.analysis.collection.shelf_reading import shelf_findings, shelf_reading
from libstats.report.page.html import paragraph
from libstats.report.page.table import Html, folded, joined, table
from libstats.wording import Row, capital, number, records

__all__ = ["Scans", "read_scans", "scanned"]

MOST = 12  # rows on the page


@dataclass(frozen=True)
class Scans:
    """The sessions of a year, the newest first, and the copies of them to be seen to."""

    sessions: Sequence[Row] = ()
    findings: Sequence[Row] = ()


def read_scans(con: duckdb.DuckDBPyConnection, since: date, last: date, branch: str) -> Scans:
    """Read what scans found from a day on to another; of one branch, or of all ("")."""
    if not con.execute("select exists (from shelf_scan)").fetchall()[0][0]:
        return Scans()
    within: dict[str, Any] = {"since": since, "until": last + timedelta(days=1)}
    sessions, findings = (
        [row for row in records(ask(con, **within)) if branch in ("", row["branch"])]
        for ask in (shelf_reading, shelf_findings)
    )
    return Scans(sessions, findings)


def scanned(scans: Scans) -> Html:
    """What scans found: what to mend first, each copy, and each session."""
    if not scans.sessions:
        return Html(
            paragraph(
                "No scan of a shelf is loaded from the last year. A list of scanned barcodes would "
                "tell what strayed (docs/export-scanner.md)."
            )
        )
    total = {
        name: sum(row[name] for row in scans.sessions)
        for name in ("scanned", "out_of_order", "strayed", "found", "recorded_elsewhere", "unknown")
    }
    many = len(scans.sessions)
    return joined(
        paragraph(
            f"{'1 scan' if many == 1 else f'{number(many)} scans'} saw "
            f"{number(total['scanned'])} barcodes: {_copies(total['out_of_order'])} out of order, "
            f"{number(total['strayed'])} strayed, {number(total['found'])} found though recorded "
            "as gone."
        ),
        paragraph(_next(scans, total)),
        _listed(scans),
        folded("Each scan, as a table", _by_session(scans)),
    )


def _copies(count: int) -> str:
    return "1 copy" if count == 1 else f"{number(count)} copies"


def _next(scans: Scans, total: Row) -> str:
    """What to do first."""
    if total["found"]:
        waits = any(row["holds"] for row in scans.findings if row["finding"].startswith("found"))
        more = ": patrons wait for some of them" if waits else ""
        return f"First check in what was found{more}. Then move what is out of order."
    if total["strayed"] or total["out_of_order"]:
        return "Bring back what strayed, and move what is out of order, in the order of the list."
    return "Nothing needs to be moved."


def _listed(scans: Scans) -> Any:
    rows = [
        {
            "shelf": row["shelf"] or "not told",
            "place": row["place"] or "not scanned",
            "finding": capital(row["finding"]),
            "barcode": row["barcode"],
            "call_number": row["call_number"],
            "where": _where(row),
            "holds": row["holds"],
        }
        for row in scans.findings
    ]
    headings = {
        "place": "Place in the scan",
        "finding": "What was found",
        "where": "Where it belongs",
        "holds": "Holds waiting",
    }
    return table(rows, "Copies to be seen to, as they were scanned", headings=headings).at_most(
        MOST
    )


def _where(row: Row) -> str:
    if row["stands_after"]:
        return f"behind {row['stands_after']}"
    names = ("belongs_branch", "belongs_location", "belongs_collection")
    return ", ".join(row[name] for name in names if row[name])


def _by_session(scans: Scans) -> Any:
    names = ("scanned", "in_place", "out_of_order", "strayed", "found", "unknown", "not_scanned")
    rows = [
        {
            "day": row["day"],
            "where": " ".join(filter(None, (row["branch"], row["shelf"]))) or "not told",
            **{name: row[name] for name in names},
        }
        for row in scans.sessions
    ]
    headings = {"where": "Shelf", "unknown": "Of no copy", "not_scanned": "Lacking"}
    return table(rows, "Scans of shelves, the newest first", headings=headings).at_most(MOST)
