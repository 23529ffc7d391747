"""Orders that came and were not billed, or were billed in full and are still open, as SQL over
what facts and faults tell."""

from __future__ import annotations

__all__ = ["ORDERS"]

ORDERS = """
        -- since when invoices are told of: by the system itself, else by a vendor's messages
        span as (
            select
                source,
                min(billed_on) as first_on
            from bill_line
            where not is_exchanged
            group by source
        ),
        span_of_vendor as (
            select
                l.order_source as source,
                o.vendor,
                min(l.billed_on) as first_on
            from line l
            join orders o on o.source = l.order_source and o.order_id = l.order_id
            where l.is_exchanged
            group by all
        ),
        ever as (
            select
                order_source,
                order_id,
                greatest(
                    sum(quantity) filter (where quantity > 0 and not is_shadow),
                    sum(quantity) filter (where quantity > 0 and is_shadow)
                ) as ever_billed,
                count(quantity) = count(*) as has_quantity
            from line
            where order_id is not null
            group by all
        ),
        not_billed as (
            select
                o.*,
                -- what came and was credited later was billed
                o.received - coalesce(b.ever_billed, 0) as copies
            from orders o
            left join span s on s.source = o.source
            left join span_of_vendor v
                on v.source = o.source and v.vendor is not distinct from o.vendor
            left join ever b on b.order_source = o.source and b.order_id = o.order_id
            where not o.is_written and not o.stands and not o.is_cancelled
                and coalesce(b.has_quantity, true)
                and o.received > coalesce(b.ever_billed, 0)
                and o.received_on >= coalesce(s.first_on, v.first_on)
                and o.received_on < $as_of::date - to_days($days::integer)
        ),
        still_open as (
            select
                o.*,
                b.last_on
            from of_order_once b
            join orders o on o.source = b.order_source and o.order_id = b.order_id
            anti join too_many t
                on t.order_source = b.order_source and t.order_id = b.order_id
            where b.is_open and not b.stands and not b.is_cancelled and not o.is_written
                and b.has_quantity and b.billed_quantity >= b.ordered
                and case
                    when b.received is null
                        then b.last_on < $as_of::date - to_days($days::integer)
                    else b.received >= b.ordered
                end
        )"""
