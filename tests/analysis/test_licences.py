"""What must be decided by when, and what does not open."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import libstats
from libstats.analysis.today import lists as today
from libstats.analysis.today.words import decision
from libstats.cli.today import text
from libstats.report.today.page import page
from libstats.workspace.workspace import Workspace
from tests.support.files import write
from tests.support.tables import dicts, holding

HEAD = "licence_id,resource,starts_on,ends_on,notice_by,decided_on,price,currency,entered_at\n"
LICENCES = HEAD + (
    # 31 days ago; in 60; decided; in 91, which is too far; no day
    "L-1,Sea Chronicle,,2026-12-31,2026-09-30,,12500.00,USD,2026-01-05\n"
    "L-2,Ends by itself,,2026-12-30,,,,,2026-01-05\n"
    "L-3,Decided,,2026-12-31,2026-09-30,2026-09-01,,,2026-09-01\n"
    "L-4,Next year,,2027-06-30,2027-01-30,,,,2026-01-05\n"
    "L-5,No day,,,,,,,2026-01-05\n"
)


def day(text_: str) -> date:
    return date.fromisoformat(text_)


def test_a_licence_is_to_be_decided_by_its_day_of_notice() -> None:
    con = holding(
        licence=[
            {"licence_id": "late", "notice_by": "2026-10-30", "ends_on": "2026-12-31"},
            {"licence_id": "last day", "notice_by": "2026-10-31", "ends_on": "2026-12-31"},
            {"licence_id": "ends", "ends_on": "2026-11-30"},
            {"licence_id": "decided", "notice_by": "2026-10-31", "decided_on": "2026-10-01"},
            {"licence_id": "by days", "ends_on": "2026-12-30", "notice_days": 30},
            {"licence_id": "far", "notice_by": "2026-12-01"},
            {"licence_id": "dayless"},
            {"licence_id": "over", "notice_by": "2024-10-01", "ends_on": "2024-12-31"},
        ]
    )
    found = libstats.licences_to_decide(con, as_of="2026-10-31", within_days=30)
    assert found.select("licence_id, decide_by, days_left, standing, is_notice").fetchall() == [
        ("late", day("2026-10-30"), -1, "past", True),
        ("last day", day("2026-10-31"), 0, "soon", True),
        ("by days", day("2026-11-30"), 30, "soon", True),
        ("ends", day("2026-11-30"), 30, "soon", False),
        ("dayless", None, None, "no day", False),
        # its day is past for ever: it stands behind what can still be decided
        ("over", day("2024-10-01"), -760, "ended", True),
    ]
    [over] = dicts(found.filter("standing = 'ended'"))
    assert decision(over) == (
        "its term ended on 2024-12-31: enter the day of the decision in the form, and a new term "
        "as a licence of its own"
    )


def test_todays_list_names_what_must_be_decided(workspace: Workspace, tmp_path: Path) -> None:
    libstats.load(workspace, [write(tmp_path / "licences.csv", LICENCES)])
    with libstats.open(workspace) as con:
        found = today.read(con, datetime(2026, 10, 31, 9))
    shown = text(found)
    assert "LICENCES TO DECIDE, WITHIN 90 DAYS: 2" in shown
    assert "Sea Chronicle   notice by 2026-09-30, 31 days ago; 12,500.00 USD" in shown
    assert "Ends by itself  it ends on 2026-12-30, in 60 days" in shown
    assert "Next year" not in shown
    html = page(found)
    assert "Licences to decide: 2" in html
    assert "Sea Chronicle" in html


def test_access_problems_are_parted_by_cause(workspace: Workspace, tmp_path: Path) -> None:
    """Two of a wrong link, mended after 1 and 3 days; one of the proxy is open."""
    problems = (
        "problem_id,resource,cause,reported_at,passed_on_at,resolved_at,entered_at\n"
        "1,Sea Chronicle,wrong link,2026-10-01 09:00,,2026-10-02 09:00,2026-10-02\n"
        "2,Maps,wrong link,2026-10-05 09:00,,2026-10-08 09:00,2026-10-08\n"
        "3,Maps,proxy,2026-10-10 09:00,2026-10-11 10:00,,2026-10-31\n"
    )
    libstats.load(workspace, [write(tmp_path / "problems.csv", problems)])
    period = {"since": "2026-10-01", "until": "2026-11-01"}
    with libstats.open(workspace) as con:
        waits = libstats.turnaround(con, "access_problem", by="kind", as_of="2026-10-31", **period)
        assert waits.select("part, cases, reached, still_open, naive_p50").order(
            "all"
        ).fetchall() == [("proxy", 1, 0, 1, None), ("wrong link", 2, 2, 0, 2.0)]
        shown = text(today.read(con, datetime(2026, 10, 31, 9)))
    assert "proxy; vendor told on October 11, 2026; Maps" in " ".join(shown.split())
