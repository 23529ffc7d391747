"""What vendors charge, what they take off, and what they answer."""

from __future__ import annotations

import duckdb

from libstats.analysis.invoices.facts import FACTS
from libstats.definitions.parameters import Day, asked

__all__ = ["left_out", "vendor_terms"]


@asked
def vendor_terms(
    con: duckdb.DuckDBPyConnection, *, since: Day, until: Day
) -> duckdb.DuckDBPyRelation:
    """What did each vendor bill in a period: for copies, on top of them, and off the list price?

    Definition: `net` is what the invoices of the period ask for copies, without charges.
    `charges` is what they ask on top without tax, such as postage. `discount` is what the lines
    with a list price lack of it. Credit notes are taken off. `waiting` counts the answers to
    orders (EDItEUR's order response) that put a copy on back order. Each currency and each source
    stands for itself: an invoice that two sources tell of comes twice, and `numbers_again` names
    it.

    Parameters: `since`, `until`, days of invoices and of answers, since <= day < until.

    Returns one row per `vendor` (NULL: not told), `source` and `currency` (NULL: not told), ordered
    by them: `invoices`, `lines` (for copies), `copies` (NULL: no line tells), `net`, `charges`
    (money), `charges_share` (of net, 0 to 1), `listed` (money: list prices of the lines that have
    one), `discount` (0 to 1, of these), `answered`, `cancelled`, `waiting` (lines of orders; NULL:
    no answer is told), `numbers_again` (numbers of invoices that stand in it, or in another row of
    the vendor, twice; NULL: none).

    >>> libstats.vendor_terms(con, since="2026-01-01", until="2026-11-01").columns[:2]
    ['vendor', 'source']
    """
    return con.sql(
        f"""
        with
        {FACTS},
        charged as (
            select
                l.source,
                coalesce(d.name, l.vendor) as vendor,
                l.currency,
                count(distinct l.invoice_id) as invoices,
                count(*) filter (where l.is_of_copies) as lines,
                sum(l.quantity) filter (where l.is_of_copies)::bigint as copies,
                coalesce(sum(l.amount - l.charges) filter (where l.is_of_copies), 0) as net,
                sum(l.charges) + coalesce(
                    sum(l.amount) filter (where not l.is_of_copies and l.description <> 'tax'), 0
                ) as charges,
                sum(i.list_price * l.quantity) filter (where l.is_of_copies) as listed,
                sum(l.amount - l.charges) filter (
                    where l.is_of_copies and i.list_price * l.quantity is not null
                ) as net_of_listed
            from bill_line l
            left join invoice_line i using (source, invoice_line_id)
            left join derived_vendor d on d.source = l.source and d.vendor_id = l.vendor_id
            where l.billed_on >= $since and l.billed_on < $until
            group by all
        ),
        -- numbers of invoices that stand more than once in what a vendor billed
        again as (
            select
                source,
                vendor,
                currency,
                string_agg(distinct number, ', ' order by number) as numbers_again
            from (
                select
                    source,
                    vendor,
                    currency,
                    upper(trim(invoice_number)) as number
                from bill
                where nullif(trim(invoice_number), '') is not null
                    and billed_on >= $since and billed_on < $until
                qualify count(*) over (partition by vendor, upper(trim(invoice_number))) > 1
            )
            group by all
        ),
        answer as (
            select
                o.source,
                coalesce(v.name, n.name, d.name, o.vendor_id) as vendor,
                o.currency,
                count(*) as answered,
                count(*) filter (where o.status = 'cancelled') as cancelled,
                count(*) filter (where o.quantity_waiting > 0) as waiting
            from order_line o
            left join vendor v on v.source = o.source and v.vendor_id = o.vendor_id
            left join numbered_vendor n on n.number = o.vendor_id
            left join derived_vendor d on d.source = o.source and d.vendor_id = o.vendor_id
            where o.answered_on >= $since and o.answered_on < $until
            group by all
        )
        select
            coalesce(c.vendor, a.vendor) as vendor,
            coalesce(c.source, a.source) as source,
            coalesce(c.currency, a.currency) as currency,
            coalesce(c.invoices, 0) as invoices,
            coalesce(c.lines, 0) as lines,
            c.copies,
            c.net::decimal(12, 2) as net,
            c.charges::decimal(12, 2) as charges,
            (c.charges / nullif(c.net, 0))::double as charges_share,
            c.listed::decimal(12, 2) as listed,
            (1 - c.net_of_listed / nullif(c.listed, 0))::double as discount,
            a.answered,
            a.cancelled,
            a.waiting,
            g.numbers_again
        from charged c
        full join answer a
            on a.source = c.source
            and a.vendor is not distinct from c.vendor
            and a.currency is not distinct from c.currency
        left join again g
            on g.source = c.source
            and g.vendor is not distinct from c.vendor
            and g.currency is not distinct from c.currency
        order by vendor nulls last, source, currency nulls last
        """,
        params={"since": str(since)[:10], "until": str(until)[:10]},
    )


@asked
def left_out(con: duckdb.DuckDBPyConnection, *, since: Day, until: Day) -> duckdb.DuckDBPyRelation:
    """What of the invoices is no part of it, and why?

    Parameters: as for `vendor_terms`. Returns one row per reason: `reason`, `rows` (lines of
    invoices).
    """
    return con.sql(
        f"""
        with
        {FACTS},
        judged as (
            select
                l.*,
                i.list_price,
                l.billed_on >= $since and l.billed_on < $until as is_within
            from bill_line l
            left join invoice_line i using (source, invoice_line_id)
        )
        select
            'billed outside the period' as reason,
            count(*) filter (where not is_within) as rows
        from judged
        union all
        select
            'of an invoice without a day, so in no period',
            count(*) filter (where is_within is null)
        from judged
        union all
        select
            'counted, but in no discount: no list price is told',
            count(*) filter (
                where is_within and is_of_copies and list_price * quantity is null
            )
        from judged
        """,
        params={"since": str(since)[:10], "until": str(until)[:10]},
    )
