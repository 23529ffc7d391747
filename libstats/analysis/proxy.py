"""What the proxy (EZproxy) was used for: sessions at hosts, never lines."""

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

VISIT_PARTS = {
    "all": "'all'",
    "month": "strftime(date_trunc('month', visited_on), '%Y-%m')",
    "day": "strftime(visited_on, '%Y-%m-%d')",
    "host": "host",
    "group": "patron_group",
}
START_PARTS = {
    "all": "'all'",
    "resource": "resource",
    "month": "strftime(happened_at, '%Y-%m')",
    "hour": "strftime(happened_at, '%H:00')",
}
# SQL: what of the view `coverage` tells of visits, and of starts
_OF_VISITS = "case when table_name = 'access_session' then 'visits' end"
_OF_STARTS = "case when table_name = 'access_event' and event = 'start' then 'starts' end"
ByVisit = Annotated[str, one_of(VISIT_PARTS, "visits through the proxy cannot be parted by {}")]
ByStart = Annotated[str, one_of(START_PARTS, "starts through the proxy cannot be parted by {}")]


@asked
def proxy_visits(
    con: duckdb.DuckDBPyConnection, *, since: Moment, until: Moment, by: ByVisit = "host"
) -> duckdb.DuckDBPyRelation:
    """What was used through the proxy, and what did not open?

    Definition: a visit is a session at a host on a day that opened something there, however much
    it was. Opened is status 200 to 299, parts of a file too, and 304: the reader's own copy still
    holds. A redirection alone is none, nor are EZproxy's own statuses (906, 995), nor the pages of
    the proxy itself: its door, its menu. Where the log tells no session, whoever comes from one
    address under one name on one day is one. Visits are the proxy's count: never add them to what
    publishers count (COUNTER). Outside of what the logs tell of figures are NULL; of a time that
    they tell of in part there may be more.

    Parameters
    ----------
    con : an open connection
    since, until : since <= day < until
    by : all, host, month, day or group (groups of users as EZproxy writes them, A+B)

    Returns one row per part, ordered: `part` (NULL: not told; of groups it is called
    `patron_group`, and published tables withhold small counts of it), `sessions` (that visited;
    NULL where the keys of some have expired), `visits` (session, host and day), `asked` (session,
    host and day: links to it through the proxy's own door, which sent them on or had let them in
    before), `asked_not_opened` (of them without a visit of that host by anybody on that day),
    `refused` (without a visit, answered 401, 403 or the like), `failed` (without a visit, not found
    or an error), both session, host and day;
    `days_told` (days of which the part has lines), `coverage` (whole, partly, outside: what the
    logs tell of it), `reason` (why not whole).

    >>> libstats.proxy_visits(con, since="2026-10-01", until="2026-11-01").columns[:3]
    ['part', 'sessions', 'visits']
    """
    coverage.ready(con)
    return con.sql(
        f"""
        with visit as (
            select
                *,
                {VISIT_PARTS[by]} as part,
                count(*) filter (where outcome = 'success') over (
                    partition by source, host, visited_on
                ) as opened,
                count(*) filter (where outcome = 'success') over (
                    partition by source, host, visited_on, session_key
                ) as opened_by_session
            from access_session
            where visited_on >= $since::date
                and visited_on < $until::date
                and host is distinct from '(the proxy)'
        ),
        counted as (
            select
                part,
                case
                    when count(*) filter (where outcome = 'success' and session_key is null) = 0
                        then count(distinct {{'source': source, 'key': session_key}})
                            filter (where outcome = 'success')
                end as sessions,
                count(*) filter (where outcome = 'success') as visits,
                count(*) filter (where outcome = 'asked') as asked,
                count(*) filter (where outcome = 'asked' and opened = 0) as asked_not_opened,
                count(*) filter (where outcome = 'refused' and opened_by_session = 0) as refused,
                count(*) filter (
                    where outcome in ('not found', 'failed') and opened_by_session = 0
                ) as failed,
                count(distinct visited_on) as days_told
            from visit
            group by part
        ),
        {log_told_sql(by, _OF_VISITS)}
        select
            {part_beside(by, "patron_group" if by == "group" else "part")},
            {figure("sessions")},
            {figure("visits")},
            {figure("asked")},
            {figure("asked_not_opened")},
            {figure("refused")},
            {figure("failed")},
            {figure("days_told")},
            {STANDING}
        {told_beside(by)}
        order by 1 nulls last
        """,
        params={"since": str(since)[:10], "until": str(until)[:10]},
    )


