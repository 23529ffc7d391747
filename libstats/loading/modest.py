"""A limit to what DuckDB keeps in memory: without one it keeps whatever it has once read."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import duckdb


@contextmanager
def within(con: duckdb.DuckDBPyConnection, enough: int | None) -> Iterator[bool]:
    """Let DuckDB take no more than so many bytes meanwhile; True if there is a limit."""
    if enough is None:
        yield False
        return
    con.execute("set memory_limit = $1", [f"{enough >> 20}MiB"])
    try:
        yield True
    finally:
        con.execute("reset memory_limit")
