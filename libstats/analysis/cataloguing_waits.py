"""How long pieces wait from receipt until they are catalogued and on the shelf, by kind of
cataloguing."""

from __future__ import annotations

import duckdb

from libstats.analysis.cataloguing import CATALOGUED, KINDS
from libstats.analysis.collection.copies import MIGRATION_DAY
from libstats.definitions.cataloguing import own_agency
from libstats.definitions.parameters import Moment, asked

__all__ = ["cataloguing_waits", "left_out"]

UNMATCHED = "of no copy on record"
SEVERAL = "of a name that several copies have"
# roles of copies that are past the desk, beside those that stand on a shelf
WITH_PATRONS = ("on loan", "lent to a library", "hold shelf", "reshelving")
EXACT = 1e15  # sums of logs are of whole numbers of 1 / EXACT

# Every case of orders and of cataloguing, by what it names its copy: the copy's own number, its
# barcode; a list of the library's own by either, of whatever system has it alone.
PIECE = f"""
    told_case as materialized (
        select
            c.process,
            c.source,
            c.case_id,
            coalesce(o.item_id, c.handle, c.case_id) as name,
            c.reached['received'] as received_at,
            c.reached['catalogued'] as catalogued_at,
            c.reached['available'] as available_at,
            coalesce(c.outcome like 'given up%', false) as is_given_up,
            c.reached['withdrawn'] is not null as is_withdrawn,
            -- a case that is done has come no further: its piece may wait for the shelf still
            coalesce(if(c.outcome = 'done', null, c.ended_at), c.told_at, c.as_of) as until_at
        from "case" c
        left join order_copy o on o.source = c.source and c.case_id = 'copy:' || o.order_copy_id
        where c.process in ('order_copy', 'cataloguing')
    ),
    named_copy as (
        select
            source,
            item_key,
            unnest(list_distinct([item_id, barcode])) as name
        from item
    ),
    matched as (
        select
            t.process,
            t.source,
            t.case_id,
            min(n.source) as of_source,
            min(n.item_key) as item_key,
            count(distinct (n.source, n.item_key)) as copies
        from told_case t
        join named_copy n
            on n.name = t.name
            and (n.source = t.source or t.source not in (select source from item))
        group by all
    ),
    {MIGRATION_DAY},
    {CATALOGUED},
    kind_of as (
        select distinct
            source,
            item_key,
            kind
        from judged
    ),
    placed as (
        select
            t.*,
            if(
                m.copies = 1,
                m.of_source || ':' || m.item_key,
                t.process || ':' || t.source || ':' || t.case_id
            ) as piece,
            case
                when m.copies is null then '{UNMATCHED}'
                when m.copies > 1 then '{SEVERAL}'
                else coalesce(k.kind, 'not told by a record')
            end as kind,
            count(t.available_at) over (partition by t.process, t.source) > 0 as tells_shelf,
            count(t.catalogued_at) over (partition by t.process, t.source) > 0 as tells_desk,
            t.is_withdrawn
                or m.copies = 1
                and s.role <> 'nothing said'
                and (s.is_on_shelf or s.role in {WITH_PATRONS}) as is_past
        from told_case t
        left join matched m using (process, source, case_id)
        left join copy_state s on s.source = m.of_source and s.item_key = m.item_key
        left join kind_of k on k.source = m.of_source and k.item_key = m.item_key
    ),
    piece as (
        select
            piece,
            kind,
            min(received_at) as received_at,
            min(catalogued_at) as catalogued_at,
            min(available_at) as available_at,
            bool_or(is_given_up) as is_given_up,
            max(until_at) as until_at,
            bool_or(tells_shelf) and not coalesce(bool_or(is_past), false) as tells_shelf,
            bool_or(tells_desk)
                and not coalesce(bool_or(is_past), false)
                and min(available_at) is null as tells_desk
        from placed
        group by all
    )
"""

WAITS = """
    wait as (
        select
            kind,
            'receipt to catalogued' as wait,
            received_at as from_at,
            catalogued_at as to_at,
            until_at,
            catalogued_at is not null or tells_desk as is_told
        from within
        union all
        select
            kind,
            'catalogued to shelf',
            greatest(received_at, catalogued_at),
            available_at,
            until_at,
            available_at is not null or tells_shelf
        from within
        where catalogued_at is not null
        union all
        select
            kind,
            'receipt to shelf',
            received_at,
            available_at,
            until_at,
            available_at is not null or tells_shelf
        from within
    ),
    waited as (
        select
            kind,
            wait,
            is_told,
            to_at is not null as is_done,
            to_at::date < from_at::date as is_before,
            date_diff('day', from_at::date, coalesce(to_at, until_at)::date) as days
        from wait
    ),
    risk as (
        select
            kind,
            wait,
            days,
            count(*) filter (where is_done) as done,
            sum(count(*)) over (partition by kind, wait order by days desc) as at_risk
        from waited
        where is_told and days >= 0
        group by kind, wait, days
    ),
    curve as (
        select
            kind,
            wait,
            days,
            sum(
                (
                    $exact * if(at_risk > done, ln(1 - done / at_risk), -100)
                )::hugeint
            ) over (partition by kind, wait order by days) / $exact as log_waiting
        from risk
        where done > 0
    ),
    reached as (
        select
            kind,
            wait,
            min(days) filter (where log_waiting <= ln(0.5) + 1e-9) as p50_days,
            min(days) filter (where log_waiting <= ln(0.1) + 1e-9) as p90_days
        from curve
        group by all
    )
"""
_WITHIN = "received_at >= $since::timestamp and received_at < $until::timestamp"


