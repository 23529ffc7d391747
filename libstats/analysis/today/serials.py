"""What today's list says of issues of serials that have not come: which claim is due, and whether
they are paid."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import duckdb

from libstats.declaration.raw import quoted

__all__ = ["CLAIMED", "ENDED", "NEVER_CLAIMED", "UNPAID", "issue_details"]

NEVER_CLAIMED = "Not come: a claim is due"
CLAIMED = "Claimed and not come"
UNPAID = "Late and unpaid: look at the payment first"
ENDED = "Late, and its subscription has ended: renew it, or take it off the list"
_NTH = "['first', 'second', 'third'][k.claims_made + 1]"


def issue_details(
    con: duckdb.DuckDBPyConnection, told: Mapping[str, datetime]
) -> duckdb.DuckDBPyRelation:
    """What is told of each issue besides: serial, vendor, which issue and which claim, how often it
    comes, until when it is paid. What is unpaid, or of a subscription that has ended, is no claim:
    somebody must decide."""
    moments = ", ".join(f"({quoted(s)}, {quoted(str(at))}::timestamp)" for s, at in told.items())
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
            k.title as what,
            k.vendor as who,
            null::varchar as call_number,
            null::varchar as shelf_order,
            null::timestamp as since,
            null::map(varchar, double) as limits,
            case
                when k.payment = 'ended' then {quoted(ENDED)}
                when k.payment = 'unpaid' then {quoted(UNPAID)}
                when k.claims_made = 0 then {quoted(NEVER_CLAIMED)}
                else {quoted(CLAIMED)}
            end as task,
            nullif(concat_ws(
                '; ',
                s.enumeration,
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
            coalesce(k.payment in ('ended', 'unpaid') and s.expected_on < m.as_of, false)
                as is_stuck,
            0 as urgency
        from serial_issue s
        join serial_claim k using (source, serial_issue_id)
        left join moment m using (source)
        """
    )
