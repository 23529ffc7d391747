"""The database on disk: immutable generations, a pointer to the published one, one writer at a time.

    store/current             the number of the published generation
    store/library-000012.duckdb   that generation; never written again
    store/work/               the copy that a command works on, and its scratch; emptied at the next start

A command works on a copy and publishes once, by replacing the pointer. Whoever reads keeps reading what was
published when they opened it; a crash at any instruction leaves the last published state.
"""

from __future__ import annotations

import os
import secrets
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
from filelock import FileLock, Timeout

from libstats import schema
from libstats.errors import StoreError

FORMAT = 1
_CONFIG: dict[str, str | bool | int | float | list[str]] = {"storage_compatibility_version": "v1.5.0"}


# What a whole list holds though its row was rejected: a name of the key (a column) and a hash of its value. It is not gone.
_UNREAD = "create table if not exists unread (seq integer, source varchar, table_name varchar, name varchar, hash ubigint)"


def step(name: str) -> None:
    """A named point between two effects on the disk; tests end the process here."""


def published(folder: Path) -> Path | None:
    """File of the published generation, or None while nothing has been loaded. Without a pointer it is the newest file: every file of that name is whole."""
    newest = max(_generations(folder), default=0)
    try:
        number = int((folder / "current").read_text(encoding="ascii"))
    except FileNotFoundError:
        number = newest
    except ValueError:
        number = -1
    if number == newest == 0:
        return None
    path = _generation(folder, number)
    if path.is_file():
        return path
    raise StoreError(
        f"{folder / 'current'} is damaged: it names no file that is there",
        f"Write the number {newest} into it: that of the newest library-*.duckdb file beside it."
        if newest
        else "The library-*.duckdb files are missing: restore the store folder from a backup.",
    )


def _generations(folder: Path) -> list[int]:
    """The numbers of the generations in a store folder."""
    return [int(p.stem.removeprefix("library-")) for p in folder.glob("library-??????.duckdb") if p.stem.removeprefix("library-").isdigit()]


def _generation(folder: Path, number: int) -> Path:
    return folder / f"library-{number:06d}.duckdb"


def connect(path: Path, *, scratch: Path, memory: str | None, read_only: bool = False) -> duckdb.DuckDBPyConnection:
    """Open a database file the one way libstats does: `memory` (2GB) is all that it may take, the rest spills into the folder `scratch`."""
    try:
        con = duckdb.connect(str(path), read_only=read_only, config=_CONFIG)
    except duckdb.Error as error:
        raise StoreError(f"{path.name} cannot be opened: {str(error).splitlines()[0]}", "Restore the store folder from a backup.") from None
    con.execute("set TimeZone = 'UTC'")
    con.execute("set preserve_insertion_order = false")
    con.execute("set enable_progress_bar = false")
    # without its httpfs extension DuckDB refuses to encrypt what it spills, and so to spill, unless its own weaker random numbers are allowed;
    # they are enough for files that last as long as the command, in a private folder
    con.execute("set force_mbedtls_unsafe = true")
    con.execute("set temp_file_encryption = true")
    con.execute("set temp_directory = $1", [str(scratch)])
    if memory is not None:
        con.execute("set memory_limit = $1", [memory])
    return con


def readers_scratch(folder: Path) -> Path:
    """A folder of its own for what a reader cannot hold in memory; DuckDB makes it if it comes to that, and removes it."""
    return folder / f"spill-{os.getpid()}-{secrets.token_hex(4)}"


def check_format(con: duckdb.DuckDBPyConnection, path: Path) -> None:
    """Refuse a file that a newer libstats wrote."""
    found = con.execute("select format from about").fetchall()[0][0]
    if found > FORMAT:
        con.close()
        raise StoreError(
            f"{path.name} was written by a newer libstats (store format {found}; this one knows {FORMAT})", "Update libstats: python -m pip install --upgrade libstats"
        )


