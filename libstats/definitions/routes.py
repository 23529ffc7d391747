"""By which route a copy on order comes: what the method and the type of its order line mean, and
which orders stand."""

from __future__ import annotations

import duckdb

from libstats.definitions.kept import DEFERRED, run
from libstats.definitions.roles import ROUTES, folded_sql

__all__ = ["ORDER_ROUTE", "STANDING_ORDER", "register"]

STANDING_ORDER = (
    "One row an order line that stands, as a subscription does: it goes on, and is never late.",
    {"source": "configured source", "order_line_id": "the order line"},
)

ORDER_ROUTE = (
    "One row a copy on order, or an order line of which no copy is known: by which route it comes.",
    {
        "source": "configured source",
        "case_id": "the copy or line, as the cases of the process `order_copy`",
        "order_line_id": "its order line",
        "route": "electronic, approval, gift, deposit, exchange, standing, shelf-ready or firm: of"
        " several the first of these. Blank: untold, or its codes were declared by nobody",
        "is_rush": "true where somebody waits for it; blank: not told",
    },
)


def register(con: duckdb.DuckDBPyConnection) -> None:
    """Give a connection `standing_order` and `order_route`. For who has the table `role`."""
    run(con, f"create or replace temp view standing_order{DEFERRED} as {_STANDING}")
    run(con, f"create or replace temp view order_route{DEFERRED} as {_ROUTE}")


# Of an order for a subscription the issues come, and no copy of it.
_STANDING = """
    select
        l.source,
        l.order_line_id
    from order_line l
    left join purchase_order p
        on p.source = l.source and p.purchase_order_id = l.purchase_order_id
    where coalesce(l.is_standing, p.is_standing, false) or l.subscription_id is not null"""
_PLACES = ", ".join(f"'{route}'" for route in ROUTES)
_MEANT = f"""
    select
        source,
        field,
        code,
        arg_min(role, list_position([{_PLACES}], role)) as role
    from role
    where about = 'order_line' and role in ({_PLACES})
    group by all"""
_ROUTE = f"""
    with meant as ({_MEANT}
    ),
    line as (
        select
            l.source,
            l.order_line_id,
            -- a standing order says so in a column of its own
            list_min(list_transform(
                [m.role, t.role, if(s.source is null, null, 'standing')],
                lambda r: list_position([{_PLACES}], r)
            )) as place,
            l.is_rush
        from order_line l
        left join standing_order s
            on s.source = l.source and s.order_line_id = l.order_line_id
        left join meant m
            on m.source = l.source
            and m.field = 'method_as_exported'
            and m.code = {folded_sql("l.method_as_exported")}
        left join meant t
            on t.source = l.source
            and t.field = 'type_as_exported'
            and t.code = {folded_sql("l.type_as_exported")}
        where not coalesce(l.is_exchanged, false)
    )
    select
        l.source,
        coalesce('copy:' || c.order_copy_id, 'line:' || l.order_line_id) as case_id,
        l.order_line_id,
        [{_PLACES}][l.place] as route,
        l.is_rush
    from line l
    left join order_copy c on c.source = l.source and c.order_line_id = l.order_line_id"""
