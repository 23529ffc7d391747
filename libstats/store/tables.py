"""The tables of a store: made, brought up to what schema.sql says today, read though they are of
yesterday. What they hold is told in fold.py and ledger.py; what people see of them, in views.py.
"""

from __future__ import annotations

import hashlib

import duckdb

from libstats import schema

# Raised once an earlier libstats could not read the store; lesser changes are told by its form.
# 2: the views that people query are made when a store is opened, and stand in it no more.
FORMAT = 2
# What a whole list holds though its row was rejected: a name of the key (a column) and a hash of
# its value. It is not gone.
_UNREAD = "create table if not exists unread (seq integer, source varchar, table_name varchar, name varchar, hash ubigint)"
_LEDGER = """
    create table ledger (seq integer, happened_at timestamp, action varchar, load_seq integer);
    create table export (export_id integer, source varchar, declaration varchar, select_hash varchar, primary_table varchar, is_whole boolean, absence varchar,
                         scope_column varchar, scope varchar[], columns map(varchar, varchar[]));
    create table load (seq integer, export_id integer, loaded_at timestamp, file varchar, sha256 varchar, size bigint, exported_at timestamp, exported_from varchar,
                       is_cut boolean, rows_read bigint, rows_kept bigint, dispositions map(varchar, bigint), derived map(varchar, bigint), conflicts bigint, confirmed_seq integer, undone_seq integer,
                       scope_rows map(varchar, bigint));
    create table reject (seq integer, line bigint, heading varchar, reason varchar, shape varchar);
    create table horizon (seq integer, forgotten_before date);
    create table stripped (table_name varchar, source varchar, key ubigint)
"""


def create_tables(con: duckdb.DuckDBPyConnection) -> None:
    """Make the ledger and, for each canonical table, its stored rows and the rest of its fold."""
    con.execute("begin")  # else the disk would be waited for after each
    con.execute(f"create table about as select {FORMAT} as format, '{_form()}' as form")
    con.execute(_LEDGER)
    con.execute(_UNREAD)
    for table in schema.tables().values():
        con.execute(_parts_sql(table, "table"))
    con.execute("commit")


def _form() -> str:
    """A fingerprint of the tables as they are today: all that `migrate` and `read_as_now` look at."""
    text = f"{FORMAT}{_LEDGER}{_UNREAD}{schema.sql()}"
    return hashlib.sha256(text.encode()).hexdigest()


def _is_of_today(con: duckdb.DuckDBPyConnection) -> bool:
    """True if the tables of the store are those of today, so that nothing need be compared; the
    first stores do not say."""
    return _form() in con.execute("from about").fetchall()[0]


def known_sql(table: schema.Table) -> str:
    """SQL that makes the tables into which it is folded as it was known on a day: T__now, T__gone
    and, where it has second names, T__alias."""
    parts = _parts(table)
    parts = {"now": parts["merged"]} | {p: c for p, c in parts.items() if p in ("gone", "alias")}
    return ";".join(
        f"create or replace temp table {table.name}__{part} ({columns})"
        for part, columns in parts.items()
    )


def _parts_sql(table: schema.Table, kind: str) -> str:
    """SQL that makes the stored rows of a canonical table and the rest of its fold, each a `kind`
    (table, temp table)."""
    return ";".join(
        f"create {kind} {table.name}__{part} ({columns})" for part, columns in _parts(table).items()
    )


def _parts(table: schema.Table) -> dict[str, str]:
    """SQL: the columns of each table that a canonical table is stored in."""
    every = ", ".join(f"{c.name} {c.type}" for c in table.columns)
    key = ", ".join(f"{c.name} {c.type}" for c in table.columns if c.name in table.key)
    parts = {
        "row": _columns_of_rows(table),
        "merged": f"source varchar, {every}",
        "gone": f"source varchar, {key}, last_seen_at timestamp",
    }
    if table.second_name:
        second, own = table.second_name, table.exported_key[0]
        parts["alias"] = f"source varchar, {second} varchar, {own} varchar"
    return parts


def _columns_of_rows(table: schema.Table) -> str:
    """SQL: the columns of the stored rows."""
    stored = ", ".join(f"{c.name} {c.type}{_compression(c)}" for c in table.stored)
    return f"source varchar, export_id integer, from_seq integer, until_seq integer, row_hash ubigint, n bigint, is_sole boolean, {stored}"


