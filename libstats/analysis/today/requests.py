"""What today's list says of requests that something be bought: first what is rush, and what holds
wait for."""

from __future__ import annotations

from libstats.analysis.work.hold_copies import IS_WAITING

__all__ = ["REQUESTS", "REQUEST_TASKS"]

# what is to be done with a request, by the last step that it reached, in the order of work
REQUEST_TASKS = {
    "purchase_request": {
        "received": "Asked for by somebody, came in and is not on its shelf",
        "catalogued": "Asked for by somebody, catalogued and not on its shelf",
        "accepted": "Accepted and not ordered",
        "requested": "Decide whether to buy it",
        "ordered": "Asked for by somebody, ordered and not received",
    }
}
REQUESTS = f"""
    with queue as (
        select source, title_id, count(*) as waiting
        from hold
        where {IS_WAITING} and title_id is not null
        group by all
    )
    select
        r.source as of_source,
        r.purchase_request_id as of_case,
        null::varchar as said,
        null::varchar as look_for,
        null::varchar as barcode,
        coalesce(r.title, t.title) as what,
        null::varchar as who,
        null::varchar as call_number,
        null::varchar as shelf_order,
        null::timestamp as since,
        null::map(varchar, double) as limits,
        null::varchar as task,
        nullif(concat_ws(
            '; ',
            if(r.is_rush, 'rush', null),
            if(q.waiting > 0, if(q.waiting = 1, '1 hold waits', q.waiting || ' holds wait'), null)
        ), '') as why,
        false as is_stuck,
        case when r.is_rush then 2 when q.waiting > 0 then 1 else 0 end as urgency
    from purchase_request r
    left join title t on t.source = r.source and t.title_id = r.title_id
    left join queue q on q.source = r.source and q.title_id = r.title_id
"""
