"""The database on disk: immutable generations, a pointer to the published one, one writer at a
time.

    store/current             the number of the published generation
    store/library-000012.duckdb   that generation; never written again
    store/work/               the copy that a command works on, and its scratch; emptied at the next
                              start

A command works on a copy and publishes once, by replacing the pointer. Whoever reads keeps reading
what was published when they opened it; a crash at any instruction leaves the last published state.
"""

from __future__ import annotations

import errno
import os
import secrets
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import duckdb
from filelock import FileLock, Timeout

from libstats.errors import StoreError
from libstats.store.earlier import migrate
from libstats.store.row_groups import GROUP
from libstats.store.steps import step
from libstats.store.tables import FORMAT, create_tables

_CONFIG: dict[str, str | bool | int | float | list[str]] = {
    "storage_compatibility_version": "v1.5.0"
}
# The share of free blocks beyond which a file is written anew, unless it has few blocks in all (16
# MB): a month of daily whole lists does not reach it.
LOOSE, SMALL = 1 / 3, 64


def published(folder: Path) -> Path | None:
    """File of the published generation, or None while nothing has been loaded. Without a pointer it
    is the newest file: every file of that name is whole."""
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
    return [
        int(p.stem.removeprefix("library-"))
        for p in folder.glob("library-??????.duckdb")
        if p.stem.removeprefix("library-").isdigit()
    ]


def _generation(folder: Path, number: int) -> Path:
    return folder / f"library-{number:06d}.duckdb"


def connect(
    path: Path, *, scratch: Path, memory: str | None, read_only: bool = False
) -> duckdb.DuckDBPyConnection:
    """Open a database file the one way libstats does, as `store`, which is then the current
    database: `memory` (2GB) is all that it may take, the rest spills into the folder `scratch`."""
    try:
        con = duckdb.connect(config=_CONFIG)
        _attach(con, path, read_only=read_only)
    except duckdb.Error as error:
        raise StoreError(
            f"{path.name} cannot be opened: {str(error).splitlines()[0]}", _remedy(error)
        ) from None
    con.execute("set TimeZone = 'UTC'")
    con.execute("set preserve_insertion_order = false")
    with suppress(
        duckdb.InvalidInputException
    ):  # in a notebook without ipywidgets there is no bar, and no setting of it
        con.execute("set enable_progress_bar = false")
    # without its httpfs extension DuckDB refuses to encrypt what it spills, and so to spill, unless
    # its own weaker random numbers are allowed; they are enough for files that last as long as the
    # command, in a private folder
    con.execute("set force_mbedtls_unsafe = true")
    con.execute("set temp_file_encryption = true")
    con.execute("set temp_directory = $1", [str(scratch)])
    if memory is not None:
        con.execute("set memory_limit = $1", [memory])
    return con


def _remedy(error: duckdb.Error) -> str:
    """What to do about a database that cannot be opened."""
    if isinstance(error, duckdb.OutOfMemoryException) or "allocate" in str(error):
        return "It needs more memory than there is: close other programs."
    if "Permission denied" in str(error):
        return "Check the permissions of the store folder."
    return "Restore the store folder from a backup."


def _attach(con: duckdb.DuckDBPyConnection, path: Path, *, read_only: bool) -> None:
    place = str(path).replace("'", "''")
    # a file keeps nowhere of how many rows its groups are to be
    how = "read_only" if read_only else f"row_group_size {GROUP}, storage_version 'v1.5.0'"
    con.execute(f"attach '{place}' as store ({how}); use store")


def readers_scratch(folder: Path) -> Path:
    """A folder of its own for what a reader cannot hold in memory; DuckDB makes it if it comes to
    that, and removes it."""
    return folder / f"spill-{os.getpid()}-{secrets.token_hex(4)}"


def check_format(con: duckdb.DuckDBPyConnection, path: Path) -> None:
    """Refuse a file that a newer libstats wrote."""
    found = con.execute("select format from about").fetchall()[0][0]
    if found > FORMAT:
        con.close()
        raise StoreError(
            f"{path.name} was written by a newer libstats (store format {found}; this one knows"
            f" {FORMAT})",
            "Update libstats: python -m pip install --upgrade libstats",
        )


