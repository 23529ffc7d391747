"""Whom the numbers of vendors in messages stand for, where no export says it."""

from __future__ import annotations

import duckdb

from libstats.analysis.invoices.facts import FACTS

__all__ = ["numbers_said", "unnamed"]

MOST = 3  # numbers in a sentence


def numbers_said(con: duckdb.DuckDBPyConnection) -> list[str]:
    """Of each number without a name for whom it is taken, or how it gets a name: in sentences."""
    of_orders = [f"No export tells {each}" for each in unnamed(con)]
    if not con.execute("select exists (from invoice where total_rule is not null)").fetchall()[0][
        0
    ]:
        return of_orders
    rows = con.execute(
        f"""
        with
        {FACTS}
        select distinct
            b.vendor_id,
            d.name
        from numbered_bill b
        left join derived_vendor d using (source, vendor_id)
        where b.is_exchanged and b.vendor = b.vendor_id
        order by all
        """
    ).fetchall()
    return [
        f"{number} is taken for {name}: its invoices met orders of that vendor alone."
        if name
        else f"No export names {number}. Its name goes into libstats.toml: [vendors], then "
        f'"{number}" = "..."'
        for number, name in rows
    ] + of_orders


def unnamed(con: duckdb.DuckDBPyConnection) -> list[str]:
    """The vendors of orders of whom a number alone is told, and what to do, in a sentence that
    begins with them; nothing where each has a name."""
    rows = con.execute(
        """
        select distinct coalesce(l.vendor_id, p.vendor_id) as number
        from order_line l
        left join purchase_order p
            on p.source = l.source and p.purchase_order_id = l.purchase_order_id
        left join vendor v
            on v.source = l.source and v.vendor_id = coalesce(l.vendor_id, p.vendor_id)
        anti join vendor_number n on n.number = coalesce(l.vendor_id, p.vendor_id)
        where not coalesce(l.is_exchanged, false)
            and l.vendor_name is null
            and v.name is null
            and regexp_full_match(coalesce(l.vendor_id, p.vendor_id), '[0-9]+')
        order by number
        """
    ).fetchall()
    numbers = [number for (number,) in rows]
    if not numbers:
        return []
    more = f" and {len(numbers) - MOST:,} more" if len(numbers) > MOST else ""
    return [
        f"the names of vendors of orders: {', '.join(numbers[:MOST])}{more}. Load the list of "
        f'vendors, or write [vendors] into libstats.toml, then "{numbers[0]}" = "..."'
    ]
