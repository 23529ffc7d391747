"""The library's clock: from when on it is how far ahead of the universal one, so that a wait over a
change to or from daylight saving counts the hours that passed, and not those of the clock."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import cache

import duckdb

from libstats.definitions.calendar import FIRST, LAST

Change = tuple[datetime, int]


def register(con: duckdb.DuckDBPyConnection, zone: str | None) -> None:
    """Give a connection the macro `clock_ahead(moment)`: by how many seconds the library's clock is
    ahead of the universal one at a moment that it shows; outside of the years of the calendars as
    in the first or the last of them. A clock turned back shows an hour twice: it is taken for the
    first. 0 where no zone is known."""
    before, changes = _changes(zone) if zone else (0, [])
    con.execute(
        f"create or replace temp macro clock_ahead(moment) as {_halved(before, list(changes))}"
    )


# Over Ramadan Morocco's clock was turned for four weeks: none was turned back sooner.
STEPS = ("interval 14 days", "interval 1 day", "interval 1 hour", "interval 1 minute")
# Between which moments of the universal clock the one of a zone is changed, in steps from a first
# to a last; how far ahead it was, and is.
_FOUND = """
    with moment as (
        select
            last,
            unnest(range(first, last, {step})) as at_first
        from (
            select
                unnest($1::timestamp[]) as first,
                unnest($2::timestamp[]) as last
        )
    ),
    told as (
        select
            at_first,
            least(at_first + {step}, last) as at_last,
            epoch(timezone($3, timezone('UTC', at_first)) - at_first)::integer as before,
            epoch(timezone($3, timezone('UTC', at_last)) - at_last)::integer as after
        from moment
    )
    select
        at_first,
        at_last,
        before,
        after
    from told
    where before <> after
    order by at_first
"""


@cache
def _changes(zone: str) -> tuple[int, tuple[Change, ...]]:
    """How far ahead the clock of a zone was at first, and from which moment on, as it showed the
    time before, how far. DuckDB's list of zones, for Python's own is not on every Windows."""
    first, last = (datetime(day.year, day.month, day.day) for day in (FIRST, LAST))
    spans: list[tuple[datetime, datetime, int, int]] = [(first, last, 0, 0)]
    with duckdb.connect() as con:
        for step in STEPS:
            given = [[span[0] for span in spans], [span[1] for span in spans], zone]
            spans = con.execute(_FOUND.format(step=step), given).fetchall()
        ((before,),) = con.execute(
            "select epoch(timezone($1, timezone('UTC', $2)) - $2)::integer", [zone, first]
        ).fetchall()
    changes = ((until + timedelta(seconds=was), now) for _, until, was, now in spans)
    return before, tuple(changes)


def _halved(before: int, changes: list[Change]) -> str:
    """SQL: how far ahead the clock is; each question halves the changes, so that seven do for
    eighty."""
    if not changes:
        return str(before)
    middle = len(changes) // 2
    at, after = changes[middle]
    earlier, later = _halved(before, changes[:middle]), _halved(after, changes[middle + 1 :])
    return f"if(moment < timestamp '{at}', {earlier}, {later})"
