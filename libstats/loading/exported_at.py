"""When a file was exported, as far as its rows or its name say."""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import datetime

import duckdb

from libstats.declaration.select import Plan, Raw

# scheduled reports of some systems add the time of day, as in loans_202610310415.csv
_DAY_IN_NAME = re.compile(
    r"(?<!\d)(20\d\d)[-_.]?(0[1-9]|1[0-2])[-_.]?(0[1-9]|[12]\d|3[01])(?:([01]\d|2[0-3])([0-5]\d)(?:[0-5]\d)?)?(?!\d)"
)


def in_rows(con: duckdb.DuckDBPyConnection, plan: Plan, raw: Raw) -> datetime | None:
    """The time that most rows state: a row that slipped may state anything."""
    heading = plan.source.exported
    if not heading or heading not in plan.positions:
        return None
    times = f"select iso_time(c{plan.positions[heading]}) as stated_at, count(*) as n from {raw.sql} group by all having stated_at is not null"
    found = con.execute(
        f"select stated_at from ({times}) order by n desc, stated_at desc limit 1"
    ).fetchall()
    return found[0][0] if found else None


def in_name(entry: str) -> datetime | None:
    """The day in the file's name, or in that of the archive it came in."""
    for name in reversed(entry.split("#")):
        for match in _DAY_IN_NAME.finditer(name):
            year, month, day, hour, minute = (int(number or 0) for number in match.groups())
            with suppress(ValueError):
                return datetime(year, month, day, hour, minute)
    return None
