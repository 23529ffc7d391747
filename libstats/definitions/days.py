"""Days that are none: what systems, spreadsheets and migrations write where no day is known.

1899-12-30 and 1900-01-01 are nought in spreadsheets and in SQL Server, 1970-01-01 in Unix (the day
before it, west of Greenwich), 9999 is "never". Each is a public holiday or no day at all, so that
nothing is lost with it. What has happened lies neither before there were libraries of the kind nor
after the newest export that tells of it.
"""

from __future__ import annotations

import duckdb

from libstats.definitions.kept import run

__all__ = ["NO_DAYS", "OF_COPIES", "register"]

NO_DAYS = (
    "1899-12-30",
    "1899-12-31",
    "1900-01-01",
    "1904-01-01",
    "1969-12-31",
    "1970-01-01",
)
OLDEST = "1800-01-01"
# The days of a copy that tell what has happened. A due day lies ahead: only one that is none is
# taken for blank.
HAPPENED = (
    "added_on",
    "last_borrowed_on",
    "last_in_house_on",
    "last_seen_on",
    "lost_on",
    "withdrawn_on",
)
OF_COPIES = (*HAPPENED, "due_on")
# all but what a scan of the shelf tells too
KNOWN_ALONE = tuple(day for day in HAPPENED if day != "last_seen_on")


def register(con: duckdb.DuckDBPyConnection) -> None:
    """Give a connection the macro `believed_day(day, newest)`: the day, or NULL where it is none or
    lies after `newest`; and the view `dated_item`: `item` with such days blank, last seen on the
    newest day that its own system or a shelf scan tells of. A barcode of two systems is neither's
    there."""
    listed = ", ".join(f"'{day}'" for day in NO_DAYS)
    run(
        con,
        f"""
        create or replace temp macro believed_day(day, newest) as case
            when day::date not in ({listed})
                and day::date >= '{OLDEST}'
                and day::date <= coalesce(newest::date, '9000-01-01')
                then day
        end;
        create or replace temp view dated_item as
        with newest as materialized (
            select
                source,
                -- clocks of two zones
                max(exported_at)::date + 1 as day
            from loaded_file
            where is_active
            group by source
        ),
        seen as (
            select
                s.barcode,
                max(s.scanned_at)::date as day
            from shelf_scan s join item i using (barcode)
            where s.is_seen
            group by s.barcode
            having count(distinct i.source) = 1
        )
        select i.* replace (
            {", ".join(f"believed_day(i.{day}, n.day) as {day}" for day in KNOWN_ALONE)},
            greatest(believed_day(i.last_seen_on, n.day), s.day) as last_seen_on,
            believed_day(i.due_on, '9999-12-31') as due_on
        )
        from item i
        left join newest n using (source)
        left join seen s using (barcode)
        """,
    )
