"""Serials on the page of technical services."""

from __future__ import annotations

import re
from datetime import date, datetime

from libstats.report.page.period import Period
from libstats.report.technical_services.serials import Serials, issues, read_serials
from tests.support.tables import holding

PERIOD = Period(date(2026, 1, 1), date(2026, 11, 1))
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
    assert "2 came and 1 are late, as of October 31, 2026. Claims are due for 1 issue." in said
    assert "Claim due Tides no. 2 Seaview Agency 61 1 paid until December 31, 2026" in said
    assert "Gaps: 1 issue lack" in said
    assert "The numbers of 1 issue could not be read" in said


def test_without_serials_the_page_says_so() -> None:
    assert words(read_serials(holding(), PERIOD, datetime(2026, 11, 1))) == (
        "No export tells of issues of serials."
    )
