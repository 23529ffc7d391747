"""The checks of invoices as SQL, over what facts tells: each fault once, under the first
check that it falls under."""

from __future__ import annotations

from libstats.analysis.invoices.called import CALLED, paired_sql

__all__ = ["FAULTS"]

_ORDER = "order by billed_on nulls last, invoice_id, invoice_line_id"

FAULTS = f"""
        of_invoice as (
            select
                source,
                invoice_id,
                -- a sum past a line without an amount would be none
                if(count(amount) = count(*), sum(amount), null) as lines,
                sum(quantity) as copies
            from line
            group by all
        ),
        every_again as (
            select
                b.*,
                coalesce(b.total, l.lines) as asked,
                first_value(b.billed_on) over numbered as first_on
            from bill b
            left join of_invoice l using (source, invoice_id)
            where b.vendor_id is not null
                and nullif(trim(b.invoice_number), '') is not null
                and coalesce(b.total, l.lines, 0) >= 0
            window numbered as (
                partition by b.source, b.vendor_id, upper(trim(b.invoice_number))
                order by b.billed_on nulls last, b.invoice_id
            )
            qualify row_number() over numbered > 1
        ),
        -- of two that are told twice the messages are named
        again as (
            from every_again a
            where not a.is_shadow
                or upper(trim(a.invoice_number)) not in (
                    select upper(trim(invoice_number)) from every_again where is_exchanged
                )
        ),
        billed as (
            from line
            anti join again using (source, invoice_id)
            where not is_shadow
        ),
        scanned as (
            select
                source,
                invoice_line_id,
                barcode,
                first_value(invoice_line_id) over scans as first_line,
                first_value(invoice_number) over scans as first_number
            from (
                select distinct
                    source,
                    invoice_line_id,
                    invoice_id,
                    invoice_number,
                    billed_on,
                    trim(unnest(string_split(barcodes, ';'))) as barcode
                from billed
                where amount > 0
            )
            where barcode <> ''
            window scans as (partition by source, barcode {_ORDER})
        ),
        scanned_again as (
            select
                source,
                invoice_line_id,
                count(*) as copies,
                min(barcode) as barcode,
                min(first_number) as first_number
            from scanned
            where first_line <> invoice_line_id
            group by all
        ),
        not_scanned as (
            from billed
            anti join scanned_again using (source, invoice_line_id)
        ),
        of_order as (
            select
                order_source,
                order_id,
                sum(amount) as billed_amount
            from not_scanned
            where order_id is not null
            group by all
        ),
        taken as (
            select l.*
            from not_scanned l
            join of_order o using (order_source, order_id)
            where l.is_cancelled and l.amount > 0 and o.billed_amount > 0
        ),
        {CALLED},
        -- by ISBN: what was ordered of it, billed by a line or not, and what was billed before each
        --   line; of a vendor that no order names each order may be
        ordered_isbn as (
            select
                source,
                vendor,
                isbn,
                sum(ordered) as ordered
            from (
                select distinct
                    l.source,
                    l.vendor,
                    l.isbn,
                    l.order_source,
                    l.order_id,
                    l.ordered
                from not_scanned l
                where l.order_id is not null and not l.stands and l.isbn is not null
                union
                select
                    l.source,
                    l.vendor,
                    l.isbn,
                    o.source,
                    o.order_id,
                    o.ordered
                from not_scanned l
                join isbn_of_order i on i.isbn = l.isbn and not i.is_written
                join orders o on o.source = i.source and o.order_id = i.order_id
                left join vendor_pair p on {paired_sql("l", "o")}
                where coalesce(p.is_same or not p.is_known, true)
                    and not o.stands
                    and not o.is_cancelled
            )
            group by all
            having count(ordered) = count(*)
        ),
        before as (
            select
                l.*,
                o.ordered as ordered_in_all,
                sum(l.quantity) over earlier as billed_before,
                last_value(l.invoice_number ignore nulls) over earlier as number_before
            from not_scanned l
            anti join taken t on t.source = l.source and t.invoice_line_id = l.invoice_line_id
            join ordered_isbn o
                on o.source = l.source and o.vendor is not distinct from l.vendor
                and o.isbn = l.isbn
            where not l.stands and l.quantity is not null
            window earlier as (
                partition by l.source, l.vendor, l.isbn
                order by l.billed_on nulls last, l.invoice_id, l.invoice_line_id
                rows between unbounded preceding and 1 preceding
            )
        ),
        isbn_again as (
            from before
            where quantity > 0 and amount > 0 and billed_before > 0
                and billed_before >= ordered_in_all
        ),
        once as (
            select l.*
            from not_scanned l
            anti join taken t on t.source = l.source and t.invoice_line_id = l.invoice_line_id
            anti join isbn_again i on i.source = l.source and i.invoice_line_id = l.invoice_line_id
        ),
        of_order_once as (
            select
                order_source,
                order_id,
                sum(quantity) as billed_quantity,
                count(quantity) = count(*) as has_quantity,
                max(billed_on) as last_on,
                max(ordered) as ordered,
                max(received) as received,
                bool_or(stands) as stands,
                bool_or(is_open) as is_open,
                bool_or(is_cancelled) as is_cancelled,
                arg_max(invoice_line_id, (billed_on, invoice_id, invoice_line_id))
                    filter (where amount > 0) as last_line,
                arg_max(source, (billed_on, invoice_id, invoice_line_id))
                    filter (where amount > 0) as last_source
            from once
            where order_id is not null
            group by all
        ),
        too_many as (
            select
                *,
                billed_quantity - ordered as excess
            from of_order_once
            where not stands and has_quantity and billed_quantity > ordered
        ),
        not_come as (
            select
                o.*,
                o.billed_quantity - o.received as excess
            from of_order_once o
            anti join too_many t using (order_source, order_id)
            where not o.stands and o.has_quantity and o.billed_quantity > o.received
                and (
                    o.received > 0
                    or o.last_on < $as_of::date - to_days($days::integer)
                )
        ),
        other_currency as (
            select
                source,
                invoice_id,
                any_value(order_currency) as order_currency,
                sum(amount) as amount
            from once
            where is_of_copies and currency <> order_currency
            group by all
        ),
        -- of two vendors of whom the system orders, whatever each is called
        other_vendor as (
            select
                l.*,
                o.vendor as order_vendor
            from once l
            join orders o on o.source = l.order_source and o.order_id = l.order_id
            join vendor_pair p on {paired_sql("l", "o")}
            where l.amount > 0 and not o.is_written and p.is_known and not p.is_same
        ),
        priced as (
            select
                *,
                case when is_whole then ordered else quantity end as copies,
                amount - charges as net
            from (
                select
                    *,
                    quantity is null
                        and count(*) over (partition by order_source, order_id) = 1 as is_whole
                from once
                where order_id is not null and amount > 0 and price > 0
                    and coalesce(currency = price_currency, order_source = source)
            )
        ),
        dear as (
            select
                *,
                net - price * copies as over
            from priced
            where copies > 0
                and abs(net - price * copies) > $amount::decimal(12, 2) * copies
                and abs(net - price * copies) * 100 > price * copies * $percent::decimal(9, 4)
                and (net > price * copies or (is_estimate and not is_whole))
        ),
        other_fund as (
            from once
            where order_funds is not null and amount > 0
                and len(list_filter(
                    judged_funds, lambda each: not list_contains(order_funds, each)
                )) > 0
        ),
        other_sum as (
            select
                b.*,
                l.lines,
                b.total - l.lines as over
            from bill b
            join of_invoice l using (source, invoice_id)
            anti join again a using (source, invoice_id)
            where not b.is_shadow and case
                -- the reader has added it up already, to the last decimal
                when b.total_rule is not null then b.total_rule = 'none' and b.total is not null
                else b.total <> l.lines and b.total <> l.lines + coalesce(b.shipping_cost, 0)
            end
        ),
        unlinked as (
            from once
            where is_of_copies and order_id is null and amount <> 0
                and source in (select source from line where order_id is not null)
        )"""
