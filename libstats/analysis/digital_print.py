"""Digital and print of one title, side by side."""

from __future__ import annotations

import duckdb

from libstats.analysis.invoices.links import ISBNS, isbn_sql
from libstats.analysis.work.hold_copies import IS_WAITING
from libstats.definitions.parameters import asked

__all__ = ["digital_and_print", "unmatched"]


def _isbns(table: str, key: str) -> str:
    """SQL: the ISBNs of a table's rows, with 13 digits."""
    return f"""
            select distinct
                source,
                {key},
                unnest(list_transform(
                    regexp_extract_all(replace(isbn, '-', ''), {ISBNS}),
                    lambda each: {isbn_sql("each")}
                )) as isbn_13
            from {table}"""


_MATCHED = f"""
        digital_isbn as (
            {_isbns("digital_title", "digital_title_id")}
        ),
        print_isbn as (
            {_isbns("title", "title_id")}
        ),
        matched as (
            select distinct
                d.source,
                d.digital_title_id,
                p.source as print_source,
                p.title_id
            from digital_isbn d
            join print_isbn p using (isbn_13)
        )"""


@asked
def digital_and_print(con: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyRelation:
    """How is one title borrowed and waited for, as a digital copy and in print?

    Definition: a digital title and a record of the catalogue are one where an ISBN of the one is
    an ISBN of the other. Nothing else proves it: equal names may be of two books. A digital edition
    mostly has an ISBN of its own, so that only records with both are found. A digital title has a
    row for each lending model, and these are never added up. Checkouts are of all time, and the two
    need not have begun on one day.

    Returns one row per digital title, format, lending model and record, ordered: `title`, `format`,
    `lending_model`, `collection`, `digital_copies`, `digital_holds`, `digital_checkouts` (of all
    time; each NULL: not told), `print_copies` (held), `print_holds` (waiting), `print_checkouts`
    (of all time, of all copies on the record; NULL: not told), `isbn`, `title_id`, `print_source`,
    `digital_title_id`, `source`.

    >>> libstats.digital_and_print(con).columns[:3]
    ['title', 'format', 'lending_model']
    """
    return con.sql(
        f"""
        with
        {_MATCHED},
        copies as (
            select
                i.source,
                i.title_id,
                count(*) filter (where s.is_held) as held,
                sum(i.lifetime_checkouts)::bigint as checkouts
            from item i
            left join copy_state s on s.source = i.source and s.item_key = i.item_key
            group by all
        ),
        waiting as (
            select source, title_id, count(*) as holds
            from hold
            where {IS_WAITING}
            group by all
        ),
        told as (
            select distinct source
            from hold
        )
        select
            d.title,
            d.format,
            d.lending_model,
            d.collection,
            d.copies as digital_copies,
            d.holds as digital_holds,
            coalesce(d.lifetime_checkouts, d.reported_checkouts) as digital_checkouts,
            coalesce(c.held, 0) as print_copies,
            if(
                m.print_source in (select source from told),
                coalesce(w.holds, 0),
                null
            ) as print_holds,
            c.checkouts as print_checkouts,
            d.isbn,
            m.title_id,
            m.print_source,
            m.digital_title_id,
            m.source
        from matched m
        join digital_title d using (source, digital_title_id)
        left join copies c on c.source = m.print_source and c.title_id = m.title_id
        left join waiting w on w.source = m.print_source and w.title_id = m.title_id
        order by d.title, d.format, d.lending_model, m.source, m.digital_title_id, m.print_source,
            m.title_id
        """
    )


@asked
def unmatched(con: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyRelation:
    """Which digital titles have no row in `digital_and_print`, and why?

    Returns `reason` and `rows` (titles by format and lending model), zero included.
    """
    return con.sql(
        f"""
        with
        {_MATCHED},
        stands as (
            select
                digital_title_id in (select digital_title_id from digital_isbn) as has_isbn,
                (source, digital_title_id) in (select (source, digital_title_id) from matched)
                    as is_matched
            from digital_title
        )
        select
            'no ISBN' as reason,
            count(*) filter (where not has_isbn) as rows
        from stands
        union all
        select
            'no record of the catalogue has its ISBN',
            count(*) filter (where has_isbn and not is_matched)
        from stands
        """
    )
