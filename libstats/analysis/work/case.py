"""The view `"case"`: what the five questions read, for whoever asks in SQL."""

from __future__ import annotations

from datetime import datetime

import duckdb

from libstats.analysis.work.cases import Cases
from libstats.analysis.work.exported import newest_of
from libstats.analysis.work.spans import UNDETERMINABLE, Spans, waited_sql
from libstats.declaration.raw import quoted
from libstats.definitions.kept import DEFERRED, run
from libstats.definitions.processes import Process, process_of

# What all kinds of work ask for is bound, and worked out, once.
_SHARED = """with loaded_file as materialized (from memory.main.loaded_file),
    judged_day as materialized (from temp.judged_day),
    coverage as materialized (from temp.coverage)"""


def register(con: duckdb.DuckDBPyConnection) -> None:
    """Give a connection the view `"case"`: one row per case and process, as the newest export of
    each process knows it. Takes 0.02 s a kind of work of which something is loaded."""
    parts = []
    for (name,) in con.execute("select process from process order by rowid").fetchall():
        process = process_of(con, name)
        told = newest_of(con, process)
        if told:
            parts.append(_part_sql(con, process, told))
    union = "\nunion all\n".join(parts) or _none_sql()
    run(con, f'create or replace temp view "case"{DEFERRED} as {_SHARED} {union}')


def _part_sql(con: duckdb.DuckDBPyConnection, process: Process, as_of: datetime) -> str:
    spans = Spans(con, process, process.starts, process.done, as_of)
    milestones = tuple(dict.fromkeys([*spans.milestones, *process.milestones]))
    cases = Cases(con, process, milestones, about=("handle", "branch", "kind"), is_judged=True)
    age = waited_sql("started_at", "until_at", "is_day", "days")
    reached = ", ".join(f"({quoted(m)}, {m}_at)" for m in process.milestones)
    sql = f"""
        select
            {quoted(process.name)} as process,
            source,
            case_id,
            handle,
            branch,
            kind,
            map_from_entries(
                list_filter([{reached}], lambda entry: entry[2] is not null)
            ) as reached,
            started_at,
            outcome,
            closed_at as ended_at,
            {spans.bounds_sql()},
            case when state <> {UNDETERMINABLE} then {age} - paused end as age_days,
            is_paused,
            is_at_most,
            told_at,
            $as_of::timestamp as as_of
        from ({spans.judged(cases)})"""
    return sql.replace("$as_of", quoted(str(as_of)))


def _none_sql() -> str:
    """SQL of no case."""
    kinds = {
        "varchar": ("process", "source", "case_id", "handle", "branch", "kind"),
        "map(varchar, timestamp)": ("reached",),
        "timestamp": ("started_at",),
    }
    more = {
        "varchar": ("outcome",),
        "timestamp": ("ended_at", "ended_not_before", "ended_not_after"),
        "double": ("age_days",),
        "boolean": ("is_paused", "is_at_most"),
    }
    columns = [
        f"null::{kind} as {name}"
        for part in (kinds, more, {"timestamp": ("told_at", "as_of")})
        for kind, names in part.items()
        for name in names
    ]
    return f"select {', '.join(columns)} limit 0"
