"""One patron, by the keyed hash of their number: what is kept of them, and taking it away for good.

That a row was forgotten is recorded by the row's own key, as where a later export shows it without
its patron; of the patron nothing is recorded: a list of who asked would be one more thing kept.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import duckdb

from libstats.privacy.forgetting import key_hash_sql, people_columns
from libstats.schema import Column, Table
from libstats.store import tables
from libstats.store.workings import Workings


class Kept(NamedTuple):
    """How many loans, or events of a log, of one source are kept under a patron's key."""

    table: str
    source: str
    rows: int


def kept(con: duckdb.DuckDBPyConnection, person: int, sources: Sequence[str]) -> list[Kept]:
    """What is kept under a patron's key in any version, be it undone, by table and source."""
    return [
        Kept(table.name, source, rows)
        for table, column in people_columns()
        for source, rows in con.execute(
            f"""
            select source, sum(most)::bigint
            from ({_counted_sql(table, column)})
            group by source
            order by source
            """,
            {"person": person, "sources": list(sources)},
        ).fetchall()
    ]


def destroy(con: duckdb.DuckDBPyConnection, person: int, sources: Sequence[str]) -> None:
    """Take the patron from every version of each row that has the key in any, and let none that is
    loaded later bring one back to it."""
    for table, column in people_columns():
        with Workings(con, table.name) as workings:
            given = {"person": person, "sources": list(sources)}
            theirs = workings.make("theirs", _of_patron_sql(table, column), given)
            is_theirs = tables.same_key(("source", *table.key), "p", "t")
            for part in ("row", "merged"):
                con.execute(
                    f"""
                    update {table.name}__{part} t
                    set {column.name} = null
                    where {column.name} is not null and exists (from {theirs} p where {is_theirs})
                    """
                )
            con.execute(
                "insert into stripped"
                f" select '{table.name}', source, {key_hash_sql(table, 'p')} from {theirs} p"
            )
    # in the order of the hashes: rows that stand together would tell that they are one person's
    con.execute("create or replace table stripped as select distinct * from stripped order by all")


def _counted_sql(table: Table, column: Column) -> str:
    """SQL: the keys of rows with the patron's key in a stored row, and how often it stands there at
    most: a log may have several events of a second that are theirs."""
    key = ", ".join(("source", *table.key))
    number = "sum(n)" if table.is_keyless else "1"
    return f"""
        select {key}, max(rows) as most
        from (
            select {key}, {number} as rows
            from {table.name}__row
            where {column.name} = $person::ubigint and list_contains($sources::varchar[], source)
            group by {key}, export_id, from_seq, until_seq
        )
        group by {key}"""


def _of_patron_sql(table: Table, column: Column) -> str:
    """SQL: the keys of the rows of which any version has the patron's key."""
    key = ", ".join(("source", *table.key))
    return " union ".join(
        f"select {key} from {table.name}__{part} where {column.name} = $person::ubigint"
        " and list_contains($sources::varchar[], source)"
        for part in ("row", "merged")
    )
