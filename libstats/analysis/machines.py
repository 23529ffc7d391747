"""What machines did that talk with the library system in SIP2: self-checks, sorters, vendors' login
pages."""

from __future__ import annotations

from typing import Annotated

import duckdb

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
    words of the screen; what says no known reason is other.

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
    in answers; `offline` (of those done, in answers), `amount` (paid; NULL where none is told).

    >>> libstats.machine_use(con, since="2026-10-01", until="2026-11-01", by="bin").columns[:3]
    ['part', 'done', 'refused']
    """
    return con.sql(
        f"""
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
        order by part nulls last
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

    Parameters
    ----------
    con : an open connection
    since, until : since <= moment < until
    by : all, branch (as the system and the machines name it: the two must be the same code), hour
        or month

    Returns one row per part, ordered: `part` (NULL: not told), `checkouts` (of the system's own
    log, else of its loans; NULL where it tells of none), `self_checkouts` (NULL: nobody tells),
    `share` (0 to 1), `told_by` (own log, machines), `at_machines` (checkouts that machines tell
    of, whatever is used).

    >>> libstats.self_service(con, since="2026-10-01", until="2026-11-01").columns[:3]
    ['part', 'checkouts', 'self_checkouts']
    """
    part = SHARE_PARTS[by]
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
            group by all
        ),
        machine as (
            select
                {part.format(at="happened_at", branch="branch")} as part,
                count(*) filter (where outcome = 'done') as done
            from machine_event
            where kind = 'checkout'
                and happened_at >= $since::timestamp
                and happened_at < $until::timestamp
            group by all
        ),
        beside as (
            select
                coalesce(o.part, m.part) as part,
                o.checkouts,
                m.done as at_machines,
                case
                    when o.told = o.checkouts then 'own log'
                    when m.done is not null then 'machines'
                end as told_by,
                if(o.told = o.checkouts, o.at_self_checks, m.done) as self_checkouts
            from own o
            full join machine m on m.part is not distinct from o.part
        )
        select
            part,
            checkouts,
            self_checkouts,
            case
                when self_checkouts <= checkouts then self_checkouts / nullif(checkouts, 0)
            end as share,
            told_by,
            coalesce(at_machines, 0) as at_machines
        from beside
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
