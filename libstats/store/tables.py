"""The tables of a store as they are today. What they hold is told in fold.py, gone.py and
ledger.py; what people see of them, in views.py; earlier.py knows those of an earlier form.
"""

from __future__ import annotations

import hashlib

import duckdb

from libstats import schema
from libstats.definitions.events import TOLD
from libstats.store import summary

# Raised once an earlier libstats could not read the store; lesser changes are told by its form.
# 2: the views that people query are made when a store is opened, and stand in it no more.
FORMAT = 2
# What a whole list holds though its row was rejected: a name of the key (a column) and a hash of
# its value. It is not gone.
UNREAD = """
    create table if not exists unread (
        seq integer,
        source varchar,
        table_name varchar,
        name varchar,
        hash ubigint
    )
"""
# The fingerprint of the secret key by which patrons' numbers were hashed; no row until then.
KEY = "create table if not exists patron_key (fingerprint varchar)"
_LEDGER = """
    create table ledger (
        seq integer,
        happened_at timestamp,
        action varchar,
        load_seq integer
    );
    create table export (
        export_id integer,
        source varchar,
        declaration varchar,
        select_hash varchar,
        primary_table varchar,
        is_whole boolean,
        absence varchar,
        scope_column varchar,
        scope varchar[],
        columns map(varchar, varchar[])
    );
    create table load (
        seq integer,
        export_id integer,
        loaded_at timestamp,
        file varchar,
        sha256 varchar,
        size bigint,
        exported_at timestamp,
        exported_from varchar,
        is_cut boolean,
        rows_read bigint,
        rows_kept bigint,
        dispositions map(varchar, bigint),
        derived map(varchar, bigint),
        conflicts bigint,
        confirmed_seq integer,
        undone_seq integer,
        scope_rows map(varchar, bigint)
    );
    create table reject (
        seq integer,
        line bigint,
        heading varchar,
        reason varchar,
        shape varchar
    );
    create table horizon (seq integer, forgotten_before date);
    create table stripped (table_name varchar, source varchar, key ubigint)
"""


def create_tables(con: duckdb.DuckDBPyConnection) -> None:
    """Make the ledger and, for each canonical table, its stored rows and the rest of its fold."""
    con.execute("begin")  # else the disk would be waited for after each
    con.execute(f"create table about as select {FORMAT} as format, '{form()}' as form")
    con.execute(_LEDGER)
    con.execute(UNREAD)
    con.execute(KEY)
    con.execute(summary.TABLE.format("table"))
    for table in schema.tables().values():
        con.execute(parts_sql(table, "table"))
    con.execute("commit")


def form() -> str:
    """A fingerprint of the tables as they are today: of all that earlier.py looks at, and of what
    the summary counts."""
    text = f"{FORMAT}{_LEDGER}{UNREAD}{KEY}{summary.TABLE}{TOLD}{schema.sql()}"
    return hashlib.sha256(" ".join(text.split()).encode()).hexdigest()


def known_sql(table: schema.Table) -> str:
    """SQL that makes the tables into which it is folded as it was known on a day: T__now, T__gone
    and, where it has second names, T__alias."""
    parts = _parts(table)
    parts = {"now": parts["merged"]} | {p: c for p, c in parts.items() if p in ("gone", "alias")}
    return ";".join(
        f"create or replace temp table {table.name}__{part} ({columns})"
        for part, columns in parts.items()
    )


def parts_sql(table: schema.Table, kind: str) -> str:
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
    return f"""
        source varchar,
        export_id integer,
        from_seq integer,
        until_seq integer,
        row_hash ubigint,
        n bigint,
        is_sole boolean,
        {stored}"""


def _compression(column: schema.Column) -> str:
    """SQL: what DuckDB tries for texts that differ in every row costs three times zstd's time and
    saves little."""
    is_identifier = column.type == "varchar" and (
        column.nature in ("key", "name") or column.name.endswith("_id")
    )
    return " using compression 'zstd'" if is_identifier else ""


def filled(con: duckdb.DuckDBPyConnection) -> set[str]:
    """The tables of the store with rows that are committed, told by its catalogue; maybe also one
    whose rows were all deleted."""
    found = con.execute(
        """
        select table_name
        from duckdb_tables()
        where not internal and database_name = current_database() and estimated_size > 0
        """
    ).fetchall()
    return {name for (name,) in found}


def columns_of_row(table: schema.Table) -> list[str]:
    """SQL: the canonical columns of a stored row that is the fold of its key."""
    if not table.second_name:
        return [c.name for c in table.columns]
    exported, second = table.exported_key[0], table.second_name
    own = f"coalesce({exported}, '{second}:' || {second}) as {table.key[0]}"
    return [own if c.name in table.key else c.name for c in table.columns]


def now_sql(table: schema.Table) -> str:
    """SQL: the current state, gone keys included."""
    return f"""
        select source, {", ".join(columns_of_row(table))} from {table.name}__row where is_sole
        union all
        select source, {", ".join(c.name for c in table.columns)} from {table.name}__merged"""


def same_key(columns: tuple[str, ...], left: str, right: str) -> str:
    """SQL: the two rows agree in these columns, blanks included."""
    return " and ".join(f"{left}.{c} is not distinct from {right}.{c}" for c in columns)


def same_run(left: str, right: str) -> str:
    """SQL: the two rows are of one run of one shape."""
    columns = ("export_id", "from_seq")
    same = " and ".join(f"{left}.{c} = {right}.{c}" for c in columns)
    return f"{same} and {left}.until_seq is not distinct from {right}.until_seq"
