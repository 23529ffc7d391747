"""Subscriptions that are to be renewed or ended by a day."""

from __future__ import annotations

from datetime import date, datetime

from libstats.analysis.subscriptions import subscriptions_to_renew
from libstats.analysis.today.lists import Today
from libstats.cli.today import text
from libstats.report.today.page import page
from libstats.wording import records
from tests.support.tables import holding


def test_a_subscription_is_to_be_renewed_by_the_day_to_which_it_is_paid() -> None:
    """As of November 30: within 90 days, or past for no more than 90."""
    rows = [
        {"subscription_id": "1", "title": "Harbour Review", "paid_until": "2026-12-31"},
        # the earlier of both days
        {"subscription_id": "2", "paid_until": "2027-12-31", "ends_on": "2027-02-28"},
        {"subscription_id": "3", "ends_on": "2027-03-01"},
        {"subscription_id": "4", "ends_on": "2026-12-31", "is_cancelled": True},
        {"subscription_id": "5", "paid_until": "2026-11-29", "vendor_id": "7"},
        {"subscription_id": "6", "paid_until": "2026-08-31"},
        {"subscription_id": "7"},
    ]
    vendors = [{"vendor_id": "7", "name": "Tern Press"}]
    with holding(subscription=rows, vendor=vendors) as con:
        found = records(subscriptions_to_renew(con, as_of=date(2026, 11, 30)))
    assert [(row["title"], row["days_left"]) for row in found] == [
        ("subscription 5", -1),
        ("Harbour Review", 31),
        ("subscription 2", 90),
    ]
    today = Today(datetime(2026, 11, 30), [], [], [], subscriptions=found)
    shown = text(today)
    assert "SUBSCRIPTIONS TO RENEW OR END, WITHIN 90 DAYS: 3" in shown
    assert "until 2026-11-29, 1 day ago; Tern Press" in shown
    assert "Subscriptions to renew or end: 3" in page(today)
