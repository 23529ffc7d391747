"""Rows that were judged one by one, as a relation again."""

from __future__ import annotations

from collections.abc import Mapping

import duckdb

from libstats.wording import Row

__all__ = ["relation"]


def relation(
    con: duckdb.DuckDBPyConnection, rows: list[Row], types: Mapping[str, str]
) -> duckdb.DuckDBPyRelation:
    """The rows as a relation with columns of these types."""
    columns = ",\n            ".join(
        f"unnest(${name}::{kind}[]) as {name}" for name, kind in types.items()
    )
    blank = {"is_judged": False}
    lists = {name: [row.get(name, blank.get(name)) for row in rows] for name in types}
    return con.sql(f"select {columns}", params=lists)
