"""The steps of an object that works on a table: temp tables that it makes, names and owns.

Each is named after the table and the step (`item_spoken`), and dropped when the object is spent.
To look at them, set IS_KEPT: they then stay as long as the connection does, until the next object
works on that table.
"""

from __future__ import annotations

from types import TracebackType
from typing import Any, Self

import duckdb

IS_KEPT = False


class Workings:
    """The steps of what works on a table. In a `with` they are dropped at its end; where it fails
    the transaction, which is taken back, drops them."""

    def __init__(self, con: duckdb.DuckDBPyConnection, table: str) -> None:
        self.con, self._table = con, table
        self._made: dict[str, None] = {}

    def make(self, step: str, query: str, values: Any = None) -> str:
        """Make a temp table of what a query gives; gives its name."""
        name = f"{self._table}_{step}"
        self.con.execute(f"create or replace temp table {name} as {query}", values)
        self._made[name] = None
        return name

    def drop(self) -> None:
        """Drop every step."""
        if self._made and not IS_KEPT:
            self.con.execute(";".join(f"drop table if exists temp.{name}" for name in self._made))
        self._made.clear()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if error is None:
            self.drop()
