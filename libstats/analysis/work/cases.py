"""The cases of a process as one row each: when each milestone was reached, as far as a moment could
know."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import duckdb

from libstats.analysis.collection.copies import IS_MISSING
from libstats.definitions.processes import DIRECTIONS, Process, Reading
from libstats.errors import AnalysisError

# the copy that a case is about, by its number, which is the key of a copy that has one; gone copies
# too
_COPY = f"""
    left join (
        select source, item_id, barcode, location, owning_branch, {IS_MISSING} as is_missing
        from item__now
        where {{among}}) i on i.source = t.source and i.item_id = t.item_id
"""


def quoted(text: str) -> str:
    """An SQL string."""
    return "'" + text.replace("'", "''") + "'"


def newest_export(con: duckdb.DuckDBPyConnection, process: Process) -> datetime:
    """When the newest export that tells of the process was written: the moment to which open cases
    have aged.

    Raises AnalysisError if nothing that tells of it is loaded.
    """
    found: datetime | None = con.execute(
        """
        select max(l.exported_at)
        from load l join export e using (export_id)
        where l.undone_seq is null and len(list_intersect(map_keys(e.columns), $1::varchar[])) > 0
        """,
        [list(process.tables)],
    ).fetchall()[0][0]
    if found is None:
        raise AnalysisError(
            f"nothing that tells of {process.name} is loaded",
            f"It is read from: {', '.join(process.tables)}. `libstats loads` lists what is loaded.",
        )
    return found


def cases_sql(
    con: duckdb.DuckDBPyConnection,
    process: Process,
    milestones: Sequence[str],
    *,
    about: Sequence[str] = ("branch", "kind"),
    within: str | None = None,
    unless: Sequence[str] = (),
) -> str:
    """SQL for one row per case: source, case_id, what is asked for in `about`, last_at (the newest
    thing that happened), is_past (it is behind its end by what an export says of it, with or
    without a moment), and for each milestone m: m_at (NULL if not reached) and m_day (true where
    only the day is known).

    Nothing after the parameter $as_of is seen. Of a milestone that comes again the first counts, or
    the last where the process says so. `within` is a milestone of which whoever asks drops the
    cases that did not reach it from $since to before $until: they may be lacking. `unless` are
    milestones of which whoever asks drops the cases that reached one: their copies are not looked
    up.
    """
    *is_read, is_logged, is_own = _have(
        con,
        [
            *((r.rows, r.when) for r in process.read),
            ("ill_event", "true" if process.statuses else "false"),
            ("milestone", f"process = {quoted(process.name)}"),
        ],
    )
    readings = [r for r, has_rows in zip(process.read, is_read, strict=True) if has_rows]
    # where two tables tell of a case, the one can know of an earlier day than the other
    sought = within if len(readings) == 1 and not is_logged and not is_own else None
    feeds = [_read(con, process, r, milestones, about, sought, unless) for r in readings]
    if is_logged:
        feeds.append(_logged(process, milestones, about))
    if is_own or not feeds:
        feeds.append(_own(process, milestones, about))
    if len(feeds) == 1:
        return feeds[0]
    return _joined(feeds, milestones, about)


def told_of(con: duckdb.DuckDBPyConnection, process: Process) -> set[str]:
    """The milestones that the loaded exports can tell of."""
    *is_read, is_logged = _have(
        con,
        [
            *((r.rows, "true") for r in process.read),
            ("ill_event", "true" if process.statuses else "false"),
        ],
    )
    told = {
        m for r, has_rows in zip(process.read, is_read, strict=True) if has_rows for m in r.reached
    }
    if is_logged:
        told |= {m for m in process.statuses if m != "last"}
    return told | {
        m
        for (m,) in con.execute(
            "select distinct milestone from milestone where process = $1", [process.name]
        ).fetchall()
    }


def _have(con: duckdb.DuckDBPyConnection, asked: Sequence[tuple[str, str]]) -> tuple[bool, ...]:
    """Which of the tables have a row of which the condition beside it is true?"""
    found: tuple[bool, ...] = con.execute(
        "select " + ", ".join(f"exists (from {table} where {where})" for table, where in asked)
    ).fetchall()[0]
    return found


def _read(
    con: duckdb.DuckDBPyConnection,
    process: Process,
    reading: Reading,
    milestones: Sequence[str],
    about: Sequence[str],
    within: str | None,
    unless: Sequence[str],
) -> str:
    """SQL over a canonical table."""
    used = [m for m in milestones if m in reading.reached]
    happened = [m for m in reading.reached if m in process.happening]
    source = f"{reading.rows} t {reading.join}"
    kinds = dict(
        zip(
            happened + used,
            con.sql(
                f"select {', '.join(reading.moment(m) for m in happened + used)} from {source} limit 0"
            ).types,
            strict=True,
        )
    )
    seen = {m: _seen(reading.moment(m), is_plan=m in process.planned) for m in {*used, *happened}}
    columns = [
        "t.source",
        f"{reading.case} as case_id",
        *(f"{getattr(reading, a)}::varchar as {a}" for a in about),
    ]
    for m in milestones:
        columns += (
            [f"{seen[m]} as {m}_at", f"{reading.day(m, str(kinds[m]))} as {m}_day"]
            if m in used
            else [f"null::timestamp as {m}_at", f"false as {m}_day"]
        )
    columns += [
        f"greatest({', '.join(_telling(process, seen, happened))}, null::timestamp) as last_at",
        f"coalesce({reading.past}, false){' or t.gone_after is not null' if reading.ever else ''} as is_past",
    ]
    copies = ""
    if any("i." in getattr(reading, a) for a in about):
        ends = [seen[m] for m in unless if m in seen]
        copies = _COPY.format(
            among=f"item_id in (select t.item_id from {source} where coalesce({', '.join(ends)}) is null)"
            if ends
            else "true"
        )
    lines = ",\n    ".join(columns)
    # said of the column itself, DuckDB skips what lies outside
    period = (
        f" and {(moment := reading.moment(within))} >= $since::timestamp and {moment} < $until::timestamp"
        if within and within in reading.reached
        else ""
    )
    return f"select {lines}\nfrom {source}{copies}\nwhere ({reading.where}){period}"


def _telling(process: Process, seen: dict[str, str], happened: Sequence[str]) -> list[str]:
    """SQL: the moments that tell what happened last.

    The start does not count once a case was given up: the two may have been stamped by clocks of
    different zones, and a case that was given up before it began, as it seems, was not taken up
    again.
    """
    stopped = ", ".join(seen[m] for m in process.given_up if m in seen)
    return [
        f"case when coalesce({stopped}) is null then {seen[m]} end"
        if stopped and m == process.starts
        else seen[m]
        for m in happened
    ]


def _seen(expression: str, *, is_plan: bool) -> str:
    """SQL: a milestone as far as it was known: not yet, if it happened later; a plan was known
    before."""
    moment = f"({expression})::timestamp"
    return moment if is_plan else f"case when {moment} <= $as_of::timestamp then {moment} end"


def _own(process: Process, milestones: Sequence[str], about: Sequence[str]) -> str:
    """SQL over the table `milestone`."""
    rows = f"select source, case_id, milestone, happened_at, coalesce(is_day_only, false) as is_day, branch from milestone where process = {quoted(process.name)}"
    return _pivoted(f"({rows})", milestones, about, {}, process)


def _logged(process: Process, milestones: Sequence[str], about: Sequence[str]) -> str:
    """SQL over the log of statuses, with the words of the process (and of the library) for
    milestones."""
    words = [
        (word.casefold(), m)
        for m, given in process.statuses.items()
        if m != "last"
        for word in given
    ]
    values = ", ".join(f"({quoted(word)}, {quoted(m)})" for word, m in words)
    rows = f"""
        select e.source, e.request_id as case_id, w.milestone, e.happened_at, false as is_day, r.branch
        from ill_event e
        left join ill_request r on r.source = e.source and r.request_id = e.request_id
        left join (values {values}) w(word, milestone) on w.word = lower(trim(e.status_as_exported))
        where coalesce(e.direction, r.direction) = {quoted(DIRECTIONS[process.name])}
    """
    last = {word.casefold() for word in process.statuses.get("last", ())}
    return _pivoted(
        f"({rows})", milestones, about, {m: "max" for word, m in words if word in last}, process
    )


def _pivoted(
    rows: str,
    milestones: Sequence[str],
    about: Sequence[str],
    which: dict[str, str],
    process: Process,
) -> str:
    """SQL: rows of (source, case_id, milestone, happened_at, is_day, branch) as one row per case."""
    columns = ["e.source", "e.case_id", *(_known(a) for a in about)]
    for m in milestones:
        at = f"{which.get(m, 'min')}({{'at': e.happened_at, 'day': e.is_day}}) filter (where e.milestone = {quoted(m)})"
        columns += [f"({at}).at as {m}_at", f"coalesce(({at}).day, false) as {m}_day"]
    columns += [
        "max(e.happened_at) filter (where " + _not_planned(process) + ") as last_at",
        "false as is_past",
    ]
    plans = (
        f" or e.milestone in ({', '.join(map(quoted, process.planned))})" if process.planned else ""
    )
    lines = ",\n    ".join(columns)
    return f"select {lines}\nfrom {rows} e\nwhere e.happened_at <= $as_of::timestamp{plans}\ngroup by e.source, e.case_id"


def _known(column: str) -> str:
    return {"branch": "any_value(e.branch order by e.happened_at)", "handle": "e.case_id"}.get(
        column, "null::varchar"
    ) + f" as {column}"


def _not_planned(process: Process) -> str:
    if not process.planned:
        return "true"
    return f"e.milestone is null or e.milestone not in ({', '.join(map(quoted, process.planned))})"


def _joined(feeds: Sequence[str], milestones: Sequence[str], about: Sequence[str]) -> str:
    """SQL: the same case told of by several tables, as one row: of each milestone the first
    telling."""
    columns = ["source", "case_id", *(f"min({a}) as {a}" for a in about)]
    for m in milestones:
        at = f"min({{'at': {m}_at, 'day': {m}_day}}) filter (where {m}_at is not null)"
        columns += [f"({at}).at as {m}_at", f"coalesce(({at}).day, false) as {m}_day"]
    columns += ["max(last_at) as last_at", "bool_or(is_past) as is_past"]
    union = "\nunion all by name\n".join(f"select * from ({feed})" for feed in feeds)
    lines = ",\n    ".join(columns)
    return f"select {lines}\nfrom ({union})\ngroup by source, case_id"
