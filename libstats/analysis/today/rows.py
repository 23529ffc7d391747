"""What today's list says of each case: its group in the order of work, the task, and why it stands
there."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

import duckdb

from libstats.analysis.today.access import PROBLEM
from libstats.analysis.today.ill import FOLLOWED_UP, TASKS, ill_details
from libstats.analysis.today.invoices import QUESTIONS
from libstats.analysis.today.orders import (
    INVOICED,
    ORDERED,
    RECEIVED,
    order_details,
    received_details,
)
from libstats.analysis.today.requests import REQUEST_TASKS, request_details
from libstats.analysis.today.serials import issue_details
from libstats.analysis.work.hold_copies import IS_WAITING, hold_copies
from libstats.analysis.work.usual import usual
from libstats.analysis.work.worklist import LAST_TOLD, NEAR
from libstats.declaration.raw import quoted
from libstats.definitions.processes import Process

__all__ = ["DECIDE", "DO", "GROUPS", "PAUSED", "SOON", "grouped", "told_of"]

DO, DECIDE, SOON, PAUSED = "do now", "needs a decision", "coming up", "paused"
GROUPS = (DO, DECIDE, SOON, PAUSED)
_TASKS = {**TASKS, **REQUEST_TASKS}
_ILL = ("ill_borrowing", "ill_lending", "document_delivery")
YEARS_OLD = 365  # days after which an open case is one to close or to dismiss
ONE_NIGHT = timedelta(days=1)  # exports of less between them are judged at one moment

# of_source and of_case find the case; `said` is the step at which it lies where a system's word
# says so, `all` of work that is not told by steps; then what to look for, what and whom it is
# about, since when it lies there, how many days are usual at each step, what is to be done and
# why; whether it cannot go on by itself; urgency 2: now, whatever its age; 1: before others
UNFILLABLE = "No copy is left that can fill it"
NOT_FOUND = "Asked for, and not found on its shelf"
CLAIMED = "Claimed returned: search the shelves"
_HOLD = f"""
    d.source as of_source,
    d.hold_id as of_case,
    'all' as said,
    if(d.is_not_found, d.barcode, null) as look_for,
    d.barcode,
    if(d.is_not_found, d.branch, null) as copy_branch,
    if(d.is_not_found, d.location, null) as copy_location,
    d.title as what,
    null::varchar as who,
    d.call_number,
    d.shelf_order,
    null::timestamp as since,
    null::map(varchar, double) as limits,
    case
        when d.is_unfillable then '{UNFILLABLE}'
        when d.is_not_found then '{NOT_FOUND}'
    end as task,
    case
        when d.is_unfillable then 'Every copy is lost or withdrawn: buy, borrow, tell the patron'
        when d.is_not_found
            then 'Asked for since ' || coalesce(strftime(p.placed_on, '%B %-d, %Y'), 'long ago')
            || ': search, then mark missing'
        when p.is_paused
            then coalesce(
                'Paused until ' || strftime(p.suspended_until, '%B %-d, %Y'),
                'Paused; no day is told'
            )
        when d.waiting > 1
            then d.waiting || ' wait for ' || (d.able - d.coming)
            || if(d.able - d.coming = 1, ' copy', ' copies') || ', ' || d.on_order || ' on order'
    end as why,
    coalesce(d.is_unfillable, false) as is_stuck,
    if(d.is_not_found, 2, 0) as urgency
"""
_PAUSE = """
    select
        source as p_source,
        hold_id as p_hold,
        coalesce(is_suspended, false) or suspended_until is not null as is_paused,
        suspended_until,
        placed_on
    from hold
"""
_TRANSIT = """
    select
        t.source as of_source,
        t.transit_id as of_case,
        'all' as said,
        null::varchar as look_for,
        coalesce(t.barcode, i.barcode) as barcode,
        null::varchar as what,
        coalesce(f.name, t.from_branch) || ' to ' || coalesce(g.name, t.to_branch) as who,
        i.call_number,
        null::varchar as shelf_order,
        null::timestamp as since,
        {limits}::map(varchar, double) as limits,
        'Too long on the way' as task,
        null::varchar as why,
        false as is_stuck,
        0 as urgency
    from transit t
    left join item i on i.source = t.source and i.item_id = t.item_id
    left join (from code where list = 'branch') f on f.source = t.source and f.code = t.from_branch
    left join (from code where list = 'branch') g on g.source = t.source and g.code = t.to_branch
    where t.arrived_at is null
