"""The faults of invoices under the names of their checks, as SQL over what faults finds:
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
                coalesce('cancelled on ' || cancelled_on, 'cancelled, on a day not told')
            from taken
            union all
            select
                * exclude (ordered_in_all, billed_before, number_before),
                'ISBN billed twice',
                amount,
                0,
                billed_before || ' billed before' || coalesce(
                    ', last on invoice ' || number_before, ''
                ) || ', ' || ordered_in_all || ' ordered'
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
                if(copies = 1, '', copies || ' copies: ') || 'ordered '
                    || price::decimal(12, 2) || if(copies = 1, '', ' each')
                    || ', billed ' || round(net / copies, 2)::decimal(12, 2)
                    || if(copies = 1, '', ' each')
            from dear
            union all
            select
                * exclude (order_vendor),
                'vendor against the order',
                amount,
                null,
                'ordered of ' || order_vendor || ', billed by ' || vendor
            from other_vendor
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
                'no order has its numbers' || if(isbn is null, '', ' or its ISBN')
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
            union all by name
            select
                'invoice number twice' as check_name,
                source,
                vendor,
                invoice_id,
                invoice_number,
                billed_on,
                billed_on as happened_on,
                currency,
                asked as billed,
                0 as expected,
                asked as difference,
                'the number came first on ' || coalesce(first_on::varchar, 'a day not told')
                    as detail
            from again
            union all by name
            select
                'sum against the total' as check_name,
                source,
                vendor,
                invoice_id,
                invoice_number,
                billed_on,
                billed_on as happened_on,
                currency,
                total as billed,
                lines as expected,
                over as difference,
                'stated total ' || total || ', sum of lines ' || lines::decimal(12, 2) as detail
            from other_sum
            union all by name
            select
                'currency against the order' as check_name,
                b.source as source,
                b.vendor as vendor,
                b.invoice_id as invoice_id,
                b.invoice_number as invoice_number,
                b.billed_on as billed_on,
                b.billed_on as happened_on,
                b.currency as currency,
                c.amount as billed,
                c.amount as difference,
                b.currency || ' instead of ' || c.order_currency as detail
            from other_currency c
            join bill b using (source, invoice_id)
            union all by name
            select
                'paid otherwise than billed' as check_name,
                source,
                vendor,
                invoice_id,
                invoice_number,
                billed_on,
                billed_on as happened_on,
                currency,
                asked as billed,
                paid as expected,
                over as difference,
                'billed ' || asked::decimal(12, 2) || ', paid ' || paid::decimal(12, 2) || ' in '
                    || payments
                    || if(payments = 1, ' payment', ' payments')
                    || coalesce(
                        case
                            when lower(trim(paid_to)) <> lower(trim(vendor))
                                then ', which ' || if(payments = 1, 'names ', 'name ') || paid_to
                        end,
                        ''
                    ) as detail
            from paid_otherwise
            union all by name
            select
                'paid and not billed' as check_name,
                source,
                vendor,
                invoice_number as invoice_id,
                invoice_number,
                paid_on as happened_on,
                currency,
                0 as billed,
                paid as expected,
                paid as difference,
                'paid on ' || paid_on as detail
            from paid_alone
            union all by name
            select
                'billed and not paid' as check_name,
                source,
                vendor,
                invoice_id,
                invoice_number,
                billed_on,
                billed_on as happened_on,
                currency,
                asked as billed,
                0 as expected,
                asked as difference,
                'billed on ' || billed_on || ', in no payment since' as detail
            from not_paid
            union all by name
            select
                'received and not billed' as check_name,
                source,
                vendor,
                received_on as happened_on,
                order_id as order_line_id,
                title,
                currency,
                0 as billed,
                price * copies as expected,
                price * copies as difference,
                copies || ' received on ' || received_on as detail
            from not_billed
            union all by name
            select
                'billed in full and still open' as check_name,
                source,
                vendor,
                last_on as happened_on,
                order_id as order_line_id,
                title,
                currency,
                price * ordered as billed,
                price * ordered as expected,
                price * ordered as difference,
                'billed last on ' || last_on as detail
            from still_open
        )"""
