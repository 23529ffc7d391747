"""The sections of the circulation desk: from small literal rows, and what was planted in the sample
library, which the page must say."""

from __future__ import annotations

import dataclasses
import html
import json
import re
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from libstats.report.charts import heat, usual
from libstats.report.charts.figure import NARROW, WIDE
from libstats.report.circulation import (
    branches,
    hold_waits,
    holds,
    late_loans,
    left_lying,
    lending,
    parts,
    patrons,
    routes,
)
from libstats.report.page.period import Period
from tests.report.test_circulation_report import example
from tests.support.files import SAMPLE

YEAR = Period(date(2025, 11, 1), date(2026, 11, 1))


def text(piece: Any) -> str:
    """What a reader sees of a piece."""
    shown = re.sub(r"<svg.*?</svg>", "", piece._repr_html_(), flags=re.DOTALL)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", shown)).split())


# --- branches ---


def of_year(branch: str, value: float, before: float, **other: Any) -> dict[str, Any]:
    change = value / before - 1
    row = {"branch": branch, "months": 12, "value": value, "before": before, "change": change}
    return {
        **row,
        "low": change - 0.05,
        "high": change + 0.05,
        "verdict": "no more than the usual ups and downs",
        "reason": None,
        **other,
    }


YEARS = [
    of_year("East", 4.0, 3.0, verdict="better"),
    of_year("North", 3.1, 3.0),
    of_year("West", 1.5, 2.0, verdict="worse", reason="May 2026: open on 2 days, usually on 20"),
    {"branch": "South", "change": None, "verdict": None, "reason": "2 months are told of"},
]


def test_branches_that_go_opposite_ways_are_said_first_and_in_the_answer() -> None:
    said = text(branches.years_of(YEARS, YEAR))
    assert (
        "East lends 4.0 on an open day, 3.0 a year before (+33%). That is more than the usual ups "
        "and downs explain. West lends 1.5 on an open day, 2.0 a year before (−25%). That is fewer"
    ) in said
    assert "North lends 3.1 on an open day, 3.0 a year before (+3%). That is no more than" in said
    assert "West: May 2026: open on 2 days, usually on 20. South: 2 months are told of." in said
    report = dataclasses.replace(example(), years=YEARS)
    assert (
        "In the twelve months to October 2026 East lent 33% more and West lent 25% less on an open "
        "day than in the year before. That is beyond the usual ups and downs."
    ) in lending.answer(report)
    of_north = dataclasses.replace(report, branch="North")
    assert "twelve months" not in lending.answer(of_north)


def test_no_branch_that_can_be_compared_is_said() -> None:
    assert "No branch is told of long enough" in text(branches.years_of(YEARS[3:], YEAR))


@pytest.mark.parametrize(("change", "shown"), [(0.376, "+38%"), (-0.125, "−12%"), (0.004, "0%")])
def test_a_change_has_its_sign(change: float, shown: str) -> None:
    assert branches.signed(change) == shown


def test_a_closing_is_named_with_all_branches_that_were_closed_in_it() -> None:
    """West is open on one of the two days only; a single day at East alone is not named."""
    days = [("East", 11, 70), ("West", 11, 30), ("East", 12, 70), ("East", 20, 75)]
    rows = [{"branch": b, "day": date(2025, 2, d), "before": n} for b, d, n in days]
    assert branches.closings(rows) == [
        "East and West were closed from February 11, 2025 to February 12, 2025."
    ]
    assert len(branches.closings(rows, "West")) == 1 and branches.closings(rows, "North") == []


def test_what_is_on_an_open_day() -> None:
    """180 checkouts at Central on 27 days, 150 a year before on 25; East has no calendar."""
    (row,) = branches.per_open_day_of(example(), {"Central": 27}, {"Central": 25}).rows
    assert row["checkouts"] == pytest.approx(180 / 27) and row["last_year"] == 6.0
    assert row["renewals"] == pytest.approx(11 / 27) and row["days"] == 27


