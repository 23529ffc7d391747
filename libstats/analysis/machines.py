"""What machines did that talk with the library system in SIP2: self-checks, sorters, vendors' login
pages."""

from __future__ import annotations

from typing import Annotated

import duckdb

from libstats.analysis.coverage_of_logs import (
    STANDING,
    TOLD_OF_WHAT,
    figure,
    log_told_sql,
    part_beside,
    told_beside,
)
from libstats.analysis.work.coverage_of_periods import OUTSIDE, PARTLY, STATE_WORDS, WHOLE
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
_OF_MACHINES = "case when table_name = 'machine_event' then 'machines' end"
# SQL: what of it tells of all checkouts, and what of those at machines
_OF_SHARES = """
                case
                    when table_name = 'machine_event' then 'machines'
                    when table_name = 'circulation_event' and event = 'checkout' then 'own'
                    when table_name = 'loan' and event = 'checked_out' then 'own'
                end"""
_BOTH = f"""
                select
                    place,
                    any_value(state) filter (where what = 'own') as own,
                    any_value(state) filter (where what = 'machines') as machines,
                    any_value(reason) filter (where what = 'own') as why_own,
                    any_value(reason) filter (where what = 'machines') as why_machines,
                    -- both tell of the same days
                    count(*) = 2
                        and min(first_day) = max(first_day)
                        and min(last_day) = max(last_day) as is_alike,
                    min(state) as state
                from ({TOLD_OF_WHAT})
                group by place
"""
ByUse = Annotated[str, one_of(USE_PARTS, "what machines did cannot be parted by {}")]
SHARE_PARTS = {
    "all": "'all'",
    "branch": "upper(trim({branch}))",
    "hour": "strftime({at}, '%H:00')",
    "month": "strftime({at}, '%Y-%m')",
}
ByShare = Annotated[str, one_of(SHARE_PARTS, "self-service cannot be parted by {}")]


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
        {log_told_sql(by, _OF_MACHINES)}
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


@asked
def self_service(
    con: duckdb.DuckDBPyConnection, *, since: Moment, until: Moment, by: ByShare = "branch"
) -> duckdb.DuckDBPyRelation:
    """What share of checkouts did patrons do themselves?

    Definition: checkouts at self-checks, of all checkouts. Where the library system's own log says
    how each was done, it alone is asked. Where it does not, machines' logs (SIP2) say how many were
    done there, and the system's log how many there were in all. The two are never added: a checkout
    at a machine stands in both. Where the machines tell of more than the system, no share is given.
    It needs logs of the same days. Outside of what is told figures are NULL.

    Parameters
    ----------
    con : an open connection
    since, until : since <= moment < until
    by : all, branch (as the system and the machines name it: the two must be the same code), hour
        or month

    Returns one row per part, ordered: `part` (NULL: not told), `checkouts` (of the system's own
    log, else of its loans; NULL where it tells of none), `self_checkouts` (NULL: nobody tells),
    `share` (0 to 1), `told_by` (own log, machines), `at_machines` (checkouts that machines tell
    of, whatever is used), `coverage` (whole, partly, outside: what those that are used tell of it,
    the least of them), `reason` (why not whole).

    >>> libstats.self_service(con, since="2026-10-01", until="2026-11-01").columns[:3]
    ['part', 'checkouts', 'self_checkouts']
    """
    part = SHARE_PARTS[by]
    coverage.ready(con)
    return con.sql(
        f"""
        with event as (
            select
                {part.format(at="happened_at", branch="branch")} as part,
                channel
            from circulation_event
            where kind = 'checkout'
                and happened_at >= $since::timestamp
                and happened_at < $until::timestamp
        ),
        lent as (
            select
                {part.format(at="checked_out_at", branch="checkout_branch")} as part,
                channel
            from loan
            where checked_out_at >= $since::timestamp
                and checked_out_at < $until::timestamp
                and renewal_of is null
                and not coalesce(is_in_house, false)
                -- a log and the loans tell of the same checkouts
                and not exists (from event)
        ),
        own as (
            select
                part,
                count(*) as checkouts,
                count(channel) as told,
                count(*) filter (where channel = 'self-check') as at_self_checks
            from (from event union all from lent)
            group by part
        ),
        machine as (
            select
                {part.format(at="happened_at", branch="branch")} as part,
                count(*) filter (where outcome = 'done') as done
            from machine_event
            where kind = 'checkout'
                and happened_at >= $since::timestamp
                and happened_at < $until::timestamp
            group by part
        ),
        counted as (
            select
                coalesce(o.part, m.part) as part,
                o.checkouts,
                o.told,
                o.at_self_checks,
                m.done
            from own o
            full join machine m on m.part is not distinct from o.part
        ),
        {log_told_sql(by, _OF_SHARES, "upper(trim(branch))")},
        beside as (
            select
                {part_beside(by)},
                coalesce(c.checkouts, if(t.own > {OUTSIDE}, 0, null)) as checkouts,
                coalesce(c.done, if(t.machines > {OUTSIDE}, 0, null)) as at_machines,
                c.at_self_checks,
                coalesce(c.told = c.checkouts, false) as is_own,
                {_state("checkouts", "own")} as own,
                {_state("done", "machines")} as machines,
                t.why_own,
                t.why_machines,
                coalesce(t.is_alike, false) as is_alike
            {told_beside(by, _BOTH)}
        ),
        judged as (
            select
                *,
                case
                    when is_own then 'own log'
                    when at_machines is not null then 'machines'
                end as told_by,
                if(is_own, at_self_checks, at_machines) as self_checkouts,
                if(is_own, own, least(own, machines)) as state
            from beside
        )
        select
            part,
            checkouts,
            self_checkouts,
            case
                when self_checkouts <= checkouts and (is_own or is_alike)
                    then self_checkouts / nullif(checkouts, 0)
            end as share,
            told_by,
            at_machines,
            case state {STATE_WORDS} end as coverage,
            case
                when state = {WHOLE} then null
                when is_own or own < {WHOLE} and why_own is not null then why_own
                when machines < {WHOLE} and why_machines is not null then why_machines
                when own = {OUTSIDE} then 'nothing that is loaded tells of all checkouts'
                when machines = {OUTSIDE} then 'no log of machines tells of it'
                else 'no export that is loaded says how much of it it tells'
            end as reason
        from judged
        order by part nulls last
        """,
        params={"since": str(since), "until": str(until)},
    )


@asked
def self_service_left_out(
    con: duckdb.DuckDBPyConnection, *, since: Moment, until: Moment, by: ByShare = "branch"
) -> duckdb.DuckDBPyRelation:
    """Which checkouts at machines are in no share of `self_service`, and why?

    Parameters as for it. Returns `reason` and `rows` (checkouts at machines), zero included.
    """
    return con.sql(
        """
        select
            'refused, or taken back' as reason,
            count(*) filter (
                where outcome <> 'done'
                    and happened_at >= $since::timestamp
                    and happened_at < $until::timestamp
            ) as rows
        from machine_event
        where kind = 'checkout'
        union all
        select
            'outside of the period',
            count(*) filter (
                where happened_at < $since::timestamp or happened_at >= $until::timestamp
            )
        from machine_event
        where kind = 'checkout'
        """,
        params={"since": str(since), "until": str(until)},
    )


def _state(counted: str, told: str) -> str:
    """SQL: how much is told of what is counted: in part at least where there is any."""
    return f"""case
                    when c.{counted} is not null
                        then greatest(coalesce(t.{told}, {PARTLY}), {PARTLY})
                    else greatest(coalesce(t.{told}, {OUTSIDE}), {OUTSIDE})
                end"""
