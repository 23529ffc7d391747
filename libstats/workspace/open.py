"""Opening the published state for reading."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import duckdb

from libstats import schema
from libstats.definitions import calendar, processes, thresholds
from libstats.errors import StoreError
from libstats.loading import forget
from libstats.store import fold, generations, ledger, tables
from libstats.workspace import given
from libstats.workspace import workspace as workspaces
from libstats.workspace.workspace import Workspace


def open(
    workspace: Workspace | Path | str = ".", known_on: date | str | None = None
) -> duckdb.DuckDBPyConnection:
    """A read-only DuckDB connection on what a workspace has loaded.

    Parameters
    ----------
    workspace : the folder with libstats.toml, or anything in it
    known_on : a day, to see what was known at its end: later loads and later undoings are left out

    Every table of the data dictionary is there, each with `source`; `item_ever` and its like also
    hold what has gone. Loading goes on beside an open connection, which keeps showing the state at
    the time it was opened. Raises WorkspaceError, StoreError (nothing loaded yet).

    >>> import libstats
    >>> con = libstats.open(demo)
    >>> con.sql("select count(*) > 0 as has_items from item").fetchall()
    [(True,)]
    """
    place = workspaces.at(workspace)
    try:
        con = _connected(place)
    except StoreError:
        # once more: a load may have published, and removed the file of before, between the look at
        # the pointer and the opening
        con = _connected(place)
    tables.read_as_now(con)
    if known_on is not None:
        at = ledger.seq_on(con, str(given.day(known_on, "known_on")))
        forget.refuse_before_horizon(con, at, f"what was known on {known_on}")
        as_known(con, at)
    processes.register(con, place.config)
    calendar.register(con, place.config)
    thresholds.register(con, place.config, place.folder)
    return con


def _connected(place: Workspace) -> duckdb.DuckDBPyConnection:
    path = generations.published(place.store)
    if path is None:
        raise StoreError(
            "nothing has been loaded into this workspace yet",
            "Put exports into its exports folder and run: libstats load exports",
        )
    con = generations.connect(
        path,
        read_only=True,
        scratch=generations.readers_scratch(place.store),
        memory=place.memory_limit,
    )
    generations.check_format(con, path)
    return con


def as_known(con: duckdb.DuckDBPyConnection, at: int) -> None:
    """Fold what was known at an entry of the ledger into temporary tables that stand before the
    current ones."""
    for table in schema.tables().values():
        for part in ("now", "gone", *(["alias"] if table.second_name else [])):
            con.execute(f"create or replace temp table known as from {table.name}__{part} limit 0")
            if con.execute(
                "select exists (from duckdb_views() where temporary and view_name = $1)",
                [f"{table.name}__{part}"],
            ).fetchall()[0][0]:
                con.execute(
                    f"drop view temp.{table.name}__{part}"
                )  # read_as_now made it over a store of yesterday
            con.execute(f"create or replace temp table {table.name}__{part} as from known")
        fold.prepare(con, table, at)
        if table.second_name:
            fold.refresh_aliases(con, table)
            fold.settle_aliases(con, table)
        fold.fold_all(con, table, f"{table.name}__now")
        fold.refresh_gone(con, table, at, folded=f"{table.name}__now")
        tables.create_views(con, table, "temp view")
