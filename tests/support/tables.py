"""Current tables with a few literal rows, for analyses: what a test does not say is NULL."""

from __future__ import annotations

from typing import Any

import duckdb

from libstats import schema
from libstats.definitions import call_numbers

Rows = list[dict[str, Any]]


def holding(**tables: Rows) -> duckdb.DuckDBPyConnection:
    """A connection on the tables of schema.sql with these rows; the source is koha, a copy's key is
    its number."""
    con = duckdb.connect()
    call_numbers.register(con)
    for table in schema.tables().values():
        con.execute(
            f"create table {table.name} (source varchar, {', '.join(f'{c.name} {c.type}' for c in table.columns)})"
        )
        con.execute(
            f"create view {table.name}_ever as select *, null::timestamp as gone_after from {table.name}"
        )
        for row in tables.get(table.name, []):
            full = {
                "source": "koha",
                **({"item_key": row["item_id"]} if table.name == "item" else {}),
                **row,
            }
            con.execute(
                f"insert into {table.name} ({', '.join(full)}) values ({', '.join('?' * len(full))})",
                list(full.values()),
            )
    con.execute("create schema history")
    con.execute("create table history.item as select *, 1 as shape from main.item")
    con.execute(
        """
        create table loaded_file as
        select
            'koha' as source,
            1 as shape,
            true as is_active,
            map {'item': ?} as columns
        """,
        [[column.name for column in schema.tables()["item"].columns]],
    )
    return con


def dicts(relation: duckdb.DuckDBPyRelation) -> Rows:
    """The rows of a result by column."""
    return [dict(zip(relation.columns, row, strict=True)) for row in relation.fetchall()]
