"""What machines refused, machine by machine, and why."""

from __future__ import annotations

import duckdb

from libstats.analysis.coverage_of_logs import (
    STANDING,
    figure,
    log_told_sql,
    part_beside,
    told_beside,
)
from libstats.analysis.machines import OF_MACHINES, Kind
from libstats.definitions import coverage
from libstats.definitions.parameters import Moment, asked

__all__ = ["left_out", "machine_refusals"]


@asked
def machine_refusals(
    con: duckdb.DuckDBPyConnection, *, since: Moment, until: Moment, kind: Kind = "checkout"
) -> duckdb.DuckDBPyRelation:
    """Why did each machine refuse what was asked of it?

    Definition: the answers of `machine_use` that refused, by the account of the machine and by
    reason. The reason is one of a closed list, read off the words of the screen. Small counts may
    be of one person, whom a neighbour knows: what is published withholds them.

    Parameters
    ----------
    con : an open connection
    since, until : since <= moment < until
    kind : checkout, renewal, checkin, hold, fee paid, patron check or machine login

    Returns one row per machine and reason, ordered: `machine` (its account; NULL: not told),
    `refused_for` (money owed, card expired, ...; other: in words that libstats does not know; NULL:
    the machine said none), `refused` (answers), `coverage` (whole, partly, outside: what the logs
    tell of the period), `reason` (why not whole). Where nothing was refused there is one row
    without a machine.

    >>> libstats.machine_refusals(con, since="2026-10-01", until="2026-11-01").columns[:3]
    ['machine', 'refused_for', 'refused']
    """
    coverage.ready(con)
    return con.sql(
        f"""
        with counted as (
            select
                account as part,
                reason as refused_for,
                count(*) as refused
            from machine_event
            where kind = $kind
                and outcome = 'refused'
                and happened_at >= $since::timestamp
                and happened_at < $until::timestamp
            group by all
        ),
        {log_told_sql("machine", OF_MACHINES)}
        select
            {part_beside("machine", "machine")},
            c.refused_for,
            {figure("refused")},
            {STANDING}
        {told_beside("machine")}
        order by 1 nulls last, 2 nulls last
        """,
        params={"kind": kind, "since": str(since), "until": str(until)},
    )


@asked
def left_out(
    con: duckdb.DuckDBPyConnection, *, since: Moment, until: Moment, kind: Kind = "checkout"
) -> duckdb.DuckDBPyRelation:
    """Which answers to machines did `machine_refusals` not count, and why?

    Parameters as for it. Returns `reason` and `rows` (answers), zero included.
    """
    return con.sql(
        """
        with event as (
            select
                kind = $kind as is_asked,
                happened_at >= $since::timestamp and happened_at < $until::timestamp as is_within,
                outcome = 'refused' as is_refused
            from machine_event
        )
        select
            'not refused' as reason,
            count(*) filter (where is_asked and is_within and is_refused is not true) as rows
        from event
        union all
        select
            'of another kind',
            count(*) filter (where is_within and is_asked is not true)
        from event
        union all
        select
            'outside of the period',
            count(*) filter (where is_within is not true)
        from event
        """,
        params={"kind": kind, "since": str(since), "until": str(until)},
    )
