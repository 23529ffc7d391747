"""A door: how rows lie on the disk. DuckDB keeps them in groups, and what comes to a big table bit
by bit is made into such now and then.

DuckDB, which saves the tables at each commit, would merge the bits at each second load, and with up
to three groups of rows before them that were full. So they stay apart for some loads, and are then
written anew as one.
"""

from __future__ import annotations

from collections.abc import Iterable

import duckdb

from libstats.errors import StoreError

IS_OPEN = True
# The rows that are stored together: half as many as DuckDB takes by itself, so that a group is soon
# written anew.
GROUP = 61_440
# So many pieces of a big table, each what one load brought, stand apart at most.
MOST_PIECES = 6
# A table of fewer rows is written anew with each load to a big one: bit by bit it would be as many
# bits as there are loads.
SMALL = 10_000


def commit(con: duckdb.DuckDBPyConnection, names: Iterable[str]) -> None:
    """Commit what came to some tables. StoreError if that fails half done: the store is then not to
    be published."""
    pieces = {name: found for name in names if (found := _pieces(con, f"{name}__row"))}
    if not pieces:
        con.execute("commit")
        return
    _rewrite_small(con, ("ledger", "load", *(f"{name}__gone" for name in pieces)))
    anew = {
        name: first
        for name, (first, rows, number) in pieces.items()
        if rows >= GROUP or number > MOST_PIECES
    }
    for name, first in anew.items():
        con.execute(
            f"""
            create or replace temp table {name}_anew as from {name}__row where rowid >= {first};
            delete from {name}__row where rowid >= {first}
            """
        )
    # nor is anything merged when the store is published
    con.execute("set max_vacuum_tasks = 0; commit")
    if anew:
        _insert_anew(con, anew)


def _rewrite_small(con: duckdb.DuckDBPyConnection, names: Iterable[str]) -> None:
    for name in names:
        if con.execute(f"select count(*) from {name}").fetchall()[0][0] < SMALL:
            con.execute(
                f"""
                create or replace temp table whole as from {name};
                delete from {name};
                insert into {name} from whole
                """
            )


def _insert_anew(con: duckdb.DuckDBPyConnection, names: Iterable[str]) -> None:
    try:
        con.execute("begin; set threads = 1")  # each thread would begin a group of its own
        for name in names:
            con.execute(f"insert into {name}__row from {name}_anew; drop table {name}_anew")
        con.execute("reset threads; reset max_vacuum_tasks; commit")
    except duckdb.Error as error:
        raise StoreError(
            "the store could not be written; nothing was changed",
            "Free some disk and memory and load again.",
        ) from error


def _pieces(con: duckdb.DuckDBPyConnection, name: str) -> tuple[int, int, int] | None:
    """What lies behind the last whole group of rows of a big table: the rowid at which it begins,
    its rows, and its pieces, of which the last is about to be saved. None for a small table, and
    where whole groups come."""
    rows = con.execute(f"select count(*) from {name}").fetchall()[0][0]
    if rows < 2 * GROUP:
        return None
    saved = con.execute(
        f"""
        select sum(count)::bigint
        from pragma_storage_info('{name}')
        where column_id = 0 and segment_type <> 'VALIDITY'
        group by row_group_id
        order by row_group_id
        """
    ).fetchall()
    groups = [n for (n,) in saved]
    if rows - sum(groups) >= GROUP:
        return None
    number = len(groups) + 1
    while groups and groups[-1] < GROUP:
        groups.pop()
    return (sum(groups), rows - sum(groups), number - len(groups)) if groups else None
