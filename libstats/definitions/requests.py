"""By which order line a request that something be bought is followed."""

from __future__ import annotations

import duckdb

from libstats.definitions.kept import DEFERRED, run

__all__ = ["REQUEST_ORDER", "register"]

REQUEST_ORDER = (
    "One row a purchase request and order line that it became. Cancelled lines are passed over.",
    {
        "source": "configured source of the request",
        "purchase_request_id": "the request",
        "order_source": "configured source of the order: of a form, the only one that has an order"
        " line of that number",
        "order_line_id": "the order line",
        "is_named": "true if the request names it; else it is of its record, begun on the day of"
        " the request or later",
    },
)


def register(con: duckdb.DuckDBPyConnection) -> None:
    """Give a connection the view `request_order`."""
    run(con, f"create or replace temp view request_order{DEFERRED} as {_REQUEST_ORDER}")


# A form has no orders: its number is one of the system that it serves. Where two systems have an
# order of that number nobody knows which is meant.
_REQUEST_ORDER = """
    with told_line as (
        select
            source,
            order_line_id,
            title_id,
            coalesce(created_on, placed_at::date, placed_on) as begun_on,
            coalesce(status, '') <> 'cancelled' as is_alive,
            count(*) over (partition by order_line_id) as systems
        from order_line
        where not coalesce(is_exchanged, false)
    ),
    place as (
        select distinct source
        from told_line
    )
    select
        r.source,
        r.purchase_request_id,
        l.source as order_source,
        l.order_line_id,
        true as is_named
    from purchase_request r
    left join place p on p.source = r.source
    join told_line l
        on l.order_line_id = r.order_line_id
        and (l.source = r.source or (p.source is null and l.systems = 1))
    where l.is_alive
    union all
    select
        r.source,
        r.purchase_request_id,
        l.source,
        l.order_line_id,
        false
    from purchase_request r
    join told_line l
        on l.source = r.source
        and l.title_id = r.title_id
        and l.begun_on >= r.requested_on
    where r.order_line_id is null and l.is_alive"""
