"""What scans of shelves found: copies out of order, strayed, recorded as elsewhere, and not
there."""

from __future__ import annotations

from itertools import groupby

import duckdb

from libstats.analysis.collection.shelf_order import out_of_order
from libstats.analysis.collection.shelf_scans import (
    ABSENT,
    AWAY,
    FINDINGS,
    FOUND,
    MOST,
    NO_KEY,
    NO_ROLE,
    ORDER,
    SCANNED,
    SEVERAL,
    STANDS,
    STRAYED,
    UNKNOWN,
    WITHIN,
)
from libstats.definitions.parameters import Moment, asked

__all__ = ["left_out", "shelf_findings", "shelf_reading"]


@asked
def shelf_reading(
    con: duckdb.DuckDBPyConnection, *, since: Moment | None = None, until: Moment | None = None
) -> duckdb.DuckDBPyRelation:
    """What did each scan of a shelf find, and how many copies must be moved?

    Definition: a session is what one list saw on one day at one branch and shelf. A list is what it
    holds, whatever its file is called. Out of order are
    the fewest copies that must be moved so that the rest stands by `call_number_key`. A copy
    strayed where its record names another branch than the scan. So it did where it is of another
    location or collection than over half of what was scanned with it. Found is what is recorded as
    lost, missing, claimed returned or withdrawn. Recorded as elsewhere is what should be on loan,
    in transit or the like. A record of a later day is believed. Not scanned is what belongs between
    the first and the last copy in order, and was seen nowhere since. It is told only where at least
    five copies and two thirds of the range were scanned.

    Parameters
    ----------
    con : an open connection
    since, until : only scans of since <= time < until

    Returns one row per session, ordered, the newest first: `day`, `branch` and `shelf` (as scanned;
    NULL: not told), `scanned` (copies), of which `in_place`, `out_of_order`, `strayed`, `found`,
    `recorded_elsewhere`, `not_judged` (no call number, or a code without a role) and `unknown`
    (barcodes of no copy, or of several) are all; `not_scanned` (copies; NULL: the scan covers too
    little of a range to tell).

    >>> libstats.shelf_reading(con).columns[:4]
    ['day', 'branch', 'shelf', 'scanned']
    """
    return con.sql(
        f"""
        with {SCANNED},
        {FINDINGS}
        select
            f.day,
            f.branch,
            f.shelf,
            count(*) as scanned,
            count(*) filter (where f.found = '{STANDS}') as in_place,
            count(*) filter (where f.found = '{ORDER}') as out_of_order,
            count(*) filter (where f.found in {STRAYED}) as strayed,
            count(*) filter (where starts_with(f.found, '{FOUND}')) as found,
            count(*) filter (where starts_with(f.found, '{AWAY}')) as recorded_elsewhere,
            count(*) filter (where f.found in ('{NO_KEY}', '{NO_ROLE}')) as not_judged,
            count(*) filter (where f.found in ('{UNKNOWN}', '{SEVERAL}')) as unknown,
            any_value(
                case
                    when t.standing >= {MOST} * (t.standing + coalesce(l.absent, 0))
                        then coalesce(l.absent, 0)
                end
            ) as not_scanned
        from finding f
        left join (select session, standing from stretch) t using (session)
        left join (select session, min(absent) as absent from lacking group by all) l
            using (session)
        group by f.session, f.day, f.branch, f.shelf
        order by f.session
        """,
        params=_parameters(con, since, until),
    )


