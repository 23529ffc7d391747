"""What is told of invoices and their lines, as SQL: the beginning of what is told of them and of
the orders that they bill (facts.py)."""

from __future__ import annotations

from libstats.analysis.invoices.links import ISBNS, isbn_sql

__all__ = ["BILLED"]

BILLED = rf"""
        -- who a number in messages is: as libstats.toml says, or the one vendor that has it
        numbered_vendor as (
            select
                number,
                any_value(name) as name,
                is_given
            from (
                select number, name, true as is_given from vendor_number
                union all
                select trim(edi_number), name, false
                from vendor
                where trim(edi_number) <> '' and name is not null
            )
            group by number, is_given
            having count(distinct name) = 1
            qualify row_number() over (partition by number order by is_given desc) = 1
        ),
        -- what the vendor took back, or wrote anew under its number: by a message that says so, of
        --   that day or later
        voided as (
            select
                i.source,
                i.invoice_id
            from invoice i
            join invoice w
                on w.source = i.source and w.invoice_id <> i.invoice_id
                and w.function_as_exported in ('1', '5')
                and w.vendor_id is not distinct from i.vendor_id
                and upper(trim(w.invoice_number)) = upper(trim(i.invoice_number))
                and w.kind_as_exported is not distinct from i.kind_as_exported
                and coalesce(w.billed_on >= i.billed_on, true)
            union
            select source, invoice_id
            from invoice
            where function_as_exported = '1'
        ),
        told_bill as (
            select
                i.source,
                i.invoice_id,
                i.invoice_number,
                i.vendor_id,
                coalesce(v.name, n.name, i.vendor_id) as vendor,
                i.billed_on,
                upper(trim(i.currency)) as currency,
                i.total,
                i.total_rule,
                i.shipping_cost,
                i.total_rule is not null as is_exchanged
            from invoice i
            left join vendor v on v.source = i.source and v.vendor_id = i.vendor_id
            left join numbered_vendor n on n.number = i.vendor_id
            anti join voided o on o.source = i.source and o.invoice_id = i.invoice_id
        ),
        -- an invoice of the library system of which the vendor's own message is there too: by its
        --   number, near its day, and not of another vendor that the system knows
        told_twice as (
            select distinct
                o.source,
                o.invoice_id
            from told_bill o
            join (
                select source, list(distinct lower(vendor)) as vendors
                from told_bill
                group by source
            ) k using (source)
            join told_bill w
                on w.is_exchanged and not o.is_exchanged
                and upper(trim(w.invoice_number)) = upper(trim(o.invoice_number))
                and coalesce(abs(w.billed_on - o.billed_on) <= 60, true)
            where lower(o.vendor) is not distinct from lower(w.vendor)
                or not coalesce(list_contains(k.vendors, lower(w.vendor)), false)
        ),
        numbered_bill as (
            select
                b.*,
                t.source is not null as is_shadow
            from told_bill b
            left join told_twice t using (source, invoice_id)
        ),
        told_line as (
            select
                source,
                invoice_line_id,
                invoice_id,
                order_line_id,
                -- what a vendor gives money back for it takes back, however it writes the copies
                if(amount < 0, -abs(quantity), quantity) as quantity,
                coalesce(amount_in_full, amount) as amount,
                coalesce(charges, 0) as charges,
                isbn,
                title,
                barcodes,
                funds,
                description,
                purchase_order_id,
                line_number,
                supplier_number
            from invoice_line
            anti join voided using (source, invoice_id)
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
                null,
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
                {isbn_sql("l.isbn")} as isbn,
                coalesce(nullif(l.funds, ''), t.funds) as billed_funds,
                b.vendor_id,
                b.vendor,
                b.invoice_number,
                b.billed_on,
                b.currency,
                coalesce(b.is_exchanged, false) as is_exchanged,
                coalesce(b.is_shadow, false) as is_shadow,
                l.description is null as is_of_copies
            from (
                select
                    * replace (
                        nullif(regexp_extract(replace(isbn, '-', ''), {ISBNS}), '') as isbn
                    )
                from told_line
            ) l
            left join numbered_bill b on b.source = l.source and b.invoice_id = l.invoice_id
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
                count(distinct upper(trim(o.currency))) = 1 as has_one_currency
            from order_line o
            left join copies c on c.source = o.source and c.order_line_id = o.order_line_id
            group by all
        )"""
