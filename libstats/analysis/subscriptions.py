"""Subscriptions: which must be renewed or ended soon."""

from __future__ import annotations

from datetime import date

import duckdb

from libstats.analysis.licences import SOON_DAYS

__all__ = ["subscriptions_to_renew"]


def subscriptions_to_renew(
    con: duckdb.DuckDBPyConnection, *, as_of: date
) -> duckdb.DuckDBPyRelation:
    """Which subscriptions end, or are paid to their end, within SOON_DAYS, or did so long ago?

    Definition: its day is the last one that is paid or, if that is earlier or alone is told, the
    last one of the subscription. What was cancelled is not renewed.

    Returns one row per subscription, the most urgent first: `title` (else the number), `vendor`,
    `branch`, `until` (day), `days_left` (days; negative when past), `subscription_id`, `source`.
    """
    return con.sql(
        """
        select
            coalesce(b.title, t.title, 'subscription ' || b.subscription_id) as title,
            coalesce(b.vendor_name, v.name, n.name, b.vendor_id) as vendor,
            b.branch,
            least(b.paid_until, b.ends_on) as until,
            least(b.paid_until, b.ends_on) - $as_of::date as days_left,
            b.subscription_id,
            b.source
        from subscription b
        left join title t on t.source = b.source and t.title_id = b.title_id
        left join vendor v on v.source = b.source and v.vendor_id = b.vendor_id
        left join vendor_number n on n.number = b.vendor_id
        where not coalesce(b.is_cancelled, false)
            and abs(least(b.paid_until, b.ends_on) - $as_of::date) <= $within
        order by until, title, b.subscription_id, b.source
        """,
        params={"as_of": str(as_of), "within": SOON_DAYS},
    )
