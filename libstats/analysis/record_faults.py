"""What a machine's first look found wrong or lacking in the records of each batch that was
loaded."""

from __future__ import annotations

import duckdb

from libstats.analysis.invoices.links import ISBNS, isbn_sql
from libstats.definitions.cataloguing import own_agency
from libstats.definitions.parameters import Moment, asked

__all__ = ["ANY", "ANY_OR_LOCAL", "left_out", "record_faults"]

ANY, ANY_OR_LOCAL = "any of these", "any of these, or something local"
SAMPLE = 10
_WITHIN = """exported_at >= coalesce($since::timestamp, '-infinity')
                and exported_at < coalesce($until::timestamp, 'infinity')"""

# The records as the newest load held each; who supplied each: as the record itself says, else the
# one vendor that an order of the title names, else the one of orders of its ISBN. What the library
# made itself nobody supplied.
SCREENED = f"""
    order_told as (
        select
            o.source,
            o.title_id,
            coalesce(o.vendor_name, v.name, o.vendor_id, p.vendor_id) as vendor,
            {isbn_sql(f"regexp_extract(replace(o.isbn, '-', ''), {ISBNS})")} as isbn
        from order_line o
        left join purchase_order p using (source, purchase_order_id)
        left join vendor v
            on v.source = o.source and v.vendor_id = coalesce(o.vendor_id, p.vendor_id)
    ),
    vendor_of_title as (
        select
            source,
            title_id,
            min(vendor) as vendor
        from order_told
        where title_id is not null
        group by all
        having count(distinct vendor) = 1
    ),
    vendor_of_isbn as (
        select
            isbn,
            min(vendor) as vendor
        from order_told
        where isbn <> ''
        group by all
        having count(distinct vendor) = 1
    ),
    batch as (
        select
            seq,
            source,
            shape,
            file,
            exported_at,
            sha256
        from loaded_file
        where is_active
            and list_contains(columns['title'], 'faults')
            and {_WITHIN}
    ),
    told as materialized (
        select
            b.seq,
            b.file,
            b.exported_at,
            h.source,
            h.title_id,
            h.vendor_name,
            coalesce(upper(trim(h.cataloguing_agency)) = upper(trim($agency)), false) as is_own,
            {isbn_sql(f"regexp_extract(replace(h.isbn, '-', ''), {ISBNS})")} as isbn,
            string_split(h.faults, '; ') as found,
            row_number() over (
                partition by h.source, h.title_id
                -- the version that is held, as loads rank
                order by
                    b.exported_at desc,
                    b.sha256 desc,
                    b.seq desc,
                    h.updated_at desc nulls last,
                    h.title desc nulls last,
                    h.faults desc
            ) = 1 as is_newest
        from batch b
        join history.title h
            on h.shape = b.shape
            and h.from_seq <= b.seq
            and (h.until_seq is null or h.until_seq > b.seq)
        where h.faults is not null
    ),
    screened as (
        select
            h.* exclude (vendor_name, isbn, is_own, is_newest),
            coalesce(h.vendor_name, if(h.is_own, null, coalesce(t.vendor, i.vendor))) as vendor
        from told h
        left join vendor_of_title t using (source, title_id)
        left join vendor_of_isbn i on i.isbn = h.isbn and h.isbn <> ''
        where h.is_newest
    )
"""