def point(month: int, value: float | None, reason: str | None = None) -> dict[str, Any]:
    told = value is not None
    return {
        "period": date(2026, month, 1),
        "value": value,
        "days": 25,
        "low": 2.0 if told else None,
        "high": 8.0 if told else None,
        "is_point": told,
        "season": "seasonal",
        "reason": reason,
    }


def test_the_limits_say_from_which_months_they_are_and_whether_the_season_is_in_them() -> None:
    rows = [point(1, None, "not told"), point(2, 4.0), point(3, None, "shut"), point(4, 5.0)]
    said = text(branches.usual_of(rows))
    assert "Checkouts on an open day in April 2026: 5.0. Usual is 2.0 to 8.0." in said
    assert "2.66 mean steps from month to month around the mean" in said
    assert "2 such months, February 2026 to April 2026" in said
    assert "each month is held against the same month a year before" in said
    assert "January 2026: not told. March 2026: shut." in said
    of_some = text(branches.usual_of(rows, ["West", "East"]))
    assert "At East and West the months of the year differ." in of_some


# --- parts ---


def part(**row: Any) -> dict[str, Any]:
    counts = {"checkouts": 0, "renewals": 0, "in_house_uses": 0}
    return {"source": "koha", "branch": "Central", **counts, **row}


def test_item_types_by_name_and_by_system_where_there_are_several() -> None:
    rows = [part(item_type="DVD", checkouts=30), part(item_type="BK", checkouts=90)]
    (one,) = parts.item_types_of(rows, [], {"DVD": "Films"}, example()).tables
    assert [(row["item_type"], row["share"]) for row in one.rows] == [("BK", 0.75), ("Films", 0.25)]
    other = part(source="polaris", item_type="BK", checkouts=40)
    (both,) = parts.item_types_of([*rows, other], [], {}, example()).tables
    assert [row["item_type"] for row in both.rows] == ["BK (koha)", "BK (polaris)", "DVD (koha)"]


def test_how_copies_were_lent() -> None:
    rows = [
        part(channel="staff", checkouts=60, renewals=5),
        part(channel="self-check", checkouts=20),
        part(channel=None, checkouts=20),
    ]
    said = text(parts.channels_of(rows, rows, example()))
    assert "Of 80 checkouts of which it is told, 20 were made at a self-check machine (25%)" in said


HOURS = [
    part(weekday=1, hour=9, checkouts=30),
    part(weekday=1, hour=15, checkouts=3),
    part(weekday=2, hour=15, checkouts=40),
    part(weekday=2, hour=16, checkouts=50),
    part(weekday=6, hour=None, checkouts=7),
]


def test_the_hours_of_the_week() -> None:
    made = parts.hours_of(HOURS, YEAR, is_one=False)
    page, every = made.tables
    assert [tuple(row.values()) for row in page.rows] == [
        ("Monday", 30, 0, 3, 0),
        ("Tuesday", 0, 0, 90, 0),
    ]
    assert every.rows[0] == {"hour": "09:00", "monday": 30, "tuesday": 0}
    said = text(made)
    assert "The busiest hour began at 16:00 on Tuesday: 50 checkouts." in said
    assert "Of 7 checkouts only the day is told, and not the hour." in said


def test_few_checkouts_of_an_hour_of_one_branch_are_shown_nowhere() -> None:
    """Monday's 3 at 15:00, and another count from which they could be worked out."""
    page, every = parts.hours_of(HOURS, YEAR, is_one=True).tables
    held = {row["hour"]: row["monday"] for row in every.rows}
    assert held["15:00"] == "withheld"
    assert page.rows[0]["afternoon"] == "withheld"
    assert ("15:00", "monday") not in parts._seen(every)


# --- overdue, holds, transit, borrowers, to do ---


