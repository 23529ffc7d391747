"""Loading exports: recognise -> read -> select -> accept or reject -> settle -> publish -> receipt."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from itertools import chain, islice
from pathlib import Path
from typing import Any

import duckdb
from tqdm import tqdm

from libstats import schema
from libstats.declaration.source import Source
from libstats.errors import FileRefused, LibstatsError, NotLoadedYet
from libstats.loading import forget
from libstats.loading.intake import Intake, Job
from libstats.loading.receipt import FileReceipt, LoadReceipt
from libstats.readers.part import Advance, Count, Part, idle
from libstats.readers.place import Place, is_of, places, stamp, unreadable
from libstats.readers.sniff import parts
from libstats.recognise.known import Config
from libstats.recognise.recognise import recognise_part
from libstats.store import fold, generations, ledger, settle
from libstats.workspace import given
from libstats.workspace.workspace import Workspace, at


def load(
    workspace: Workspace | Path | str,
    paths: Path | str | Iterable[Path | str],
    *,
    source: str | None = None,
    exported_at: datetime | str | None = None,
) -> LoadReceipt:
    """Load files and folders of any mix into the workspace's database, and say what became of every
    row.

    Parameters
    ----------
    workspace : the folder that `libstats init` made, or anything in it
    paths : a file or a folder (taken with all files below it), or several
    source : name of the configured source, where several have the same system
    exported_at : when the files were exported; else it is stated in the file, in its name, or the
        newest time in it

    Returns the receipt. Files that cannot be loaded are in it with their reason; the others are
    loaded all the same. Nothing is published until every file is done. Raises WorkspaceError,
    StoreError (also where the disk is full).
    """
    place = at(workspace)
    files = list(files_of(given.paths(paths)))
    exported_at = given.moment(exported_at, "exported_at") if exported_at is not None else None
    receipt = LoadReceipt()
    stamps = {f: stamp(f) for f in files if f.is_file()}
    size = sum(length for length, _ in stamps.values())
    with ThreadPoolExecutor(1) as beside, _progress(2 * size) as bar:
        found = (
            reading
            for path in files
            for reading in readings(path, place.config, beside, bar.update)
        )
        # the first file is recognised, and its records begin to be counted, while the store is
        # opened
        first = beside.submit(list, islice(found, 1))
        with generations.writing(place.store, memory=place.memory_limit, needs=2 * size) as writer:
            forget.finish_rotation(writer.con, place.key_file)
            for reading in chain(first.result(), found):
                bar.set_description(reading.entry[:40])
                receipt.files.append(
                    load_reading(
                        Job(
                            place,
                            writer.con,
                            writer.scratch,
                            reading.path,
                            source,
                            exported_at,
                            bar.update,
                        ),
                        reading,
                    )
                )
            _publish(writer, place, receipt)
        if place.purges_exports and any(f.outcome == "loaded" for f in receipt.files):
            _purge(place, stamps, receipt)
    return receipt


def _publish(writer: generations.Writer, place: Workspace, receipt: LoadReceipt) -> None:
    """Publish what was loaded, if anything was."""
    if any(f.outcome == "loaded" for f in receipt.files):
        receipt.forgotten = forget.expire(writer.con, place.forget_after_days, datetime.now())
        receipt.totals = fold.totals(writer.con)
        writer.must_rewrite = bool(receipt.forgotten) or any(
            f.stripped or f.has_traces for f in receipt.files
        )
        writer.publish()


def _purge(place: Workspace, stamps: dict[Path, tuple[int, int]], receipt: LoadReceipt) -> None:
    """Delete what is loaded whole from the workspace's exports folder; a file with rejected rows
    stays to be looked at, and so does one that was written anew meanwhile."""
    for path, seen in stamps.items():
        parts = [f for f in receipt.files if is_of(f.file, path)]
        done = parts and all(
            f.outcome in ("loaded", "repeated") and not f.dispositions.get("rejected")
            for f in parts
        )
        try:
            if done and place.exports.resolve() in path.resolve().parents and stamp(path) == seen:
                path.unlink()
        except OSError as error:  # what was loaded is published: it stands
            receipt.notes.append(
                f"{path.name} could not be deleted: {error.strerror or error}. Delete it yourself: it may tell of patrons"
            )


def _progress(total: int) -> Any:
    return tqdm(
        total=total,
        unit="B",
        unit_scale=True,
        delay=2,
        disable=not sys.stderr.isatty(),
        leave=False,
    )


def files_of(paths: Iterable[Path | str]) -> Iterable[Path]:
    """The files among the paths and below the folders, each once, by name; hidden files and pages
    are passed over."""
    seen = set()
    for path in map(Path, paths):
        for file in sorted(_below(path)) if path.is_dir() else [path]:
            # realpath, since resolve() fails on links that lead in a circle
            if os.path.realpath(file) not in seen:
                seen.add(os.path.realpath(file))
                yield file


def _below(top: Path) -> Iterator[Path]:
    """The files below a folder, also in folders that it links to, and each folder that cannot be
    read."""
    shut: list[Path] = []
    seen = {os.path.realpath(top)}
    for name, folders, files in os.walk(
        top, onerror=lambda error: shut.append(Path(error.filename)), followlinks=True
    ):
        folder = Path(name)
        # a link may lead in a circle
        inner = {f: os.path.realpath(folder / f) for f in folders if not f.startswith(".")}
        folders[:] = [f for f, real in inner.items() if real not in seen]
        seen.update(inner.values())
        yield from (p for p in map(folder.joinpath, files) if _could_be_export(p.relative_to(top)))
    yield from shut


def _could_be_export(path: Path) -> bool:
    """False for hidden files and for what lies beside exports: a README, a page, the sample
    library's truth."""
    return (
        not any(part.startswith(".") for part in path.parts)
        and path.suffix.lower() not in (".md", ".html", ".toml", ".example")
        and path.name != "truth.json"
    )


