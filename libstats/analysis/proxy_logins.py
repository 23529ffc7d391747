"""Who did not get in at the proxy (EZproxy), and who was helped by trying again."""

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

PARTS = {
    "all": "'all'",
    "cause": "any_value(kind_as_exported order by happened_at, kind_as_exported)",
    "hour": "strftime(min(happened_at), '%H:00')",
    "day": "strftime(min(happened_at), '%Y-%m-%d')",
    "month": "strftime(min(happened_at), '%Y-%m')",
}
By = Annotated[str, one_of(PARTS, "failed logins cannot be parted by {}")]
MINUTES = 30
# SQL: what of the view `coverage` tells of logins
_OF_LOGINS = "case when table_name = 'access_event' and event <> 'start' then 'logins' end"

# a trouble is a run of failures of one name, and what came of it
_TROUBLES = """
    entry as (
        select
            source,
            user_key,
            happened_at,
            kind,
            kind_as_exported,
            kind in ('failed login', 'denied login') as is_failure,
            kind = 'lock-out' as is_lock_out
        from access_event
        where user_key is not null and kind in ('login', 'failed login', 'denied login', 'lock-out')
    ),
    spaced as (
        select
            *,
            -- a login ends a run: a failure behind it begins another
            coalesce(
                happened_at - lag(happened_at) over known > to_minutes($minutes)
                or lag(kind) over known = 'login',
                true
            ) as begins
        from entry
        window known as (
            partition by source, user_key order by happened_at, kind, kind_as_exported
        )
    ),
    run as (
        select
            *,
            count(*) filter (where begins) over (
                partition by source, user_key order by happened_at, kind, kind_as_exported
            ) as run
        from spaced
    ),
    trouble as (
        select
            {part} as part,
            min(happened_at) as began_at,
            count(*) filter (where is_failure) as failures,
            bool_or(is_lock_out) as is_locked_out,
            bool_or(kind = 'login') as is_let_in
        from run
        group by source, user_key, run
        having bool_or(is_failure or is_lock_out)
    )"""


@asked
def proxy_logins(
    con: duckdb.DuckDBPyConnection, *, since: Moment, until: Moment, by: By = "cause"
) -> duckdb.DuckDBPyRelation:
    """How often did somebody not get in at the proxy, and what came of it?

    Definition: a trouble is a run of failed and denied logins under one name, each within 30
    minutes of the one before. It ends with a login under that name within 30 minutes: let in. A
    name that EZproxy shut out in between was locked out, let in afterwards or not. Failed is a
    wrong name or password (Login.Failure), denied is who may not (Login.Denied). Names are compared
    as they were typed: a mistyped name is another one. Outside of what the audit files tell of
    figures are NULL.

    Parameters
    ----------
    con : an open connection
    since, until : since <= moment < until, of the first failure
    by : all, cause (what EZproxy calls the first of them), hour (of the first), day or month

    Returns one row per part, ordered: `part` (NULL: not told), `troubles`, `let_in` (of them,
    without a lock-out), `locked_out`, `not_let_in` (neither), all in troubles; `failures` (events
    in them), `most_in_a_row` (failures of one trouble); `coverage` (whole, partly, outside: what
    the audit files tell of it), `reason` (why not whole).

    >>> libstats.proxy_logins(con, since="2026-10-01", until="2026-11-01").columns[:3]
    ['part', 'troubles', 'let_in']
    """
    coverage.ready(con)
    return con.sql(
        f"""
        with {_TROUBLES.format(part=PARTS[by])},
        counted as (
            select
                part,
                count(*) as troubles,
                count(*) filter (where is_let_in and not is_locked_out) as let_in,
                count(*) filter (where is_locked_out) as locked_out,
                count(*) filter (where not is_let_in and not is_locked_out) as not_let_in,
                sum(failures)::bigint as failures,
                max(failures) as most_in_a_row
            from trouble
            where began_at >= $since::timestamp and began_at < $until::timestamp
            group by part
        ),
        {log_told_sql(by, _OF_LOGINS)}
        select
            {part_beside(by)},
            {figure("troubles")},
            {figure("let_in")},
            {figure("locked_out")},
            {figure("not_let_in")},
            {figure("failures")},
            {figure("most_in_a_row")},
            {STANDING}
        {told_beside(by)}
        order by 1 nulls last
        """,
        params={"since": str(since), "until": str(until), "minutes": MINUTES},
    )


@asked
def proxy_logins_left_out(
    con: duckdb.DuckDBPyConnection, *, since: Moment, until: Moment, by: By = "cause"
) -> duckdb.DuckDBPyRelation:
    """Which events of the proxy are in no trouble of `proxy_logins`, and why?

    Parameters as for it. Returns `reason` and `rows` (events), zero included.
    """
    return con.sql(
        """
        with event as (
            select
                kind,
                user_key is null as is_nameless,
                happened_at >= $since::timestamp and happened_at < $until::timestamp as is_within
            from access_event
            where kind <> 'start'
        )
        select
            'failures without a name, or whose name has expired' as reason,
            count(*) filter (
                where is_within and is_nameless and kind in ('failed login', 'denied login')
            ) as rows
        from event
        union all
        select
            'lock-outs of a computer, not of a name',
            count(*) filter (where is_within and is_nameless and kind = 'lock-out')
        from event
        union all
        select
            'shut out for another reason than a login',
            count(*) filter (where is_within and kind = 'blocked')
        from event
        union all
        select
            'logouts and what else the proxy writes',
            count(*) filter (where is_within and kind in ('logout', 'other'))
        from event
        union all
        select
            'outside of the period',
            count(*) filter (where not is_within)
        from event
        """,
        params={"since": str(since), "until": str(until)},
    )
