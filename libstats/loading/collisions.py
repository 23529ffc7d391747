"""Rows that meet under a long number that ends in zeros, and are not equal: it looks as if a
spreadsheet had rounded several numbers to one."""

from __future__ import annotations

import duckdb

from libstats.declaration.select import Plan
from libstats.declaration.spreadsheet import is_rounded
from libstats.errors import FileRefused


def colliding_sql(plan: Plan, rows: str) -> str:
    """SQL: the file of each such number among rows (SQL after `from`, with `file`)."""
    table = plan.table
    if table.is_keyless:  # its rows have no numbers
        return f"select file from {rows} where false"
    if not table.second_name:
        return _met(rows, table.key, "count(*)")
    own, second = table.exported_key[0], table.second_name
    met = []
    if own in plan.columns:
        met.append(_met(rows, (own,), "count(*)"))
    if second in plan.columns:
        other = f"count(distinct {own})" if own in plan.columns else "count(*)"
        met.append(_met(rows, (second,), other))
    return " union all ".join(met)


def _met(rows: str, names: tuple[str, ...], others: str) -> str:
    rounded = " or ".join(is_rounded(f"{name}::varchar") for name in names)
    return (
        f"select file from {rows} where {rounded}"
        f" group by file, {', '.join(names)} having {others} > 1"
    )


def refuse(con: duckdb.DuckDBPyConnection, plan: Plan, rows: str, name: str) -> None:
    """FileRefused if there are such numbers among the rows of a file."""
    query = colliding_sql(plan, rows)
    met = con.execute(f"select count(*) from ({query})").fetchall()[0][0]
    if met:
        headings = ", ".join(
            h for line in plan.lines if line.column in plan.telling for h in plan.present(line)
        )
        what = "1 number ends" if met == 1 else f"{met:,} numbers end"
        raise FileRefused(
            f"{name} ({plan.source.label}): {what} in zeros after the fifteenth digit and stand on"
            f" rows that differ (column {headings}). It looks as if a spreadsheet had rounded them",
            "Export it again, and load the file without opening it there. If the system does give"
            " such numbers, write into libstats.toml, below [exact]:"
            f' "{plan.source.label}" = true',
        )
