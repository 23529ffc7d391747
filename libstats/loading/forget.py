"""Forgetting patrons: expiry after cases close, a horizon that a person sets, a new secret key."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from pathlib import Path

import duckdb

from libstats import schema
from libstats.errors import LibstatsError
from libstats.privacy import keys
from libstats.schema import Column, Table
from libstats.store import generations, ledger, tables
from libstats.workspace import given
from libstats.workspace.workspace import Workspace, at


def forget(workspace: Workspace | Path | str, before: date | str) -> int:
    """Destroy the patron keys of every case that closed before a day, in every version, and set a
    horizon.

    Older generations are removed; what was known before the horizon, and undoing loads from before
    it, are refused from then on, since their counts of patrons would be wrong. Files loaded later
    bring none of it back. Returns the number of rows that lost their patron. Raises WorkspaceError,
    StoreError, LibstatsError for a day to come.
    """
    now, before = datetime.now().replace(microsecond=0), given.day(before, "before")
    if before > now.date():
        raise LibstatsError(
            f"{before} has not come yet",
            "Name a day up to today; open cases keep their patron in any case.",
        )
    place = at(workspace)
    with generations.writing(place.store, memory=place.memory_limit) as writer:
        con = writer.con
        con.execute("begin")
        seq = ledger.enter(con, "forget", None, now)
        con.execute("insert into horizon values ($1, $2)", [seq, before])
        rows = _destroy(con, before)
        con.execute("commit")
        writer.must_rewrite = True
        writer.publish()
    return rows


def refuse_before_horizon(con: duckdb.DuckDBPyConnection, seq: int, what: str) -> None:
    """LibstatsError if that entry of the ledger lies before the last `forget`."""
    last = con.execute("select max(seq) from horizon where seq is not null").fetchall()[0][0]
    if last is not None and seq < last:
        day = con.execute("select happened_at::date from ledger where seq = $1", [last]).fetchall()[
            0
        ][0]
        raise LibstatsError(
            f"{what} cannot be had any more: patrons were forgotten on {day}, and figures from before would be wrong",
            "Look at the state since then.",
        )


def expire(con: duckdb.DuckDBPyConnection, days: int | None, now: datetime) -> int:
    """Destroy patron keys that the horizon or the library's rule does not let stay; gives the
    number of rows."""
    known = keys.horizon(con)
    limits = [
        d
        for d in (known, now.date() - timedelta(days=days) if days is not None else None)
        if d is not None
    ]
    if not limits:
        return 0
    before = max(limits)
    if known is None or before > known:
        con.execute("insert into horizon values (null, $1)", [before])
    return _destroy(con, before)


def _people() -> Iterable[tuple[Table, Column]]:
    return (
        (table, column)
        for table in schema.tables().values()
        for column in table.columns
        if column.nature == "person"
    )


def _destroy(con: duckdb.DuckDBPyConnection, before: date) -> int:
    """Take the patron from every stored and current row of each case of which any row, undone or
    not, says that it closed before that day."""
    rows = 0
    for table, column in _people():
        key = ", ".join(("source", *table.key))
        closed = " union ".join(
            f"select {key} from {table.name}__{part} where {column.until} < $1::date"
            for part in ("row", "merged")
        )
        con.execute(f"create or replace temp table closed as {closed}", [before])
        for part in ("row", "merged"):
            where = f"{column.name} is not null and exists (select 1 from closed c where {tables.same_key(('source', *table.key), 'c', 't')})"
            found = con.execute(
                f"select count(*) from {table.name}__{part} t where {where}"
            ).fetchall()[0][0]
            rows += found if part == "row" else 0
            if found:
                con.execute(f"update {table.name}__{part} t set {column.name} = null where {where}")
    return rows


def finish_rotation(con: duckdb.DuckDBPyConnection, key_file: Path) -> None:
    """Put the key in place whose rotation, its number in the ledger, was published before the
    command was ended; remove one that was not. For who holds the store's lock."""
    for fresh in key_file.parent.glob(f"{key_file.stem}.[0-9]*"):
        if con.execute(
            "select exists (from ledger where seq = $1 and action = 'rotate')",
            [int(fresh.suffix[1:])],
        ).fetchall()[0][0]:
            fresh.replace(key_file)
        else:
            fresh.unlink()


def rotate(workspace: Workspace | Path | str) -> int:
    """Take a new secret key for patron numbers, and give every stored patron another key, by a
    secret
    that is thrown away.

    Nobody can then tell which patron of before is which of after, not even with both key files;
    patrons cannot be counted across the change. Returns the number of patrons. Raises
    WorkspaceError, StoreError.
    """
    place = at(workspace)
    keys.read_key(place.key_file)
    with generations.writing(place.store, memory=place.memory_limit) as writer:
        con = writer.con
        finish_rotation(con, place.key_file)
        con.execute("begin")
        seq = ledger.enter(con, "rotate", None, datetime.now().replace(microsecond=0))
        fresh = place.key_file.with_suffix(f".{seq}")
        keys.make_key(fresh)
        keys.hash_in_sql(con, secrets.token_bytes(32))
        union = " union ".join(
            f"select {c.name} as old from {t.name}__{part} where {c.name} is not null"
            for t, c in _people()
            for part in ("row", "merged")
        )
        con.execute(
            f"create or replace temp table renamed as select old, person_key(old::varchar) as new from ({union})"
        )
        for table, column in _people():
            for part in ("row", "merged"):
                con.execute(
                    f"update {table.name}__{part} t set {column.name} = r.new from renamed r where r.old = t.{column.name}"
                )
        patrons = int(con.execute("select count(*) from renamed").fetchall()[0][0])
        con.execute("drop table renamed")
        con.execute("commit")
        writer.must_rewrite = True
        writer.publish()
        fresh.replace(place.key_file)
    return patrons
