"""A query that joins a file with tables."""

from __future__ import annotations

import duckdb


def streamed(con: duckdb.DuckDBPyConnection, query: str) -> None:
    """Run it with the file passing by the tables: DuckDB takes files for small, and would hold all
    the text in memory and look the tables up in it."""
    con.execute("set disabled_optimizers = 'join_order,build_side_probe_side'")
    con.execute(query)
    con.execute("reset disabled_optimizers")
