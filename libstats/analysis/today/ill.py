"""What today's list says of requests of interlibrary loan: where each lies, who was asked, and what
is to go back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

import duckdb

from libstats.analysis.work.usual import usual
from libstats.analysis.work.worklist import NEAR_DAYS
from libstats.declaration.raw import quoted
from libstats.definitions.processes import DIRECTIONS, Process, process_of
from libstats.definitions.roles import folded_sql

__all__ = ["FOLLOWED_UP", "TASKS", "ill_details", "returning"]

# What is to be done with a request, by the step at which it lies, in the order of work.
TASKS = {
    "ill_borrowing": {
        "refused": "All lenders said no",
        "not_located": "No library that has it was found",
        "conditional": "A lender asked back and waits for an answer",
        "submitted": "Ready to be sent and not sent",
        "received": "Came in, and the patron was not told",
        "sent": "Waits at a lender",
        "shipped": "On its way from a lender",
    },
    "ill_lending": {
        "received": "Came in and not worked on",
        "printed": "To be searched for on our shelves",
        "found": "Found and not sent",
    },
    "ill_borrowing_return": {
        "returned_by_patron": "Brought back by the patron and not sent back",
        "available": "Due back at its lender",
        "picked_up": "Due back at its lender",
    },
    "ill_lending_return": {"shipped": "Lent to a library and due back"},
}
# Steps from which no request goes on by itself, however short it lies there.
FOLLOWED_UP = ("refused", "not_located", "conditional")
# The steps of which it is told how long is usual, with those that end them; by lender, or not.
_STEPS: dict[str, dict[str, tuple[tuple[str, ...], str | None]]] = {
    "ill_borrowing": {
        "submitted": (("sent",), None),
        "sent": (("shipped", "received", "available"), "lender"),
        "shipped": (("received", "available"), "lender"),
        "received": (("available",), None),
    },
    "ill_borrowing_return": {
        "returned_by_patron": (("sent_back", "lender_confirmed", "finished"), None),
    },
}
# What is away, from which step on, and the steps that bring it back.
_AWAY = {
    "ill_borrowing": (
        "ILL borrowing, to go back",
        ("available", "picked_up", "returned_by_patron"),
        ("sent_back", "lender_confirmed", "finished", "cancelled"),
    ),
    "ill_lending": (
        "ILL lending, to come back",
        ("shipped",),
        ("returned", "checked_in", "lost", "finished", "cancelled"),
    ),
}
_LENDERS = """case
            when f.lenders is not null then f.lenders
            when n.noes > 0 and w.milestone = 'refused' and r.lender is not null
                then n.noes || ' said no, the last ' || r.lender
            when n.noes > 0
                then coalesce(r.lender, 'not known') || ', ' || n.noes || ' said no before'
            else r.lender
        end"""


def ill_details(
    con: duckdb.DuckDBPyConnection, process: str, told: Mapping[str, datetime]
) -> duckdb.DuckDBPyRelation:
    """What is told of each request besides: its step by the system's newest word (NULL: the last
    that it reached; `all` where its source does not tell when a request is sent), since when, who
    was asked, how many days are usual at each step."""
    work = process.removesuffix("_return")
    word = "coalesce(w.milestone, if(s.source is null, 'all', null))" if work == process else "null"
    return con.sql(
        f"""
        with newest as (
            select
                source,
                request_id,
                arg_max(status_as_exported, happened_at) as status,
                max(happened_at) as since
            from ill_event
            group by all
        ),
        word as (
            select source, code, max(milestone) as milestone
            from (
                from role
                where about in ('ill_event', 'ill_request')
                    and coalesce(role, $direction) = $direction
                qualify rank() over (partition by source, code order by is_own desc) = 1
            )
            group by all
        ),
        no as (
            select e.source, e.request_id, count(*) as noes
            from ill_event e
            join word w
                on w.source = e.source
                and w.code = {folded_sql("e.status_as_exported")}
                and w.milestone = 'refused'
            group by all
        ),
        refusal as (
            select source, request_id, string_agg(lender, ', ' order by place, lender) as lenders
            from ill_refusal
            group by all
        ),
        sending as (
            select distinct source from ill_request where placed_on is not null
            union
            select distinct e.source
            from ill_event e
            join word w
                on w.source = e.source
                and w.code = {folded_sql("e.status_as_exported")}
                and w.milestone = 'sent'
        ),
        usual_of as ({_usual_sql(con, process, told)})
        select
            r.source as of_source,
            r.request_id as of_case,
            {word}::varchar as said,
            null::varchar as look_for,
            null::varchar as barcode,
            null::varchar as what,
            {_LENDERS} as who,
            null::varchar as call_number,
            null::varchar as shelf_order,
            coalesce(e.since, r.status_since, r.placed_on::timestamp) as since,
            coalesce(o.limits, a.limits) as limits,
            null::varchar as task,
            coalesce(e.status, r.status_as_exported)
                || coalesce(
                    ' since ' || strftime(coalesce(e.since, r.status_since), '%B %-d, %Y'), ''
                ) as why,
            false as is_stuck,
            0 as urgency
        from ill_request r
        left join newest e on e.source = r.source and e.request_id = r.request_number
        left join word w
            on w.source = r.source
            and w.code = {folded_sql("coalesce(e.status, r.status_as_exported)")}
        left join no n on n.source = r.source and n.request_id = r.request_number
        left join refusal f on f.source = r.source and f.request_id = r.request_id
        left join sending s on s.source = r.source
        left join usual_of o on o.lender = r.lender
        left join usual_of a on a.lender is null
        where r.direction = $direction
        """,
        params={"direction": DIRECTIONS[work]},
    )


def _usual_sql(con: duckdb.DuckDBPyConnection, process: str, told: Mapping[str, datetime]) -> str:
    """SQL: the usual days at each step, by lender; NULL is a lender of too few."""
    found: dict[str | None, dict[str, float]] = {None: {}}
    work, as_of = process.removesuffix("_return"), str(max(told.values()))
    for step, (ends, by) in _STEPS.get(process, {}).items():
        rows = usual(con, work, start=step, end=ends, as_of=as_of, by=by)
        for part, _, days in rows.fetchall():
            if days is not None and (part is not None or by is None):
                found.setdefault(part if by else None, {})[step] = days
    common = found[None]
    lines = [
        f"({'null' if lender is None else quoted(lender)}, {_map({**common, **limits})})"
        for lender, limits in found.items()
    ]
    return f"select * from (values {', '.join(lines)}) as t(lender, limits)"


def _map(limits: Mapping[str, float]) -> str:
    entries = ", ".join(f"({quoted(step)}, {days!r}::double)" for step, days in limits.items())
    return f"map_from_entries([{entries}])" if entries else "null::map(varchar, double)"


def returning(
    con: duckdb.DuckDBPyConnection, process: str
) -> tuple[Process, duckdb.DuckDBPyRelation] | None:
    """What is to go back: borrowed things to their lenders, lent ones to us, as a kind of work of
    its own and its worklist; None for a kind of work in which nothing goes back.

    A request is on it from the day on which the thing was here (or left), until an export says that
    it went back. What a patron brought back is late by what is usual; all else by its due day.
    """
    if process not in _AWAY:
        return None
    title, away, back = _AWAY[process]
    work = replace(process_of(con, process), name=f"{process}_return", title=title, due="due")
    brought = "reached['returned_by_patron'] is not null"
    left = "epoch(due_at - as_of) / 86400"
    return work, con.sql(
        f"""
        with away as (
            select
                *,
                reached['due'] as due_at,
                {_last("key", away)} as last_milestone,
                {_last("value", away)} as last_at
            from "case"
            where process = $process
                and kind is distinct from 'copy'
                and list_has_any(map_keys(reached), $away::varchar[])
                and not list_has_any(map_keys(reached), $back::varchar[])
                and (reached['due'] is not null or {brought})
        )
        select
            case
                when {brought} or due_at < as_of then 'late'
                when {left} <= {NEAR_DAYS} then 'near'
                else 'in time'
            end as standing,
            handle,
            null::varchar as location,
            a.branch,
            a.kind,
            last_milestone,
            last_at,
            null::varchar as next_step,
            epoch(as_of - last_at) / 86400 as age,
            coalesce({left}, -epoch(as_of - last_at) / 86400) as left_days,
            due_at,
            false as is_missing,
            started_at,
            a.source,
            case_id,
            0::double as paused,
            false as is_at_most,
            null::timestamp as told_at
        from away a
        join ill_request r on r.source = a.source and r.request_id = a.case_id
        where coalesce(r.status, '') not in ('completed', 'cancelled', 'unfilled')
            and ({brought} or coalesce(r.status, '') <> 'returned')
        """,
        params={"process": process, "away": list(away), "back": list(back)},
    )


def _last(part: str, steps: Sequence[str]) -> str:
    """SQL: of these steps the one that was reached last: its `key` or its `value`, the moment."""
    among = ", ".join(map(quoted, steps))
    return f"""list_last(list_sort(list_transform(
                    list_filter(map_entries(reached), lambda e: e.key in ({among})),
                    lambda e: {{'at': e.value, 'key': e.key, 'value': e.value}}
                ))).{part}"""
