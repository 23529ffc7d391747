"""What machines did that talk with the library system in SIP2: self-checks, sorters, vendors' login
pages."""

from __future__ import annotations

from typing import Annotated

import duckdb

from libstats.analysis.coverage_of_logs import (
    STANDING,
    figure,
    log_told_sql,
    part_beside,
    told_beside,
)
from libstats.definitions import coverage
from libstats.definitions.parameters import Moment, asked, one_of

KINDS = dict.fromkeys(
    ("checkout", "renewal", "checkin", "hold", "fee paid", "patron check", "machine login")
)
Kind = Annotated[str, one_of(KINDS, "machines do no {}")]
USE_PARTS = {
    "all": "'all'",
    "branch": "branch",
    "machine": "account",
    "hour": "strftime(happened_at, '%H:00')",
    "month": "strftime(happened_at, '%Y-%m')",
    "reason": "reason",
    "bin": "bin",
    "alert": "alert",
}
# SQL: what of the view `coverage` tells of machines
OF_MACHINES = "case when table_name = 'machine_event' then 'machines' end"
ByUse = Annotated[str, one_of(USE_PARTS, "what machines did cannot be parted by {}")]


@asked
def machine_use(
    con: duckdb.DuckDBPyConnection,
    *,
    since: Moment,
    until: Moment,
    kind: Kind = "checkout",
    by: ByUse = "branch",
) -> duckdb.DuckDBPyRelation:
    """What did machines do, and what was refused there?

    Definition: answers of the library system to machines in SIP2. Only what was accepted (ok = 1)
    is done; a checkout answered as a renewal is one. An answer sent again counts once. What a
    machine did offline counts at the machine's own time. Why something was refused is read off the
    words of the screen; what says no known reason is other. Outside of what the logs tell of
    figures are NULL.

    Parameters
    ----------
    con : an open connection
    since, until : since <= moment < until
    kind : checkout, renewal, checkin, hold, fee paid, patron check (logins at a vendor's page or at
        a machine) or machine login
    by : all, branch, machine (its account), hour, month, reason, bin (of a sorter) or alert

    Returns one row per part, ordered: `part` (NULL: not told), `done` (pieces), `refused`,
    `not_on_loan` (returns of what was not lent), `sent_on` (returns for a hold or another branch,
    not accepted), `taken_back` (which the machine cancelled), `not_told` (neither yes nor no), all
    in answers; `offline` (of those done, in answers), `amount` (paid; NULL where none is told);
    `coverage` (whole, partly, outside: what the logs tell of it), `reason` (why not whole).

    >>> libstats.machine_use(con, since="2026-10-01", until="2026-11-01", by="bin").columns[:3]
    ['part', 'done', 'refused']
    """
    coverage.ready(con)
    return con.sql(
        f"""
        with counted as (
            select
                {USE_PARTS[by]} as part,
                coalesce(sum(pieces) filter (where outcome = 'done'), 0)::bigint as done,
                count(*) filter (where outcome = 'refused') as refused,
                count(*) filter (where outcome = 'not on loan') as not_on_loan,
                count(*) filter (where outcome = 'sent on') as sent_on,
                count(*) filter (where outcome = 'taken back') as taken_back,
                count(*) filter (where outcome = 'not told') as not_told,
                count(*) filter (where outcome = 'done' and is_offline) as offline,
                sum(amount) filter (where outcome = 'done') as amount
            from machine_event
            where kind = $kind
                and happened_at >= $since::timestamp
                and happened_at < $until::timestamp
            group by part
        ),
        {log_told_sql(by, OF_MACHINES)}
        select
            {part_beside(by)},
            {figure("done")},
            {figure("refused")},
            {figure("not_on_loan")},
            {figure("sent_on")},
            {figure("taken_back")},
            {figure("not_told")},
            {figure("offline")},
            c.amount,
            {STANDING}
        {told_beside(by)}
        order by 1 nulls last
        """,
        params={"kind": kind, "since": str(since), "until": str(until)},
    )


@asked
def machine_use_left_out(
    con: duckdb.DuckDBPyConnection,
    *,
    since: Moment,
    until: Moment,
    kind: Kind = "checkout",
    by: ByUse = "branch",
) -> duckdb.DuckDBPyRelation:
    """Which answers to machines did `machine_use` not count, and why?

    Parameters as for it. Returns `reason` and `rows` (answers), zero included.
    """
    return con.sql(
        """
        with event as (
            select
                kind = $kind as is_asked,
                happened_at >= $since::timestamp and happened_at < $until::timestamp as is_within
            from machine_event
        )
        select
            'of another kind' as reason,
            count(*) filter (where not is_asked and is_within) as rows
        from event
        union all
        select
            'outside of the period',
            count(*) filter (where not is_within)
        from event
        """,
        params={"kind": kind, "since": str(since), "until": str(until)},
    )