def test_overdue_loans_by_age_without_the_lost() -> None:
    def late(branch: str, band: str, n: int, **other: Any) -> dict[str, Any]:
        return {
            "branch": branch,
            "standing": "late",
            "is_missing": False,
            "band": band,
            "n": n,
            **other,
        }

    rows = [
        late("East", "week", 5),
        late("East", "quarter", 2),
        late("East", "older", 7, is_missing=True),
        late("West", "older", 1),
        late("West", "week", 90, standing="in time"),
    ]
    made = late_loans.overdue_of(rows, datetime(2026, 11, 1))
    assert (
        "On October 31, 2026, 8 loans were overdue, 3 of them by more than four weeks. Not counted "
        "are 7 overdue loans of copies that are marked lost, missing or claimed."
    ) in text(made)
    (shown,) = made.tables
    assert [tuple(row.values()) for row in shown.rows] == [
        ("East", 7, 5, 0, 2, 0, 7),
        ("West", 1, 0, 0, 0, 1, 0),
    ]
    assert shown.foot is not None and shown.foot["overdue"] == 8


def wait(part: str | None, p50: float | None, p90: float | None, **other: Any) -> dict[str, Any]:
    row = {"part": part, "cases": 40, "still_open": 3, "p50": p50, "p90": p90}
    return {
        **row,
        "p50_low": p50,
        "p50_high": None,
        "p90_low": p90,
        "p90_high": None,
        "naive_p90": 9.0,
        "naive_p50": 3.0,
        "coverage": "whole",
        "reason": None,
        **other,
    }


def test_waits_for_holds() -> None:
    times = {
        "the year": [wait("koha", 4.0, 20.0), wait("alma", 9.0, 9.0, coverage="partly")],
        "October": [wait("koha", None, None, still_open=30)],
    }
    said = text(hold_waits.waits_of(times, "System"))
    assert (
        "Of the holds of koha asked for in the year, half were ready within 4.0 days, nine in ten within "
        "20.0 days. The 3 that are still open are counted. Of the holds of koha asked for in October, too "
        "few are ready yet: 30 of 40 are still open."
    ) in said
    assert "4.0 or more" in said and "alma" not in said


def test_months_too_young_are_no_part_of_the_picture() -> None:
    months = [
        wait("koha, 2026-08", 4.0, 20.0),
        wait("koha, 2026-09", 5.0, 20.0),
        wait("koha, 2026-10", 2.0, None, still_open=20),
    ]
    made, young = hold_waits.months_of([wait("koha", 4.0, 20.0)], months)
    assert [row["period"] for table in made.tables for row in table.rows] == [
        date(2026, 8, 1),
        date(2026, 9, 1),
    ]
    assert young == [
        "Holds of koha asked for in October 2026: 20 of 40 are still open, too many for a half to "
        "stay."
    ]


def test_what_becomes_of_holds() -> None:
    row = {"branch": "East", "cases": 100, "filled": 80, "not_fetched": 10, "still_open": 7}
    row |= {"undeterminable": 3, "coverage": "partly", "reason": "open only"}
    said = text(holds.outcomes_of([row], [], "the year"))
    assert (
        "Of 100 holds 70 were fetched or stand ready. 10 stood ready and were not fetched, and 10 "
        "were cancelled or lapsed before a copy was ready."
    ) in said
    assert "East: open only." in said


def test_long_queues_and_holds_that_nothing_can_fill() -> None:
    queue = {"title": "A", "title_id": "1", "on_order": 2, "waiting": 9, "copies": 2}
    made = holds.queues_of([queue], 1)
    assert "1 title has 4 holds for each copy, or more. 1 hold has no copy left" in text(made)
    assert [(row["title"], row["each"]) for row in made.tables[0].rows] == [("A", 4.5)]


