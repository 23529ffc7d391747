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
    A form names one of another system: the only one that has an order of that number.
    Else it is followed to the first line of its record that was begun on its day or later.
    Cancelled lines are passed over.
    How long each step took, `turnaround` tells of the process `purchase_request`.

    Parameters: `since`, `until`, days of requests, since <= day < until.

    Returns one row per `source`, ordered: `requests`, `declined` (by the library), `withdrawn` (by
    who asked), `by_order` (their export names the order), `by_record` (found by the record),
    `not_linked` (accepted, or with the number of an order, and no order, or more than one, is
    found), `not_ordered` (neither declined nor accepted, and without an order).

    >>> libstats.purchase_requests(con, since="2026-01-01", until="2026-11-01").columns[:2]
    ['source', 'requests']
    """
    return con.sql(
        """
        with standing as (
            select
                c.source,
                c.case_id,
                c.outcome = 'given up' as is_declined,
                c.outcome = 'given up by the patron' as is_withdrawn,
                map_contains(c.reached, 'accepted')
                    or map_contains(c.reached, 'ordered')
                    or c.outcome = 'done' as is_accepted
            from "case" c
            where c.process = 'purchase_request'
        ),
        linked as (
            select
                source,
                purchase_request_id,
                bool_or(is_named) as is_named
            from request_order
            group by all
        ),
        told as (
            select
                r.source,
                r.requested_on,
                s.is_declined,
                s.is_withdrawn,
                not s.is_declined and not s.is_withdrawn as is_wanted,
                -- where the number is of no order, or of one in several systems
                s.is_accepted or r.order_line_id is not null as is_accepted,
                l.is_named
            from purchase_request r
            join standing s on s.source = r.source and s.case_id = r.purchase_request_id
            left join linked l
                on l.source = r.source and l.purchase_request_id = r.purchase_request_id
        )
        select
            source,
            count(*) as requests,
            count(*) filter (where is_declined) as declined,
            count(*) filter (where is_withdrawn) as withdrawn,
            count(*) filter (where is_wanted and is_named) as by_order,
            count(*) filter (where is_wanted and not is_named) as by_record,
            count(*) filter (where is_wanted and is_named is null and is_accepted) as not_linked,
            count(*) filter (
                where is_wanted and is_named is null and not is_accepted
            ) as not_ordered
        from told
        where requested_on >= $since and requested_on < $until
        group by source
        order by source
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
