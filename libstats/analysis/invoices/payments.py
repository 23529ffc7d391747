"""Invoices held against the finance office's list of payments, as SQL, over what facts and faults
tell."""

from __future__ import annotations

__all__ = ["PAYMENTS"]

PAYMENTS = """
        paid as (
            select
                upper(trim(invoice_number)) as number,
                any_value(invoice_number) as invoice_number,
                any_value(vendor_name) as vendor,
                any_value(source) as source,
                any_value(upper(trim(currency))) as currency,
                sum(amount) as paid,
                max(paid_on) as paid_on,
                count(*) as payments,
                count(distinct vendor_name) <= 1 and count(distinct upper(trim(currency))) <= 1
                    as is_one
            from payment
            where nullif(trim(invoice_number), '') is not null
            group by all
        ),
        -- the invoice in the library system goes before the vendor's own message of it
        to_pay as (
            select
                upper(trim(b.invoice_number)) as number,
                b.*,
                coalesce(b.total, l.lines + coalesce(b.shipping_cost, 0)) as asked,
                count(*) filter (where b.is_exchanged = t.told_by) over (
                    partition by upper(trim(b.invoice_number))
                ) = 1 as is_one
            from bill b
            join (
                select upper(trim(invoice_number)) as number, min(is_exchanged) as told_by
                from bill anti join again using (source, invoice_id)
                group by all
            ) t on t.number = upper(trim(b.invoice_number))
            left join of_invoice l using (source, invoice_id)
            anti join again a using (source, invoice_id)
            where nullif(trim(b.invoice_number), '') is not null and b.is_exchanged = t.told_by
        ),
        paid_otherwise as (
            select
                t.*,
                p.paid,
                p.payments,
                p.vendor as paid_to,
                p.paid - t.asked as over
            from to_pay t
            join paid p using (number)
            where t.is_one and p.is_one and p.paid <> t.asked
                and coalesce(t.currency = p.currency, true)
        ),
        paid_alone as (
            from paid
            anti join to_pay using (number)
            anti join again a on upper(trim(a.invoice_number)) = number
            where paid_on >= (select min(billed_on) from bill)
        ),
        not_paid as (
            from to_pay
            anti join paid using (number)
            where asked > 0
                and billed_on >= (select min(paid_on) from payment)
                and billed_on < $as_of::date - to_days($days::integer)
        )"""
