"""Loading exports: recognise, read, select, accept or reject, settle, publish, receipt."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import datetime
from itertools import chain, islice
from pathlib import Path
from typing import Any

from tqdm import tqdm

from libstats.loading import forget, notes
from libstats.loading.files import files_of
from libstats.loading.incoming import Job
from libstats.loading.queue import Queue
from libstats.loading.receipt import LoadReceipt
from libstats.privacy import forgetting, strangers
from libstats.readers.file_names import is_of, legible, of_file, own_words
from libstats.readers.place import stamp
from libstats.recognise.found import found_in
from libstats.store import fold, generations, refusals
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
    stamps = dict(_stamped(files))
    size = sum(length for length, _ in stamps.values())
    with ThreadPoolExecutor(1) as beside, _progress(2 * size) as bar:
        every = (
            found for path in files for found in found_in(path, place.config, beside, bar.update)
        )
        # the first file is recognised, and its records begin to be counted, while the store is
        # opened
        first = beside.submit(list, islice(every, 1))
        with generations.writing(place.store, memory=place.memory_limit, needs=2 * size) as writer:
            forget.finish_rotation(writer.con, place.key_file)
            job = Job(place, writer.con, writer.scratch, source, exported_at, bar.update)
            job.refuse_other_key()
            queue = Queue(job)
            for found in chain(first.result(), every):
                bar.set_description(found.name[:40])
                queue.add(found)
            receipt.files = queue.end()
            refused = _refused(place, stamps, receipt)
            refusals.keep(place.store, refused)
            _publish(writer, job, receipt)
            refusals.keep(place.store, {}, [path for path in stamps if path not in refused])
        if place.purges_exports and any(f.outcome == "loaded" for f in receipt.files):
            _purge(place, stamps, receipt)
    return receipt


def _stamped(files: Iterable[Path]) -> Iterator[tuple[Path, tuple[int, int]]]:
    """Size and time of each file that can be seen; why another cannot, its receipt says."""
    for file in files:
        with suppress(OSError):
            if file.is_file():
                yield file, stamp(file)


def _publish(writer: generations.Writer, job: Job, receipt: LoadReceipt) -> None:
    """Publish what was loaded, if anything was."""
    if any(f.outcome == "loaded" for f in receipt.files):
        days = job.workspace.forget_after_days
        receipt.forgotten = forgetting.expire(writer.con, days, datetime.now())
        is_veiled = _veil(job, receipt)
        receipt.totals = fold.totals(writer.con)
        writer.must_rewrite = (
            is_veiled
            or bool(receipt.forgotten)
            or any(f.stripped or f.has_traces for f in receipt.files)
        )
        writer.publish()


def _refused(place: Workspace, stamps: Iterable[Path], receipt: LoadReceipt) -> dict[Path, str]:
    """The files in the exports folder of which something was refused, each by the name that is
    recorded."""
    names = [f.file for f in receipt.files if f.outcome == "refused"]
    words = own_words(place.config)
    return {
        path: of_file(path, words)
        for path in stamps
        if names and place.exports.resolve() in (path.parent.resolve() / path.name).parents
        if any(is_of(name, path) for name in names)
    }


def _veil(job: Job, receipt: LoadReceipt) -> bool:
    """Hash the numbers of no copy that were scanned, and say of each list how many these are; True
    where there are new ones."""
    loads = [f.seq for f in receipt.files if f.outcome == "loaded" and f.seq is not None]
    if not strangers.is_concerned(job.con, loads):
        return False
    is_veiled = strangers.veil(job.con, job.key)
    has_copies = strangers.has_copies(job.con)
    for file in receipt.files:
        if file.outcome == "loaded" and file.seq is not None:
            numbers, unknown = strangers.unknown(job.con, file.seq)
            if not numbers:
                continue
            file.notes += notes.of_no_copy(file.seq, numbers, unknown, has_copies=has_copies)
            file.notes += notes.same_scans(job.con, file.seq)
    return is_veiled


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
                f"{legible(path.name)} could not be deleted: {error.strerror or error}."
                " Delete it yourself: it may tell of patrons"
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
