"""Whom the numbers of vendors in messages stand for, where no export says it."""

from __future__ import annotations

import duckdb

from libstats.analysis.invoices.facts import FACTS

__all__ = ["numbers_said"]


def numbers_said(con: duckdb.DuckDBPyConnection) -> list[str]:
    """Of each number without a name for whom it is taken, or how it gets a name: in sentences."""
    if not con.execute("select exists (from invoice where total_rule is not null)").fetchall()[0][
        0
    ]:
        return []
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
    ]
