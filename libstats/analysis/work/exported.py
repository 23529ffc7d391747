"""What the loaded exports can tell of a process: up to when, which milestones, in which words."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

import duckdb

from libstats import schema
from libstats.declaration.raw import quoted
from libstats.definitions.kept import keep
from libstats.definitions.processes import DIRECTIONS, MilestoneColumns, Process, process_of
from libstats.errors import AnalysisError


def newest_export(con: duckdb.DuckDBPyConnection, process: Process) -> datetime:
    """Up to when the newest export that tells of the process tells: the moment to which open cases
    have aged. Of one named by a day that is the newest time in it on that day.

    Raises AnalysisError if nothing that tells of it is loaded.
    """
    told = newest_of(con, process)
    if told is None:
        raise AnalysisError(
            f"nothing that tells of {process.name} is loaded",
            f"It is read from: {', '.join(process.tables)}. `libstats loads` lists what is loaded.",
        )
    return told


def newest_of(con: duckdb.DuckDBPyConnection, process: Process) -> datetime | None:
    """The same, or None if nothing that tells of it is loaded. Of cases that other exports follow
    (requests to buy, by their orders) the newest of these counts too."""
    newest = newest_exports(con)
    told = [newest[table] for table in process.tables if table in newest]
    followed = followed_sql(process)
    if told and followed:
        told += con.execute(f"select max(told_until) from ({followed})").fetchall()[0]
    return max((moment for moment in told if moment is not None), default=None)


def followed_sql(process: Process) -> str:
    """SQL: source, case_id and told_until of the cases that other exports tell of too; blank where
    none do."""
    return "\n        union all".join(read.followed for read in process.read if read.followed)


def newest_exports(con: duckdb.DuckDBPyConnection) -> dict[str, datetime]:
    """Up to when the newest export that tells of a table tells, by table."""
    keep(
        con,
        newest_export="""
            select
                unnest(map_keys(columns)) as name,
                max(told_until) as told_until
            from loaded_file
            where is_active
            group by name
        """,
    )
    return dict(con.execute("from newest_export").fetchall())


def known_milestones(con: duckdb.DuckDBPyConnection, process: Process) -> set[str]:
    """The milestones that the loaded exports can tell of."""
    *is_read, is_logged, own = have(
        con,
        [*((c.rows, "true") for c in process.read), log_of(process)],
        f"(select list(distinct milestone) from milestone where process = {quoted(process.name)})",
    )
    told = _told_columns(con, process)
    known = set()
    for columns, has_rows in zip(process.read, is_read, strict=True):
        if has_rows:
            known |= {m for m, sql in columns.reached.items() if told(sql)}
            known |= set(marked(con, process, columns))
    if is_logged:
        known |= {m for _, _, m in spoken(con, process)}
    return known | set(own or ())


def works_told(con: duckdb.DuckDBPyConnection) -> list[Process]:
    """The kinds of work of which the loaded exports hold a case and can tell when it began."""
    names = con.execute("select process from process order by rowid").fetchall()
    return [work for (name,) in names if _is_told(con, work := process_of(con, name))]


def _is_told(con: duckdb.DuckDBPyConnection, work: Process) -> bool:
    log = []
    if work.is_logged:
        way = quoted(DIRECTIONS[work.name])
        log = [("ill_event", f"coalesce(direction, {way}) = {way}")]
    asked = [
        *((columns.from_sql, columns.where) for columns in work.read),
        *log,
        ("milestone", f"process = {quoted(work.name)}"),
    ]
    return any(have(con, asked)) and work.starts in known_milestones(con, work)


def _told_columns(
    con: duckdb.DuckDBPyConnection, process: Process
) -> Callable[[str | list[str]], bool]:
    """Tells whether some export has a column that SQL of a milestone reads: of an order list
    without days of invoices nobody knows what is billed."""
    columns = {c.name for table in process.tables for c in schema.tables()[table].columns}
    found = con.execute(
        """
        select distinct unnest(flatten(map_values(columns)))
        from loaded_file
        where is_active and list_has_any(map_keys(columns), $1)
        """,
        [list(process.tables)],
    ).fetchall()
    loaded = {name for (name,) in found}

    def told(sql: str | list[str]) -> bool:
        read = columns.intersection(re.findall(r"\w+", str(sql)))
        return not read or bool(read & loaded)

    return told


def log_of(process: Process) -> tuple[str, str]:
    """The log of statuses, and whether it is one of the process."""
    return ("ill_event", "true" if process.is_logged else "false")


def spoken(con: duckdb.DuckDBPyConnection, process: Process) -> list[tuple[str, str, str]]:
    """The words of a log that mark a milestone of the process: of which source, the word, folded,
    and the milestone. A word that the library maps anew loses its old meaning."""
    return con.execute(
        """
        select
            source,
            code,
            milestone
        from (
            from role
            where about = 'ill_event' and coalesce(role, $2) = $2
            qualify rank() over (partition by source, code order by is_own desc) = 1
        )
        where list_contains($1::varchar[], milestone)
        group by all
        order by all
        """,
        [list(process.milestones), DIRECTIONS[process.name]],
    ).fetchall()


def marked(
    con: duckdb.DuckDBPyConnection, process: Process, columns: MilestoneColumns
) -> list[str]:
    """The milestones that the status of a request marks, whose day, or last day, is told."""
    if not columns.code or (columns.since == "null" and not columns.by):
        return []
    rows = con.execute(
        """
        select distinct milestone
        from role
        where about = $1
            and list_contains($2::varchar[], milestone)
            and coalesce(role, $3) is not distinct from $3
        order by all
        """,
        [columns.table, list(process.happening), columns.direction or None],
    ).fetchall()
    return [m for (m,) in rows]


def have(
    con: duckdb.DuckDBPyConnection, asked: Sequence[tuple[str, str]], *more: str
) -> tuple[Any, ...]:
    """Which of the tables have a row of which the condition beside it is true? And what else is
    asked, as SQL: each question is planned anew, which takes longer than to answer it."""
    tables = (f"exists (from {table} where {where})" for table, where in asked)
    found: tuple[Any, ...] = con.execute(f"select {', '.join([*tables, *more])}").fetchall()[0]
    return found


def runs_sql(table: str, facts: str, where: str) -> str:
    """SQL: shape, from_seq, until_seq and facts (SQL over the loads `f`) of each run of loads that
    holds rows of a table. The loads that hold a row are a run from one to another: runs are few,
    however many the rows."""
    return f"""
            select
                h.shape,
                h.from_seq,
                h.until_seq,
                {facts}
            from (select distinct shape, from_seq, until_seq from history.{table}) h
            join loaded_file f
                on f.shape = h.shape
                and f.seq >= h.from_seq
                and f.seq < coalesce(h.until_seq, 2147483647)
            where f.is_active and {where}
            group by h.shape, h.from_seq, h.until_seq"""
