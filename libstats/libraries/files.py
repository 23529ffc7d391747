"""Files of sums: Parquet, with what was asked, of whom, and of which exports, in its metadata."""

from __future__ import annotations

import hashlib
from datetime import datetime
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple

import duckdb

from libstats.analysis.provenance import freshness
from libstats.declaration.raw import quoted
from libstats.definitions.processes import process_of
from libstats.errors import AnalysisError, WorkspaceError
from libstats.libraries.parted_analyses import told_by
from libstats.libraries.question import Question
from libstats.workspace.workspace import Workspace

SUFFIX = ".parquet"
CODE = {".csv", ".py", ".sql", ".toml"}


class Metadata(NamedTuple):
    """What a file of sums says of itself.

    libstats      the version that added up
    asked         the question, as text
    code          the fingerprint of the program that added up
    work          that of the kind of work that is asked about: when it begins and ends
    library       the library's name
    made_at       when it was written
    exports_until up to when the exports tell, the newest of them
    exports       each export that is counted, with its newest time
    loads         the fingerprints of the files that are counted, but for those without a row
    """

    libstats: str
    asked: str
    code: str
    work: str
    library: str
    made_at: str
    exports_until: str
    exports: str
    loads: str


@cache
def own_version() -> str:
    """The version of this libstats."""
    return version("libstats")


@cache
def own_code() -> str:
    """The fingerprint of what says how sums are counted and what is made of them: a copy that was
    changed has the version all the same."""
    found = hashlib.sha256()
    for room in ("analysis", "definitions"):
        for file in sorted(Path(__file__).parents[1].joinpath(room).rglob("*.*")):
            if file.suffix in CODE:
                # git may write other ends of lines
                found.update(file.read_bytes().replace(b"\r\n", b"\n"))
    return found.hexdigest()[:16]


def library_name(place: Workspace) -> str:
    """How the library calls itself; WorkspaceError where it does not."""
    name = place.config.get("library", {}).get("name")
    if not isinstance(name, str) or not name.strip():
        raise WorkspaceError(
            "the library has no name, by which its sums could be told from others'",
            'Write name = "..." under [library] in libstats.toml.',
        )
    return name


def write(
    con: duckdb.DuckDBPyConnection, question: Question, library: str, file: Path, now: datetime
) -> Metadata:
    """Write what a library adds up into a file, all or nothing.

    AnalysisError where its exports cannot tell, or nothing that tells of it is loaded.
    """
    added = question.added_up(con)
    said = _metadata(con, question, library, now)
    named = ", ".join(f"{name}: {quoted(value)}" for name, value in said._asdict().items())
    part = file.with_name(f"{file.name}.part")
    try:
        con.execute(
            f"""
            copy (from ({added.sql}) order by all)
            to {quoted(str(part))} (format parquet, compression zstd, kv_metadata {{{named}}})
            """,
            added.params,
        )
        Path(part).replace(file)
    finally:
        part.unlink(missing_ok=True)
    return said


def _metadata(
    con: duckdb.DuckDBPyConnection, question: Question, library: str, now: datetime
) -> Metadata:
    process = question.parameters.get("process")
    asked = {"process": process} if process else {"analysis": told_by(question.analysis)}
    fresh = freshness(con, **asked).fetchall()
    if not fresh:
        raise AnalysisError(
            f"nothing that tells of {process or question.analysis} is loaded",
            "`libstats loads` lists what is loaded.",
        )
    work = process_of(con, process) if process else None
    ends = repr((work.starts, work.done, work.given_up)) if work else ""
    loads, told_until = con.execute(
        """
        select
            string_agg(distinct left(sha256, 16), ' ' order by left(sha256, 16))
                filter (where rows_read > 0),
            max(told_until)
        from loaded_file
        where is_active and (source, declaration) in (
            select (unnest($sources::varchar[]), unnest($exports::varchar[]))
        )
        """,
        {"sources": [row[0] for row in fresh], "exports": [row[1] for row in fresh]},
    ).fetchall()[0]
    return Metadata(
        own_version(),
        question.said,
        own_code(),
        hashlib.sha256(ends.encode()).hexdigest()[:16],
        library,
        f"{now:%Y-%m-%dT%H:%M:%S}",
        f"{told_until:%Y-%m-%dT%H:%M:%S}",
        "; ".join(f"{export}: {newest:%Y-%m-%d %H:%M}" for _, export, newest, *_ in fresh),
        loads or "",
    )


def read(con: duckdb.DuckDBPyConnection, file: Path) -> Metadata | None:
    """What a file of sums says of itself; None for another file."""
    try:
        rows = con.execute(
            f"select decode(key), decode(value) from parquet_kv_metadata({quoted(str(file))})"
        ).fetchall()
    except duckdb.Error:
        return None
    told = dict(rows)
    if not told.keys() >= set(Metadata._fields):
        return None
    return Metadata(**{name: told[name] for name in Metadata._fields})