@dataclass(frozen=True)
class Reading:
    """A part of a file: its declaration, itself, and the count of its records, which goes on
    meanwhile; or why it cannot be loaded."""

    path: Path
    entry: str
    found: tuple[Source, Part, Callable[[], Count]] | FileRefused | OSError


def readings(
    path: Path, config: Config, beside: ThreadPoolExecutor, advance: Advance = idle
) -> Iterator[Reading]:
    """The parts of the file: sheets of a workbook, members of an archive. What is wrong with one
    part stops no other. They are counted `beside`."""
    entry = path.name
    try:
        if not path.exists():
            raise FileRefused(
                f"{entry}: there is no such file", "Check the name; nothing was loaded."
            )
        if path.is_dir():
            raise FileRefused(
                f"{entry}: this folder cannot be read",
                "Check its permissions, or copy what is in it and load the copies.",
            )
        if not path.is_file():
            raise FileRefused(
                f"{entry}: this is no file", "Give the name of a file or of a folder of files."
            )
        for place in places(path):
            entry = place.entry
            yield from _readings_at(place, config, beside, advance)
    except (FileRefused, OSError) as error:
        yield Reading(path, entry, error)


def _readings_at(
    place: Place, config: Config, beside: ThreadPoolExecutor, advance: Advance
) -> Iterator[Reading]:
    entry = place.entry
    try:
        for part in parts(place):
            try:
                source, reading = recognise_part(part, config)
                yield Reading(
                    place.path,
                    part.entry,
                    (source, reading, beside.submit(reading.count, advance).result),
                )
            except (FileRefused, OSError) as error:
                yield Reading(place.path, part.entry, error)
    except (FileRefused, OSError) as error:
        yield Reading(place.path, entry, error)


def load_reading(job: Job, reading: Reading) -> FileReceipt:
    """Load one part; the receipt of what cannot be loaded says why. Raises what tells of a full
    disk."""
    if isinstance(reading.found, Exception):
        return _not_loaded(reading.entry, reading.found)
    source, part, counting = reading.found
    intake = None
    try:
        _refuse_renamed(job, source.system)
        intake = Intake(job, source, part, counting)
        return intake.run()
    except (FileRefused, OSError, duckdb.Error) as error:
        receipt = _not_loaded(reading.entry, error)
        receipt.has_traces = intake is not None and intake.has_traces
        return receipt


