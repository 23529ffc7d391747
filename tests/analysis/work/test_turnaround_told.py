"""What turnaround says beside its percentiles: of all cases, given up or not; what may have been
paused; how much the exports tell of them. Worked by hand."""

from __future__ import annotations

from datetime import date

import pytest

import libstats
from libstats.workspace.workspace import CONFIG, Workspace, find
from tests.analysis.work.test_turnaround import one
from tests.definitions.test_coverage_view import BEGAN, loans
from tests.support.cases import opened
from tests.support.files import write

pytestmark = pytest.mark.slow

SHARES = ("share_reached", "all_p50", "all_p80", "all_p90")
# ten books of January 1, as many discarded and mended on a day as it says; the others wait still
ENDED = [
    # by the end of day 5 each of five has a tenth: two that were discarded take none with them
    ({1: "m", 2: "m", 3: "m", 4: "m", 5: "m"}, 2, (0.5, None, None, None)),
    # six: half are passed with the sixth, on day 6
    ({1: "m", 2: "m", 3: "m", 4: "m", 5: "m", 6: "m"}, 2, (0.6, 6.0, None, None)),
    # all: half with the sixth, 80 % with the ninth, 90 % with the tenth
    (dict.fromkeys(range(1, 11), "m"), 0, (1.0, 6.0, 9.0, 10.0)),
    # nothing: no share, and none of the percentiles
    ({}, 3, (0.0, None, None, None)),
]


@pytest.mark.parametrize(("mended", "discarded", "expected"), ENDED)
def test_of_all_cases(
    workspace: Workspace, mended: dict[int, str], discarded: int, expected: tuple[float | None, ...]
) -> None:
    rows = [f"{n},brought,2026-01-01 00:00:00,EAST" for n in range(1, 11)]
    rows += [f"{day},mended,2026-01-{day + 1:02} 00:00:00,EAST" for day in mended]
    rows += [f"{10 - n},discarded,2026-01-01 12:00:00,EAST" for n in range(discarded)]
    if not mended:
        rows += ["11,brought,2025-12-01,EAST", "11,mended,2025-12-02,EAST"]
    row = one(opened(workspace, rows), as_of="2026-02-01")
    assert [row[name] for name in SHARES] == [
        None if value is None else pytest.approx(value) for value in expected
    ]
    assert (row["given_up"], row["still_open"]) == (discarded, 10 - discarded - len(mended))


HEADINGS = {
    "koha": "reserve_id;reservedate;branchcode;waitingdate;found;suspend\n",
    "evergreen": "Hold ID,Request Date/Time,Pickup Library,Shelf Time,Currently Frozen\n",
    "sierra": (
        "id,record_id,placed_gmt,delay_days,pickup_location_code,status,is_frozen,on_holdshelf_gmt\n"
    ),
}
# one on the shelf after four days, one that waits, one that is paused and nothing says since when
PAUSED = {
    "koha": ("1;2026-10-01;EAST;2026-10-05;W;0\n2;2026-10-02;EAST;;;0\n3;2026-10-02;EAST;;;1\n"),
    "evergreen": (
        "1,2026-10-01 09:00:00-04,BR1,2026-10-05 09:00:00-04,0\n"
        "2,2026-10-02 09:00:00-04,BR1,,0\n3,2026-10-02 09:00:00-04,BR1,,1\n"
    ),
    "sierra": (
        "1,420908029575,2026-10-01 13:00:00+00,0,ea,i,f,2026-10-05 13:00:00+00\n"
        "2,420908029575,2026-10-02 13:00:00+00,0,ea,0,f,\n"
        "3,420908029575,2026-10-02 13:00:00+00,0,ea,0,t,\n"
    ),
}


@pytest.mark.parametrize("system", PAUSED)
def test_waits_that_may_have_been_paused_for_longer(workspace: Workspace, system: str) -> None:
    zone = '[library]\nname = "x"\ntimezone = "America/New_York"\n'
    write(workspace.folder / CONFIG, zone)
    path = workspace.exports / "holds-2026-10-20.csv"
    place = find(workspace.folder)
    libstats.load(place, write(path, HEADINGS[system] + PAUSED[system]))
    with libstats.open(place) as con:
        found = libstats.turnaround(con, "hold", since="2026-10-01", until="2026-11-01")
        row = found.select("cases, reached, still_open, at_most, p50").fetchall()
    # of three one after four days: two thirds wait
    assert row == [(3, 1, 2, 1, None)]


# what loans were selected for, and of each month how much of it is told, and why not more
TOLD = {
    "all": (
        "True",
        {"2026-01": ("whole", None), "2026-02": ("whole", None), "2026-03": ("whole", None)},
    ),
    "what came back since a day, and what is out": (
        "end is None or end >= date(2026, 2, 20)",
        {
            "2026-01": (
                "partly",
                "told in part: open, and closed since, so there may be more",
            ),
            "2026-02": ("partly", "told of from 2026-02-20 on"),
            "2026-03": ("whole", None),
        },
    ),
    "what is out": (
        "end is None",
        {
            "2026-02": ("partly", "told in part: open only, so there may be more"),
            "2026-03": ("partly", "told in part: open only, so there may be more"),
        },
    ),
}


@pytest.mark.parametrize("selected", TOLD)
def test_how_much_is_told_of_the_cases_of_a_month(workspace: Workspace, selected: str) -> None:
    keep, expected = TOLD[selected]
    libstats.load(workspace, loans(workspace.exports / "issues-2026-03-31.csv", BEGAN, keep))
    period = {"since": date(2026, 1, 1), "until": date(2026, 3, 31)}
    with libstats.open(workspace) as con:
        found = libstats.turnaround(con, "loan", by="month", **period)
        rows = found.select("part, coverage, reason").fetchall()
        rates = libstats.fill_rate(con, "loan", by="month", **period)
        filled = rates.filter("cases is not null").select("part, coverage, reason").fetchall()
    assert {part: (state, why) for part, state, why in rows} == expected
    assert filled == rows


def test_shares_are_none_beyond_one(workspace: Workspace) -> None:
    """Of each branch B1 to B40 so many cases, one thrown away a day later than the other: the sum
    of their shares is 1, and no last bit more."""
    rows = [
        f"{n:02}{k:02},{word},2026-01-01 09:00,B{n}"
        if word == "brought"
        else f"{n:02}{k:02},{word},2026-{2 + k // 28:02}-{1 + k % 28:02} 09:00,B{n}"
        for n in range(1, 41)
        for k in range(n)
        for word in ("brought", "discarded")
    ]
    con = opened(workspace, rows, exported="2026-05-01")
    found = libstats.turnaround_curve(
        con, "mending", since="2026-01-01", until="2026-02-01", by="branch"
    )
    shares = found.select(
        "max(share_given_up), max(share_reached), max(still_waiting), min(still_waiting)"
    ).fetchall()
    assert shares == [(1.0, 0.0, 1.0, 1.0)]