@contextmanager
def writing(
    folder: Path, *, memory: str | None = None, needs: int = 0, wait: float = 600
) -> Iterator[Writer]:
    """A private copy of the published generation; `publish` makes it the published one, leaving
    without it changes nothing.

    Parameters: `memory` that DuckDB may take (2GB), `needs` bytes that the command is about to add,
    `wait` seconds for another command to finish. Raises StoreError where another command goes on
    writing, and where disk or memory end.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    lock = FileLock(folder / "lock", timeout=wait)
    try:
        lock.acquire()
    except Timeout:
        raise StoreError(
            "another libstats command is writing to this workspace",
            "Try again when it has finished.",
        ) from None
    try:
        writer = Writer(folder, needs, memory)
        try:
            yield writer
        finally:
            writer.close()
    except (duckdb.Error, OSError) as error:
        if is_full(error):
            raise StoreError(
                "the disk is full, or this user's share of it",
                "Free some space and try again; nothing was changed.",
            ) from error
        if isinstance(error, duckdb.OutOfMemoryException):
            remedy = (
                "Raise memory_limit under [duckdb] in libstats.toml, or close other programs, and"
                " try again; nothing was changed."
            )
            raise StoreError("this needs more memory than it may have", remedy) from error
        raise
    finally:
        lock.release()


def is_full(error: Exception) -> bool:
    """True if a disk had no room left."""
    if isinstance(error, OSError):
        return error.errno in (errno.ENOSPC, errno.EDQUOT)
    return isinstance(error, duckdb.Error) and (
        "No space left" in str(error) or "Could not write" in str(error)
    )


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
        for part in self.folder.glob("pull/**/*.part"):
            # of a pull that broke off, which goes on within a day
            if part.stat().st_mtime < time.time() - 86400:
                _remove(part)

    def _check_disk(self, needs: int) -> None:
        wanted = needs + (self.base.stat().st_size if self.base else 0) + (64 << 20)
        free = shutil.disk_usage(self.folder).free
        if free < wanted:
            raise StoreError(
                f"the disk has {free >> 20:,} MB free; this needs about {wanted >> 20:,} MB",
                "Free some space; nothing was changed.",
            )

    def publish(self) -> None:
        """Make the working copy the published generation."""
        self.con.execute("checkpoint")
        if self.must_rewrite or self._is_loose():
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

    def _is_loose(self) -> bool:
        """True if much of the file is free blocks, which now and then a checkpoint leaves in heaps,
        and the disk has room for a copy without them."""
        block, blocks, free = self.con.execute(
            """
            select block_size, total_blocks, free_blocks
            from pragma_database_size()
            where database_name = 'store'
            """
        ).fetchall()[0]
        return bool(
            free > LOOSE * blocks
            and blocks >= SMALL
            and shutil.disk_usage(self.folder).free > 2 * block * blocks
        )

    def _rewrite(self) -> None:
        """Go on in a fresh file: in the old one destroyed values stay legible in blocks that are
        free."""
        fresh = self.scratch / "fresh.duckdb"
        place = str(fresh).replace("'", "''")
        how = f"row_group_size {GROUP}, storage_version 'v1.5.0'"
        self.con.execute(f"attach '{place}' as fresh ({how})")
        self.con.execute("copy from database store to fresh; detach fresh")
        self.con.close()
        self.path.unlink()
        fresh.rename(self.path)
        self.con = connect(self.path, scratch=self.scratch, memory=self.memory)

    def close(self) -> None:
        """Drop the working copy, if it was not published, and the scratch folder."""
        self.con.close()
        shutil.rmtree(self.scratch, ignore_errors=True)


def outlived(folder: Path) -> list[Path]:
    """Files of earlier generations that could not be removed, since someone has them open
    (Windows)."""
    return [
        _generation(folder, n)
        for n in _generations(folder)
        if _generation(folder, n) != published(folder)
    ]


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
