"""What today's list says of copies on order, and of those that came and are not on their shelf."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

import duckdb

from libstats.analysis.today.invoices import ASKED_OF_ORDERS, BILLED, ask_once, bill_once
from libstats.analysis.today.requests import ASKED_FOR
from libstats.analysis.work.hold_copies import IS_WAITING
from libstats.analysis.work.usual import usual
from libstats.declaration.raw import quoted
from libstats.definitions.processes import Process, process_of

__all__ = ["INVOICED", "ORDERED", "RECEIVED", "order_details", "received", "received_details"]

ORDERED, RECEIVED = "order_copy", "order_received"
INVOICED = "Invoiced and not received"
_CASE = "coalesce('copy:' || c.order_copy_id, 'line:' || l.order_line_id)"
_VENDOR = "coalesce(l.vendor_name, v.name, n.name, l.vendor_id, p.vendor_id)"
# SQL: the newest word of a vendor's message for each order line of the library
VENDORS_ANSWER = """answer as (
            select
                split_part(order_line_id, '/', -1) as order_line_id,
                arg_max(
                    concat_ws(
                        ', ',
                        'the vendor answered' || coalesce(
                            strftime(answered_on, ' on %B %-d, %Y'), ''
                        ) || ': ' || if(
                            status = 'cancelled',
                            'cancelled',
                            case
                                when quantity_waiting > 0
                                    then quantity_waiting || ' on back order'
                                else coalesce(status, 'no status told')
                            end
                        ),
                        'reason ' || reason_as_exported
                    ),
                    coalesce(answered_on, date '1900-01-01')
                ) as answer
            from order_line
            where is_exchanged
                -- an answer that names the order and the place in it has no number of the line
                and order_line_id is distinct from purchase_order_id || '/' || line_number
                and (answered_on is not null or status = 'cancelled' or quantity_waiting > 0)
            group by all
        )"""
_NOTHING_ASKED = """
        select
            null::varchar as order_id,
            null::varchar as asked,
            null::date as asked_on
        where false"""
_LINES = """
        from order_line l
        left join order_copy c on c.source = l.source and c.order_line_id = l.order_line_id
        left join purchase_order p
            on p.source = l.source and p.purchase_order_id = l.purchase_order_id
        left join vendor v
            on v.source = l.source and v.vendor_id = coalesce(l.vendor_id, p.vendor_id)
        left join vendor_number n on n.number = coalesce(l.vendor_id, p.vendor_id)
        left join title t on t.source = l.source and t.title_id = l.title_id"""


def order_details(
    con: duckdb.DuckDBPyConnection, told: Mapping[str, datetime]
) -> duckdb.DuckDBPyRelation:
    """What is told of each copy on order besides: title, vendor, order line, whether the vendor
    billed it and was reminded, and how many days are usual for that vendor. No barcode: what has
    not come has none to look for."""
    rows = usual(con, ORDERED, end="received", as_of=str(max(told.values())), by="kind").fetchall()
    bill_once(con)
    usual_of = [f"({quoted(part)}, {days!r}::double)" for part, _, days in rows if part and days]
    asked = ASKED_OF_ORDERS if ask_once(con) else _NOTHING_ASKED
    limits = f"map_from_entries([{', '.join(usual_of)}])" if usual_of else None
    own = f"map_from_entries([('all', {limits}[{_VENDOR}])])" if limits else "null"
    return con.sql(
        f"""
        with asked as ({asked}),
        queue as (
            select source, title_id, count(*) as waiting
            from hold
            where {IS_WAITING} and title_id is not null
            group by all
        ),
        asked_for as ({ASKED_FOR}),
        {VENDORS_ANSWER},
        claiming as (
            select distinct source
            from order_line
            where claims is not null or last_claimed_on is not null
        )
        select
            l.source as of_source,
            {_CASE} as of_case,
            'all' as said,
            l.order_line_id as look_for,
            null::varchar as barcode,
            t.title as what,
            {_VENDOR} as who,
            null::varchar as call_number,
            null::varchar as shelf_order,
            -- what was invoiced lies since then
            if(
                b.order_id is not null or l.invoiced_on is not null or q.order_id is not null,
                coalesce(l.invoiced_on, b.billed_on, q.asked_on)::timestamp,
                null
            ) as since,
            {own}::map(varchar, double) as limits,
            if(
                b.order_id is not null or l.invoiced_on is not null or q.order_id is not null,
                '{INVOICED}',
                null
            ) as task,
            nullif(concat_ws(
                '; ',
                if(l.is_rush or r.is_rush, 'rush', null),
                r.asked_for,
                case
                    when h.waiting = 1 then '1 hold waits'
                    when h.waiting > 1 then h.waiting || ' holds wait'
                end,
                case
                    when coalesce(b.order_id, q.order_id) is not null or l.invoiced_on is not null
                        then 'Invoiced' || coalesce(
                            strftime(
                                coalesce(l.invoiced_on, b.billed_on, q.asked_on), ' on %B %-d, %Y'
                            ),
                            ''
                        )
                end,
                q.asked,
                case
                    when b.uncounted = 1 then '1 line of the invoice tells no number of copies'
                    when b.uncounted > 1
                        then b.uncounted || ' lines of invoices tell no number of copies'
                end,
                w.answer,
                case
                    when m.source is null then null
                    when coalesce(l.claims, 0) = 0 and l.last_claimed_on is null
                        then 'never claimed: a claim is due'
                    else 'claimed' || coalesce(
                        strftime(l.last_claimed_on, ', last on %B %-d, %Y'), ''
                    )
                end
            ), '') as why,
            false as is_stuck,
            case
                when task is not null then 2
                when l.is_rush or r.is_rush or h.waiting > 0 then 1
                else 0
            end as urgency
        {_LINES}
        left join queue h on h.source = l.source and h.title_id = l.title_id
        left join {BILLED} b
            on b.order_source = l.source
            and b.order_id = coalesce(l.parent_line_id, l.order_line_id)
        left join asked_for r
            on r.order_source = l.source and r.order_line_id = l.order_line_id
        left join answer w on w.order_line_id = l.order_line_id
            and not coalesce(l.is_exchanged, false)
        left join claiming m on m.source = l.source
        left join asked q on q.order_id = coalesce(l.parent_line_id, l.order_line_id)
            and not coalesce(l.is_exchanged, false)
        """
    )


def received(
    con: duckdb.DuckDBPyConnection, told: Mapping[str, datetime]
) -> tuple[Process, duckdb.DuckDBPyRelation]:
    """The copies that came and are not yet on their shelf, as a kind of work and its worklist.

    A copy is one if its order says that it was received, and the list of copies that it is in
    process or still on order. Its goal is that of cataloguing.
    """
    work = replace(
        process_of(con, "cataloguing"), name=RECEIVED, title="received, not yet on the shelf"
    )
    moments = ", ".join(
        f"({quoted(source)}, timestamp {quoted(str(at))})" for source, at in told.items()
    )
    goal = f"{float(work.goal_days)!r}::double"
    age = "epoch(a.as_of - coalesce(c.received_at, c.received_on::timestamp)) / 86400"
    return work, con.sql(
        f"""
        with as_told as (select * from (values {moments}) as t(source, as_of))
        select
            if({age} > {goal}, 'late', 'near') as standing,
            coalesce(i.barcode, i.item_id) as handle,
            i.location,
            i.owning_branch as branch,
            i.item_type as kind,
            'received' as last_milestone,
            coalesce(c.received_at, c.received_on::timestamp) as last_at,
            'available' as next_step,
            {age} as age,
            {goal} - ({age}) as left_days,
            null::timestamp as due_at,
            false as is_missing,
            coalesce(c.received_at, c.received_on::timestamp) as started_at,
            c.source,
            'copy:' || c.order_copy_id as case_id,
            0::double as paused,
            false as is_at_most,
            null::timestamp as told_at
        from order_copy c
        join as_told a on a.source = c.source
        join item i on i.source = c.source and i.item_id = c.item_id
        join copy_state s on s.source = i.source and s.item_key = i.item_key
        where coalesce(c.received_at, c.received_on::timestamp) is not null
            and s.role in ('in process', 'on order')
        """
    )


def received_details(con: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyRelation:
    """What is told of each received copy besides: its title, and whether a hold waits for it."""
    return con.sql(
        f"""
        with queue as (
            select source, title_id, count(*) as waiting, min(placed_on) as placed_on
            from hold
            where {IS_WAITING}
            group by all
        ),
        asked_for as ({ASKED_FOR})
        select
            c.source as of_source,
            'copy:' || c.order_copy_id as of_case,
            'all' as said,
            null::varchar as look_for,
            i.barcode,
            t.title as what,
            null::varchar as who,
            i.call_number,
            call_number_key(i.call_number, i.call_number_scheme) as shelf_order,
            null::timestamp as since,
            null::map(varchar, double) as limits,
            if(q.waiting > 0, 'Received, with a hold waiting', null) as task,
            nullif(concat_ws(
                '; ',
                if(r.is_rush, 'rush', null),
                r.asked_for,
                if(
                    q.waiting > 0,
                    if(q.waiting = 1, '1 hold waits', q.waiting || ' holds wait') || ', since '
                    || coalesce(strftime(q.placed_on, '%B %-d, %Y'), 'not known'),
                    null
                )
            ), '') as why,
            false as is_stuck,
            case
                when q.waiting > 0 or r.is_rush then 2
                when r.order_source is not null then 1
                else 0
            end as urgency
        from order_copy c
        join item i on i.source = c.source and i.item_id = c.item_id
        left join title t on t.source = i.source and t.title_id = i.title_id
        left join queue q on q.source = i.source and q.title_id = i.title_id
        left join asked_for r
            on r.order_source = c.source and r.order_line_id = c.order_line_id
        where c.received_on is not null or c.received_at is not null
        """
    )
