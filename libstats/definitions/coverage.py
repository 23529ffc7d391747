"""What the loaded exports cover, as the view `coverage`: by source, table, event and branch, from
when to when they tell everything. Outside it a figure is unknown, and not 0.

It is worked out of what each active load holds by day (the view `judged_day`: `loaded_day`, with
what only its word ends counted as over), by these rules.

log     a file tells all of its span, from its first event to its last, and on to the time of its
        export where it ends no earlier than a quiet stretch before. Spans are one where the time
        between them is no longer than the longest quiet stretch in any. A stretch in the middle of
        a file that is over two weeks and twice as long as any other is a gap
branch  one that a file lacks is not covered in its span, unless it is as quiet elsewhere, or has
        hardly one event in so many days
case    by what the file was selected for: all that began in a span; the open ones only; those only
        that ended in a span; both, those that ended since a day and those that are open. Ends that
        are told and a list of what is open later tell all that began since, and what was open when
list    a whole list tells what was there on its day

What was selected is declared for a system (`SELECTS`), by the library (`[coverage]`), or suspected
from 30 rows on. A file named by a day covers to the newest time in it on that day.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Any

import duckdb

from libstats import schema
from libstats.definitions.events import SELECTS, TOLD
from libstats.definitions.kept import DEFERRED, keep_views, run
from libstats.definitions.roles import folded_sql

COVERAGE = {
    "source": "configured source",
    "table_name": "canonical table",
    "event": "what happened, such as checkout; ended is the end of a case, open what waits at a"
    " moment, held what is on a list",
    "branch": "where, as the rows are counted by it; blank: the source as a whole",
    "since": "from when on",
    "until": "up to when, not included",
    "is_partial": "true where what is shown is not all: there may be more",
    "basis": "on what it rests",
    "selection": "by which outcome a file of the source was selected, if by any",
    "is_suspected": "true if that is not declared, but looks so",
    "first_on": "the first day of it on which there is one",
    "last_on": "the last day of it on which there is one",
}


def register(con: duckdb.DuckDBPyConnection, config: Mapping[str, Any]) -> None:
    """Give a connection the views `judged_day`, like `loaded_day`, and `coverage`, one row a
    source, table, event, branch and stretch of time; its columns are in COVERAGE. The calendar must
    be there, and what codes mean."""
    con.execute(
        """
        create or replace temp table told_table (
            table_name varchar,
            kind varchar,
            starts varchar[],
            ends varchar[],
            quick integer,
            instead varchar,
            unless varchar[]
        );
        create or replace temp table coverage_setting (
            declaration varchar,
            selects varchar,
            whole_days boolean,
            is_confirmed boolean
        )"""
    )
    tables = [
        (name, told.kind, _starts(name), _ends(name), told.quick, *_instead(name))
        for name, told in TOLD.items()
        if told.events
    ]
    con.execute(
        """
        insert into told_table
        select
            unnest($1::varchar[]),
            unnest($2::varchar[]),
            unnest($3::varchar[][]),
            unnest($4::varchar[][]),
            unnest($5::integer[]),
            unnest($6::varchar[]),
            unnest($7::varchar[][])
        """,
        list(map(list, zip(*tables, strict=True))),
    )
    own = config.get("coverage", {})
    settings = [
        (
            label,
            own.get(label, {}).get("selects", SELECTS.get(label)),
            own.get(label, {}).get("whole_days", False),
            label in own,
        )
        for label in {**SELECTS, **own}
    ]
    con.execute(
        """
        insert into coverage_setting
        select
            unnest($1::varchar[]),
            unnest($2::varchar[]),
            unnest($3::boolean[]),
            unnest($4::boolean[])
        """,
        list(map(list, zip(*settings, strict=True))),
    )
    run(con, "create or replace temp view loaded_file as from memory.main.loaded_file")
    run(con, f"create or replace temp view judged_day{DEFERRED} as {_judged_days()}")
    run(con, f"create or replace temp view coverage{DEFERRED} as {sql()}")


def ready(con: duckdb.DuckDBPyConnection) -> None:
    """Work both out once for all that a connection asks of it, and what is loaded."""
    keep_views(con, "loaded_file", "judged_day", "coverage")


@cache
def sql() -> str:
    """The SQL of the view."""
    return (
        resources.files("libstats.definitions").joinpath("coverage.sql").read_text(encoding="utf-8")
    )


# A load is counted when it comes, and what its words mean is known when somebody asks.
_OVER = """
            select
                shape,
                from_seq,
                until_seq,
                '{table}' as table_name,
                {event} as event,
                {branch}::varchar as branch,
                ({at})::date as day,
                count(*) as n
            from history.{table} t
            semi join (
                from role
                where about = '{table}'
                    and coalesce(field, 'status_as_exported') = 'status_as_exported'
                    and outcome in ({over})
                qualify rank() over (partition by source, code order by is_own desc) = 1
            ) r on r.source = t.source and r.code = {folded}
            where t.status_as_exported is not null
                and ({is_open})
                and ({at}) is not null
                and {where}
            group by all"""


def _judged_days() -> str:
    """SQL: what each load holds by day; what no column ends but its word is not open, but over: of
    when it ended nothing is known, so that it says nothing of how long a case takes."""
    parts = [
        _OVER.format(
            table=name,
            event=event.named,
            branch=told.branch,
            at=event.at,
            where=event.where,
            is_open=told.is_open,
            over=", ".join(f"'{outcome}'" for outcome in told.over),
            folded=folded_sql("t.status_as_exported"),
        )
        for name, told in TOLD.items()
        for event in told.events
        if told.over
    ]
    return f"""
        select
            d.* replace (d.open - coalesce(o.n, 0) as open),
            coalesce(o.n, 0) as over
        from loaded_day d
        left join (
            select
                f.seq,
                h.table_name,
                h.event,
                h.branch,
                h.day,
                sum(h.n)::bigint as n
            from ({" union all ".join(parts)}) h
            join loaded_file f
                on f.shape = h.shape
                and f.seq >= h.from_seq
                and f.seq < coalesce(h.until_seq, 2147483647)
            group by all
        ) o
            on o.seq = d.seq
            and o.table_name = d.table_name
            and o.event = d.event
            and o.branch is not distinct from d.branch
            and o.day = d.day"""


def _starts(name: str) -> list[str]:
    """The events with which a case begins, the usual one first."""
    told = TOLD[name]
    if told.kind != "case":
        return []
    return [e.named.strip("'") for e in told.events if e.at == told.events[0].at]


def _instead(name: str) -> tuple[str, list[str]]:
    """The event on whose day a case begins where a file has none of some columns, and these: an
    order of which only the day is told on which it was asked for."""
    told = TOLD[name]
    if told.kind == "case":
        known = [c.name for c in schema.tables()[name].columns]
        *before, last = [w for w in re.findall(r"\w+", told.events[0].at) if w in known]
        for event in told.events[1:]:
            if before and event.at == last:
                return event.named.strip("'"), before
    return "", []


def _ends(name: str) -> list[str]:
    """The columns that tell whether a case has ended."""
    told = TOLD[name]
    words = set(re.findall(r"\w+", f"{told.is_open} {told.ended_at}"))
    return [c.name for c in schema.tables()[name].columns if c.name in words]
