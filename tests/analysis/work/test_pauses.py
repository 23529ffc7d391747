"""Paused is not waiting: suspended and frozen holds, and holds for a day to come."""

from __future__ import annotations

from typing import Any

import pytest

import libstats
from libstats.workspace.workspace import Workspace
from tests.analysis.work.test_outcomes import OCTOBER, loaded

pytestmark = pytest.mark.slow

KOHA = "reserve_id;reservedate;branchcode;waitingdate;priority;found;suspend;suspend_until\n"
OPEN = "{};2026-07-10;EAST;;1;;{};{}\n"
EVERGREEN = '"Hold ID","Request Date/Time","Pickup Library","Currently Frozen","Thaw Date"\n'
POLARIS = "SysHoldRequestID,PickupBranchID,SysHoldStatus,CreationDate,ActivationDate,Suspended\n"
SIERRA = "id,record_id,placed_gmt,delay_days,pickup_location_code,status,is_frozen\n"


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        (
            KOHA + OPEN.format(1, 0, "") + OPEN.format(2, 1, "") + OPEN.format(3, 1, "2026-12-01"),
            {"1": "late", "2": "paused", "3": "paused"},
        ),
        # the pause has ended, though the list still carries it
        (KOHA + OPEN.format(1, 1, "2026-10-10"), {"1": "late"}),
        # a hold for a day to come does not wait yet
        (KOHA + OPEN.format(1, 0, "").replace("2026-07-10", "2026-12-24"), {}),
        (
            EVERGREEN + '"1","2026-07-10 09:00:00-04","BR1","1",\n'
            '"2","2026-07-10 09:00:00-04","BR1","0",\n'
            '"3","2026-07-10 09:00:00-04","BR1","1","2027-01-01 00:00:00-04"\n',
            {"1": "paused", "2": "late", "3": "paused"},
        ),
        (
            POLARIS + "1,3,Inactive,2026-07-10,2026-12-24,1\n2,3,Active,2026-07-10,2026-07-10,0\n"
            "3,3,Inactive,2026-10-10,2026-12-24,0\n4,3,Inactive,2026-07-10,2026-07-10,0\n",
            {"1": "paused", "2": "late", "4": "paused"},
        ),
        (
            SIERRA + "1,420908029575,2026-07-10 09:00:00+00,0,ea,0,t\n"
            "2,420908029575,2026-07-10 09:00:00+00,0,ea,0,f\n"
            "3,420908029575,2026-10-10 09:00:00+00,60,ea,0,f\n",
            {"1": "paused", "2": "late"},
        ),
    ],
)
def test_who_is_paused_is_not_late(
    workspace: Workspace, rows: str, expected: dict[str, str]
) -> None:
    with loaded(workspace, holds__2026_10_20=rows) as con:
        found = libstats.worklist(con, "hold").select("case_id, standing").fetchall()
        assert dict(found) == expected
        waiting = libstats.backlog(con, "hold", since="2026-10-01", until="2026-10-20")
        last = waiting.select("waiting, paused").fetchall()[-1:]
        paused = list(expected.values()).count("paused")
        assert last == [(len(expected) - paused, paused)] * bool(expected)


def test_what_lists_show_of_a_pause_is_no_waiting(workspace: Workspace) -> None:
    """Waits from October 1; suspended in the lists of the 5th and the 9th, not in that of the 15th,
    ready on the 20th: of 19 days at least 4 were paused, and since nobody knows when the pause
    began and ended the wait is at most 15."""
    row = "1;2026-10-01;EAST;{};1;{};{};\n"
    lists = {
        f"holds__2026_10_{day}": KOHA + row.format(ready, found, paused)
        for day, ready, found, paused in (
            ("02", "", "", 0),
            ("05", "", "", 1),
            ("09", "", "", 1),
            ("15", "", "", 0),
            ("25", "2026-10-20", "W", 0),
        )
    }
    with loaded(workspace, **lists) as con:
        found = libstats.turnaround(con, "hold", **OCTOBER).select("naive_p50, at_most")
        assert found.fetchall() == [(15.0, 1)]
        days = libstats.backlog(
            con, "hold", since="2026-10-01", until="2026-10-22", every="day"
        ).select("waiting, paused, undeterminable, done")
        rows = days.fetchall()
        # at the ends of the 4th to the 8th it is known to be paused
        assert [paused for _, paused, _, _ in rows] == [0] * 3 + [1] * 5 + [0] * 13
        assert [waiting for waiting, _, _, _ in rows] == [1] * 3 + [0] * 5 + [1] * 11 + [0] * 2


def test_a_day_on_which_a_pause_ends_is_known(workspace: Workspace) -> None:
    """Seen suspended on the 5th until the 10th, and nothing after: ready on the 20th."""
    row = "1;2026-10-01;EAST;{};1;{};{};{}\n"
    lists = {
        "holds__2026_10_05": KOHA + row.format("", "", 1, "2026-10-10"),
        "holds__2026_10_25": KOHA + row.format("2026-10-20", "W", 0, ""),
    }
    with loaded(workspace, **lists) as con:
        found = libstats.turnaround(con, "hold", **OCTOBER).select("naive_p50, at_most")
        assert found.fetchall() == [(14.0, 1)]


def test_a_log_tells_when_a_pause_was(workspace: Workspace) -> None:
    """Koha's log of holds: suspended from the 5th to the 11th, so that 13 of 19 days were waiting,
    and nothing is at most."""
    holds = f"{KOHA}1;2026-10-01;EAST;2026-10-20;0;W;0;\n2;2026-10-01;EAST;2026-10-20;0;W;0;\n"
    log = (
        "action_id;timestamp;module;action;record_id\n1;2026-10-05 00:00:00;HOLDS;SUSPEND;1\n"
        "2;2026-10-11 00:00:00;HOLDS;RESUME;1\n"
    )
    with loaded(workspace, holds__2026_10_25=holds, log__2026_10_25=log) as con:
        found = libstats.turnaround(con, "hold", by=None, **OCTOBER).select("cases, at_most, p50")
        assert found.fetchall() == [(2, 0, 13.0)] or found.fetchall() == [(2, 0, 19.0)]
        waits: dict[str, Any] = dict(
            libstats.turnaround_curve(con, "hold", **OCTOBER).select("waited, reached").fetchall()
        )
        assert waits == {13.0: 1, 19.0: 1}


def test_a_goal_in_days_is_compared_with_ages_in_days(workspace: Workspace) -> None:
    """One waits for 5 of 14 days, one for 20: in hours as in days."""
    rows = (
        KOHA
        + OPEN.format(1, 0, "").replace("07-10", "10-15")
        + OPEN.format(2, 0, "").replace("2026-07-10", "2026-09-30")
    )
    with loaded(workspace, holds__2026_10_20=rows) as con:
        found = {
            unit: libstats.worklist(con, "hold", unit=unit)
            .select("case_id, standing, age, left_days")
            .fetchall()
            for unit in ("days", "hours")
        }
        assert found["days"] == [("2", "late", 20.0, -6.0), ("1", "in time", 5.0, 9.0)]
        assert found["hours"] == [("2", "late", 480.0, -144.0), ("1", "in time", 120.0, 216.0)]
