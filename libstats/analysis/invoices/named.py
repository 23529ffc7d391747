"""The faults of invoices under the names of their checks, as SQL over what invoice_faults finds:
one row each, with what it is about and how much."""

from __future__ import annotations

__all__ = ["NAMED"]

NAMED = """
        of_line as (
            select
                l.*,
                'barcode billed twice' as check_name,
                round(l.amount * s.copies / greatest(coalesce(l.quantity, 1), s.copies), 2) as over,
                null as wanted,
                'barcode ' || s.barcode || ' stood on invoice ' || s.first_number as detail
            from billed l
            join scanned_again s using (source, invoice_line_id)
            union all
            select
                *,
                'cancelled and billed',
                amount,
                0,
                null
            from taken
            union all
            select
                * exclude (ordered_in_all, billed_before),
                'ISBN billed twice',
                amount,
                0,
                billed_before || ' billed before, ' || ordered_in_all || ' ordered'
            from isbn_again
            union all
            select
                l.*,
                'billed more than ordered',
                round(l.amount * t.excess / l.quantity, 2),
                round(l.amount - l.amount * t.excess / l.quantity, 2),
                t.billed_quantity || ' billed, ' || t.ordered || ' ordered'
            from once l
            join too_many t
                on t.last_source = l.source and t.last_line = l.invoice_line_id
            union all
            select
                l.*,
                'billed and not received',
                round(l.amount * t.excess / l.quantity, 2),
                round(l.amount - l.amount * t.excess / l.quantity, 2),
                t.billed_quantity || ' billed, ' || t.received || ' received'
            from once l
            join not_come t
                on t.last_source = l.source and t.last_line = l.invoice_line_id
            union all
            select
                * exclude (is_whole, copies, net, over),
                'price against the order',
                over,
                price * copies,
                copies || if(copies = 1, ' copy at ', ' copies at ') || price
            from dear
            union all
            select
                *,
                'fund against the order',
                amount,
                null,
                billed_funds || ' instead of ' || told_funds
            from other_fund
            union all
            select
                *,
                'no order line',
                amount,
                null,
                null
            from unlinked
        ),
        fault as (
            select
                check_name,
                source,
                vendor,
                invoice_id,
                invoice_number,
                billed_on,
                billed_on as happened_on,
                invoice_line_id,
                order_line_id,
                title,
                currency,
                amount as billed,
                wanted as expected,
                over as difference,
                detail
            from of_line
            union all
            select
                'invoice number twice',
                source,
                vendor,
                invoice_id,
                invoice_number,
                billed_on,
                billed_on,
                null,
                null,
                null,
                currency,
                asked,
                0,
                asked,
                'the number came first on ' || coalesce(first_on::varchar, 'a day not told')
            from again
            union all
            select
                'sum against the total',
                source,
                vendor,
                invoice_id,
                invoice_number,
                billed_on,
                billed_on,
                null,
                null,
                null,
                currency,
                total,
                lines,
                over,
                null
            from other_sum
            union all
            select
                'currency against the order',
                b.source,
                b.vendor,
                b.invoice_id,
                b.invoice_number,
                b.billed_on,
                b.billed_on,
                null,
                null,
                null,
                b.currency,
                c.amount,
                null,
                c.amount,
                b.currency || ' instead of ' || c.order_currency
            from other_currency c
            join bill b using (source, invoice_id)
            union all
            select
                'paid otherwise than billed',
                source,
                vendor,
                invoice_id,
                invoice_number,
                billed_on,
                billed_on,
                null,
                null,
                null,
                currency,
                asked,
                paid,
                over,
                payments || if(payments = 1, ' payment', ' payments')
            from paid_otherwise
            union all
            select
                'paid and not billed',
                source,
                vendor,
                invoice_number,
                invoice_number,
                null,
                paid_on,
                null,
                null,
                null,
                currency,
                0,
                paid,
                paid,
                'paid on ' || paid_on
            from paid_alone
            union all
            select
                'billed and not paid',
                source,
                vendor,
                invoice_id,
                invoice_number,
                billed_on,
                billed_on,
                null,
                null,
                null,
                currency,
                asked,
                0,
                asked,
                null
            from not_paid
            union all
            select
                'received and not billed',
                source,
                vendor,
                null,
                null,
                null,
                received_on,
                null,
                order_id,
                title,
                currency,
                0,
                price * copies,
                price * copies,
                copies || ' received on ' || received_on
            from not_billed
            union all
            select
                'billed in full and still open',
                source,
                vendor,
                null,
                null,
                null,
                last_on,
                null,
                order_id,
                title,
                currency,
                price * ordered,
                price * ordered,
                price * ordered,
                'billed last on ' || last_on
            from still_open
        )"""
