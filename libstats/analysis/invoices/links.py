"""Which order a line of an invoice bills, as SQL over `bill_line`, `order_part` and `orders` of
facts.py. Each way is tried where none before it finds an order: the library's number of the line,
whole or behind its slash (`2724/71178`); the number of the order with the place in it; the vendor's
own number of the line; the number of the order with an ISBN; an ISBN that one order alone has.
Where a way finds several, the line is not linked.
"""

from __future__ import annotations

__all__ = ["ISBNS", "LINKS", "isbn_sql"]

# whole numbers: the first ten digits of a record's EAN, or of a game's, are none
ISBNS = r"'\b(?:97[89]\d{10}|\d{9}[\dXx])\b'"


def isbn_sql(text: str) -> str:
    """SQL: an ISBN (SQL) with 13 digits, of whichever form."""
    digits = f"list_transform(range(1, 10), lambda i: {text}[i]::integer * if(i % 2 = 1, 3, 1))"
    check = f"((10 - (38 + list_sum({digits})) % 10) % 10)"
    return f"if(length({text}) = 13, {text}, '978' || {text}[1:9] || {check})"


LINKS = rf"""
        name as (
            select
                source,
                order_line_id,
                order_id,
                is_written,
                vendor,
                purchase_order_id,
                line_number,
                supplier_number
            from order_part
            where status_as_exported is distinct from 'quote'
        ),
        isbn_of_order as (
            select distinct
                source,
                order_id,
                is_written,
                unnest(list_transform(
                    regexp_extract_all(replace(isbn, '-', ''), {ISBNS}),
                    lambda each: {isbn_sql("each")}
                )) as isbn
            from orders
        ),
        -- of two systems that tell of an order the library's own goes before the vendor's word
        candidate as (
            select
                l.source,
                l.invoice_line_id,
                n.source as order_source,
                n.order_id,
                if(n.is_written, 2, 1) as way
            from bill_line l
            join name n on n.source = l.source and n.order_line_id = l.order_line_id
            union
            -- a message names the order line of the library system
            select
                l.source,
                l.invoice_line_id,
                n.source,
                n.order_id,
                if(n.is_written, 2, 0)
            from bill_line l
            join name n
                on n.source <> l.source
                and n.order_line_id in (l.order_line_id, split_part(l.order_line_id, '/', -1))
            where l.is_exchanged
            union
            select
                l.source,
                l.invoice_line_id,
                n.source,
                n.order_id,
                if(n.is_written, 4, 3)
            from bill_line l
            join name n
                on n.purchase_order_id = l.purchase_order_id and n.line_number = l.line_number
            where l.is_exchanged
            union
            select
                l.source,
                l.invoice_line_id,
                n.source,
                n.order_id,
                5
            from bill_line l
            join name n
                on n.source = l.source and n.supplier_number = l.supplier_number
                and n.vendor is not distinct from l.vendor
            where l.is_exchanged
            union
            select
                l.source,
                l.invoice_line_id,
                i.source,
                i.order_id,
                if(n.is_written, 7, 6)
            from bill_line l
            join name n on n.purchase_order_id = l.purchase_order_id
            join isbn_of_order i
                on i.source = n.source and i.order_id = n.order_id and i.isbn = l.isbn
            where l.is_exchanged
            union
            select
                l.source,
                l.invoice_line_id,
                i.source,
                i.order_id,
                if(i.is_written, 9, 8)
            from bill_line l
            join isbn_of_order i on i.isbn = l.isbn
            where l.is_exchanged
        ),
        best as (
            select
                c.*,
                -- of several orders of an ISBN the one that was open when the bill was written
                c.way >= 8 and o.is_open and coalesce(o.placed_on <= l.billed_on, true)
                    as is_likely
            from candidate c
            join bill_line l using (source, invoice_line_id)
            join orders o on o.source = c.order_source and o.order_id = c.order_id
            qualify c.way = min(c.way) over (partition by c.source, c.invoice_line_id)
        ),
        linked as (
            from best
            qualify count(*) over (partition by source, invoice_line_id) = 1
                or (
                    is_likely
                    and count(*) filter (where is_likely)
                        over (partition by source, invoice_line_id) = 1
                )
        ),
        -- the vendor's own word for an order of which the library system tells too
        taken_back as (
            select
                c.source,
                c.invoice_line_id,
                max(o.cancelled_on) as cancelled_on
            from candidate c
            join orders o on o.source = c.order_source and o.order_id = c.order_id
            where o.is_cancelled and o.is_written and c.way in (2, 4, 5)
            group by all
        )"""
