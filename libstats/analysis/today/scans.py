"""What scans of shelves found that a person can mend at once."""

from __future__ import annotations

from datetime import timedelta

import duckdb

from libstats.analysis.collection.shelf_reading import shelf_findings
from libstats.analysis.collection.shelf_scans import ABSENT, AWAY, FOUND, ORDER, STRAYED
from libstats.wording import MONTHS, Row, records

__all__ = ["found_by_scans", "not_scanned", "seen", "to_do"]

LATELY = timedelta(days=14)  # an older scan says nothing of where a copy stands now


def found_by_scans(con: duckdb.DuckDBPyConnection) -> list[Row]:
    """Copies to be seen to by scans from shortly before the newest list of copies on: those that
    are recorded as lost, what a patron waits for first; those recorded as on loan or the like;
    those that strayed; those out of order; last those that were not scanned where they should
    stand."""
    last, newest = con.execute(
        """
        select
            (select max(scanned_at) from shelf_scan where is_seen),
            max(exported_at)
        from loaded_file
        where is_active and columns['item'] is not null
        """
    ).fetchall()[0]
    if last is None or newest is None or last < newest - LATELY:
        return []
    found = [
        {**row, "location": row["belongs_location"]}
        for row in records(shelf_findings(con, since=newest - LATELY))
        if _rank(row) is not None
    ]
    return sorted(found, key=lambda row: (_rank(row), -row["holds"]))


def _rank(row: Row) -> int | None:
    """The place of a finding in the list; None where there is nothing to do."""
    finding = row["finding"]
    if finding.startswith(FOUND):
        return 0
    if finding.startswith(AWAY):
        return 1
    return 2 if finding in STRAYED else {ORDER: 3, ABSENT: 4}.get(finding)


def not_scanned(rows: list[Row]) -> tuple[list[Row], str]:
    """Those of the copies that were seen, and how many were not, with the next step, in words;
    nothing where there is none."""
    there = [row for row in rows if row["finding"] != ABSENT]
    absent = len(rows) - len(there)
    if not absent:
        return there, ""
    copies = "1 copy was" if absent == 1 else f"{absent:,} copies were"
    return there, (
        f"{copies} not scanned where the record puts {'it' if absent == 1 else 'them'}: look once "
        "more, then mark as missing (named by the report on the collection)."
    )


def seen(row: Row) -> str:
    """When and where a copy was seen, to fetch it."""
    place = " ".join(filter(None, (row["branch"], row["shelf"])))
    beside = f"beside {row['stands_beside']}" if row["stands_beside"] else ""
    day = f"{MONTHS[row['day'].month - 1]} {row['day'].day}"
    return ", ".join(filter(None, (day, place, beside)))


def to_do(row: Row) -> str:
    """What to do about a copy that a scan found."""
    finding, after = row["finding"], row["stands_after"]
    if finding == ORDER:
        return f"{finding}: move it {f'after {after}' if after else 'before all others'}"
    names = (row["belongs_branch"], row["location"], row["belongs_collection"])
    place = ", ".join(filter(None, names)) or "its place"
    if finding in STRAYED:
        return f"{finding}: bring it to {place}"
    place += f", after {after}" if after else ""
    if finding.startswith(AWAY):
        return f"{finding}: check it in at the desk, and bring it to {place}"
    waits = row["holds"]
    if waits:
        return f"{finding}: check it in, {waits} {'waits' if waits == 1 else 'wait'} for it"
    return f"{finding}: check it in, mend its record, and bring it to {place}"
