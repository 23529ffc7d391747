"""What a connection works out once for all that is asked of it, since what it shows never changes;
what it works out only when it is asked; and what a process reads once for all connections."""

from __future__ import annotations

import duckdb

# A view is bound when it is asked, not when it is made: a store is opened in half the time
# (measured on the sample library). DuckDB knows that from 2.0 on.
DEFERRED = " with (defer_binding)" if int(duckdb.__version__.split(".")[0]) > 1 else ""


def run(con: duckdb.DuckDBPyConnection, sql: str) -> None:
    """Run statements that make views and macros. To read their text takes longer than to make them,
    so a process that opens many stores reads it once."""
    if sql not in _READ:
        if len(_READ) >= 64:
            _READ.clear()
        _READ[sql] = con.extract_statements(sql)
    for statement in _READ[sql]:
        con.execute(statement)


_READ: dict[str, list[duckdb.Statement]] = {}


def keep(con: duckdb.DuckDBPyConnection, **tables: str) -> None:
    """Keep the rows of each piece of SQL as a temporary table, unless the connection has it."""
    kept = _names(con, "table")
    for name, sql in tables.items():
        if name not in kept:
            con.execute(f"create temp table {name} as {sql}")


def keep_views(con: duckdb.DuckDBPyConnection, *names: str) -> None:
    """Keep the rows of temporary views as tables of their names."""
    views = _names(con, "view")
    for name in filter(views.__contains__, names):
        con.execute(
            f"""
            create temp table {name}_kept as from {name};
            drop view {name};
            alter table {name}_kept rename to {name}
            """
        )


def _names(con: duckdb.DuckDBPyConnection, kind: str) -> set[str]:
    rows = con.execute(f"select {kind}_name from duckdb_{kind}s() where temporary").fetchall()
    return {name for (name,) in rows}
