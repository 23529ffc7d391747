"""Asking many stores: each in a process of its own, or wherever an executor lets it run."""

from __future__ import annotations

import os
import re
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import Executor, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import closing, suppress
from datetime import datetime
from multiprocessing import current_process, get_context
from multiprocessing.connection import wait as wait_for_ends
from pathlib import Path
from typing import NamedTuple

import duckdb

from libstats.errors import AnalysisError, LibstatsError
from libstats.libraries.files import library_name, write
from libstats.libraries.question import Question
from libstats.workspace import open, workspace

DIED = "its worker ended without an answer"
UNGUARDED = 77  # how a process ends that reads a script which asks at once
GRACE = 5.0  # seconds for a worker to end that has nothing more to do


class Told(NamedTuple):
    """What a store told: a file of sums, or why there is none."""

    store: str
    library: str
    file: bytes = b""
    why: str = ""
    seconds: float = 0.0


def asked(
    stores: Sequence[str], question: Question, ask: Executor | None, deadline: float
) -> list[Told]:
    """What each store tells within so many seconds, in their order. A process that dies breaks its
    whole pool: whoever is left without an answer is asked once more, alone."""
    ends = time.monotonic() + deadline
    if ask is not None:
        return _asked_of(ask, stores, question, ends)
    told = {each.store: each for each in _in_processes(stores, question, ends)}
    for store in stores:
        if told[store].why == DIED:
            told[store] = _in_processes([store], question, ends)[0]
    return [told[store] for store in stores]


def _in_processes(stores: Sequence[str], question: Question, ends: float) -> list[Told]:
    if getattr(current_process(), "_inheriting", False):
        raise SystemExit(UNGUARDED)
    # spawned: a fork would take locks of this process with it
    workers = min(len(stores), os.cpu_count() or 1)
    pool = ProcessPoolExecutor(workers, mp_context=get_context("spawn"))
    try:
        return _asked_of(pool, stores, question, ends)
    finally:
        _end(pool, ends)


def _end(pool: ProcessPoolExecutor, ends: float) -> None:
    """End a pool whatever its processes do. One that is late or stopped would be waited for without
    end; one that has nothing to do ends at once."""
    processes = list((pool._processes or {}).values())
    pool.shutdown(wait=False, cancel_futures=True)
    for process in processes:
        wait_for_ends([process.sentinel], min(GRACE, max(0.0, ends - time.monotonic())))
    for process in processes:
        process.kill()
        process.join(GRACE)
    if any(process.exitcode == UNGUARDED for process in processes):
        raise AnalysisError(
            "each process that asks a store reads the script again, and asks too",
            'Put what the script does below a line: if __name__ == "__main__":',
        )


def _asked_of(ask: Executor, stores: Sequence[str], question: Question, ends: float) -> list[Told]:
    futures = [_submitted(ask, store, question) for store in stores]
    wait(futures, timeout=max(0.0, ends - time.monotonic()))
    return [_told(store, future) for store, future in zip(stores, futures, strict=True)]


def _submitted(ask: Executor, store: str, question: Question) -> Future[Told]:
    try:
        return ask.submit(added_up, store, question.analysis, dict(question.parameters))
    except (OSError, RuntimeError) as error:  # a broken pool, or one that is shut down
        failed: Future[Told] = Future()
        failed.set_exception(error)
        return failed


def _told(store: str, future: Future[Told]) -> Told:
    if not future.done():
        future.cancel()
        return Told(store, called(store), why="it had not answered by the deadline")
    try:
        return future.result()
    except BrokenProcessPool:
        return Told(store, called(store), why=DIED)
    except Exception as error:  # whatever an executor says of its own
        return Told(store, called(store), why=f"its worker failed ({type(error).__name__})")


def called(store: str) -> str:
    """The library's name, as far as it can be read from here; else how its folder is called."""
    with suppress(LibstatsError, OSError):
        return library_name(workspace.at(store))
    return Path(store).name


def added_up(store: str, analysis: str, parameters: dict[str, object]) -> Told:
    """In a store: what it adds up, as the bytes of a file. What goes wrong is told, not raised."""
    began, name = time.perf_counter(), called(store)
    try:
        question = Question.of(analysis, parameters)
        with closing(open.opened(store)) as con, tempfile.TemporaryDirectory() as folder:
            file = Path(folder, "sums.parquet")
            write(con, question, library_name(workspace.at(store)), file, datetime.now())
            return Told(store, name, file.read_bytes(), "", time.perf_counter() - began)
    except AnalysisError as error:
        why = error.problem
    except LibstatsError as error:
        why = _without_paths(error.problem, store)
    except OSError as error:
        why = f"{error.strerror or type(error).__name__}"
    except duckdb.Error as error:  # its own words may hold a row's value
        why = f"the database stopped with {type(error).__name__}"
    return Told(store, name, b"", why, time.perf_counter() - began)


def _without_paths(text: str, store: str) -> str:
    """A message without the paths in it."""
    for path in (str(Path(store).resolve()), store):
        text = text.replace(path, "its folder")
    return re.sub(r"\S*[/\\]\S*", "…", text)
