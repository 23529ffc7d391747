"""Serials on the page of technical services."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, datetime

from libstats.report.page.period import Period
from libstats.report.technical_services import overview
from libstats.report.technical_services.rows import TechnicalServices
from libstats.report.technical_services.serials import Serials, issues, read_serials
from tests.support.tables import holding

PERIOD = Period(date(2026, 1, 1), date(2026, 11, 1))
NOTHING = TechnicalServices(PERIOD, datetime(2026, 11, 1), 7, {}, {})
SUBSCRIPTION = {"subscription_id": "7", "title": "Tides", "vendor_name": "Seaview Agency"}


def words(serials: Serials) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", str(issues(serials))).split())


def test_the_page_says_what_came_what_to_claim_and_what_lacks() -> None:
    """No. 1 and 3 came, 2 is late: it is to be claimed after 30 days and lacks between them."""
    line = {"subscription_id": "7", "expected_on": "2026-09-01"}
    rows = [
        {**line, "serial_issue_id": "1", "enumeration": "no. 1", "received_on": "2026-09-03"},
        {**line, "serial_issue_id": "2", "enumeration": "no. 2"},
        {**line, "serial_issue_id": "3", "enumeration": "no. 3", "received_on": "2026-09-03"},
        {**line, "serial_issue_id": "4", "enumeration": "Index", "status": "not published"},
    ]
    subscription = {**SUBSCRIPTION, "frequency_as_exported": "1/month", "paid_until": "2026-12-31"}
    con = holding(serial_issue=rows, subscription=[subscription])
    said = words(read_serials(con, PERIOD, datetime(2026, 11, 1)))
    assert "Of 4 issues expected" in said
    assert "2 came and 1 is late, as of November 1, 2026. Claims are due for 1 issue." in said
    assert (
        "Claim due Tides no. 2 Seaview Agency September 1, 2026 61 monthly; 30 days "
        "October 1, 2026 1 paid until December 31, 2026"
    ) in said
    assert "There is one vendor, and no other to compare it with." in said
    assert "(claims, last_claimed_on), with a new day in entered_at" in said
    assert "Gaps: 1 issue lack" in said
    assert "The numbers of 1 issue could not be read" in said
    assert "Tides Index Its enumeration is written so that no number can be read" in said
    late = read_serials(con, PERIOD, datetime(2026, 11, 1))
    answered = " ".join(overview._claims(replace(NOTHING, serials=late)))
    assert answered == "1 issue of a serial is to be claimed."


def test_after_the_export_a_claim_is_due_if_the_issue_has_not_come() -> None:
    """Expected on October 1, told until October 15: due on the 31st if it has not come."""
    row = {"serial_issue_id": "1", "subscription_id": "7", "expected_on": "2026-10-01"}
    subscription = {**SUBSCRIPTION, "frequency_as_exported": "1/month"}
    con = holding(serial_issue=[row], subscription=[subscription])
    con.execute("update loaded_file set told_until = timestamp '2026-10-15 08:00:00'")
    said = words(read_serials(con, PERIOD, datetime(2026, 11, 1)))
    assert "Claims are due for 0 issues. 1 issue more, if not come since October 15, 2026" in said
    assert "Due if it has not come Tides 1 Seaview Agency" in said


def test_without_serials_the_page_says_so() -> None:
    assert words(read_serials(holding(), PERIOD, datetime(2026, 11, 1))) == (
        "No export tells of issues of serials."
    )