"""
_LOAN = f"""
    with queue as (
        select source, title_id, count(*) as waiting
        from hold
        where {IS_WAITING}
        group by all
    ),
    lent as (
        select l.source, l.loan_id, coalesce(i.item_key, b.item_key) as item_key
        from loan_ever l
        left join item i on i.source = l.source and i.item_id = l.item_id
        left join item b on b.source = l.source and b.barcode = l.barcode and l.item_id is null
        where l.returned_at is null
    )
    select
        l.source as of_source,
        l.loan_id as of_case,
        'all' as said,
        null::varchar as look_for,
        i.barcode,
        if(s.role = 'claimed returned', t.title, null) as what,
        null::varchar as who,
        i.call_number,
        call_number_key(i.call_number, i.call_number_scheme) as shelf_order,
        null::timestamp as since,
        null::map(varchar, double) as limits,
        case s.role
            when 'claimed returned' then '{CLAIMED}'
            when 'paid for' then 'Lost and paid for: take it out of the catalogue'
        end as task,
        if(
            q.waiting > 0,
            if(q.waiting = 1, '1 hold waits for it', q.waiting || ' holds wait for it'),
            null
        ) as why,
        s.role in ('claimed returned', 'paid for') as is_stuck,
        if(q.waiting > 0, 1, 0) as urgency
    from lent l
    join item i on i.source = l.source and i.item_key = l.item_key
    left join copy_state s on s.source = i.source and s.item_key = i.item_key
    left join title t on t.source = i.source and t.title_id = i.title_id
    left join queue q on q.source = i.source and q.title_id = i.title_id
"""
_NONE = """
    select
        null::varchar as of_source,
        null::varchar as of_case,
        'all' as said,
        null::varchar as look_for,
        null::varchar as barcode,
        null::varchar as what,
        null::varchar as who,
        null::varchar as call_number,
        null::varchar as shelf_order,
        null::timestamp as since,
        null::map(varchar, double) as limits,
        null::varchar as task,
        null::varchar as why,
        false as is_stuck,
        0 as urgency
    where false
