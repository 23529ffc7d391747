"""All that a vendor is called, as SQL over what facts.py tells: one vendor has a number in the
library system, names there and in orders, a number in messages (SAN, GLN, EAN), and the name that
[vendors] in libstats.toml gives it. Who share one of these are one vendor."""

from __future__ import annotations

__all__ = ["CALLED", "paired_sql"]

CALLED = """
        called as (
            select distinct
                source,
                vendor_id,
                lower(trim(name)) as name
            from (
                select source, vendor_id, name from vendor
                union all
                select source, vendor_id, edi_number from vendor
                union all
                select v.source, v.vendor_id, n.name
                from vendor v join vendor_number n on n.number in (v.vendor_id, trim(v.edi_number))
                union all
                select source, vendor_id, vendor_name from order_line
                union all
                select o.source, o.vendor_id, n.name
                from order_line o join vendor_number n on n.number = o.vendor_id
                union all
                -- a message knows a vendor by that number alone
                select source, vendor_id, vendor_id from invoice where total_rule is not null
                union all
                select i.source, i.vendor_id, v.name
                from invoice i join vendor v on trim(v.edi_number) = i.vendor_id
                where i.total_rule is not null
                union all
                select i.source, i.vendor_id, n.name
                from invoice i join vendor_number n on n.number = i.vendor_id
            )
            where vendor_id is not null and trim(name) <> ''
        ),
        seen_vendor as (
            select distinct source, vendor, vendor_id, true as is_of_order
            from orders
            where not is_written and vendor is not null
            union all
            select distinct source, vendor, vendor_id, false
            from line
            where vendor is not null
        ),
        meant_vendor as (
            select s.*, c.vendor_id as called_id
            from seen_vendor s join called c using (source, vendor_id)
            union
            select s.*, c.vendor_id
            from seen_vendor s
            join called c on c.source = s.source and c.name = lower(trim(s.vendor))
        ),
        known_vendor as (
            select
                source,
                vendor,
                vendor_id,
                is_of_order,
                list(name) as names
            from (
                select m.source, m.vendor, m.vendor_id, m.is_of_order, c.name
                from meant_vendor m
                join called c on c.source = m.source and c.vendor_id = m.called_id
                union
                select source, vendor, vendor_id, is_of_order, lower(trim(vendor))
                from seen_vendor
            )
            group by all
        ),
        -- of the vendors of a line and of an order: whether they are one, and whether the system
        --   orders of the first at all
        vendor_pair as (
            select
                [
                    coalesce(b.source, ''),
                    b.vendor,
                    coalesce(b.vendor_id, ''),
                    coalesce(t.source, ''),
                    t.vendor,
                    coalesce(t.vendor_id, '')
                ] as key,
                list_has_any(t.names, b.names) as is_same,
                bool_or(list_has_any(t.names, b.names)) over (
                    partition by b.source, b.vendor, b.vendor_id, t.source
                ) as is_known
            from known_vendor b
            join known_vendor t on t.is_of_order
            where not b.is_of_order
        )"""


def paired_sql(line: str, order: str) -> str:
    """SQL: the condition under which a vendor_pair p is that of a line and an order."""
    pair = [
        f"{name}.{column}" for name in (line, order) for column in ("source", "vendor", "vendor_id")
    ]
    names = (f"coalesce({column}, '')" for column in pair)
    return f"p.key = [{', '.join(names)}]"
