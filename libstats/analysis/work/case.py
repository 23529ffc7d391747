"""The view `"case"`: what the five questions read, for whoever asks in SQL."""

from __future__ import annotations

from datetime import datetime

import duckdb

from libstats.analysis.work.cases import Cases, newest_exports
from libstats.analysis.work.spans import Spans, waited_sql
from libstats.declaration.raw import quoted
from libstats.definitions.processes import Process, process_of

# What the data dictionary says of its columns.
COLUMNS = {
    "process": "kind of work, as table `process` lists them",
    "source": "configured source that tells of it",
    "case_id": "the case: a hold, a request, a loan, a copy on order",
    "handle": "what a person looks for: a barcode, or the case",
    "branch": "branch whose work it is",
    "kind": "a part of the cases, such as the item type",
    "reached": "when it reached each milestone: map of milestone and moment",
    "started_at": "when its wait began",
    "outcome": "open, done, given up by the patron, given up (by the library, the other side, or"
    " nobody says by whom), lapsed (unfilled), not fetched (it stood ready), over (nobody knows"
    " how), undeterminable (its status is a word without a role)",
    "ended_at": "when it ended; blank while it is open, and where nobody recorded when",
    "ended_not_before": "it had not ended then: the last export that shows it open, or what"
    " happened last",
    "ended_not_after": "it had ended by then: the first export that shows it over",
    "age_days": "days from its start to its end, or to `as_of`, without time known to be paused",
    "is_paused": "true while its patron has paused it",
    "is_at_most": "true if it may have been paused for longer than is known, and be younger",
    "as_of": "the newest export that tells of this kind of work, to which open cases have aged",
}


def register(con: duckdb.DuckDBPyConnection) -> None:
    """Give a connection the view `"case"`: one row per case and process, as the newest export of
    each process knows it."""
    newest = newest_exports(con)
    parts = []
    for (name,) in con.execute("select process from process order by rowid").fetchall():
        process = process_of(con, name)
        told = [newest[table] for table in process.tables if table in newest]
        if told:
            parts.append(_part_sql(con, process, max(told)))
    union = "\nunion all\n".join(parts) or _none_sql()
    con.execute(f'create or replace temp view "case" as {union}')


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
            {age} - paused as age_days,
            is_paused,
            is_at_most,
            $as_of::timestamp as as_of
        from ({spans.judged(cases)})"""
    return sql.replace("$as_of", quoted(str(as_of)))


def _none_sql() -> str:
    kinds = {"reached": "map(varchar, timestamp)", "age_days": "double"}
    columns = (
        f"null::{kinds.get(name, 'boolean' if name[:3] == 'is_' else _kind(name))} as {name}"
        for name in COLUMNS
    )
    return f"select {', '.join(columns)} limit 0"


def _kind(name: str) -> str:
    is_moment = name.endswith(("_at", "_before", "_after", "as_of"))
    return "timestamp" if is_moment else "varchar"
