"""What today's list says of issues of serials that have not come: which claim is due, and whether
they are paid."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

import duckdb

from libstats.analysis.serials import serial_claims
from libstats.declaration.raw import quoted
from libstats.definitions.processes import process_of
from libstats.wording import Row, day_name, records

__all__ = [
    "CLAIMED",
    "CLAIM_UNTOLD",
    "ENDED",
    "NEVER_CLAIMED",
    "OFTEN_UNTOLD",
    "SOON_DUE",
    "UNPAID",
    "due_since",
    "issue_details",
]

NEVER_CLAIMED = "Not come: a claim is due"
CLAIMED = "Claimed and not come"
UNPAID = "Late and unpaid: look at the payment first"
ENDED = "Late, and its subscription has ended: renew it, or take it off the list"
OFTEN_UNTOLD = "Late, and how often it comes is not told: look for it, decide whether to claim"
CLAIM_UNTOLD = "Claimed on a day that is not told: decide whether to claim again"
SOON_DUE = {
    NEVER_CLAIMED: "Not come: a claim is due soon",
    CLAIMED: "Claimed and not come: the next claim is due soon",
}
"""The same tasks where the day of the claim is still to come."""
MOST = 5  # issues by name in a sentence
_NTH = "['first', 'second', 'third'][k.claims_made + 1]"


def issue_details(
    con: duckdb.DuckDBPyConnection, told: Mapping[str, datetime]
) -> duckdb.DuckDBPyRelation:
    """What is told of each issue besides: serial, vendor, which issue and which claim, how often it
    comes, until when it is paid.

    What is unpaid, or of a subscription that has ended, is no claim, nor is what has no day of a
    claim, once the goal of the work is past: somebody must decide.
    """
    moments = ", ".join(f"({quoted(s)}, {quoted(str(at))}::timestamp)" for s, at in told.items())
    grace = int(process_of(con, "serials").goal_days)
    return con.sql(
        f"""
        with moment as (
            select * from (values {moments}) as t(source, as_of)
        )
        select
            s.source as of_source,
            s.serial_issue_id as of_case,
            'all' as said,
            null::varchar as look_for,
            null::varchar as barcode,
            nullif(concat_ws(', ', k.title, s.enumeration), '') as what,
            k.vendor as who,
            null::varchar as call_number,
            null::varchar as shelf_order,
            null::timestamp as since,
            null::map(varchar, double) as limits,
            case
                when k.payment = 'ended' then {quoted(ENDED)}
                when k.payment = 'unpaid' then {quoted(UNPAID)}
                when k.claim_after_days is null then {quoted(OFTEN_UNTOLD)}
                when k.claim_due_on is null then {quoted(CLAIM_UNTOLD)}
                when k.claims_made = 0 then {quoted(NEVER_CLAIMED)}
                else {quoted(CLAIMED)}
            end as task,
            nullif(concat_ws(
                '; ',
                strftime(s.expected_on, 'expected on %B %-d, %Y'),
                if(
                    k.payment in ('ended', 'unpaid'),
                    null,
                    if(
                        k.claim_due_on <= m.as_of::date,
                        strftime(k.claim_due_on, 'claim due since %B %-d, %Y'),
                        strftime(k.claim_due_on, 'claim due on %B %-d, %Y')
                    )
                ),
                strftime(s.last_claimed_on, 'claimed last on %B %-d, %Y'),
                if(
                    k.payment not in ('ended', 'unpaid'),
                    coalesce({_NTH} || ' claim', 'claimed ' || k.claims_made || ' times'),
                    null
                ),
                coalesce(k.frequency, 'how often it comes is not told'),
                case k.payment
                    when 'billed'
                        then coalesce(strftime(k.billed_on, 'billed on %B %-d, %Y'), 'billed')
                    when 'unknown' then 'payment is not told'
                    else strftime(k.paid_until, 'paid until %B %-d, %Y')
                end
            ), '') as why,
            coalesce(
                s.expected_on < m.as_of and (
                    k.payment in ('ended', 'unpaid')
                    or (k.claim_due_on is null and s.expected_on + {grace} < m.as_of::date)
                ),
                false
            ) as is_stuck,
            0 as urgency
        from serial_issue s
        join serial_claim k using (source, serial_issue_id)
        left join moment m using (source)
        """
    )


def due_since(con: duckdb.DuckDBPyConnection, today: date) -> list[str]:
    """The issues whose claim fell due since the exports, if they have not come since, in a
    sentence: the lists are as of their exports, and name them at most as coming up."""
    found = serial_claims(con, as_of=today).filter("standing = 'due if it has not come'")
    rows = records(found.order("claim_due_on, source, serial_issue_id"))
    if not rows:
        return []
    many = len(rows)
    more = f". And {many - MOST:,} more" if many > MOST else ""
    verb = "1 claim is" if many == 1 else f"{many:,} claims are"
    come = "it has" if many == 1 else "they have"
    return [
        f"whether issues of serials came since {day_name(rows[0]['told_until'])}. By now {verb} "
        f"due besides, if {come} not come. {'. '.join(map(_named, rows[:MOST]))}{more}"
    ]


def _named(row: Row) -> str:
    serial = row["title"] or f"Subscription {row['subscription_id'] or 'not told'}"
    issue = row["enumeration"] or f"issue {row['serial_issue_id']}"
    return f"{serial}, {issue} (since {day_name(row['claim_due_on'])})"
