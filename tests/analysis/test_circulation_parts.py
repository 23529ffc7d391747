"""Circulation in parts and its borrowers: small tables worked by hand."""

from __future__ import annotations

from pathlib import Path

import pytest

import libstats
from libstats.errors import AnalysisError
from libstats.loading import forget
from libstats.workspace.workspace import Workspace
from tests.support.files import write

OCTOBER = {"since": "2026-10-01", "until": "2026-11-01"}
LOG = "datetime;branch;type;itemnumber;itemtype;interface;categorycode;borrowernumber\n"
LOANS = "issue_id;issuedate;date_due;branchcode;itemnumber;renewals\n"
# Monday the 5th and Tuesday the 6th; 78 borrows twice, and once nobody knows who it was
EVENTS = """2026-10-05 09:15:00;EAST;issue;1;DVD;intranet;AD;77
2026-10-05 09:45:00;EAST;issue;2;Dvd;sip;AD;78
2026-10-05 14:00:00;EAST;issue;3;BK;sip;JU;78
2026-10-06 14:59:59;EAST;issue;4;BK;intranet;AD;
2026-10-06 14:30:00;EAST;renew;4;BK;commandline;AD;79
2026-10-06 15:00:00;EAST;localuse;5;BK;intranet;;
2026-10-06 15:00:00;EAST;return;1;DVD;intranet;AD;77
2026-10-07 00:00:00;EAST;issue;6;;;AD;79
"""


def loaded(workspace: Workspace, **files: str) -> Workspace:
    paths = [
        write(workspace.exports / f"{name.replace('_', '-')}-2026-10-31.csv", text)
        for name, text in files.items()
    ]
    libstats.load(workspace, paths)
    return workspace


def parted(workspace: Workspace, by: str, columns: str) -> list[tuple[object, ...]]:
    with libstats.open(workspace) as con:
        return libstats.circulation_by(con, by, **OCTOBER).select(columns).fetchall()


def test_parts_of_circulation(workspace: Workspace) -> None:
    """Codes that differ in capitals are one; a time of midnight has no hour."""
    loaded(workspace, statistics=LOG + EVENTS)
    assert parted(workspace, "item_type", "item_type, checkouts, renewals, in_house_uses") == [
        ("BK", 2, 1, 1),
        ("DVD", 2, 0, 0),
        (None, 1, 0, 0),
    ]
    assert parted(workspace, "channel", "channel, checkouts, renewals, in_house_uses") == [
        ("automatic", 0, 1, 0),
        ("self-check", 2, 0, 0),
        ("staff", 2, 0, 1),
        (None, 1, 0, 0),
    ]
    assert parted(workspace, "hour", "weekday, hour, checkouts") == [
        (1, 9, 2),
        (1, 14, 1),
        (2, 14, 1),
        (2, 15, 0),
        (3, None, 1),
    ]
    assert parted(workspace, "patron_group", "patron_group, checkouts") == [
        ("AD", 4),
        ("JU", 1),
        (None, 0),
    ]
    with libstats.open(workspace) as con, pytest.raises(AnalysisError, match="cannot be parted"):
        libstats.circulation_by(con, "weather", **OCTOBER)


def test_a_day_of_a_desk_is_of_the_log_or_of_the_loans_as_in_circulation(
    workspace: Workspace,
) -> None:
    """EAST has a log on the 5th, so that its loan of that day is not added; WEST has none. What was
    renewed nobody knows when is in no part."""
    loans = (
        LOANS
        + "1;2026-10-05 10:00:00;2026-10-30;EAST;1;0\n"
        + "2;2026-10-08 10:00:00;2026-10-30;EAST;1;2\n"
        + "3;2026-10-05 10:00:00;2026-10-30;WEST;1;0\n"
    )
    loaded(workspace, statistics=LOG + EVENTS.splitlines()[0] + "\n", issues=loans)
    rows = parted(workspace, "hour", "branch, weekday, hour, checkouts, renewals")
    assert rows == [("EAST", 1, 9, 1, 0), ("EAST", 4, 10, 1, 0), ("WEST", 1, 10, 1, 0)]
    with libstats.open(workspace) as con:
        whole = libstats.circulation(con, since="2026-10-01", until="2026-11-01")
        assert whole.aggregate("sum(checkouts)").fetchall() == [(len(rows),)]


def borrowers(workspace: Workspace, by: str | None = None) -> list[tuple[object, ...]]:
    with libstats.open(workspace) as con:
        found = libstats.active_borrowers(con, by=by, **OCTOBER)
        return [row[1:] for row in found.select("* exclude (coverage)").fetchall()]


def test_borrowers_are_told_from_the_least_to_the_most(workspace: Workspace) -> None:
    """Three are known (77, 78, 79), and one checkout is by one of them or by a fourth."""
    loaded(workspace, statistics=LOG + EVENTS)
    ((checkouts, unknown, least, most, _),) = borrowers(workspace)
    assert (checkouts, unknown, least, most) == (5, 1, 3, 4)
    assert [row[:5] for row in borrowers(workspace, "patron_group")] == [
        ("AD", 4, 1, 3, 4),
        ("JU", 1, 0, 1, 1),
    ]


def test_where_no_checkout_tells_its_patron_nothing_is_said(workspace: Workspace) -> None:
    loaded(workspace, issues=LOANS + "1;2026-10-05 10:00:00;2026-10-30;EAST;1;0\n")
    ((checkouts, unknown, least, most, reason),) = borrowers(workspace)
    assert (checkouts, unknown, least, most) == (1, 1, None, None)
    assert reason == "no export that is loaded tells whose checkouts they were"


def test_patrons_are_not_counted_across_a_change_of_the_key(
    workspace: Workspace, tmp_path: Path
) -> None:
    """77 would be two: the month is told by exports before and after it."""
    first, second = EVENTS.splitlines()[:2]
    libstats.load(workspace, [write(tmp_path / "statistics-2026-10-05.csv", f"{LOG}{first}\n")])
    assert forget.rotate(workspace) == 1
    ((*_, least, most, reason),) = borrowers(workspace)
    assert (least, most) == (1, 1)
    second = second.replace("2026-10-05", "2026-10-20").replace(";78", ";77")
    libstats.load(workspace, [write(tmp_path / "statistics-2026-10-31.csv", f"{LOG}{second}\n")])
    ((*_, least, most, reason),) = borrowers(workspace)
    assert (least, most) == (None, None)
    assert reason == "the secret key was changed between the exports that tell"
