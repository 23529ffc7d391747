"""Requests that something be bought: how many became an order, by which link."""

from __future__ import annotations

import duckdb

from libstats.definitions.parameters import Day, asked

__all__ = ["left_out", "purchase_requests"]


@asked
def purchase_requests(
    con: duckdb.DuckDBPyConnection, *, since: Day, until: Day
) -> duckdb.DuckDBPyRelation:
    """Of the requests to buy something, how many can be followed to their order?

    Definition: the requests of a period are followed to the order line that their export names.
    Else it is followed to the first line of its record that was begun on its day or later.
    Cancelled lines are passed over.
    How long each step took, `turnaround` tells of the process `purchase_request`.

    Parameters: `since`, `until`, days of requests, since <= day < until.

    Returns one row per `source`, ordered: `requests`, `declined`, `by_order` (their export names
    the order), `by_record` (found by the record), `not_linked` (accepted or further, and without
    an order that is found), `not_ordered` (neither declined nor accepted, and without an order).

    >>> libstats.purchase_requests(con, since="2026-01-01", until="2026-11-01").columns[:2]
    ['source', 'requests']
    """
    return con.sql(
        """
        with standing as (
            select
                c.source,
                c.case_id,
                c.outcome in ('given up', 'given up by the patron') as is_declined,
                map_contains(c.reached, 'accepted')
                    or map_contains(c.reached, 'ordered')
                    or c.outcome = 'done' as is_accepted
            from "case" c
            where c.process = 'purchase_request'
        ),
        linked as (
            select
                r.source,
                r.purchase_request_id,
                bool_or(l.order_line_id = r.order_line_id) as is_named
            from purchase_request r
            join order_line l
                on l.source = r.source
                and (
                    l.order_line_id = r.order_line_id
                    or (
                        r.order_line_id is null
                        and l.title_id = r.title_id
                        and coalesce(l.created_on, l.placed_at::date, l.placed_on)
                            >= r.requested_on
                    )
                )
            where coalesce(l.status, '') <> 'cancelled' and not coalesce(l.is_exchanged, false)
            group by all
        )
        select
            r.source,
            count(*) as requests,
            count(*) filter (where s.is_declined) as declined,
            count(*) filter (where l.is_named and not s.is_declined) as by_order,
            count(*) filter (
                where l.source is not null and l.is_named is not true and not s.is_declined
            ) as by_record,
            count(*) filter (
                where l.source is null and s.is_accepted and not s.is_declined
            ) as not_linked,
            count(*) filter (
                where l.source is null and not s.is_accepted and not s.is_declined
            ) as not_ordered
        from purchase_request r
        join standing s on s.source = r.source and s.case_id = r.purchase_request_id
        left join linked l
            on l.source = r.source and l.purchase_request_id = r.purchase_request_id
        where r.requested_on >= $since and r.requested_on < $until
        group by r.source
        order by r.source
        """,
        params={"since": str(since)[:10], "until": str(until)[:10]},
    )


@asked
def left_out(con: duckdb.DuckDBPyConnection, *, since: Day, until: Day) -> duckdb.DuckDBPyRelation:
    """Which requests are in no figure of `purchase_requests`, and why?

    Parameters as for it. Returns `reason` and `rows` (requests), zero included.
    """
    return con.sql(
        """
        select
            'no day of request' as reason,
            count(*) filter (where requested_on is null) as rows
        from purchase_request
        union all
        select
            'requested outside the period',
            count(*) filter (where requested_on < $since or requested_on >= $until)
        from purchase_request
        """,
        params={"since": str(since)[:10], "until": str(until)[:10]},
    )