@asked
def proxy_visits_left_out(
    con: duckdb.DuckDBPyConnection, *, since: Moment, until: Moment, by: ByVisit = "host"
) -> duckdb.DuckDBPyRelation:
    """Which rows of the proxy's log are no visit, and why?

    Parameters as for `proxy_visits`. Returns `reason` and `rows` (session, host, day and outcome),
    zero included.
    """
    return con.sql(
        """
        with visit as (
            select
                if(host = '(the proxy)', host, outcome) as outcome,
                visited_on >= $since::date and visited_on < $until::date as is_within
            from access_session
        )
        select
            'outside of the period' as reason,
            count(*) filter (where not is_within) as rows
        from visit
        union all
        select
            if(
                told.outcome = '(the proxy)',
                'the proxy''s own pages, such as its login',
                'opened nothing by itself: ' || told.outcome
            ),
            count(*) filter (where v.is_within)
        from (
            select unnest([
                'asked', 'redirected', 'refused', 'not found', 'failed', 'other', 'not told',
                '(the proxy)'
            ]) as outcome
        ) told
        left join visit v using (outcome)
        group by told.outcome
        order by reason
        """,
        params={"since": str(since)[:10], "until": str(until)[:10]},
    )


@asked
def proxy_starts(
    con: duckdb.DuckDBPyConnection, *, since: Moment, until: Moment, by: ByStart = "resource"
) -> duckdb.DuckDBPyRelation:
    """Which databases do people start from the library's links?

    Definition: a start is a line of EZproxy's log of starting points (LogSPU): a link of the
    library was followed. It is another count of what `proxy_visits` counts: never add the two.
    Outside of what the logs tell of figures are NULL.

    Parameters
    ----------
    con : an open connection
    since, until : since <= moment < until
    by : all, resource (the host that it leads to), month or hour

    Returns one row per part, ordered: `part` (NULL: not told), `starts`, `not_proxied` (of them led
    on without the proxy, as for computers of the library), `sessions` (NULL where the keys of some
    have expired), `coverage` (whole, partly, outside: what the logs tell of it), `reason` (why not
    whole).

    >>> libstats.proxy_starts(con, since="2026-10-01", until="2026-11-01").columns[:2]
    ['part', 'starts']
    """
    coverage.ready(con)
    return con.sql(
        f"""
        with counted as (
            select
                {START_PARTS[by]} as part,
                count(*) as starts,
                count(*) filter (where not is_proxied) as not_proxied,
                case
                    when count(session_key) = count(*)
                        then count(distinct {{'source': source, 'key': session_key}})
                end as sessions
            from access_event
            where kind = 'start'
                and happened_at >= $since::timestamp
                and happened_at < $until::timestamp
            group by part
        ),
        {log_told_sql(by, _OF_STARTS)}
        select
            {part_beside(by)},
            {figure("starts")},
            {figure("not_proxied")},
            {figure("sessions")},
            {STANDING}
        {told_beside(by)}
        order by 1 nulls last
        """,
        params={"since": str(since), "until": str(until)},
    )


@asked
def proxy_starts_left_out(
    con: duckdb.DuckDBPyConnection, *, since: Moment, until: Moment, by: ByStart = "resource"
) -> duckdb.DuckDBPyRelation:
    """Which starts did `proxy_starts` not count, and why?

    Parameters as for it. Returns `reason` and `rows` (starts), zero included.
    """
    return con.sql(
        """
        select
            'outside of the period' as reason,
            count(*) filter (
                where happened_at < $since::timestamp or happened_at >= $until::timestamp
            ) as rows
        from access_event
        where kind = 'start'
        """,
        params={"since": str(since), "until": str(until)},
    )
