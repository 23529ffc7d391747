"""What today's list says of each case: its group in the order of work, and why it stands there."""

from __future__ import annotations

import duckdb

from libstats.analysis.work.hold_copies import hold_copies
from libstats.analysis.work.worklist import LAST_TOLD

__all__ = ["DECIDE", "DO", "GROUPS", "PAUSED", "SOON", "grouped"]

DO, DECIDE, SOON, PAUSED = "do now", "needs a decision", "coming up", "paused"
GROUPS = (DO, DECIDE, SOON, PAUSED)
YEARS_OLD = 365  # days after which an open case is one to close or to dismiss
BUY_FROM = 4  # holds a copy, from which another copy is worth a thought

# of_source and of_case find the case; what it is about, why it stands in the list; whether it can
# go on by itself, and whether it goes before others; when a pause ends
_HOLD = f"""
    d.source as of_source,
    d.hold_id as of_case,
    d.title as what,
    d.call_number,
    case
        when d.is_unfillable then 'No copy is left that can fill it: buy, borrow, tell the patron'
        when d.is_not_found then
            'Copy ' || d.barcode || ' is on its shelf and was not found: search, then mark missing'
        when d.able > 0 and d.waiting >= {BUY_FROM} * d.able then
            d.waiting || ' wait for ' || d.able || if(d.able = 1, ' copy', ' copies') || ', '
            || d.on_order || ' on order: buy another?'
    end as why,
    coalesce(d.is_unfillable or d.waiting >= {BUY_FROM} * d.able, false) as is_stuck,
    coalesce(d.is_not_found, false) as is_urgent
"""
_ILL = """
    with newest as (
        select
            source,
            request_id,
            arg_max(status_as_exported, happened_at) as status,
            max(happened_at) as since
        from ill_event
        group by all
    ),
    refused as (
        select source, code
        from role
        where about in ('ill_event', 'ill_request') and milestone = 'refused'
        group by all
    )
    select
        r.source as of_source,
        r.request_id as of_case,
        null::varchar as what,
        null::varchar as call_number,
        coalesce(e.status, r.status_as_exported)
            || coalesce(' since ' || strftime(coalesce(e.since, r.status_since), '%Y-%m-%d'), '')
            || coalesce(', lender ' || r.lender, '') as why,
        false as is_stuck,
        f.code is not null as is_urgent
    from ill_request r
    left join newest e on e.source = r.source and e.request_id = r.request_number
    left join refused f
        on f.source = r.source and f.code = lower(trim(coalesce(e.status, r.status_as_exported)))
"""
_ORDER = """
    select
        c.source as of_source,
        'copy:' || c.order_copy_id as of_case,
        t.title as what,
        null::varchar as call_number,
        coalesce(v.name, l.vendor_name, l.vendor_id) || ', order line ' || l.order_line_id as why,
        false as is_stuck,
        false as is_urgent
    from order_copy c
    join order_line l on l.source = c.source and l.order_line_id = c.order_line_id
    left join title t on t.source = l.source and t.title_id = l.title_id
    left join vendor v on v.source = l.source and v.vendor_id = l.vendor_id
"""
_NONE = """
    select
        null::varchar as of_source,
        null::varchar as of_case,
        null::varchar as what,
        null::varchar as call_number,
        null::varchar as why,
        false as is_stuck,
        false as is_urgent
    where false
"""


def grouped(
    con: duckdb.DuckDBPyConnection, process: str, found: duckdb.DuckDBPyRelation
) -> duckdb.DuckDBPyRelation:
    """A worklist with what each row needs to be worked on, and its group: `group_name`, one of
    GROUPS or none; `what` (the title), `call_number`, `why` it stands there, `is_urgent` (first of
    its group).

    What cannot go on by itself, what nobody can tell of, and what is open for more than a year
    needs a decision; what is late is to be done now, what is near its goal comes up.
    """
    about = _details(con, process).set_alias("d")
    joined = found.set_alias("w").join(
        about, "w.source = d.of_source and w.case_id = d.of_case", "left"
    )
    return joined.select(
        f"""
        w.*,
        what,
        call_number,
        why,
        coalesce(is_urgent, false) as is_urgent,
        case
            when standing = 'paused' then '{PAUSED}'
            when is_stuck or standing in ('not known', '{LAST_TOLD}') then '{DECIDE}'
            when standing = 'late' and age > {YEARS_OLD} then '{DECIDE}'
            when standing = 'late' or is_urgent then '{DO}'
            when standing = 'near' then '{SOON}'
        end as group_name
        """
    )


def _details(con: duckdb.DuckDBPyConnection, process: str) -> duckdb.DuckDBPyRelation:
    """What a kind of work tells of a case besides."""
    if process == "hold":
        return hold_copies(con).set_alias("d").select(_HOLD)
    if process in ("ill_borrowing", "ill_lending", "document_delivery"):
        return con.sql(_ILL)
    return con.sql(_ORDER if process == "order_copy" else _NONE)
