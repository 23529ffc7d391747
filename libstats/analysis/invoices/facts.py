"""What is told of invoices and of the orders that they bill, as SQL: the beginning of each question
about them.

    bill       an invoice: its vendor, number, day, currency, total
    bill_line  a line of one, with the invoice's day; of systems that write the invoice into the
               order line (Koha) the order line itself
    orders     an order: a line with what was split off from it
    linked     the order that a line bills: by the library's number, by its last part behind a
               slash where the vendor sent it (`2724/71178`), or by an ISBN that one order has
"""

from __future__ import annotations

__all__ = ["FACTS"]

_ISBNS = r"'97[89]\d{10}|\d{9}[\dXx]'"


def _isbn(text: str) -> str:
    """SQL: an ISBN (SQL) with 13 digits, of whichever form."""
    digits = f"list_transform(range(1, 10), lambda i: {text}[i]::integer * if(i % 2 = 1, 3, 1))"
    check = f"((10 - (38 + list_sum({digits})) % 10) % 10)"
    return f"if(length({text}) = 13, {text}, '978' || {text}[1:9] || {check})"


FACTS = rf"""
        bill as (
            select
                i.source,
                i.invoice_id,
                i.invoice_number,
                i.vendor_id,
                coalesce(v.name, i.vendor_id) as vendor,
                i.billed_on,
                i.currency,
                i.total,
                i.total_rule,
                i.shipping_cost,
                i.total_rule is not null as is_exchanged
            from invoice i
            left join vendor v on v.source = i.source and v.vendor_id = i.vendor_id
        ),
        told_line as (
            select
                source,
                invoice_line_id,
                invoice_id,
                order_line_id,
                quantity,
                amount,
                coalesce(charges, 0) as charges,
                isbn,
                title,
                barcodes,
                funds,
                description
            from invoice_line
            union all
            -- the order line says with which invoice it was received
            select
                o.source,
                'order line ' || o.order_line_id,
                coalesce(o.invoice_id, o.invoice_number),
                o.order_line_id,
                coalesce(o.quantity_received, o.quantity),
                nullif(o.unit_price, 0) * coalesce(o.quantity_received, o.quantity),
                0,
                o.isbn,
                o.title,
                null,
                null,
                null
            from order_line o
            anti join invoice_line l on l.source = o.source
            where coalesce(o.invoice_id, o.invoice_number) is not null
        ),
        bill_line as (
            select
                l.* exclude (isbn),
                {_isbn("l.isbn")} as isbn,
                coalesce(nullif(l.funds, ''), t.funds) as billed_funds,
                b.vendor_id,
                b.vendor,
                b.invoice_number,
                b.billed_on,
                b.currency,
                coalesce(b.is_exchanged, false) as is_exchanged,
                l.description is null as is_of_copies
            from (
                select
                    * replace (
                        nullif(regexp_extract(replace(isbn, '-', ''), {_ISBNS}), '') as isbn
                    )
                from told_line
            ) l
            left join bill b on b.source = l.source and b.invoice_id = l.invoice_id
            left join (
                select
                    source,
                    invoice_line_id,
                    string_agg(distinct coalesce(fund_code, fund_id), '; ') as funds
                from fund_transaction
                where kind = 'spent' and invoice_line_id is not null
                group by all
            ) t on t.source = l.source and t.invoice_line_id = l.invoice_line_id
        ),
        copies as (
            select
                source,
                order_line_id,
                count(*) as copies,
                count(coalesce(received_at, received_on)) as received
            from order_copy
            group by all
        ),
        telling as (
            select
                o.source,
                bool_or(
                    o.received_on is not null or o.quantity_received is not null or c.received > 0
                ) as tells_receipts,
                count(distinct o.currency) = 1 as has_one_currency
            from order_line o
            left join copies c on c.source = o.source and c.order_line_id = o.order_line_id
            group by all
        ),
        order_part as (
            select
                o.*,
                coalesce(o.parent_line_id, o.order_line_id) as order_id,
                coalesce(o.is_standing, p.is_standing, false)
                    or o.subscription_id is not null as stands,
                coalesce(o.isbn, t.isbn) as told_isbn,
                coalesce(o.title, t.title) as told_title,
                coalesce(o.vendor_name, v.name, o.vendor_id, p.vendor_id) as vendor,
                coalesce(o.is_exchanged, false) as is_written,
                -- some systems (Evergreen) list the copies, and no number of them
                coalesce(o.quantity, c.copies) as how_many,
                s.has_one_currency,
                case
                    when o.quantity_received is not null then o.quantity_received
                    when o.is_exchanged then null
                    when c.received is not null then c.received
                    when o.received_on is not null or o.status in ('received', 'closed')
                        then coalesce(o.quantity, 1)
                    when s.tells_receipts then 0
                end as came
            from order_line o
            join telling s on s.source = o.source
            left join copies c on c.source = o.source and c.order_line_id = o.order_line_id
            left join title t on t.source = o.source and t.title_id = o.title_id
            left join purchase_order p
                on p.source = o.source and p.purchase_order_id = o.purchase_order_id
            left join vendor v
                on v.source = o.source and v.vendor_id = coalesce(o.vendor_id, p.vendor_id)
        ),
        orders as (
            select
                source,
                order_id,
                bool_or(is_written) as is_written,
                bool_or(stands) as stands,
                max(told_isbn) as isbn,
                max(told_title) as title,
                max(vendor) as vendor,
                max(currency) as currency,
                sum(how_many) as ordered,
                if(count(came) = count(*), sum(came), null) as received,
                max(received_on) as received_on,
                bool_and(coalesce(status = 'cancelled' or cancelled_on is not null, false))
                    as is_cancelled,
                bool_or(status in ('new', 'ordered', 'partial')) as is_open,
                coalesce(nullif(max(estimated_price), 0), nullif(max(list_price), 0)) as price,
                coalesce(max(estimated_price), 0) > 0 as is_estimate,
                -- the estimate is in the library's own currency, which is told where there is one
                if(
                    bool_or(is_written) or bool_or(has_one_currency)
                    or coalesce(max(estimated_price), 0) = 0,
                    max(currency),
                    null
                ) as price_currency
            from order_part
            where status_as_exported is distinct from 'quote'
            group by all
        ),
        name as (
            select source, order_line_id, order_id, is_written
            from order_part
            where status_as_exported is distinct from 'quote'
        ),
        isbn_of_order as (
            select distinct
                source,
                order_id,
                unnest(list_transform(
                    regexp_extract_all(replace(isbn, '-', ''), {_ISBNS}),
                    lambda each: {_isbn("each")}
                )) as isbn
            from orders
        ),
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
                0
            from bill_line l
            join name n
                on n.source <> l.source and not n.is_written
                and n.order_line_id in (l.order_line_id, split_part(l.order_line_id, '/', -1))
            where l.is_exchanged
            union
            select
                l.source,
                l.invoice_line_id,
                i.source,
                i.order_id,
                3
            from bill_line l
            join isbn_of_order i
                on i.isbn = l.isbn
            where l.is_exchanged
        ),
        best as (
            from candidate
            qualify way = min(way) over (partition by source, invoice_line_id)
        ),
        linked as (
            select
                source,
                invoice_line_id,
                any_value(order_source) as order_source,
                any_value(order_id) as order_id
            from best
            group by source, invoice_line_id
            having count(*) = 1
        ),
        -- the vendor's own word for an order of which the library system tells too
        taken_back as (
            select distinct l.source, l.invoice_line_id
            from bill_line l
            join name n
                on n.source = l.source and n.order_line_id = l.order_line_id and n.is_written
            join orders o on o.source = n.source and o.order_id = n.order_id
            where o.is_cancelled
        ),
        fund_of_order as (
            select
                n.source,
                n.order_id,
                list(distinct upper(trim(coalesce(f.fund_code, f.fund_id)))) as funds,
                string_agg(distinct coalesce(f.fund_code, f.fund_id), '; ') as told_funds
            from order_fund f
            join name n on n.source = f.source and n.order_line_id = f.order_line_id
            where coalesce(f.fund_code, f.fund_id) is not null
            group by all
        ),
        line as (
            select
                l.* exclude (order_line_id, title, isbn),
                k.order_source,
                k.order_id,
                coalesce(k.order_id, l.order_line_id) as order_line_id,
                coalesce(l.title, o.title) as title,
                coalesce(l.isbn, w.isbn) as isbn,
                o.ordered,
                o.received,
                o.received_on,
                o.price,
                o.price_currency,
                o.is_estimate,
                o.currency as order_currency,
                coalesce(o.stands, false) as stands,
                coalesce(o.is_open, false) as is_open,
                coalesce(o.is_cancelled, false) or t.source is not null as is_cancelled,
                f.funds as order_funds,
                f.told_funds
            from bill_line l
            left join linked k on k.source = l.source and k.invoice_line_id = l.invoice_line_id
            left join orders o on o.source = k.order_source and o.order_id = k.order_id
            left join taken_back t on t.source = l.source and t.invoice_line_id = l.invoice_line_id
            left join (
                select source, order_id, min(isbn) as isbn from isbn_of_order group by all
            ) w on w.source = k.order_source and w.order_id = k.order_id
            left join fund_of_order f on f.source = k.order_source and f.order_id = k.order_id
        )"""
