"""What is told of invoices and of the orders that they bill, as SQL: the beginning of each question
about them.

    bill       an invoice: its vendor, number, day, currency, total
    derived_vendor  who a number without a name is: the vendor whose orders its invoices met
    bill_line  a line of one, with the invoice's day; of systems that write the invoice into the
               order line (Koha) the order line itself
    orders     an order: a line with what was split off from it
    linked     the order that a line bills: links.py says by what
"""

from __future__ import annotations

from libstats.analysis.invoices.billed import BILLED
from libstats.analysis.invoices.links import LINKS

__all__ = ["FACTS"]

FACTS = rf"""{BILLED},
        -- an answer that lacks the library's number names the order and the place in it
        written as (
            select
                source,
                purchase_order_id || '/' || line_number as place,
                any_value(order_line_id) as order_line_id
            from order_line
            where is_exchanged
                and order_line_id <> purchase_order_id || '/' || line_number
            group by all
            having count(*) = 1
        ),
        order_part as (
            select
                o.* replace (upper(trim(o.currency)) as currency),
                coalesce(o.parent_line_id, w.order_line_id, o.order_line_id) as order_id,
                z.source is not null as stands,
                coalesce(o.isbn, t.isbn) as told_isbn,
                coalesce(o.title, t.title) as told_title,
                coalesce(o.vendor_name, v.name, n.name, o.vendor_id, p.vendor_id) as vendor,
                coalesce(o.vendor_id, p.vendor_id) as vendor_number,
                coalesce(o.is_exchanged, false) as is_written,
                -- some systems (Evergreen) list the copies, and no number of them
                if(w.place is null, coalesce(o.quantity, c.copies), null) as how_many,
                coalesce(o.status = 'cancelled' or o.cancelled_on is not null, false)
                    as is_taken_back,
                w.place is not null as is_answer,
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
            left join written w
                on w.source = o.source and o.is_exchanged
                and w.place = o.order_line_id
                and w.order_line_id <> o.order_line_id
            left join copies c on c.source = o.source and c.order_line_id = o.order_line_id
            left join title t on t.source = o.source and t.title_id = o.title_id
            left join purchase_order p
                on p.source = o.source and p.purchase_order_id = o.purchase_order_id
            left join vendor v
                on v.source = o.source and v.vendor_id = coalesce(o.vendor_id, p.vendor_id)
            left join numbered_vendor n
                on n.number = coalesce(o.vendor_id, p.vendor_id)
                and (n.is_given or o.is_exchanged)
            left join standing_order z
                on z.source = o.source and z.order_line_id = o.order_line_id
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
                max(vendor_number) as vendor_id,
                max(currency) as currency,
                sum(how_many) as ordered,
                if(count(came) = count(*), sum(came), null) as received,
                max(received_on) as received_on,
                bool_and(is_taken_back) or bool_or(is_answer and is_taken_back) as is_cancelled,
                max(coalesce(cancelled_on, answered_on)) filter (where is_taken_back)
                    as cancelled_on,
                min(coalesce(placed_on, created_on)) as placed_on,
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
        {LINKS},
        -- a number without a name is the vendor whose orders alone its invoices met
        derived_vendor as (
            select
                l.source,
                l.vendor_id,
                any_value(o.vendor) as name
            from linked k
            join bill_line l using (source, invoice_line_id)
            join orders o on o.source = k.order_source and o.order_id = k.order_id
            where l.is_exchanged and l.vendor = l.vendor_id
                and not o.is_written and o.vendor is not null
            group by all
            having count(distinct o.vendor) = 1
        ),
        bill as (
            select b.* replace (coalesce(d.name, b.vendor) as vendor)
            from numbered_bill b
            left join derived_vendor d using (source, vendor_id)
        ),
        -- the codes of an order's funds, and their numbers: only like is held against like
        fund_of_order as (
            select
                n.source,
                n.order_id,
                list(distinct upper(trim(coalesce(f.fund_code, d.code))))
                    filter (where coalesce(f.fund_code, d.code) is not null) as fund_codes,
                list(distinct upper(trim(f.fund_id)))
                    filter (where f.fund_id is not null) as fund_ids,
                string_agg(distinct coalesce(f.fund_code, d.code, f.fund_id), '; ') as told_funds
            from order_fund f
            join name n on n.source = f.source and n.order_line_id = f.order_line_id
            left join fund d on d.source = f.source and d.fund_id = f.fund_id
            where coalesce(f.fund_code, f.fund_id) is not null
            group by all
        ),
        fund_number as (
            select source, list(distinct upper(trim(fund_id))) as numbers
            from (
                select source, fund_id from fund union all select source, fund_id from order_fund
            )
            where fund_id is not null and fund_id not in (
                select code from fund where code is not null
                union all
                select fund_code from order_fund where fund_code is not null
            )
            group by source
        ),
        line as (
            select
                l.* exclude (
                    order_line_id, title, isbn, purchase_order_id, line_number, supplier_number
                ) replace (coalesce(d.name, l.vendor) as vendor),
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
                coalesce(o.cancelled_on, t.cancelled_on) as cancelled_on,
                list_filter(
                    list_transform(
                        string_split(l.billed_funds, ';'), lambda each: upper(trim(each))
                    ),
                    lambda each: each <> '' and if(
                        coalesce(list_contains(fn.numbers, each), false),
                        f.fund_ids,
                        f.fund_codes
                    ) is not null
                ) as judged_funds,
                list_concat(f.fund_codes, f.fund_ids) as order_funds,
                f.told_funds
            from bill_line l
            left join linked k on k.source = l.source and k.invoice_line_id = l.invoice_line_id
            left join orders o on o.source = k.order_source and o.order_id = k.order_id
            left join taken_back t on t.source = l.source and t.invoice_line_id = l.invoice_line_id
            left join (
                select source, order_id, min(isbn) as isbn from isbn_of_order group by all
            ) w on w.source = k.order_source and w.order_id = k.order_id
            left join fund_of_order f on f.source = k.order_source and f.order_id = k.order_id
            left join derived_vendor d on d.source = l.source and d.vendor_id = l.vendor_id
            left join fund_number fn on fn.source = k.order_source
        )"""