def test_the_slowest_route_is_named_if_enough_go_there() -> None:
    rows = [
        wait("A → B", 2.0, 3.0, cases=100),
        wait("B → A", 7.0, 9.0, cases=50),
        wait("A → C", 30.0, 31.0, cases=3),
    ]
    said = text(routes.transit_of(rows, [wait("B → A", 2.5, 3.0)], "the year"))
    assert "The slowest route is B → A: half of its copies take 7.0 days or more." in said
    assert (
        "On the other routes it is 2.0 days on average. Most copies go A → B: 100 of 153." in said
    )
    assert "1 route with fewer than 20 copies sent: too few to call slow." in said


def test_borrowers_are_said_from_to_and_small_groups_withheld() -> None:
    row = {"source": "koha", "checkouts": 50, "unknown": 3, "borrowers": 20, "borrowers_high": 23}
    row |= {"coverage": "whole", "reason": None}
    silent = {**row, "source": "alma", "borrowers": None, "reason": "nothing tells"}
    groups = [
        {**row, "patron_group": g, "borrowers": n} for g, n in (("A", 3), ("B", 17), ("C", 30))
    ]
    made = patrons.borrowers_of([row, silent], [], groups, ("October", "the year before"))
    said = text(made)
    assert "20 to 23 different patrons borrowed something in October." in said
    assert "Patrons of alma: nothing tells." in said
    assert [row["borrowers"] for row in made.tables[1].rows] == ["withheld", "withheld", 30]


def test_what_there_is_none_of_is_not_to_do() -> None:
    said = text(left_lying.to_do_of({"unfillable": 1, "past": 2, "long": 0}))
    assert "1 hold that no copy can fill" in said and "2 copies on the hold shelf" in said
    assert "loan" not in said
    assert text(left_lying.to_do_of({})) == "Nothing is left lying in what is loaded."
    assert text(left_lying.to_do_of({}, ["holds", "loans"])) == (
        "Nothing is left lying in what is loaded. No list of holds and loans is loaded."
    )


@pytest.mark.parametrize("width", [WIDE, NARROW])
def test_the_pictures_are_small_and_repeat(width: float) -> None:
    cells = {
        (f"{hour:02d}:00", day.lower()): (hour * place) % 50
        for hour in range(8, 21)
        for place, day in enumerate(heat.DAYS)
    }
    of_hours = heat.hours_by_weekday(cells, "Hours")
    of_months = usual.usual_by_month([point(month, month + 1.0) for month in range(1, 13)])
    for figure in (of_hours, of_months, heat.hours_by_weekday({}, "Hours")):
        svg = figure.svg(width)
        assert len(svg) < 15_000 and svg == figure.svg(width)


# --- what was planted in the sample library ---


@pytest.fixture(scope="module")
def page(published: Callable[[str], Path]) -> str:
    shown = published("circulation").read_text(encoding="utf-8")
    assert len(shown.encode()) < 300_000
    shown = re.sub(r"<(svg|style).*?</\1>", "", shown, flags=re.DOTALL)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", shown)).split())


@pytest.fixture(scope="module")
def truth() -> dict[str, Any]:
    found: dict[str, Any] = json.loads((SAMPLE / "truth.json").read_text(encoding="utf-8"))
    return found


@pytest.mark.slow
@pytest.mark.parametrize("way", ["up", "down"])
def test_the_page_says_which_branch_lends_more_and_which_less(
    way: str, page: str, truth: dict[str, Any]
) -> None:
    """Both beyond the usual; the closed weeks of one are left out of both years, which makes a
    little difference."""
    told = truth["planted"]["branches"][way]
    name = told["name"]
    found = re.search(rf"{name} lends ([\d.]+) on an open day, ([\d.]+) a year before", page)
    assert found is not None
    assert float(found[1]) == pytest.approx(told["year_since"]["per_open_day"], abs=0.06)
    assert float(found[2]) == pytest.approx(told["year_before"]["per_open_day"], abs=0.06)
    word = {"up": "more", "down": "less"}[way]
    percent = re.search(rf"{name} lent (\d+)% {word}", page)
    assert percent is not None and int(percent[1]) == pytest.approx(abs(told["percent"]), abs=1.1)
    assert "That is beyond the usual ups and downs." in page
    october = truth["branches"], told["october_2026"], told["october_2025"]
    assert f"{name} {october[1]['open_days']} {october[1]['per_open_day']:.1f}" in page


