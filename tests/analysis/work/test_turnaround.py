"""Turnaround over small tables worked by hand, and against statsmodels."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from typing import Any

import duckdb
import pytest

import libstats
from libstats.analysis.work.turnaround import turnaround_left_out
from libstats.errors import AnalysisError
from libstats.workspace.workspace import Workspace
from tests.support.cases import PROCESS, opened
from tests.support.files import write

pytestmark = pytest.mark.slow

# four cases: 2 days, 4 days, open since day 5 at noon, discarded after 2 days
FOUR = [
    "1,brought,2026-01-01 09:00,EAST",
    "1,mended,2026-01-03 09:00,EAST",
    "2,brought,2026-01-02,WEST",
    "2,mended,2026-01-06,WEST",
    "3,brought,2026-01-05 12:00,EAST",
    "4,brought,2026-01-06 10:00,WEST",
    "4,discarded,2026-01-08 10:00,WEST",
]
JANUARY: dict[str, Any] = {"since": "2026-01-01", "until": "2026-02-01"}


def one(con: duckdb.DuckDBPyConnection, **given: Any) -> dict[str, Any]:
    """The single row of a turnaround."""
    found = libstats.turnaround(con, "mending", **{**JANUARY, **given})
    (row,) = found.fetchall()
    return dict(zip(found.columns, row, strict=True))


def test_open_and_given_up_cases_are_counted_apart(workspace: Workspace) -> None:
    row = one(opened(workspace, FOUR), as_of="2026-01-10")
    assert {
        k: row[k]
        for k in ("cases", "reached", "still_open", "given_up", "undeterminable", "negative")
    } == {
        "cases": 4,
        "reached": 2,
        "still_open": 1,
        "given_up": 1,
        "undeterminable": 0,
        "negative": 0,
    }


def test_the_estimate_by_hand(workspace: Workspace) -> None:
    # at 2 days 1 of 4 is mended: 0.75 wait; at 4 days 1 of the 2 that are left (3 waited 4.5 by
    # then): 0.375 wait
    con = opened(workspace, FOUR)
    row = one(con, as_of="2026-01-10")
    assert (row["p50"], row["p80"], row["p90"]) == (4.0, None, None)
    assert row["naive_p50"] == 3.0
    curve = libstats.turnaround_curve(con, "mending", as_of="2026-01-10", **JANUARY).fetchall()
    assert curve == [
        ("all", 2.0, 4, 1, 1, 0.75, 0.25, 0.25),
        ("all", 4.0, 2, 1, 0, 0.375, 0.5, 0.25),
    ]


def test_nothing_after_as_of_is_seen(workspace: Workspace) -> None:
    row = one(opened(workspace, FOUR), as_of="2026-01-05")
    assert (row["cases"], row["reached"], row["still_open"]) == (2, 1, 1)


def test_a_day_without_an_hour_gives_whole_days(workspace: Workspace) -> None:
    rows = ["1,brought,2026-01-01 15:00,", "1,mended,2026-01-03,"]
    assert one(opened(workspace, rows), as_of="2026-01-10")["p50"] == 2.0


def test_minutes_over_midnight_are_no_day(workspace: Workspace) -> None:
    rows = ["1,brought,2026-01-01 23:59,", "1,mended,2026-01-02 00:01,"]
    assert one(opened(workspace, rows), as_of="2026-01-10")["p50"] == pytest.approx(2 / 1440)


def test_an_end_before_the_beginning_is_kept_and_counted(workspace: Workspace) -> None:
    rows = ["1,brought,2026-01-02 12:00,", "1,mended,2026-01-02 09:00,"]
    row = one(opened(workspace, rows), as_of="2026-01-10", unit="hours")
    assert (row["negative"], row["reached"], row["p50"]) == (1, 1, -3.0)


def test_who_passed_the_end_unrecorded_cannot_be_told(workspace: Workspace) -> None:
    rows = [*FOUR, "5,brought,2026-01-07,EAST", "5,shelved,2026-01-08,EAST"]
    row = one(opened(workspace, rows), as_of="2026-01-10")
    assert (row["cases"], row["undeterminable"], row["p50"]) == (5, 1, 4.0)


def test_a_case_that_goes_on_after_it_was_given_up_is_open(workspace: Workspace) -> None:
    rows = [*FOUR, "4,glued,2026-01-09 10:00,WEST"]
    row = one(opened(workspace, rows), as_of="2026-01-10")
    assert (row["still_open"], row["given_up"]) == (2, 0)


def test_parts_have_rows_of_their_own(workspace: Workspace) -> None:
    found = libstats.turnaround(
        opened(workspace, FOUR), "mending", as_of="2026-01-10", by="branch", **JANUARY
    )
    assert [(r[0], r[1], r[2]) for r in found.fetchall()] == [("EAST", 2, 1), ("WEST", 2, 1)]


def test_open_days_leave_out_closed_ones(workspace: Workspace) -> None:
    # Thursday the 1st is a holiday, Saturday and Sunday are closed: the first case took one open
    # day, the second (Friday to Tuesday) two; then exactly half still wait, so that half have not
    # yet passed
    calendar = '[calendar.default]\nopen = {mon = "09:00-17:00", tue = "09:00-17:00", wed = "09:00-17:00", thu = "09:00-17:00", fri = "09:00-17:00"}\nholidays = "US"\n'
    row = one(opened(workspace, FOUR, PROCESS + calendar), as_of="2026-01-10", unit="open days")
    assert (row["p50"], row["naive_p50"]) == (None, 1.5)


def test_a_milestone_that_nobody_has_is_refused(workspace: Workspace) -> None:
    with pytest.raises(AnalysisError, match="has no milestone 'varnished'"):
        one(opened(workspace, FOUR), end="varnished")


def test_a_period_without_cases_is_refused_with_what_there_is(workspace: Workspace) -> None:
    with pytest.raises(AnalysisError, match="from 2026-01-01 to 2026-01-06"):
        one(opened(workspace, FOUR), since="2025-01-01", until="2025-02-01")


def test_an_export_of_closed_cases_only_is_refused(workspace: Workspace) -> None:
    # half take two days, half twelve; what had not ended by the 24th is missing
    waits = [(n, 1 + n % 20, 2 if n % 2 else 12) for n in range(60)]
    rows = [
        line
        for n, day, wait in waits
        if day + wait < 24
        for line in (
            f"{n},brought,2026-01-{day:02} 09:00,",
            f"{n},mended,2026-01-{day + wait:02} 09:00,",
        )
    ]
    with pytest.raises(AnalysisError, match="closed cases only"):
        one(opened(workspace, rows, exported="2026-01-24"), as_of="2026-01-24")


def test_nothing_loaded_is_refused(workspace: Workspace) -> None:
    with pytest.raises(AnalysisError, match="says when a case reached placed"):
        libstats.turnaround(opened(workspace, FOUR), "hold", **JANUARY)


def made(seed: int, share_open: float) -> tuple[list[float], list[int]]:
    """Times, all different, and states of cases: 1 reached, 2 given up, 0 open."""
    dice = random.Random(seed)
    times = dice.sample(range(60, 60_000), 150)
    return [float(t) for t in times], [
        0 if dice.random() < share_open else 2 if dice.random() < 0.15 else 1 for _ in times
    ]


# statsmodels takes the logarithm of 0 at the end of a curve
@pytest.mark.filterwarnings("ignore:divide by zero", "ignore:invalid value")
@pytest.mark.parametrize("seed", range(6))
def test_percentiles_and_intervals_are_those_of_statsmodels(
    workspace: Workspace, seed: int
) -> None:
    survfunc = pytest.importorskip("statsmodels.duration.survfunc")
    times, states = made(seed, 0.1 * seed + 0.05)
    con = libstats_of(workspace, times, states)
    row = one(
        con, since="2000-01-01", until="2030-01-01", as_of="2026-03-01 00:00:00", unit="hours"
    )
    curve = survfunc.SurvfuncRight(times, [int(s == 1) for s in states])
    for p in (50, 80, 90):
        low, high = curve.quantile_ci(p / 100)
        expected = [curve.quantile(p / 100), low, high]
        found = [row[f"p{p}"], row[f"p{p}_low"], row[f"p{p}_high"]]
        assert [None if f is None else f * 60 for f in found] == [
            None if e != e or e == float("inf") else pytest.approx(e, abs=1e-6) for e in expected
        ]


@pytest.mark.filterwarnings("ignore:divide by zero", "ignore:invalid value")
@pytest.mark.parametrize("seed", range(3))
def test_the_curve_is_that_of_statsmodels(workspace: Workspace, seed: int) -> None:
    survfunc = pytest.importorskip("statsmodels.duration.survfunc")
    times, states = made(seed, 0.2)
    con = libstats_of(workspace, times, states)
    rows = libstats.turnaround_curve(
        con,
        "mending",
        since="2000-01-01",
        until="2030-01-01",
        as_of="2026-03-01 00:00:00",
        unit="hours",
    ).fetchall()
    curve = survfunc.SurvfuncRight(times, [int(s == 1) for s in states])
    assert [r[5] for r in rows if r[3]] == pytest.approx(list(curve.surv_prob), abs=1e-9)
    shares = survfunc.CumIncidenceRight(times, states)
    at = {round(t): i for i, t in enumerate(shares.times)}
    for row in rows:
        place = at[round(row[1] * 60)]
        assert (row[6], row[7]) == (
            pytest.approx(shares.cinc[0][place], abs=1e-9),
            pytest.approx(shares.cinc[1][place], abs=1e-9),
        )


def test_each_part_is_what_it_is_alone(workspace: Workspace) -> None:
    """Also where many wait equally long, and where the part before ends with nobody left."""
    times, states, branches = [], [], []
    for seed, branch in enumerate(("EAST", "WEST", None)):
        waited, ended = made(seed, 0.2)
        times += [t // 600 * 600 for t in waited]
        states += [1 if t == max(waited) else s for t, s in zip(waited, ended, strict=True)]
        branches += [branch] * len(waited)
    con = libstats_of(workspace, times, states, branches)
    asked: dict[str, Any] = {
        "since": "2000-01-01",
        "until": "2030-01-01",
        "as_of": "2026-03-01 00:00:00",
        "unit": "hours",
    }
    together = libstats.turnaround(con, "mending", by="branch", **asked).fetchall()
    assert [row[0] for row in together] == ["EAST", "WEST", None]
    for row in together:
        con.execute(
            "create or replace temp view milestone as from told where branch is not distinct from "
            + ("null" if row[0] is None else f"'{row[0]}'")
        )
        assert libstats.turnaround(con, "mending", **asked).fetchall()[0][1:] == row[1:]


def libstats_of(
    workspace: Workspace,
    times: list[float],
    states: list[int],
    branches: list[str | None] | None = None,
) -> duckdb.DuckDBPyConnection:
    """Cases that waited so many minutes, all ended or open at the first of March 2026."""
    con = opened(workspace, ["x,glued,2026-01-01 00:00,"])
    ends = {1: "mended", 2: "discarded"}
    con.execute(
        "create temp table told (process varchar, case_id varchar, milestone varchar, happened_at timestamp, is_day_only boolean, branch varchar, source varchar)"
    )
    for place, (minutes, state, branch) in enumerate(
        zip(times, states, branches or [None] * len(times), strict=True)
    ):
        begun = f"timestamp '2026-03-01' - interval {int(minutes)} minute"
        con.execute(
            f"insert into told values ('mending', '{place}', 'brought', {begun}, false, $1, 'own')",
            [branch],
        )
        if state:
            con.execute(
                f"insert into told values ('mending', '{place}', '{ends[state]}', timestamp '2026-03-01', false, $1, 'own')",
                [branch],
            )
    con.execute("create or replace temp view milestone as from told")
    return con


def test_late_entry_is_that_of_statsmodels(workspace: Workspace) -> None:
    survfunc = pytest.importorskip("statsmodels.duration.survfunc")
    dice = random.Random(7)
    begun = dice.sample(range(1, 50_000), 120)
    waits = dice.sample(range(200, 20_000), 120)
    observed = 15_000
    kept = [(b, w) for b, w in zip(begun, waits, strict=True) if b + w > observed]
    rows = []
    for n, (b, w) in enumerate(kept):
        rows.append(f"{n},brought,{moment(b)},")
        rows.append(f"{n},mended,{moment(b + w)},")
    con = opened(workspace, rows, exported="2026-06-01")
    row = one(
        con,
        since="2026-01-01",
        until="2026-06-01",
        as_of="2026-05-01",
        observed_from=moment(observed),
        unit="hours",
    )
    curve = survfunc.SurvfuncRight(
        [float(w) for _, w in kept],
        [1] * len(kept),
        entry=[float(max(observed - b, -1)) for b, _ in kept],
    )
    assert [row["p50"] * 60, row["p80"] * 60] == pytest.approx(
        [curve.quantile(0.5), curve.quantile(0.8)], abs=1e-6
    )


def moment(minutes: int) -> str:
    """Minutes after New Year 2026."""
    return str(datetime(2026, 1, 1) + timedelta(minutes=minutes))


@pytest.mark.parametrize("seed", range(8))
def test_what_ended_before_ends_were_recorded_is_no_part_of_the_cohort(
    workspace: Workspace, seed: int
) -> None:
    """Random cohorts with older ends loaded: the curve is that of statsmodels with entry times,
    falls from 1 to 0 at most, and the cases that ended before are counted as left out."""
    survfunc = pytest.importorskip("statsmodels.duration.survfunc")
    rng = random.Random(seed)
    begin, watched = datetime(2026, 1, 1), datetime(2026, 1, 20)
    spans = [(rng.randrange(0, 40 * 24), rng.randrange(1, 25 * 24)) for _ in range(80)]
    rows = []
    for n, (start, wait) in enumerate(spans):
        rows.append(f"{n},brought,{begin + timedelta(hours=start)},")
        rows.append(f"{n},mended,{begin + timedelta(hours=start + wait)},")
    con = opened(workspace, rows, exported="2026-04-01")
    given = {"since": "2026-01-01", "until": "2026-03-01", "observed_from": str(watched)}
    entry = int((watched - begin) / timedelta(hours=1))
    kept = [(s, w) for s, w in spans if s + w > entry]
    late = [max(entry - s, 0) for s, _ in kept]
    curve = survfunc.SurvfuncRight([w for _, w in kept], [1] * len(kept), entry=late)
    expected = dict(zip(curve.surv_times, curve.surv_prob, strict=True))
    found = libstats.turnaround_curve(con, "mending", unit="hours", **given)
    steps = found.select("waited, still_waiting, share_reached").fetchall()
    assert {w: s for w, s, _ in steps} == pytest.approx(expected, abs=1e-9)
    odd = [x for x in steps if not (-1e-9 <= x[1] <= 1 + 1e-9 and x[1] + x[2] == pytest.approx(1))]
    assert odd == [], steps
    assert one(con, unit="hours", **given)["cases"] == len(kept)
    left = dict(turnaround_left_out(con, "mending", **given).fetchall())
    assert left["ended before the moment from which ends were recorded"] == 80 - len(kept)


def test_of_all_cases_and_of_those_not_given_up(workspace: Workspace) -> None:
    """Ten cases: six mended after 1 to 6 days, four discarded after half a day. Of those not given
    up half take 3 days and a bit; of all, half are mended by day 5, and nine in ten never."""
    rows = []
    for n in range(10):
        rows.append(f"{n},brought,2026-01-01 00:00:00,")
        end = f"mended,2026-01-{n + 2:02} 00:00:00" if n < 6 else "discarded,2026-01-01 12:00:00"
        rows.append(f"{n},{end},")
    row = one(opened(workspace, rows), as_of="2026-02-01")
    # Kaplan-Meier of six: 5/6, 4/6, 3/6, and below one half after 4 days
    assert (row["p50"], row["p90"]) == (4.0, 6.0)
    # one tenth of all a day: above one half with the sixth
    assert (row["share_reached"], row["all_p50"], row["all_p90"]) == (pytest.approx(0.6), 6.0, None)


# requests of one library: 1 and 3 were sent to ABC, 2 to XYZ; 1 had been sent to another before
REQUESTS = """TransactionNumber,ProcessType,RequestType,TransactionStatus,CreationDate,LendingLibrary
1,Borrowing,Loan,Customer Notified via E-Mail,2026-09-30 09:00,abc
2,Borrowing,Loan,Customer Notified via E-Mail,2026-10-01 09:00,XYZ
3,Borrowing,Article,Delivered to Web,2026-10-02 09:00,ABC
"""
TRACKING = """TransactionNumber,DateTime,ChangedTo,ProcessType
1,2026-09-30 09:00,Submitted by Customer,Borrowing
1,2026-09-30 10:00,Request Sent,Borrowing
1,2026-10-06 10:00,Request Sent,Borrowing
1,2026-10-08 10:00,Customer Notified via E-Mail,Borrowing
2,2026-10-01 09:00,Submitted by Customer,Borrowing
2,2026-10-01 10:00,Request Sent,Borrowing
2,2026-10-06 10:00,Customer Notified via E-Mail,Borrowing
3,2026-10-02 09:00,Submitted by Customer,Borrowing
3,2026-10-02 10:00,Request Sent,Borrowing
3,2026-10-03 10:00,Delivered to Web,Borrowing
"""


def test_by_lender_and_by_kind(workspace: Workspace) -> None:
    for name, text in (("requests", REQUESTS), ("tracking", TRACKING)):
        path = write(workspace.exports / f"{name}-2026-11-01.csv", text)
        libstats.load(workspace, [path])
    with libstats.open(workspace) as con:
        found = {
            by: libstats.turnaround(
                con, "ill_borrowing", since="2026-09-01", until="2026-11-01", by=by, **given
            )
            .select("part, cases, naive_p50, coverage")
            .fetchall()
            for by, given in (
                ("lender", {"start": "sent"}),
                ("kind and lender", {"start": "sent"}),
                ("kind and month", {}),
                ("month", {}),
            )
        }
        with pytest.raises(AnalysisError, match="ill_lending: its cases have no lender"):
            libstats.turnaround(con, "ill_lending", by="lender", **JANUARY)
    # 2 days and 1 at ABC: half of them 1.5
    assert [row[:3] for row in found["lender"]] == [("ABC", 2, 1.5), ("XYZ", 1, 5.0)]
    assert [row[:3] for row in found["kind and lender"]] == [
        ("copy, ABC", 1, 1.0),
        ("loan, ABC", 1, 2.0),
        ("loan, XYZ", 1, 5.0),
    ]
    assert [row[:3] for row in found["kind and month"]] == [
        ("copy, 2026-10", 1, pytest.approx(25 / 24)),
        ("loan, 2026-09", 1, pytest.approx(8 + 1 / 24)),
        ("loan, 2026-10", 1, pytest.approx(5 + 1 / 24)),
    ]
    # how much is told of a month is so of each kind
    told = {month: state for month, *_, state in found["month"]}
    assert [row[3] for row in found["kind and month"]] == [
        told[month] for month in ("2026-10", "2026-09", "2026-10")
    ]


# Copy 11 of title 1 is out until the 8th, its other copy 12 is lost since the 20th; 21 is on order.
ITEMS = """itemnumber;biblionumber;homebranch;itemlost;itemlost_on;notforloan;barcode;dateaccessioned
11;1;EAST;0;;0;b11;2020-01-01
12;1;EAST;1;2026-10-20 10:00:00;0;b12;2020-01-01
21;2;EAST;0;;-1;b21;2020-01-01
31;3;EAST;1;;0;b31;2020-01-01
41;4;EAST;0;;0;b41;2026-10-09
"""
LENT = """issue_id;issuedate;date_due;returndate;branchcode;itemnumber
1;2026-10-01 10:00;2026-10-30;2026-10-08 12:00;EAST;11
2;2026-10-02 10:00;2026-10-30;;EAST;12
3;2026-10-12 10:00;2026-10-30;;EAST;41
4;2026-11-01 10:00;2026-11-30;;EAST;51
"""
ASKED = (
    "reserve_id;biblionumber;reservedate;branchcode;priority;found;waitingdate;cancellationdate\n"
)


def test_holds_by_whether_a_copy_was_in(workspace: Workspace) -> None:
    """On the 5th both copies of title 1 are out, on the 9th one is in again. What is on order is no
    copy yet; of one that is lost, nobody knows since when, it cannot be told. Copy 41 came on the
    9th, and is out on the 12th."""
    holds = "".join(
        f"{n};{title};2026-10-{day:02};EAST;0;F;2026-10-{day + n:02};\n"
        for n, (title, day) in enumerate([(1, 5), (1, 9), (2, 9), (3, 9), (4, 10), (4, 12)], 1)
    )
    for name, text in (("items", ITEMS), ("issues", LENT), ("reserves", ASKED + holds)):
        libstats.load(workspace, [write(workspace.exports / f"{name}-2026-11-02.csv", text)])
    given = {"since": "2026-10-01", "until": "2026-11-01"}
    with libstats.open(workspace) as con:
        found = libstats.turnaround(con, "hold", by="copy in", **given)  # type: ignore[arg-type]
        rows = found.select("part, cases, naive_p50").fetchall()
        by_source = libstats.turnaround(con, "hold", by="source and month", **given)  # type: ignore[arg-type]
        (of,) = by_source.select("part, cases").fetchall()
        with pytest.raises(AnalysisError, match="loan: its cases have no copy in"):
            libstats.turnaround(con, "loan", by="copy in", **given)  # type: ignore[arg-type]
    # the second and fifth within 2 and 5 days, the first and sixth within 1 and 6
    assert rows == [("a copy was in", 2, 3.5), ("every copy was out", 2, 3.5), (None, 2, 3.5)]
    assert of == ("koha, 2026-10", 6)


def test_journeys_by_route(workspace: Workspace) -> None:
    text = """branchtransfer_id;itemnumber;datesent;frombranch;datearrived;tobranch;reason
1;1;2026-10-01 10:00:00;EAST;2026-10-03 10:00:00;WEST;Reserve
2;2;2026-10-01 10:00:00;EAST;2026-10-05 10:00:00;WEST;Reserve
3;3;2026-10-01 10:00:00;WEST;2026-10-02 10:00:00;EAST;Reserve
"""
    libstats.load(workspace, [write(workspace.exports / "branchtransfers-2026-11-01.csv", text)])
    with libstats.open(workspace) as con:
        found = libstats.turnaround(
            con, "transit", since="2026-10-01", until="2026-11-01", by="route"
        )
        rows = found.select("part, cases, naive_p50").fetchall()
    assert rows == [("EAST → WEST", 2, 3.0), ("WEST → EAST", 1, 1.0)]
