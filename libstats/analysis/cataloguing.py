"""What was catalogued: titles and pieces, by where their records came from."""

from __future__ import annotations

import duckdb

from libstats.analysis.collection.copies import MIGRATION_DAY
from libstats.definitions.parameters import Moment, asked

__all__ = ["cataloguing", "left_out"]

# The titles that got their first copy, and the copies that came, with the record of each.
CATALOGUED = """
    copy_added as (
        select
            i.source,
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


@asked
def cataloguing(
    con: duckdb.DuckDBPyConnection, *, since: Moment, until: Moment, agency: str | None = None
) -> duckdb.DuckDBPyRelation:
    """How much was catalogued, and by which kind of cataloguing: titles and pieces apart?

    Definition: a title is catalogued in the month in which its first copy was added. The pieces of
    that day count with it; pieces that come later are added copies, as cataloguers at Yale count.
    Original is a record that the library made itself: 040 $a of MARC is its own code. LC copy is
    one that the Library of Congress made (DLC), other copy any other. Copies added on a migration
    day are nobody's work, and apart. What was withdrawn the lists of deleted copies tell.
    What was catalogued anew cannot be told: the last change of a record may be any.

    Parameters
    ----------
    con : an open connection
    since, until : the period, since <= day < until
    agency : the library's own code in 040 $a, such as its symbol at OCLC; without it nothing is
        original

    Returns one row per month, kind and level, ordered: `month` (its first day), `kind` (original,
    LC copy, other copy, added copy, withdrawn, not told by a record, copied in from another
    system), `level` (encoding level as exported, # is full; NULL where it is not told, and of
    what is withdrawn, copied in or added), `titles` (NULL of added copies and of what is
    withdrawn), `pieces`. A copy without a day or a title is left out.

    >>> libstats.cataloguing(con, since="2026-01-01", until="2027-01-01").columns
    ['month', 'kind', 'level', 'titles', 'pieces']
    """
    return con.sql(
        f"""
        with {MIGRATION_DAY},
        {CATALOGUED},
        counted as (
            select
                date_trunc('month', added_on)::date as month,
                kind,
                case
                    when kind not in ('added copy', 'copied in from another system') then level
                end as level,
                nullif(
                    count(distinct (source, title_id)) filter (where added_on = first_on),
                    0
                ) as titles,
                count(*) as pieces
            from judged
            where added_on >= $since::timestamp and added_on < $until::timestamp
            group by all
            union all
            select
                date_trunc('month', withdrawn_at)::date,
                'withdrawn',
                null,
                null,
                count(*)
            from withdrawal
            where withdrawn_at >= $since::timestamp and withdrawn_at < $until::timestamp
            group by all
        )
        select
            month,
            kind,
            level,
            titles,
            pieces
        from counted
        order by
            month,
            list_position(
                [
                    'original',
                    'LC copy',
                    'other copy',
                    'added copy',
                    'not told by a record',
                    'copied in from another system',
                    'withdrawn'
                ],
                kind
            ),
            level nulls last
        """,
        params={"since": str(since), "until": str(until), "agency": agency},
    )


@asked
def left_out(
    con: duckdb.DuckDBPyConnection, *, since: Moment, until: Moment, agency: str | None = None
) -> duckdb.DuckDBPyRelation:
    """Which pieces does `cataloguing` not count, and why?

    Parameters as for it. Returns `reason` and `rows` (pieces), zero included.
    """
    return con.sql(
        """
        with piece as (
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
        """,
        params={"since": str(since), "until": str(until)},
    )
