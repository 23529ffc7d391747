"""What was catalogued: titles and pieces, by where their records came from."""

from __future__ import annotations

import duckdb

from libstats.analysis.collection.copies import MIGRATION_DAY
from libstats.analysis.recataloguing import AGAIN, GONE, UNTOLD
from libstats.definitions.cataloguing import own_agency
from libstats.definitions.parameters import Moment, asked

__all__ = ["cataloguing", "left_out"]

# The titles that got their first copy, and the copies that came, with the record of each.
CATALOGUED = """
    copy_added as (
        select
            i.source,
            i.item_key,
            i.title_id,
            i.added_on,
            m.added_on is not null as is_migrated,
            min(i.added_on) over (partition by i.source, i.title_id) as first_on
        from dated_item i left join migration_day m using (source, added_on)
        where i.added_on is not null and i.title_id is not null
    ),
    judged as (
        select
            c.*,
            t.cataloguing_level as level,
            case
                when c.is_migrated then 'copied in from another system'
                when c.added_on > c.first_on then 'added copy'
                when t.cataloguing_agency is null then 'not told by a record'
                when upper(trim(t.cataloguing_agency)) = upper(trim($agency)) then 'original'
                when starts_with(upper(trim(t.cataloguing_agency)), 'DLC') then 'LC copy'
                else 'other copy'
            end as kind
        from copy_added c left join title t using (source, title_id)
    )
"""


KINDS = (
    "original",
    "LC copy",
    "other copy",
    "added copy",
    "recatalogued",
    "not told by a record",
    "copied in from another system",
    "withdrawn",
)


@asked
def cataloguing(
    con: duckdb.DuckDBPyConnection, *, since: Moment, until: Moment, agency: str | None = None
) -> duckdb.DuckDBPyRelation:
    """How much was catalogued, and by which kind of cataloguing: titles and pieces apart?

    Definition: a title is catalogued in the month in which its first copy was added. The pieces of
    that day count with it; pieces that come later are added copies, as cataloguers at Yale count.
    Original is a record that the library made itself: 040 $a of MARC is its own code. LC copy is
    one that the Library of Congress made (DLC), other copy any other. Copies added on a migration
    day are nobody's work, and apart. Recatalogued is a title that had a copy before, and whose
    record changed (005) to another level, 040 $a or $c, 042 or class number. Two loads of records
    must tell of it, one before and one after; other changes are not counted. A piece is withdrawn
    on the day on which it was marked so or deleted, a title with its last piece.

    Parameters
    ----------
    con : an open connection
    since, until : the period, since <= day < until
    agency : the library's own code in 040 $a, such as its symbol at OCLC (if not given: what
        [library] cataloguing_agency in libstats.toml says); without it nothing is original

    Returns one row per month, kind and level, ordered: `month` (its first day), `kind` (original,
    LC copy, other copy, added copy, recatalogued, withdrawn, not told by a record, copied in from
    another system), `level` (encoding level as exported, # is full; NULL where it is not told, and
    of what is withdrawn, copied in or added), `titles` (NULL of added copies, and of what is
    withdrawn where no title is known to go), `pieces` (of what is recatalogued the copies that the
    title had then), `reason` (why both are NULL, or told in part). A copy without a day or a title
    is left out.

    >>> libstats.cataloguing(con, since="2026-01-01", until="2027-01-01").columns[:5]
    ['month', 'kind', 'level', 'titles', 'pieces']
    """
    return con.sql(
        f"""
        with {MIGRATION_DAY},
        {CATALOGUED},
        {AGAIN},
        {GONE},
        {UNTOLD},
        work as (
            select
                added_on as day,
                kind,
                case
                    when kind not in ('added copy', 'copied in from another system') then level
                end as level,
                case when added_on = first_on then (source, title_id) end as title,
                1 as pieces
            from judged
            union all
            select
                day,
                'recatalogued',
                level,
                (source, title_id),
                pieces
            from again
            where first_on < day
            union all
            select
                day,
                'withdrawn',
                null,
                case when is_last then (null, row_number() over ()::varchar) end,
                1
            from gone
        ),
        counted as (
            select
                date_trunc('month', day)::date as month,
                kind,
                level,
                nullif(count(distinct title), 0) as titles,
                sum(pieces)::bigint as pieces
            from work
            where day >= $since::timestamp and day < $until::timestamp
            group by all
        )
        select
            month,
            kind,
            c.level,
            c.titles,
            c.pieces,
            u.reason
        from counted c full join untold u using (month, kind)
        order by
            month,
            list_position({list(KINDS)}, kind),
            c.level nulls last
        """,
        params={"since": str(since), "until": str(until), "agency": own_agency(con, agency)},
    )


@asked
def left_out(
    con: duckdb.DuckDBPyConnection, *, since: Moment, until: Moment, agency: str | None = None
) -> duckdb.DuckDBPyRelation:
    """Which pieces does `cataloguing` not count, and why?

    Parameters as for it. Returns `reason` and `rows` (pieces; records where the reason says so),
    zero included.
    """
    return con.sql(
        f"""
        with {AGAIN},
        piece as (
            select
                added_on is null as is_undated,
                title_id is null as is_alone,
                added_on >= $since::timestamp and added_on < $until::timestamp as is_within
            from dated_item
        )
        select
            'without a day on which they were added' as reason,
            count(*) filter (where is_undated) as rows
        from piece
        union all
        select
            'of no title that is told',
            count(*) filter (where is_alone and is_within)
        from piece
        union all
        select
            'added outside of the period',
            count(*) filter (where not is_within)
        from piece
        union all
        select
            'changed records of no copy that was added before',
            count(*) filter (
                where day >= $since::timestamp
                    and day < $until::timestamp
                    and (first_on is null or first_on >= day)
            )
        from again
        """,
        params={"since": str(since), "until": str(until)},
    )
