"""Which shelves were read when last, and which never."""

from __future__ import annotations

import duckdb

from libstats.analysis.collection.callnumber import classed
from libstats.analysis.collection.shelf_scans import ENOUGH, MOST, WITHIN
from libstats.definitions.parameters import Moment, asked

__all__ = ["left_out", "shelves_read"]


@asked
def shelves_read(
    con: duckdb.DuckDBPyConnection, *, since: Moment | None = None, until: Moment | None = None
) -> duckdb.DuckDBPyRelation:
    """Which shelves were read when last, and which never?

    Definition: a shelf is the copies of one class that are held at one branch, location and
    collection. A day reads it on which scans at that branch saw five of them, or two thirds of a
    smaller shelf. Where a list of scans names no branch its copies are where their record says. A
    copy that was scanned at another branch reads no shelf. Lists that were never loaded are unknown
    here.

    Parameters
    ----------
    con : an open connection
    since, until : only scans of since <= time < until

    Returns one row per shelf, those that were never read first, then the one read longest ago, the
    biggest before others: `source`, `branch`, `location`, `collection`, `class` (of the call
    number, else of the record; NULL: cannot tell), `copies` (that may be scanned: held and with a
    barcode of their own), `scanned` (copies of these that any scan of the period saw there),
    `read_on` (day; NULL: in no scan of the period).

    >>> libstats.shelves_read(con).columns[:4]
    ['source', 'branch', 'location', 'collection']
    """
    sql, params = classed()
    return con.sql(
        f"""
        with copy as (
            select
                i.source,
                i.item_key,
                i.barcode,
                i.title_id,
                i.owning_branch,
                i.location,
                i.call_number,
                i.call_number_scheme,
                coalesce(i.current_branch, i.owning_branch) as branch,
                coalesce(i.permanent_location, i.location) as at_location,
                i.collection
            from item i
            join copy_state s on s.source = i.source and s.item_key = i.item_key and s.is_held
            where i.barcode is not null
            qualify count(*) over (partition by i.barcode) = 1
        ),
        {sql},
        seen as (
            select
                barcode,
                branch,
                scanned_at::date as day
            from shelf_scan
            where is_seen and {WITHIN}
            group by all
        ),
        of_shelf as (
            select
                source,
                branch,
                at_location as location,
                collection,
                class,
                count(*) as copies
            from classed
            group by all
        ),
        of_day as (
            select
                c.source,
                c.branch,
                c.at_location as location,
                c.collection,
                c.class,
                n.day,
                list(distinct c.item_key) as copies
            from classed c
            join seen n
                on n.barcode = c.barcode
                and coalesce(n.branch, c.branch) is not distinct from c.branch
            group by all
        ),
        read as (
            select
                s.*,
                coalesce(len(list_distinct(flatten(list(d.copies)))), 0) as scanned,
                max(d.day) filter (
                    where len(d.copies) >= least({ENOUGH}, s.copies * {MOST})
                ) as read_on
            from of_shelf s
            left join of_day d
                on d.source = s.source
                and d.branch is not distinct from s.branch
                and d.location is not distinct from s.location
                and d.collection is not distinct from s.collection
                and d.class is not distinct from s.class
            group by all
        )
        from read
        order by
            read_on nulls first,
            copies desc,
            source,
            branch nulls last,
            location nulls last,
            collection nulls last,
            class nulls last
        """,
        params={**params, **_period(since, until)},
    )


@asked
def left_out(
    con: duckdb.DuckDBPyConnection, *, since: Moment | None = None, until: Moment | None = None
) -> duckdb.DuckDBPyRelation:
    """Which copies are on no shelf of `shelves_read`, and which scans read none, and why?

    Parameters as for it. Returns `reason` and `rows` (copies, or scans), zero included.
    """
    return con.sql(
        f"""
        with told as (
            select
                i.barcode is not null as has_barcode,
                count(*) over (partition by i.barcode) > 1 as is_shared,
                s.is_held
            from item i
            left join copy_state s on s.source = i.source and s.item_key = i.item_key
        )
        select
            'copies that are not held: withdrawn, lost and the like' as reason,
            count(*) filter (where not is_held) as rows
        from told
        union all
        select
            'copies of a code whose role is not known',
            count(*) filter (where is_held is null)
        from told
        union all
        select
            'copies without a barcode, or with one that several copies have',
            count(*) filter (where is_held and (not has_barcode or is_shared))
        from told
        union all
        select
            'scans outside of the period',
            count(*) filter (where not ({WITHIN}))
        from shelf_scan
        """,
        params=_period(since, until),
    )


def _period(since: Moment | None, until: Moment | None) -> dict[str, str | None]:
    return {
        "since": None if since is None else str(since),
        "until": None if until is None else str(until),
    }
