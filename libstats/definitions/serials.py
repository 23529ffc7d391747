"""When an issue of a serial that has not come is to be claimed, and whether it is paid: the days by
frequency are data, and [claims] in libstats.toml a library's own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import duckdb

from libstats.definitions.claim_days import CLAIM_DAYS
from libstats.definitions.kept import DEFERRED, run
from libstats.definitions.roles import folded_sql

__all__ = ["SERIAL_CLAIM", "register"]


SERIAL_CLAIM = (
    "One row an issue of a serial: when the vendor is to be reminded, and whether it is paid.",
    {
        "source": "configured source",
        "serial_issue_id": "the issue, as in `serial_issue`",
        "title": "the serial, from the catalogue or the line of its subscription",
        "vendor": "its vendor by name, else by number",
        "frequency": "how often it comes, in the words of claim_days.csv; blank: not told or"
        " unknown",
        "claim_after_days": "days after which it is claimed: of this subscription, else by"
        " frequency",
        "claims_made": "how often the vendor was reminded, as far as that is told",
        "claim_due_on": "day of the next claim: so long after the last one, else after the"
        " expected day. Blank where the frequency, or the day of the last claim,"
        " is unknown",
        "paid_until": "last day that is paid, as told",
        "billed_on": "day of the newest invoice of an order for its subscription",
        "payment": "paid, billed, unpaid, ended, or unknown. Unpaid is what lies after the paid"
        " time, or of which no order was billed. Ended is what lies after the subscription, or"
        " is not paid and of a cancelled one",
    },
)


def register(con: duckdb.DuckDBPyConnection, config: Mapping[str, Any]) -> None:
    """Give a connection the view `serial_claim`, by the days that [claims] says, else the usual
    ones. For who has the table `role`."""
    days = CLAIM_DAYS | dict(config.get("claims", {}))
    con.execute(
        "create or replace temp table claim_days as"
        " select unnest($1::varchar[]) as frequency, unnest($2::bigint[]) as days",
        [list(days), list(days.values())],
    )
    run(con, f"create or replace temp view serial_claim{DEFERRED} as {_CLAIM}")


# A library that keeps a form of its subscriptions may have its issues from a system that exports
# none: these find the form's line by the system's number.
_CLAIM = f"""
    with frequency as (
        select
            source,
            code,
            min(role) as frequency
        from role
        where about = 'subscription'
        group by source, code
    ),
    subscribed as (
        select
            b.*,
            f.frequency,
            coalesce(nullif(b.claim_after_days, 0), d.days) as days
        from subscription b
        left join frequency f
            on f.source = b.source
            and f.code = {folded_sql("b.frequency_as_exported")}
        left join claim_days d on d.frequency = f.frequency
    ),
    place as (
        select
            s.source,
            coalesce(any_value(b.source), 'own') as told_by
        from (select distinct source from serial_issue) s
        left join (select distinct source from subscription) b on b.source = s.source
        group by s.source
    ),
    billed as (
        select
            l.source,
            l.subscription_id,
            max(coalesce(l.invoiced_on, i.billed_on)) as billed_on,
            bool_or(
                b.source is not null or l.invoiced_on is not null or l.invoice_id is not null
            ) as is_billed
        from order_line l
        left join invoice_line b
            on b.source = l.source
            and b.order_line_id = l.order_line_id
        left join invoice i on i.source = b.source and i.invoice_id = b.invoice_id
        where l.subscription_id is not null and coalesce(l.status, '') <> 'cancelled'
        group by all
    )
    select
        s.source,
        s.serial_issue_id,
        coalesce(t.title, b.title) as title,
        coalesce(v.name, b.vendor_name, w.name, s.vendor_id, b.vendor_id) as vendor,
        b.frequency,
        b.days as claim_after_days,
        greatest(
            coalesce(s.claims, 0),
            (s.last_claimed_on is not null or coalesce(s.status = 'claimed', false))::bigint
        ) as claims_made,
        case
            when s.last_claimed_on is not null then s.last_claimed_on + b.days::integer
            when claims_made = 0 then s.expected_on + b.days::integer
        end as claim_due_on,
        b.paid_until,
        o.billed_on,
        case
            -- what was paid before it was cancelled is owed
            when s.expected_on <= b.paid_until then 'paid'
            when b.is_cancelled or (b.paid_until is null and s.expected_on > b.ends_on)
                then 'ended'
            when s.expected_on > b.paid_until then 'unpaid'
            when o.is_billed then 'billed'
            when not o.is_billed then 'unpaid'
            else 'unknown'
        end as payment
    from serial_issue s
    join place p on p.source = s.source
    left join subscribed b
        on b.source = p.told_by
        and b.subscription_id = s.subscription_id
    left join title t
        on t.source = s.source
        and t.title_id = coalesce(s.title_id, if(b.source = s.source, b.title_id, null))
    left join vendor v on v.source = s.source and v.vendor_id = s.vendor_id
    left join vendor w on w.source = b.source and w.vendor_id = b.vendor_id
    left join billed o on o.source = s.source and o.subscription_id = s.subscription_id
"""
