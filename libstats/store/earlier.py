"""Stores that an earlier libstats wrote: brought up to what schema.sql says today, or read as they
are, as if they were of today.

A door: a store tells of which form its tables are, so that one of today need not be compared with
them, which takes 20 ms at the start of each command.
"""

from __future__ import annotations

from collections.abc import Collection

import duckdb

from libstats import schema
from libstats.schema import Column, Table
from libstats.store import summary
from libstats.store.tables import FORMAT, KEY, UNREAD, form, parts_sql

IS_OPEN = True
# Scans had their barcode for a key, and not their list: each stored row is one of its own now.
_SCANS_OF_NO_LIST = """
    update shelf_scan__row
    set
        list_id = 'of no list',
        place = shelf_scan__row.rowid + 1,
        is_sole = until_seq is null and export_id in (
            select export_id from load where undone_seq is null
        );
    delete from shelf_scan__merged
"""


def _is_of_today(con: duckdb.DuckDBPyConnection) -> bool:
    """True if the tables of the store are known to be those of today; the first stores do not
    say."""
    return IS_OPEN and form() in con.execute("from about").fetchall()[0]


def _columns(con: duckdb.DuckDBPyConnection) -> dict[str, list[str]]:
    """The columns of each table of the store."""
    rows = con.execute(
        """
        select table_name, list(column_name order by column_index)
        from duckdb_columns()
        where not internal and database_name = current_database()
        group by all
        """
    ).fetchall()
    return dict(rows)


def migrate(con: duckdb.DuckDBPyConnection) -> None:
    """Give a store that an earlier libstats wrote the tables and columns that schema.sql has gained
    since.

    The rows loaded before have nothing in a new column; loading the same file again fills it.
    """
    if _is_of_today(con):
        return
    views = "select view_name from duckdb_views() where not internal and not temporary"
    for (view,) in con.execute(views).fetchall():
        con.execute(f"drop view {view}")
    there = _columns(con)
    con.execute(UNREAD)
    con.execute(KEY)
    if "scope_rows" not in there["load"]:
        con.execute("alter table load add column scope_rows map(varchar, bigint)")
    for table in schema.tables().values():
        if f"{table.name}__row" in there:
            _add_columns(con, table, there[f"{table.name}__row"])
        else:
            con.execute(parts_sql(table, "table"))
    if "summary" in there:
        con.execute("drop table summary")
    con.execute(summary.TABLE.format("table"))
    summary.write_all(con)
    if "form" not in there["about"]:
        con.execute("alter table about add column form varchar")
    con.execute("update about set format = $1, form = $2", [FORMAT, form()])


def _add_columns(con: duckdb.DuckDBPyConnection, table: Table, there: Collection[str]) -> None:
    for column in _new(table, there):
        for part in ("row", "merged"):
            con.execute(f"alter table {table.name}__{part} add column {column.name} {column.type}")
    if table.name == "shelf_scan" and "list_id" not in there:
        con.execute(_SCANS_OF_NO_LIST)


def _new(table: Table, there: Collection[str]) -> list[Column]:
    """The columns that the table has gained since its rows had those that are there."""
    return [column for column in table.stored if column.name not in there]


def read_as_now(con: duckdb.DuckDBPyConnection) -> set[str]:
    """Let a reader of a store that an earlier libstats wrote find every table and column of today,
    without any rows in them; gives the names of the temporary relations that stand for the
    store's."""
    if _is_of_today(con):
        return set()
    there = _columns(con)
    if "unread" not in there:
        con.execute(UNREAD.replace("create table", "create temp table"))
    if "scope_rows" not in there["load"]:
        none = "null::map(varchar, bigint) as scope_rows"
        con.execute(f"create temp view load as select *, {none} from {_placed(con, 'load')}")
    stand_ins = set()
    for table in schema.tables().values():
        stand_ins |= _stand_in(con, table, there.get(f"{table.name}__row", ()))
    store = _placed(con, "")

    def placed(name: str) -> str:
        return f"temp.main.{name}" if name in stand_ins else f"{store}{name}"

    con.execute(f"create temp view summary as {summary.all_sql(placed)}")
    return stand_ins | {"summary"}


def _placed(con: duckdb.DuckDBPyConnection, name: str) -> str:
    """SQL: a table of the store itself, though a temporary one has its name."""
    return f'"{con.execute("select current_database()").fetchall()[0][0]}".{name}'


def _stand_in(con: duckdb.DuckDBPyConnection, table: Table, there: Collection[str]) -> set[str]:
    """Make what stands for a table that is not there, or lacks columns; gives the names."""
    if not there:
        con.execute(parts_sql(table, "temp table"))
        return {f"{table.name}__{part}" for part in ("row", "merged", "gone", "alias")}
    new = "".join(f", null::{c.type} as {c.name}" for c in _new(table, there))
    if not new:
        return set()
    # what was known on a day is folded from these rows, which are told apart by their rowid
    parts = {f"{table.name}__row": "rowid as rowid, ", f"{table.name}__merged": ""}
    for name, rowid in parts.items():
        con.execute(f"create temp view {name} as select {rowid}*{new} from {_placed(con, name)}")
    return set(parts)