def _compression(column: schema.Column) -> str:
    """SQL: what DuckDB tries for texts that differ in every row costs three times zstd's time and
    saves little."""
    is_identifier = column.type == "varchar" and (
        column.nature in ("key", "name") or column.name.endswith("_id")
    )
    return " using compression 'zstd'" if is_identifier else ""


def _held(con: duckdb.DuckDBPyConnection) -> dict[str, list[str]]:
    """The columns of each table of the store."""
    rows = con.execute(
        "select table_name, list(column_name order by column_index) from duckdb_columns() where not internal and database_name = current_database() group by all"
    ).fetchall()
    return dict(rows)


def filled(con: duckdb.DuckDBPyConnection) -> set[str]:
    """The tables of the store with rows that are committed, told by its catalogue; maybe also one
    whose rows were all deleted."""
    return {
        name
        for (name,) in con.execute(
            "select table_name from duckdb_tables() where not internal and database_name = current_database() and estimated_size > 0"
        ).fetchall()
    }


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
    held = _held(con)
    con.execute(_UNREAD)
    if "scope_rows" not in held["load"]:
        con.execute("alter table load add column scope_rows map(varchar, bigint)")
    for table in schema.tables().values():
        if f"{table.name}__row" not in held:
            con.execute(_parts_sql(table, "table"))
            continue
        for column in (c for c in table.stored if c.name not in held[f"{table.name}__row"]):
            for part in ("row", "merged"):
                con.execute(
                    f"alter table {table.name}__{part} add column {column.name} {column.type}"
                )
    if "form" not in held["about"]:
        con.execute("alter table about add column form varchar")
    con.execute("update about set format = $1, form = $2", [FORMAT, _form()])


def read_as_now(con: duckdb.DuckDBPyConnection) -> set[str]:
    """Let a reader of a store that an earlier libstats wrote find every table and column of today,
    without any rows in them; gives the names of the temporary relations that stand for the
    store's."""
    if _is_of_today(con):
        return set()
    held = _held(con)
    database = con.execute("select current_database()").fetchall()[0][0]
    if "unread" not in held:
        con.execute(_UNREAD.replace("create table", "create temp table"))
    if "scope_rows" not in held["load"]:
        none = "null::map(varchar, bigint) as scope_rows"
        con.execute(f'create temp view load as select *, {none} from "{database}".load')
    stand_ins = set()
    for table in schema.tables().values():
        name, columns = table.name, set(held.get(f"{table.name}__row", ()))
        if not columns:
            con.execute(_parts_sql(table, "temp table"))
            stand_ins |= {f"{name}__{part}" for part in ("row", "merged", "gone", "alias")}
            continue
        new = "".join(
            f", null::{c.type} as {c.name}" for c in table.stored if c.name not in columns
        )
        if new:
            # what was known on a day is folded from these rows, which are told apart by their rowid
            for part, rowid in (("row", "rowid as rowid, "), ("merged", "")):
                con.execute(
                    f"create temp view {name}__{part} as "
                    f'select {rowid}*{new} from "{database}".{name}__{part}'
                )
            stand_ins |= {f"{name}__row", f"{name}__merged"}
    return stand_ins


def columns_of_row(table: schema.Table) -> list[str]:
    """SQL: the canonical columns of a stored row that is the fold of its key."""
    if not table.second_name:
        return [c.name for c in table.columns]
    own = f"coalesce({table.exported_key[0]}, '{table.second_name}:' || {table.second_name}) as {table.key[0]}"
    return [own if c.name in table.key else c.name for c in table.columns]


def now_sql(table: schema.Table, *, has_merged: bool = True) -> str:
    """SQL: the current state, gone keys included."""
    merged = (
        f" union all select source, {', '.join(c.name for c in table.columns)} from {table.name}__merged"
        if has_merged
        else ""
    )
    return f"select source, {', '.join(columns_of_row(table))} from {table.name}__row where is_sole{merged}"


def same_key(columns: tuple[str, ...], left: str, right: str) -> str:
    """SQL: the two rows agree in these columns, blanks included."""
    return " and ".join(f"{left}.{c} is not distinct from {right}.{c}" for c in columns)


def same_run(left: str, right: str) -> str:
    """SQL: the two rows are of one run of one shape."""
    columns = ("export_id", "from_seq")
    same = " and ".join(f"{left}.{c} = {right}.{c}" for c in columns)
    return f"{same} and {left}.until_seq is not distinct from {right}.until_seq"