@asked
def shelf_findings(
    con: duckdb.DuckDBPyConnection, *, since: Moment | None = None, until: Moment | None = None
) -> duckdb.DuckDBPyRelation:
    """Which copies of the scanned shelves does somebody have to see to?

    Definition and parameters as for `shelf_reading`; of a copy that several scans saw, the last
    tells. Returns one row per copy, ordered as the
    shelves were scanned, what was not scanned last: `day`, `branch`, `shelf`, `place` (in the
    session; NULL: not scanned), `finding`, `barcode`, `call_number`, `title`, `belongs_branch`,
    `belongs_location`, `belongs_collection` (as recorded), `stands_after` (call number of the copy
    in order that it belongs after, where it was not scanned, is out of order, or was found or
    recorded elsewhere and does not stand in its place), `stands_beside` (call number of the nearest
    copy in order before it, else behind it: where to fetch it; NULL: not scanned), `holds`
    (requests that wait for its title) and `source` (system of the copy). What is in its place is
    left out. A barcode of no copy might be a patron's: its place is told without it.

    >>> libstats.shelf_findings(con).columns[:5]
    ['day', 'branch', 'shelf', 'place', 'finding']
    """
    return con.sql(
        f"""
        with {SCANNED},
        {FINDINGS},
        waiting as (
            select
                source,
                title_id,
                count(*) as holds
            from hold
            where ready_on is null and picked_up_on is null and cancelled_on is null
            group by all
        ),
        listed as (
            select
                f.session,
                f.day,
                f.branch,
                f.shelf,
                f.place,
                f.found as finding,
                -- of no copy it might be a patron's
                if(f.found = '{UNKNOWN}', null, f.barcode) as barcode,
                f.call_number,
                f.key,
                f.source,
                f.title_id,
                f.of_branch as belongs_branch,
                f.of_location as belongs_location,
                f.of_collection as belongs_collection,
                if(
                    f.found = '{ORDER}'
                        or (
                            f.is_elsewhere
                            and (starts_with(f.found, '{FOUND}') or starts_with(f.found, '{AWAY}'))
                        ),
                    (
                        select arg_max(o.call_number, (o.key, o.volume_key, o.place))
                        from finding o
                        where o.session = f.session
                            and o.found = '{STANDS}'
                            and (o.key, o.volume_key) <= (f.key, f.volume_key)
                    ),
                    null
                ) as stands_after,
                coalesce(f.call_number_before, f.call_number_behind) as stands_beside
            from beside f
            anti join absent a on a.barcode = f.barcode and a.day > f.day
            where f.is_last and f.found <> '{STANDS}'
            union all
            select
                a.session,
                a.day,
                a.branch,
                a.shelf,
                null,
                '{ABSENT}',
                a.barcode,
                a.call_number,
                a.key,
                a.source,
                a.title_id,
                a.of_branch,
                a.of_location,
                a.of_collection,
                (
                    select arg_max(o.call_number, (o.key, o.volume_key, o.place))
                    from finding o
                    where o.session = a.session and o.found = '{STANDS}' and o.key <= a.key
                ),
                null
            from absent a
        )
        select
            l.day,
            l.branch,
            l.shelf,
            l.place,
            l.finding,
            l.barcode,
            l.call_number,
            t.title,
            l.belongs_branch,
            l.belongs_location,
            l.belongs_collection,
            l.stands_after,
            l.stands_beside,
            coalesce(w.holds, 0) as holds,
            l.source
        from listed l
        left join title t using (source, title_id)
        left join waiting w using (source, title_id)
        order by
            l.session,
            l.place nulls last,
            l.key nulls last,
            l.barcode
        """,
        params=_parameters(con, since, until),
    )


@asked
def left_out(
    con: duckdb.DuckDBPyConnection, *, since: Moment | None = None, until: Moment | None = None
) -> duckdb.DuckDBPyRelation:
    """Which scans does `shelf_reading` not count, and why?

    Parameters as for it. Returns `reason` and `rows` (scans), zero included.
    """
    return con.sql(
        f"""
        with told as (
            select
                is_seen,
                {WITHIN} as is_within
            from shelf_scan
        )
        select
            'looked for and not found' as reason,
            count(*) filter (where is_within and not is_seen) as rows
        from told
        union all
        select
            'of a list that does not tell whether it was in hand',
            count(*) filter (where is_within and is_seen is null)
        from told
        union all
        select
            'scanned outside of the period',
            count(*) filter (where not is_within)
        from told
        """,
        params=_period(since, until),
    )


def _period(since: Moment | None, until: Moment | None) -> dict[str, str | None]:
    return {
        "since": None if since is None else str(since),
        "until": None if until is None else str(until),
    }


def _parameters(
    con: duckdb.DuckDBPyConnection, since: Moment | None, until: Moment | None
) -> dict[str, object]:
    """The period, and which copies must be moved: that is worked out copy by copy."""
    period = _period(since, until)
    rows = con.execute(
        f"""
        with {SCANNED}
        select
            session,
            place,
            key,
            volume_key
        from judged
        where other is null
        order by session, place
        """,
        period,
    ).fetchall()
    moved = []
    for session, row in groupby(rows, key=lambda each: each[0]):
        standing = list(row)
        wrong = out_of_order([(key, volume) for _, _, key, volume in standing])
        moved += [f"{session}:{standing[at][1]}" for at in wrong]
    return {**period, "moved": moved}