def _refuse_renamed(job: Job, system: str) -> None:
    """FileRefused if exports of the system are loaded under a name that the configuration no longer
    has: under a new one, or under none, all would count twice."""
    named = [
        name
        for name, source in job.workspace.config.get("sources", {}).items()
        if source["system"] == system
    ] or [job.workspace.instance(system, job.source)]
    others = job.con.execute(
        "select distinct e.source from load l join export e using (export_id) where l.undone_seq is null and starts_with(e.declaration, $1) and not list_contains($2, e.source) order by all",
        [f"{system} ", named],
    ).fetchall()
    if others:
        problem = f"what is loaded of {system} so far stands under the name {others[0][0]}, which libstats.toml does not have: loaded as {named[0]} it would count twice"
        raise FileRefused(
            f"{job.path.name}: {problem}",
            f'Write [sources.{others[0][0]}] instead of [sources.{named[0]}], with the line system = "{system}", or take the old loads back first: `libstats loads` lists them.',
        )


def _not_loaded(entry: str, error: Exception) -> FileReceipt:
    """The receipt of what was not loaded, with the reason in words. Raises the error where the disk
    is full: no other file will fare better."""
    if generations.is_full(error):
        raise error
    if isinstance(error, OSError):
        error = unreadable(entry, error)
    if isinstance(error, duckdb.OutOfMemoryException):
        error = FileRefused(
            f"{entry}: it needs more memory than it may have; nothing of it was loaded",
            "Raise memory_limit under [duckdb] in libstats.toml, or close other programs.",
        )
    elif isinstance(error, duckdb.Error):
        # its own words may hold a row's value: only its kind is told
        error = FileRefused(
            f"{entry}: DuckDB could not read it ({type(error).__name__}); nothing of it was loaded",
            "Please report the form of this file.",
        )
    return FileReceipt(
        entry, "left alone" if isinstance(error, NotLoadedYet) else "refused", reason=str(error)
    )


def undo(workspace: Workspace | Path | str, seq: int) -> None:
    """Take a load back: the state is then as if that file had never been loaded. It can be loaded
    again.

    Raises LibstatsError if there is no such load, or it is undone already.
    """
    place, seq = at(workspace), given.load_number(seq)
    with generations.writing(place.store, memory=place.memory_limit) as writer:
        con = writer.con
        row = con.execute("select export_id, undone_seq from load where seq = $1", [seq]).fetchall()
        if not row:
            raise LibstatsError(f"there is no load {seq}", "`libstats loads` lists them.")
        if row[0][1] is not None:
            raise LibstatsError(
                f"load {seq} is undone already", "`libstats loads` lists which are active."
            )
        forget.refuse_before_horizon(con, seq, f"undoing load {seq}")
        con.execute("begin")
        settle.undo_load(con, seq, datetime.now().replace(microsecond=0))
        con.execute("commit")
        writer.publish()


def confirm(workspace: Workspace | Path | str, seq: int) -> None:
    """Believe a whole-state load although it is much smaller than the one before: what it lacks is
    gone."""
    place, seq = at(workspace), given.load_number(seq)
    with generations.writing(place.store, memory=place.memory_limit) as writer:
        con = writer.con
        held = ledger.held(con, seq)
        if held is None:
            raise LibstatsError(
                f"load {seq} is not held",
                "`libstats loads` shows which whole-state loads wait to be confirmed.",
            )
        con.execute("begin")
        entry = ledger.enter(con, "confirm", seq, datetime.now().replace(microsecond=0))
        con.execute("update load set confirmed_seq = $1 where seq = $2", [entry, seq])
        settle.regone(con, schema.tables()[held.table])
        con.execute("commit")
        writer.publish()
