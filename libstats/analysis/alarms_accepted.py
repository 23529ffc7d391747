"""Which alarms a library has accepted, and for how long that holds."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time

import duckdb

from libstats.analysis.alarms import UNDECLARED, check
from libstats.definitions import decisions
from libstats.wording import Row, records


def heeded(rows: Iterable[Row], now: datetime) -> tuple[list[Row], list[Row]]:
    """The alarms of `check` that are to be heeded at a moment, and those that are accepted: their
    day has not come, and they have not grown by more than a tenth since: more rows of a table
    are more faults, more rows of a code are not."""
    found: tuple[list[Row], list[Row]] = ([], [])
    for row in rows:
        found[_is_accepted(row, now)].append(row)
    return found


def accepted(con: duckdb.DuckDBPyConnection, day: date) -> dict[tuple[str, str], str]:
    """The alarms that are accepted on a day: source and place, and the reason. Where nothing ever
    was, nothing is looked for."""
    decided = f"from newest_decision where decision = '{decisions.ACCEPT}' limit 1"
    if not con.sql(decided).fetchall():
        return {}
    _, found = heeded(records(check(con)), datetime.combine(day, time()))
    return {(row["source"], row["place"]): row["accepted_for"] for row in found}


def _is_accepted(row: Row, now: datetime) -> bool:
    until, rows = row["accepted_until"], row["accepted_rows"]
    return (
        row["accepted_for"] is not None
        and (until is None or now.date() < until)
        and (rows is None or row["alarm"] == UNDECLARED or row["rows"] <= decisions.GROWTH * rows)
    )