@pytest.mark.slow
def test_the_page_says_that_all_together_is_as_usual(page: str) -> None:
    assert "11.6 on an open day. That is no more than the usual ups and downs." in page


@pytest.mark.slow
def test_the_page_says_when_branches_were_closed(page: str, truth: dict[str, Any]) -> None:
    storm, works, _ = truth["planted"]["closures"]
    assert works["where"] == "Saltmere" and works["until"] == "2026-02-21"
    assert "Saltmere was closed from February 3, 2026 to February 21, 2026." in page
    assert storm["since"] == "2025-02-11"
    assert "were closed from February 11, 2025 to February 12, 2025." in page


@pytest.mark.slow
def test_the_page_says_the_slow_route_and_what_is_stuck(page: str, truth: dict[str, Any]) -> None:
    route = truth["planted"]["transit"]["slow_route"]
    ends = " → ".join(truth["branches"][route[end]] for end in ("from", "to"))
    days = f"{route['median_days']:.1f}"
    assert f"The slowest route is {ends}: half of its copies take {days} days" in page
    stuck = len(truth["planted"]["transit"]["stuck"])
    assert f"{stuck} copies in transit for longer than usual" in page


@pytest.mark.slow
def test_the_page_says_what_loans_are_long_overdue(page: str, truth: dict[str, Any]) -> None:
    loans = truth["planted"]["loans"]
    assert f"{loans['long_overdue']} of them by more than four weeks" in page
    assert f"{len(loans['claimed_returned'])} loans that came back, as the patron says" in page
    lost = loans["lost"] + len(loans["claimed_returned"]) + len(loans["lost_and_paid"])
    assert f"Not counted are {lost} overdue loans of copies that are marked lost" in page


@pytest.mark.slow
def test_the_page_says_how_long_patrons_wait(page: str, truth: dict[str, Any]) -> None:
    """Of the holds of the year all are counted, those that are open too; the truth counts what is
    asked for at technical services among them, which is told of in part."""
    months = [m for m in truth["processes"]["hold"]["turnaround"] if m["month"] >= "2025-11"]
    cases = sum(len(m["done_days"]) + len(m["given_up_days"]) + m["open"] for m in months)
    still_open = sum(m["open"] for m in months)
    of_alma = truth["files"]["alma/requests_202611010530.csv"]
    cases, still_open = cases - of_alma, still_open - of_alma
    assert f"koha {cases} {still_open} 4.0 4.0 to 5.0 50.0" in page
    assert "half were ready within 4.0 days, nine in ten within 50.0 days" in page
    for hold in truth["planted"]["holds"]["buy"]:
        row = f"{hold['title']} {hold['holds']} {hold['copies']} {hold['on_order']}"
        assert row in page
    past = len(truth["planted"]["holds"]["past_shelf_date"])
    assert f"{past} copies on the hold shelf past the last day" in page
    paused = len(truth["planted"]["holds"]["suspended"])
    assert re.search(rf"\b({paused}|\d\d) holds paused by patrons", page)


@pytest.mark.slow
def test_the_page_answers_the_data_librarian(page: str, truth: dict[str, Any]) -> None:
    assert "statistics-2026-10-31-reportresults.csv" in page
    assert "1 row of “koha loans” of koha could not be read" in page
    assert "2.66 mean steps from month to month around the mean" in page
    assert truth["upgraded_on"] == "2025-07-13"
    assert "Who made a renewal is told for koha since July 14, 2025 only." in page
    assert "The picture as a table" in page
    names = sorted(truth["branches"].values())
    assert f"At {names[0]}, {names[1]} and {names[2]} the months of the year differ." in page