def create_tables(con: duckdb.DuckDBPyConnection) -> None:
    """Make the ledger and, for each canonical table, its stored rows, current rows and views."""
    con.execute(
        f"""
        create table about as select {FORMAT} as format;
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
    )
    con.execute(_UNREAD)
    for table in schema.tables().values():
        create_table(con, table)


def create_table(con: duckdb.DuckDBPyConnection, table: schema.Table) -> None:
    """Make the stored rows of a canonical table, the rest of its fold, and its views."""
    name = table.name
    stored = ", ".join(f"{c.name} {c.type}{_compression(c)}" for c in table.stored)
    key = ", ".join(f"{c.name} {c.type}" for c in table.columns if c.name in table.key)
    con.execute(f"create table {name}__row (source varchar, export_id integer, from_seq integer, until_seq integer, row_hash ubigint, n bigint, is_sole boolean, {stored})")
    con.execute(f"create table {name}__merged (source varchar, {', '.join(f'{c.name} {c.type}' for c in table.columns)})")
    con.execute(f"create table {name}__gone (source varchar, {key}, last_seen_at timestamp)")
    if table.second_name:
        con.execute(f"create table {name}__alias (source varchar, {table.second_name} varchar, {table.exported_key[0]} varchar)")
    create_views(con, table)


def _compression(column: schema.Column) -> str:
    """SQL: what DuckDB tries for texts that differ in every row costs three times zstd's time and saves little."""
    is_identifier = column.type == "varchar" and (column.nature in ("key", "name") or column.name.endswith("_id"))
    return " using compression 'zstd'" if is_identifier else ""


def _held(con: duckdb.DuckDBPyConnection) -> dict[str, list[str]]:
    """The columns of each table of the store."""
    rows = con.execute(
        "select table_name, list(column_name order by column_index) from duckdb_columns() where not internal and database_name = current_database() group by all"
    ).fetchall()
    return dict(rows)


def migrate(con: duckdb.DuckDBPyConnection) -> None:
    """Give a store that an earlier libstats wrote the tables and columns that schema.sql has gained since.

    The rows loaded before have nothing in a new column; loading the same file again fills it.
    """
    held = _held(con)
    con.execute(_UNREAD)
    if "scope_rows" not in held["load"]:
        con.execute("alter table load add column scope_rows map(varchar, bigint)")
    for table in schema.tables().values():
        if f"{table.name}__row" not in held:
            create_table(con, table)
            continue
        new = [c for c in table.stored if c.name not in held[f"{table.name}__row"]]
        if not new:
            continue
        for column in new:
            for part in ("row", "merged"):
                con.execute(f"alter table {table.name}__{part} add column {column.name} {column.type}")
        create_views(con, table)


def read_as_now(con: duckdb.DuckDBPyConnection) -> None:
    """Let a reader of a store that an earlier libstats wrote see every table and column of today, without any rows in them."""
    held = _held(con)
    database = con.execute("select current_database()").fetchall()[0][0]
    if "unread" not in held:
        con.execute(_UNREAD.replace("create table", "create temp table"))
    if "scope_rows" not in held["load"]:
        con.execute(f'create temp view load as select *, null::map(varchar, bigint) as scope_rows from "{database}".load')
    for table in schema.tables().values():
        columns = set(held.get(f"{table.name}__row", ()))
        if not columns:
            con.execute(f"create temp table {table.name}__now (source varchar, {', '.join(f'{c.name} {c.type}' for c in table.columns)})")
            con.execute(f"create temp table {table.name}__gone (source varchar, {', '.join(f'{c} varchar' for c in table.key)}, last_seen_at timestamp)")
            con.execute(
                f"create temp table {table.name}__row (source varchar, export_id integer, from_seq integer, until_seq integer, n bigint, {', '.join(f'{c.name} {c.type}' for c in table.stored)})"
            )
        elif all(c.name in columns for c in table.stored):
            continue
        else:
            known = set(held[f"{table.name}__now"])
            values = ", ".join(c.name if c.name in known else f"null::{c.type} as {c.name}" for c in table.columns)
            con.execute(f'create temp view {table.name}__now as select source, {values} from "{database}".{table.name}__now')
        create_views(con, table, "temp view")


def columns_of_row(table: schema.Table) -> list[str]:
    """SQL: the canonical columns of a stored row that is alone in telling of its key."""
    if not table.second_name:
        return [c.name for c in table.columns]
    own = f"coalesce({table.exported_key[0]}, '{table.second_name}:' || {table.second_name}) as {table.key[0]}"
    return [own if c.name in table.key else c.name for c in table.columns]


def create_views(con: duckdb.DuckDBPyConnection, table: schema.Table, kind: str = "view") -> None:
    """The names that people query: T holds what is there now, T_ever also what has gone, with when it was last seen."""
    columns = ", ".join(f"t.{c.name}" for c in table.columns)
    if kind == "view":
        plain = ", ".join(c.name for c in table.columns)
        con.execute(
            f"create or replace view {table.name}__now as select source, {', '.join(columns_of_row(table))} from {table.name}__row where is_sole union all select source, {plain} from {table.name}__merged"
        )
    if table.is_keyless:
        con.execute(f"create or replace {kind} {table.name} as select t.source, {columns} from {table.name}__now t")
        return
    same = same_key(("source", *table.key), "g", "t")
    con.execute(f"create or replace {kind} {table.name} as select t.source, {columns} from {table.name}__now t anti join {table.name}__gone g on {same}")
    con.execute(f"create or replace {kind} {table.name}_ever as select t.*, g.last_seen_at as gone_after from {table.name}__now t left join {table.name}__gone g on {same}")


def same_key(columns: tuple[str, ...], left: str, right: str) -> str:
    """SQL: the two rows agree in these columns, blanks included."""
    return " and ".join(f"{left}.{c} is not distinct from {right}.{c}" for c in columns)


@contextmanager
def writing(folder: Path, *, memory: str | None = None, needs: int = 0, wait: float = 600) -> Iterator[Writer]:
    """A private copy of the published generation; `publish` makes it the published one, leaving without it changes nothing.

    Parameters: `memory` that DuckDB may take (2GB), `needs` bytes that the command is about to add, `wait` seconds for another command to finish.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    lock = FileLock(folder / "lock", timeout=wait)
    try:
        lock.acquire()
    except Timeout:
        raise StoreError("another libstats command is writing to this workspace", "Try again when it has finished.") from None
    try:
        writer = Writer(folder, needs, memory)
        try:
            yield writer
        finally:
            writer.close()
    finally:
        lock.release()


class Writer:
    """The working copy of one command: `con` is its connection, `scratch` its private folder."""

    def __init__(self, folder: Path, needs: int, memory: str | None) -> None:
        self.folder, self.memory = folder, memory
        self.scratch = folder / "work"
        self._empty_scratch()
        self._remove_unpublished()
        self.base = published(folder)
        self.must_rewrite = False
        self._check_disk(needs)
        self.path = self.scratch / "library.duckdb"
        if self.base is None:
            self.con = connect(self.path, scratch=self.scratch, memory=self.memory)
            create_tables(self.con)
        else:
            shutil.copyfile(self.base, self.path)
            step("copied")
            self.con = connect(self.path, scratch=self.scratch, memory=self.memory)
            check_format(self.con, self.base)
            migrate(self.con)

    def _empty_scratch(self) -> None:
        shutil.rmtree(self.scratch, ignore_errors=True)
        self.scratch.mkdir(mode=0o700, exist_ok=True)

    def _remove_unpublished(self) -> None:
        current = published(self.folder)
        for path in self.folder.glob("library-*.duckdb*"):
            if path != current:
                _remove(path)
        for spill in self.folder.glob("spill-*"):
            # left by a reader that was ended; a reader of today may still be at work
            if spill.stat().st_mtime < time.time() - 86400:
                shutil.rmtree(spill, ignore_errors=True)

    def _check_disk(self, needs: int) -> None:
        wanted = needs + (self.base.stat().st_size if self.base else 0) + (64 << 20)
        free = shutil.disk_usage(self.folder).free
        if free < wanted:
            raise StoreError(f"the disk has {free >> 20:,} MB free; this needs about {wanted >> 20:,} MB", "Free some space; nothing was changed.")

    def publish(self) -> None:
        """Make the working copy the published generation."""
        if self.must_rewrite:
            self._rewrite()
        self.con.execute("checkpoint")
        self.con.close()
        step("checkpointed")
        number = int(self.base.stem.split("-")[1]) + 1 if self.base else 1
        target = _generation(self.folder, number)
        _sync(self.path)
        self.path.replace(target)
        step("renamed")
        pointer = self.scratch / "current"
        pointer.write_text(f"{number}\n", encoding="ascii", newline="\n")
        _sync(pointer)
        step("pointer written")
        pointer.replace(self.folder / "current")
        _sync_folder(self.folder)
        step("published")
        if self.base is not None:
            _remove(self.base)

    def _rewrite(self) -> None:
        """Go on in a fresh file: in the old one destroyed values stay legible in blocks that are free."""
        fresh = self.scratch / "fresh.duckdb"
        name = self.con.execute("select current_database()").fetchall()[0][0]
        place = str(fresh).replace("'", "''")
        self.con.execute(f"attach '{place}' as fresh (storage_version 'v1.5.0')")
        self.con.execute(f'copy from database "{name}" to fresh')
        self.con.execute("detach fresh")
        self.con.close()
        self.path.unlink()
        fresh.rename(self.path)
        self.con = connect(self.path, scratch=self.scratch, memory=self.memory)

    def close(self) -> None:
        """Drop the working copy, if it was not published, and the scratch folder."""
        self.con.close()
        shutil.rmtree(self.scratch, ignore_errors=True)


def outlived(folder: Path) -> list[Path]:
    """Files of earlier generations that could not be removed, since someone has them open (Windows)."""
    return [_generation(folder, n) for n in _generations(folder) if _generation(folder, n) != published(folder)]


def _remove(path: Path) -> None:
    try:
        path.unlink()
    except OSError:
        pass  # still open somewhere (Windows); the next command removes it


def _sync(path: Path) -> None:
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def _sync_folder(folder: Path) -> None:
    if os.name == "posix":
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
