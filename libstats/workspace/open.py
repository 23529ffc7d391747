"""Opening the published state for reading."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import duckdb

from libstats import schema
from libstats.analysis.work import case
from libstats.definitions import (
    branches,
    calendar,
    call_numbers,
    cataloguing,
    changes,
    clock,
    codes,
    coverage,
    days,
    decisions,
    invoices,
    processes,
    requests,
    roles,
    routes,
    serials,
    thresholds,
)
from libstats.errors import StoreError, WorkspaceError
from libstats.privacy import forgetting, keys
from libstats.sources import roles as vocabularies
from libstats.store import earlier, generations, gone, ledger, refusals, tables, views
from libstats.store.fold import Refold
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
    hold what has gone, and the view `"case"` tells how each piece of work stands. Loading goes on
    beside an open connection, which keeps showing the state at the time it was opened. Raises
    WorkspaceError, StoreError (nothing loaded yet).

    >>> import libstats
    >>> con = libstats.open(demo)
    >>> con.sql("select count(*) > 0 as has_items from item").fetchall()
    [(True,)]
    """
    con = opened(workspace, known_on)
    case.register(con)
    return con


def opened(
    workspace: Workspace | Path | str = ".", known_on: date | str | None = None
) -> duckdb.DuckDBPyConnection:
    """As `open`, without the view `"case"`, which takes longer to make than all the rest."""
    place = workspaces.at(workspace)
    try:
        con = _connected(place)
    except (StoreError, WorkspaceError):
        # once more: a load may have published, and removed the file of before, between the look at
        # the pointer and the opening; or a new key may have come
        con = _connected(place)
    stand_ins, at = earlier.read_as_now(con), ledger.LATEST
    if known_on is not None:
        at = ledger.seq_on(con, str(given.day(known_on, "known_on")))
        forgetting.refuse_before_horizon(con, at, f"what was known on {known_on}")
        as_known(con, at)
    views.make(con, at, stand_ins, branches.of(place.config))
    con.execute("use memory")
    processes.register(con, place.config)
    roles.register(con, vocabularies.of_system, place.config)
    refusals.register(con, refusals.lying(place.store, place.exports))
    for plain in (days, decisions, codes, routes, requests):
        plain.register(con)
    for definition in (calendar, branches, changes, invoices, serials, cataloguing):
        definition.register(con, place.config)
    clock.register(con, place.timezone)
    coverage.register(con, place.config)
    call_numbers.register(con, place.config)
    thresholds.register(con, place.config, place.folder)
    return con


def newest(place: Workspace) -> Path | None:
    """The file of the newest state, to know whether a connection shows it still; None where nothing
    is loaded."""
    return generations.published(place.store)


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
    try:
        _refuse_other_key(con, place)
    except WorkspaceError:
        con.close()
        raise
    return con


def _refuse_other_key(con: duckdb.DuckDBPyConnection, place: Workspace) -> None:
    """WorkspaceError if the secret key beside the store is not its own. To read it none is needed,
    and while it is changed there are two."""
    if place.key_file.exists() and not any(keys.unfinished(place.key_file)):
        keys.refuse_other(con, place.key_file, keys.read_key(place.key_file))


def as_known(con: duckdb.DuckDBPyConnection, at: int) -> None:
    """Fold what was known at an entry of the ledger into temporary tables, T__now and T__gone."""
    for table in schema.tables().values():
        con.execute(tables.known_sql(table))
        with Refold(con, table, at) as refold:
            if refold.is_aliased:
                refold.resolve_keys()
            refold.fold_into(f"{table.name}__now")
            gone.find(refold, f"{table.name}__now")
