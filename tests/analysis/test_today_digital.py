"""What today's list says of electronic resources and machines."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from libstats.analysis.today.digital import Digital, beyond_usual, reports_missing, said
from libstats.analysis.today.untold import untold
from tests.support.tables import Rows, holding

OCTOBER = (date(2026, 10, 1), date(2026, 11, 1))


def told(platform: str, months: range, state: str | None = "told", **more: Any) -> Rows:
    """Months of 2026 of a platform's report."""
    return [
        {
            "source": "counter",
            "usage_report_id": f"{platform} {more.get('release', '5')} {month}",
            "report": "TR_J1",
            "release": "5",
            "month": f"2026-{month:02}-01",
            "platform": platform,
            "provider": platform,
            "state": state,
            "answer": state or "not ready",
            **more,
        }
        for month in months
    ]


def missing(*reports: Rows, as_of: str = "2026-11-01") -> list[tuple[Any, ...]]:
    con = holding(usage_report=[row for rows in reports for row in rows])
    rows = reports_missing(con, date.fromisoformat(as_of))
    return [(row["platform"], [m.month for m in row["months"]], row["answers"]) for row in rows]


@pytest.mark.parametrize(
    ("reports", "wanted"),
    [
        # August and September came from others
        ([told("Sea", range(1, 8)), told("Hill", range(1, 10))], [("Sea", [8, 9], None)]),
        # a hole in the middle
        ([told("Sea", range(1, 4)), told("Sea", range(5, 6))], []),
        (
            [told("Sea", range(1, 4)), told("Sea", range(5, 6)), told("Hill", range(1, 6))],
            [("Sea", [4], None)],
        ),
        # nobody's came: the exports are old, which is said elsewhere
        ([told("Sea", range(1, 8)), told("Hill", range(1, 8))], []),
        # its provider answered, and gave no counts
        ([told("Sea", range(1, 8)), told("Sea", range(8, 9), None)], [("Sea", [8], "not ready")]),
        # its provider answered, and never gave any
        (
            [told("Sea", range(8, 10), None), told("Hill", range(1, 10))],
            [("Sea", [8, 9], "not ready")],
        ),
        # another release is the same report
        ([told("Sea", range(1, 8)), told("Sea", range(8, 10), release="5.1")], []),
        # what began later lacks nothing before; no use is told
        ([told("Sea", range(6, 10), "no use"), told("Hill", range(1, 10))], []),
        # October is due on November 28
        ([told("Sea", range(1, 10)), told("Hill", range(1, 11))], []),
    ],
)
def test_which_months_of_which_reports_are_missing(
    reports: list[Rows], wanted: list[tuple[Any, ...]]
) -> None:
    assert missing(*reports) == wanted


def test_a_month_is_due_four_weeks_after_its_end_and_what_ended_long_ago_is_not() -> None:
    reports = (told("Sea", range(1, 10)), told("Hill", range(1, 11)))
    assert missing(*reports, as_of="2026-11-28") == []
    assert missing(*reports, as_of="2026-11-29") == [("Sea", [10], None)]
    assert missing(*reports, as_of="2027-10-02") == []


def test_where_a_report_is_fetched_is_said_without_a_harvest_that_nobody_set_up() -> None:
    row = {"report": "TR_J1", "platform": "Sea", "months": [date(2026, 9, 1)], "answers": None}
    assert said(Digital(missing=[row])) == [
        "TR_J1 of Sea did not come for September 2026: export it from the platform, or libstats"
        " harvest where that is set up."
    ]


def test_that_no_report_was_ever_loaded_is_said_where_something_is_licensed() -> None:
    never = "which reports of use are missing (none was ever loaded: see docs/export-counter.md)"
    licence = [{"source": "own", "licence_id": "L-1"}]
    assert never in untold(holding(licence=licence))
    assert never not in untold(holding())
    assert never not in untold(holding(licence=licence, usage_report=told("Sea", range(1, 2))))


def logins(day: int, failed: int, user: int | None = 1) -> Rows:
    """A login on a day of October, and failures of so many people."""
    at = f"2026-10-{day:02}"
    right = {"source": "ezproxy", "happened_at": f"{at} 08:00", "kind": "login", "user_key": 999}
    wrong = {"source": "ezproxy", "kind": "failed login", "kind_as_exported": "Login.Failure"}
    return [
        right,
        *(
            {**wrong, "happened_at": f"{at} 09:{n:02}", "user_key": user and user + n}
            for n in range(failed)
        ),
    ]


def stands_out(days: Rows) -> list[tuple[Any, ...]]:
    con = holding(access_event=days)
    return [(row["day"].day, row["refused"]) for row in beyond_usual(con, *OCTOBER)]


def test_a_day_on_which_many_did_not_get_in_stands_out() -> None:
    """Twelve days with one failure each: the limits of the chart are 1 and 1."""
    usual = [row for day in range(1, 13) for row in logins(day, 1)]
    assert stands_out([*usual, *logins(13, 5)]) == [(13, 5)]
    # four are never many; eleven days before are too few
    assert stands_out([*usual, *logins(13, 4)]) == []
    assert stands_out([*usual[2:], *logins(13, 5)]) == []


def test_a_day_whose_names_have_expired_is_no_day_without_failures() -> None:
    expired = [row for day in range(1, 13) for row in logins(day, 1, None)]
    assert stands_out([*expired, *logins(13, 5)]) == []


def test_machines_are_judged_by_account_and_kind() -> None:
    """Twelve days on which nothing was refused, and one with six refused checkouts."""
    days = [
        {"happened_at": f"2026-10-{day:02} 10:00", "kind": "checkin", "outcome": "done"}
        for day in range(1, 13)
    ]
    no = {"happened_at": "2026-10-13 10:00", "kind": "checkout", "outcome": "refused"}
    rows = [{"source": "sip2", "account": "self1", **row} for row in [*days, *[no] * 6]]
    found = beyond_usual(holding(machine_event=rows), *OCTOBER)
    assert [(row["place"], row["what"], row["refused"]) for row in found] == [
        ("self1", "checkouts", 6)
    ]
    assert said(Digital(refused=found)) == [
        "6 checkouts at self1 were refused on October 13, 2026; on a usual day there are none."
    ]