@asked
def record_faults(
    con: duckdb.DuckDBPyConnection, *, since: Moment | None = None, until: Moment | None = None
) -> duckdb.DuckDBPyRelation:
    """What is wrong or lacking in the records of each batch, by category and vendor?

    Definition: a batch is a file of MARC records that was loaded. A record counts once, with the
    newest file that holds it: what was mended since is no fault. Each was looked at by a
    machine as it was loaded: the categories are libstats' own, few and certain. They are lacking
    fields, wrong check digits, dates that cannot be, and a level below core. Local fields (a tag
    with a 9) and subfields ($9) are counted apart, since no rule is known of them. Fields of the
    library systems themselves, such as Koha's 952, are left out of these. The vendor is the one
    that the record itself names, by your own map. Else it is that of the orders of its title, else
    that of orders of its ISBN, where these name one alone. A record that the library made itself
    (its own code in 040 $a) has no vendor. The name of a file, and other codes in 040, say none. It
    is a sieve, and no audit: a sample of each category is
    there to be looked at. Nothing is counted by person.

    Parameters
    ----------
    con : an open connection
    since, until : only files exported since <= time < until

    Returns one row per batch, vendor and category that was found, ordered, the newest batch first:
    `load` (its number), `file`, `exported_at` (time), `vendor` (NULL: nothing tells), `category`,
    `titles` (records of the batch and vendor), `found` (those with it), `share` (0 to 1), `sample`
    (numbers of up to 10 such records, drawn as if by lot, the same each time). The last two
    categories of each are `any of these` and `any of these, or something local`.

    >>> libstats.record_faults(con).columns[:5]
    ['load', 'file', 'exported_at', 'vendor', 'category']
    """
    return con.sql(
        f"""
        with {SCREENED},
        each_fault as (
            select
                seq,
                vendor,
                title_id,
                unnest(found) as category
            from screened
            where found <> ['none']
        ),
        either as (
            from each_fault
            union all
            select distinct
                seq,
                vendor,
                title_id,
                '{ANY_OR_LOCAL}'
            from each_fault
            union all
            select distinct
                seq,
                vendor,
                title_id,
                '{ANY}'
            from each_fault
            where not starts_with(category, 'local ')
        ),
        whole as (
            select
                seq,
                min(file) as file,
                min(exported_at) as exported_at,
                vendor,
                count(*) as titles
            from screened
            group by seq, vendor
        ),
        counted as (
            select
                seq,
                vendor,
                category,
                count(*) as found,
                array_to_string(
                    list(title_id order by md5(title_id), title_id)[:{SAMPLE}],
                    ', '
                ) as sample
            from either
            group by all
        ),
        listed as (
            select seq, vendor, category from counted
            union
            select seq, vendor, unnest(['{ANY}', '{ANY_OR_LOCAL}']) from whole
        )
        select
            w.seq as load,
            w.file,
            w.exported_at,
            w.vendor,
            l.category,
            w.titles,
            coalesce(c.found, 0) as found,
            coalesce(c.found, 0) / w.titles as share,
            c.sample
        from whole w
        join listed l on l.seq = w.seq and l.vendor is not distinct from w.vendor
        left join counted c
            on c.seq = w.seq
            and c.vendor is not distinct from w.vendor
            and c.category = l.category
        order by
            w.exported_at desc,
            w.seq desc,
            w.vendor nulls last,
            l.category = '{ANY_OR_LOCAL}',
            l.category = '{ANY}',
            starts_with(l.category, 'local '),
            found desc,
            l.category
        """,
        params=_parameters(con, since, until),
    )


@asked
def left_out(
    con: duckdb.DuckDBPyConnection, *, since: Moment | None = None, until: Moment | None = None
) -> duckdb.DuckDBPyRelation:
    """Which records does `record_faults` not count, and why?

    Parameters as for it. Returns `reason` and `rows` (records), zero included.
    """
    return con.sql(
        f"""
        with {SCREENED},
        of_marc as (
            select
                coalesce(dispositions['set aside'], 0) as aside,
                coalesce(dispositions['rejected'], 0) as rejected,
                if(list_contains(columns['title'], 'faults'), 0, rows_kept) as unscreened,
                {_WITHIN} as is_within,
                rows_kept
            from loaded_file
            where is_active and declaration like '% MARC records'
        )
        select
            'set aside: deleted, and records of other kinds' as reason,
            coalesce(sum(aside) filter (where is_within), 0)::bigint as rows
        from of_marc
        union all
        select
            'rejected',
            coalesce(sum(rejected) filter (where is_within), 0)::bigint
        from of_marc
        union all
        select
            'loaded before libstats looked at records: load the file again',
            coalesce(sum(unscreened) filter (where is_within), 0)::bigint
        from of_marc
        union all
        select
            'of files exported outside of the period',
            coalesce(sum(rows_kept) filter (where not is_within), 0)::bigint
        from of_marc
        union all
        select
            'told again by a newer file, with which they count',
            count(*) filter (where not is_newest)
        from told
        union all
        select
            'counted, but of no vendor that is told',
            count(*) filter (where vendor is null)
        from screened
        """,
        params=_parameters(con, since, until),
    )


def _parameters(
    con: duckdb.DuckDBPyConnection, since: Moment | None, until: Moment | None
) -> dict[str, str | None]:
    return {"since": _text(since), "until": _text(until), "agency": own_agency(con, None)}


def _text(moment: Moment | None) -> str | None:
    return None if moment is None else str(moment)
