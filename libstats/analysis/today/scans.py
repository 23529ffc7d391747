"""What scans of shelves found that a person can mend at once."""

from __future__ import annotations

from datetime import timedelta

import duckdb

from libstats.analysis.collection.shelf_reading import shelf_findings
from libstats.analysis.collection.shelf_scans import FOUND, STRAYED
from libstats.wording import Row, records

__all__ = ["found_by_scans", "to_do"]

LATELY = timedelta(days=14)  # an older scan says nothing of where a copy stands now


def found_by_scans(con: duckdb.DuckDBPyConnection) -> list[Row]:
    """Copies that were found shortly before the newest list of copies though they are recorded as
    lost, those that a patron waits for first; then copies that strayed."""
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
    found = shelf_findings(con, since=newest - LATELY)
    rows = [
        {**row, "location": row["belongs_location"]}
        for row in records(found)
        if row["finding"].startswith(FOUND) or row["finding"] in STRAYED
    ]
    return sorted(rows, key=lambda row: (row["finding"] in STRAYED, -row["holds"]))


def to_do(row: Row) -> str:
    """What to do about a copy that a scan found."""
    if row["finding"] in STRAYED:
        names = (row["belongs_branch"], row["location"], row["belongs_collection"])
        where = ", ".join(filter(None, names)) or "its place"
        return f"{row['finding']}: bring it to {where}"
    waits = row["holds"]
    if waits:
        return f"{row['finding']}: check it in, {waits} {'waits' if waits == 1 else 'wait'} for it"
    return f"{row['finding']}: check it in, and mend its record"