"""


def told_of(con: duckdb.DuckDBPyConnection, process: Process) -> dict[str, datetime]:
    """Up to when each source tells of a kind of work, that is the moment to which its cases have
    aged; sources that were exported in one night share the newest moment."""
    rows = con.execute(
        """
        select source, max(told_until)
        from loaded_file
        where is_active and list_has_any(map_keys(columns), $1::varchar[])
        group by source
        order by source
        """,
        [list(process.tables)],
    ).fetchall()
    newest = max((at for _, at in rows), default=datetime.min)
    return {source: newest if newest - at <= ONE_NIGHT else at for source, at in rows}


def grouped(
    con: duckdb.DuckDBPyConnection,
    process: str,
    found: duckdb.DuckDBPyRelation,
    told: Mapping[str, datetime],
) -> duckdb.DuckDBPyRelation:
    """A worklist with what each row needs to be worked on, and its group: `group_name`, one of
    GROUPS or none; `task` (what is to be done; NULL: what the kind of work says), `look_for` (the
    number of it), `barcode`, `what` (the title), `who` (lenders, vendor, route), `call_number`,
    `shelf_order`, `waited` (days that it lies at its step), `usual_days`, `why` it stands there,
    `urgency`, `stage` (the step at which it lies).

    Where enough cases tell how many days are usual, what waits longer is late and nothing else
    is. What cannot go on by itself, what nobody can tell of, and what is open for more than a year
    needs a decision; what is late is to be done now, what is near its goal comes up.
    """
    moments = ", ".join(f"({quoted(s)}, {quoted(str(at))}::timestamp)" for s, at in told.items())
    moments = moments or "(null::varchar, null::timestamp)"
    about = (
        request_details(con, found)
        if process == "purchase_request"
        else _details(con, process, told)
    ).set_alias("d")
    columns = _OF_COPY if process == "hold" else "*"
    tasks = ", ".join(map(quoted, _TASKS.get(process, {}).values())) or "null"
    return (
        found.set_alias("w")
        .join(about, "w.source = d.of_source and w.case_id = d.of_case", "left")
        .select(columns)
        .select(
            "*, coalesce(said, if(of_case is null, null, last_milestone)) as stage,"
            " limits[stage] as usual_days"
        )
        .set_alias("x")
        .join(
            con.sql(f"select * from (values {moments}) as t(at_source, as_of)").set_alias("t"),
            "x.source = t.at_source",
            "left",
        )
        .select(f"*, {_WAITED} as waited")
        .select(f"* replace ({_STANDING} as standing), {_task(process)} as given_task")
        .select(_GROUPED)
        .select(f"*, coalesce(list_position([{tasks}], task), 99) as task_place")
    )


# what is searched for is searched for where the copy should be, not where it is wanted
_OF_COPY = """
        * exclude (copy_branch, copy_location)
            replace (
                coalesce(copy_branch, branch) as branch,
                coalesce(copy_location, location) as location
            )
        """
_WAITED = """if(
            since = date_trunc('day', since),
            date_diff('day', since::date, as_of::date)::double,
            epoch(as_of - since) / 86400
        )"""
# what was invoiced is told since then, and is late by the order all the same
_LAIN = f"if(task is not distinct from {quoted(INVOICED)}, age, coalesce(waited, age))"
_STANDING = f"""case
            when usual_days is null or standing not in ('late', 'near', 'in time') then standing
            when {_LAIN} > usual_days then 'late'
            when {_LAIN} > {NEAR} * usual_days then 'near'
            else 'in time'
        end"""
# the step is a request's, for of other work it is `all`, or the name of another milestone
_URGENCY = f"if(stage in ({', '.join(map(quoted, FOLLOWED_UP))}), 2, coalesce(urgency, 0))"
_GROUPED = f"""
        * exclude (of_source, of_case, said, since, limits, at_source, is_stuck, task, given_task)
            replace (
                case
                    when standing = '{LAST_TOLD}'
                        then 'Told of last on ' || strftime(told_at, '%B %-d, %Y')
                        || '; nobody knows how it stands now'
                    when standing = 'not known'
                        then 'Whether it is open is not known: nobody declared its status, or '
                        || 'it ended between two exports'
                    else nullif(concat_ws(
                        '; ',
                        why,
                        case
                            when standing = 'late' and usual_days is not null
                                then 'usual: within ' || ceil(usual_days)::bigint || ' days'
                        end
                    ), '')
                end as why,
                {_URGENCY} as urgency
            ),
        if(standing in ('paused', '{LAST_TOLD}', 'not known'), null, coalesce(task, given_task))
            as task,
        case
            when standing = 'paused' then '{PAUSED}'
            when is_missing and task is null then null
            when is_stuck or standing in ('not known', '{LAST_TOLD}') then '{DECIDE}'
            when standing = 'late' and age > {YEARS_OLD} then '{DECIDE}'
            when standing = 'late' or {_URGENCY} = 2 then '{DO}'
            when standing = 'near' then '{SOON}'
        end as group_name
        """


def _task(process: str) -> str:
    """SQL: what is to be done with a case at its step, where its kind of work says so."""
    lines = " ".join(
        f"when {quoted(step)} then {quoted(task)}" for step, task in _TASKS.get(process, {}).items()
    )
    return f"case stage {lines} end" if lines else "null::varchar"


def _details(
    con: duckdb.DuckDBPyConnection, process: str, told: Mapping[str, datetime]
) -> duckdb.DuckDBPyRelation:
    """What a kind of work tells of a case besides."""
    if process.removesuffix("_return") in _ILL:
        return ill_details(con, process, told)
    if process == ORDERED:
        return order_details(con, told)
    if process == RECEIVED:
        return received_details(con)
    if process == "serials":
        return issue_details(con, told)
    if process == "hold":
        pauses = con.sql(_PAUSE).set_alias("p")
        holds = hold_copies(con).set_alias("d")
        return holds.join(pauses, "d.source = p_source and d.hold_id = p_hold").select(_HOLD)
    if process == "transit":
        return con.sql(_TRANSIT.format(limits=_routes(con, told)))
    return con.sql(
        {
            "loan": _LOAN,
            "access_problem": PROBLEM,
            "invoice_question": QUESTIONS,
        }.get(process, _NONE)
    )


def _routes(con: duckdb.DuckDBPyConnection, told: Mapping[str, datetime]) -> str:
    """SQL: the usual days of the route of a transit, as a map; NULL without any."""
    rows = usual(con, "transit", as_of=str(max(told.values())), by="route").fetchall()
    lines = " ".join(
        f"when {quoted(part)} then map_from_entries([('all', {days!r}::double)])"
        for part, _, days in rows
        if part and days is not None
    )
    return f"case t.from_branch || ' → ' || t.to_branch {lines} end" if lines else "null"
