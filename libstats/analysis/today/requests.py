"""What today's list says of requests that something be bought: first what is rush, and what holds
wait for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import duckdb

from libstats.analysis.today.parts import Part
from libstats.analysis.work.hold_copies import IS_WAITING
from libstats.declaration.raw import quoted

__all__ = ["ASKED_FOR", "REQUEST_TASKS", "SINCE", "beside_orders", "request_details"]

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
# what the days of a request are counted from, by the task
SINCE = dict(
    zip(
        REQUEST_TASKS["purchase_request"].values(),
        ("it came", "it was catalogued", "it was accepted", "the request", "the order"),
        strict=True,
    )
)
# SQL: by order line, the requests for it, and whether one of them is rush
ASKED_FOR = """
        select
            o.order_source,
            o.order_line_id,
            'asked for by somebody (' || string_agg(o.purchase_request_id, ', '
                order by o.purchase_request_id) || ')' as asked_for,
            coalesce(bool_or(r.is_rush), false) as is_rush
        from request_order o
        join purchase_request r using (source, purchase_request_id)
        group by all"""


def beside_orders(
    con: duckdb.DuckDBPyConnection, parts: Sequence[Part], orders: Iterable[tuple[str, str]]
) -> list[Part]:
    """The requests whose order, or whose copy that came, is no case of its own (source and case):
    what is done with such a copy is done once, and its row says that somebody asked for it."""
    rows = con.execute(
        """
        select distinct
            r.source,
            r.purchase_request_id,
            l.source,
            coalesce('copy:' || c.order_copy_id, 'line:' || l.order_line_id)
        from request_order r
        join order_line l on l.source = r.order_source and l.order_line_id = r.order_line_id
        left join order_copy c on c.source = l.source and c.order_line_id = l.order_line_id
        """
    ).fetchall()
    there = set(orders)
    said = sorted({(source, case) for source, case, *order in rows if tuple(order) in there})
    if not said:
        return list(parts)
    listed = ", ".join(f"({quoted(source)}, {quoted(case)})" for source, case in said)
    return [(told, found.filter(f"(source, case_id) not in ({listed})")) for told, found in parts]


def request_details(
    con: duckdb.DuckDBPyConnection, found: duckdb.DuckDBPyRelation
) -> duckdb.DuckDBPyRelation:
    """What is told of each request of a worklist besides: its title, since when it lies at its
    step, whether it is rush, whether holds wait for it."""
    about = con.sql(
        f"""
        with queue as (
            select source, title_id, count(*) as waiting
            from hold
            where {IS_WAITING} and title_id is not null
            group by all
        ),
        bought as (
            select
                r.source,
                r.purchase_request_id,
                min(coalesce(l.placed_at::date, l.placed_on, p.placed_on)) as ordered_on,
                min(coalesce(c.received_at::date, c.received_on, l.received_on)) as received_on,
                min(i.added_on) as catalogued_on
            from request_order r
            join order_line l on l.source = r.order_source and l.order_line_id = r.order_line_id
            left join purchase_order p
                on p.source = l.source and p.purchase_order_id = l.purchase_order_id
            left join order_copy c on c.source = l.source and c.order_line_id = l.order_line_id
            left join item i on i.source = c.source and i.item_id = c.item_id
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
            map {{
                'requested': r.requested_on,
                'accepted': r.accepted_on,
                'ordered': b.ordered_on,
                'received': b.received_on,
                'catalogued': b.catalogued_on
            }} as days,
            null::map(varchar, double) as limits,
            null::varchar as task,
            nullif(concat_ws(
                '; ',
                if(r.is_rush, 'rush', null),
                if(
                    q.waiting > 0,
                    if(q.waiting = 1, '1 hold waits', q.waiting || ' holds wait'),
                    null
                )
            ), '') as why,
            false as is_stuck,
            case when r.is_rush then 2 when q.waiting > 0 then 1 else 0 end as urgency
        from purchase_request r
        left join title t on t.source = r.source and t.title_id = r.title_id
        left join queue q on q.source = r.source and q.title_id = r.title_id
        left join bought b
            on b.source = r.source and b.purchase_request_id = r.purchase_request_id
        """
    )
    return (
        found.select("source, case_id, last_milestone as step")
        .set_alias("w")
        .join(about.set_alias("d"), "w.source = d.of_source and w.case_id = d.of_case")
        .select("* exclude (source, case_id, step, days), days[step]::timestamp as since")
    )
