"""When a file was exported: as its rows state, as its name says, or the newest time in it."""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import datetime
from pathlib import Path

import duckdb

from libstats.declaration.raw import Raw
from libstats.declaration.select import Plan
from libstats.errors import FileRefused
from libstats.schema import Table

# scheduled reports of some systems add the time of day, as in loans_202610310415.csv
_DAY_IN_NAME = re.compile(
    r"(?<!\d)(20\d\d)[-_.]?(0[1-9]|1[0-2])[-_.]?(0[1-9]|[12]\d|3[01])"
    r"(?:([01]\d|2[0-3])([0-5]\d)(?:[0-5]\d)?)?(?!\d)"
)


def in_rows(con: duckdb.DuckDBPyConnection, plan: Plan, raw: Raw) -> datetime | None:
    """The time that most rows state: a row that slipped may state anything."""
    found = in_rows_of_files(con, plan, Raw(f"(select 0 as file, * from {raw.sql})"))
    return found.get(0)


def in_rows_of_files(con: duckdb.DuckDBPyConnection, plan: Plan, raw: Raw) -> dict[int, datetime]:
    """The same by file, of text that has a column `file`."""
    heading = plan.source.exported
    if not heading or heading not in plan.positions:
        return {}
    rows = con.execute(
        f"""
        select file, stated_at
        from (
            select file, iso_time(c{plan.positions[heading]}) as stated_at, count(*) as n
            from {raw.sql}
            group by all
        )
        where stated_at is not null
        qualify row_number() over (partition by file order by n desc, stated_at desc) = 1
        """
    )
    return dict(rows.fetchall())


def in_name(entry: str) -> datetime | None:
    """The day in the file's name, or in that of the archive it came in."""
    for name in reversed(entry.split("#")):
        for match in _DAY_IN_NAME.finditer(name):
            year, month, day, hour, minute = (int(number or 0) for number in match.groups())
            with suppress(ValueError):
                return datetime(year, month, day, hour, minute)
    return None


def newest(
    con: duckdb.DuckDBPyConnection,
    table: Table,
    columns: tuple[str, ...],
    export_id: int,
    latest: datetime,
) -> datetime | None:
    """The newest value, not after `latest`, of the columns that have happened among the rows that
    the last load of a shape holds."""
    if not columns:
        return None
    found: datetime | None = con.execute(
        f"""
        select {newest_sql(columns)}
        from {table.name}__row
        where export_id = {export_id} and until_seq is null
        """,
        {"latest": latest},
    ).fetchall()[0][0]
    return found


def newest_sql(columns: tuple[str, ...]) -> str:
    """SQL: the newest value, not after `$latest`, of these columns."""
    times = ", ".join(
        f"max({c}) filter (where {c}::timestamp <= $latest)::timestamp" for c in columns
    )
    return f"greatest({times})"


def modified(path: Path) -> datetime:
    """When the file was written."""
    return datetime.fromtimestamp(int(path.stat().st_mtime))


def untold(con: duckdb.DuckDBPyConnection, label: str, seq: int) -> FileRefused:
    """What to say where nothing tells when a file was exported; the first value that could not be
    read may be why."""
    unread = con.execute(
        """
        select line, heading, reason, shape
        from reject
        where seq = $1 and shape <> ''
        order by line
        limit 1
        """,
        [seq],
    ).fetchall()
    why = "".join(
        f"; line {line}, {heading}: {reason} ({shape})" for line, heading, reason, shape in unread
    )
    return FileRefused(
        f"{label}: nothing in the file says when it was exported{why}",
        "Put the day into its name (items-2026-10-31.csv), or load it with --exported-at"
        " 2026-10-31.",
    )
