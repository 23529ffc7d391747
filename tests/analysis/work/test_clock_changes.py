"""A wait over a change of the clock counts the hours that passed, not those that the clock shows."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from zoneinfo import ZoneInfo

import duckdb
import pytest

import libstats
from libstats.definitions import clock
from libstats.workspace.workspace import CONFIG, Workspace, find
from tests.support.cases import opened
from tests.support.files import write

pytestmark = pytest.mark.slow

# in New York the clock goes from 2 to 3 on March 8, 2026, and on November 1 from 2 back to 1
ZONE = "America/New_York"
ROWS = (
    # a night of 23 hours, one of 25, a day of 24, and the hour that comes twice
    "spring,brought,2026-03-07 12:00:00,EAST",
    "spring,mended,2026-03-08 12:00:00,EAST",
    "autumn,brought,2026-10-31 12:00:00,EAST",
    "autumn,mended,2026-11-01 12:00:00,EAST",
    "summer,brought,2026-07-01 12:00:00,EAST",
    "summer,mended,2026-07-02 12:00:00,EAST",
    "twice,brought,2026-11-01 00:30:00,EAST",
    "twice,mended,2026-11-01 01:30:00,EAST",
    # only the days are known: a day is one, and 24 hours
    "days,brought,2026-10-31,EAST",
    "days,mended,2026-11-01,EAST",
    "still,brought,2026-10-31 12:00:00,WEST",
    "on a day,brought,2026-10-31,NORTH",
)
YEAR = {"since": "2026-01-01", "until": "2026-11-03"}


def zoned(workspace: Workspace, zone: str) -> Workspace:
    """The workspace, with a zone written into the table of its file that is there."""
    path = workspace.folder / CONFIG
    text = path.read_text(encoding="utf-8").replace(
        "[library]\n", f'[library]\ntimezone = "{zone}"\n' if zone else "[library]\n"
    )
    path.write_text(text, encoding="utf-8")
    return find(workspace.folder)


@contextmanager
def waiting(workspace: Workspace, zone: str) -> Iterator[duckdb.DuckDBPyConnection]:
    con = opened(zoned(workspace, zone), ROWS, exported="2026-11-03")
    try:
        yield con
    finally:
        con.close()


@pytest.mark.parametrize(("unit", "size"), [("hours", 1), ("days", 24)])
def test_hours_that_passed(workspace: Workspace, unit: str, size: int) -> None:
    """At noon of November 2 a book of noon of October 31 has waited for 49 hours; one of which only
    the day is known, for two days."""
    with waiting(workspace, ZONE) as con:
        waits = libstats.turnaround_curve(con, "mending", **YEAR, unit=unit).select("waited")
        assert [round(row[0] * size, 9) for row in waits.fetchall()] == [1, 23, 24, 25]
        by_month = libstats.turnaround(con, "mending", **YEAR, unit=unit, by="month")
        p90 = dict(by_month.select("part, p90").fetchall())
        assert p90["2026-03"] * size == pytest.approx(23)
        ages = libstats.worklist(con, "mending", unit=unit, as_of="2026-11-02 12:00:00")
        found = ages.select("case_id, age, left_days").fetchall()
        assert {case: round(age * size, 9) for case, age, _ in found} == {
            "still": 49,
            "on a day": 48,
        }
        assert {case: round(left * size, 9) for case, _, left in found} == {
            "still": 8 * 24 - 49,
            "on a day": 8 * 24 - 48,
        }


def test_ages_of_a_backlog(workspace: Workspace) -> None:
    """At the end of November 1 the one waits for 37 hours, the other for two days."""
    with waiting(workspace, ZONE) as con:
        rows = libstats.backlog(
            con, "mending", since="2026-11-01", until="2026-11-02", every="day", by="branch"
        )
        ages = rows.filter("waiting > 0").select("part, median_age * 24, oldest_age * 24")
        assert sorted(ages.fetchall()) == [("NORTH", 48, 48), ("WEST", 37, 37)]
        aged = con.sql("""select age_days * 24 from "case" where case_id = 'autumn'""").fetchall()
        assert aged == [(25,)]


def test_without_a_zone_nothing_is_known_of_changes(workspace: Workspace) -> None:
    with waiting(workspace, "") as con:
        waits = libstats.turnaround_curve(con, "mending", **YEAR, unit="hours").select("waited")
        assert waits.fetchall() == [(1,), (24,)]
        rows = libstats.backlog(
            con, "mending", since="2026-11-01", until="2026-11-02", every="day", by="branch"
        )
        assert sorted(rows.filter("waiting > 0").select("oldest_age * 24").fetchall()) == [
            (36,),
            (48,),
        ]


def test_open_days_are_counted_by_the_calendar(workspace: Workspace) -> None:
    asked = {**YEAR, "unit": "open days", "calendar": "oclc"}
    with waiting(workspace, "") as con:
        before = libstats.turnaround_curve(con, "mending", **asked).fetchall()
    with libstats.open(zoned(workspace, ZONE)) as con:
        assert libstats.turnaround_curve(con, "mending", **asked).fetchall() == before != []


def test_a_pause_over_a_change(workspace: Workspace) -> None:
    """A hold of October 30 that was paused from noon of the 31st to noon of November 1, of which
    only the day is known: of its four days to November 3 it was paused for one."""
    place = zoned(workspace, ZONE)
    steps = "process,case,milestone,happened_at,branch\n" + "".join(
        f"hold,{case},{step},{at},EAST\n"
        for case, placed in (("day", "2026-10-30"), ("time", "2026-10-30 12:00:00"))
        for step, at in (
            ("placed", placed),
            ("suspended", "2026-10-31 12:00:00"),
            ("resumed", "2026-11-01 12:00:00"),
        )
    )
    libstats.load(place, [write(workspace.exports / "holds-2026-11-03.csv", steps)])
    with libstats.open(place) as con:
        found = libstats.worklist(con, "hold", unit="hours", as_of="2026-11-03 12:00:00")
        # by the hour: four days and an hour, and 25 of them paused
        assert dict(found.select("case_id, age").fetchall()) == {"day": 72, "time": 72}


@pytest.mark.parametrize(
    "zone", ["America/New_York", "Europe/Berlin", "Australia/Lord_Howe", "America/Phoenix"]
)
def test_the_clock_of_a_zone(zone: str) -> None:
    """As Python's own list of zones has it, on each change and around it; in the hour that comes
    twice, the first time."""
    known = ZoneInfo(zone)
    with duckdb.connect() as con:
        clock.register(con, zone)
        hours = con.sql(
            """
            select moment, clock_ahead(moment)
            from range(timestamp '2026-01-01', timestamp '2027-01-01', interval 30 minutes)
                r(moment)
            """
        ).fetchall()
    wrong: list[datetime] = []
    for at, ahead in hours:
        (offset,) = (at.replace(tzinfo=known).utcoffset(),)
        there = at.replace(tzinfo=known).astimezone(ZoneInfo("UTC")).astimezone(known)
        # an hour that never was is none
        if there.replace(tzinfo=None) == at and offset.total_seconds() != ahead:
            wrong.append(at)
    assert wrong == []