@asked
def cataloguing_waits(
    con: duckdb.DuckDBPyConnection, *, since: Moment, until: Moment, agency: str | None = None
) -> duckdb.DuckDBPyRelation:
    """How long did pieces wait from receipt to catalogued to the shelf, by kind of cataloguing?

    Definition: pieces received in the period, by orders or by a list of cataloguing work. A piece
    is the copy that such a case names by its number or barcode; its kind is that of `cataloguing`.
    What names no copy on record, or several, is told apart under these words. Received, catalogued
    and on the shelf are the first days that any of its cases tells. The day on which a copy was
    added counts as catalogued where no list tells better. Those that wait still count for as long
    as they have waited (Kaplan-Meier). Pieces given up before they were catalogued are left out.

    Parameters
    ----------
    con : an open connection
    since, until : pieces received since <= day < until
    agency : the library's own code in 040 $a, as for `cataloguing`

    Returns one row per kind and wait, ordered: `kind`, `wait` (receipt to catalogued, catalogued to
    shelf, receipt to shelf), `pieces`, of which `done`, `before` (the end came on an earlier day
    than the start, as of what comes shelf-ready: no wait), `waiting` and `untold` (no list that
    names them tells of that end, or they stand on a shelf, are with a patron or were withdrawn, and
    nothing told the day) are all; `p50_days`, `p90_days` (whole days within which half, and
    nine in ten, were done; NULL: not known yet), `reason` (why nothing is told).

    >>> libstats.cataloguing_waits(con, since="2026-01-01", until="2026-11-01").columns[:3]
    ['kind', 'wait', 'pieces']
    """
    return con.sql(
        f"""
        with {PIECE},
        within as (
            from piece
            where {_WITHIN} and not (is_given_up and catalogued_at is null)
        ),
        {WAITS},
        counted as (
            select
                kind,
                wait,
                count(*) as pieces,
                count(*) filter (where is_done and not is_before) as done,
                count(*) filter (where is_before) as before,
                count(*) filter (where not is_done and is_told) as waiting,
                count(*) filter (where not is_done and not is_told) as untold
            from waited
            group by all
        )
        select
            c.*,
            r.p50_days,
            r.p90_days,
            if(
                c.untold = c.pieces,
                if(
                    wait = 'receipt to catalogued',
                    'no list tells when these pieces were catalogued',
                    'no list tells when these pieces stood on the shelf'
                ),
                null
            ) as reason
        from counted c left join reached r using (kind, wait)
        order by
            list_position({[*KINDS, UNMATCHED, SEVERAL]}, kind),
            list_position(
                ['receipt to catalogued', 'catalogued to shelf', 'receipt to shelf'],
                wait
            )
        """,
        params={
            "since": str(since),
            "until": str(until),
            "agency": own_agency(con, agency),
            "exact": EXACT,
        },
    )


@asked
def left_out(
    con: duckdb.DuckDBPyConnection, *, since: Moment, until: Moment, agency: str | None = None
) -> duckdb.DuckDBPyRelation:
    """Which pieces does `cataloguing_waits` not count, and why?

    Parameters as for it. Returns `reason` and `rows` (pieces), zero included.
    """
    return con.sql(
        f"""
        with {PIECE}
        select
            'of no known day of receipt' as reason,
            count(*) filter (where received_at is null) as rows
        from piece
        union all
        select
            'received outside of the period',
            count(*) filter (where not ({_WITHIN}))
        from piece
        union all
        select
            'given up before they were catalogued',
            count(*) filter (where {_WITHIN} and is_given_up and catalogued_at is null)
        from piece
        union all
        select
            'counted, but of no copy on record, or of several',
            count(*) filter (
                where {_WITHIN}
                    and not (is_given_up and catalogued_at is null)
                    and kind in ('{UNMATCHED}', '{SEVERAL}')
            )
        from piece
        """,
        params={"since": str(since), "until": str(until), "agency": own_agency(con, agency)},
    )
