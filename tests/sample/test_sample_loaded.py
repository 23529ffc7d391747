"""The sample library loaded: what libstats finds of work that takes time is what the library lived."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

import libstats
from tests.support.cases import counts

Truth = dict[str, Any]
OURS = "part <> 'polaris'"
"""The neighbour has a truth of its own."""
SINCE, UNTIL = "2022-11-01", "2026-11-01"
PROCESSES = (
    "ill_borrowing",
    "ill_lending",
    "document_delivery",
    "hold",
    "transit",
    "order_copy",
    "cataloguing",
)


@pytest.fixture(scope="module")
def truth(demo: Path) -> Truth:
    found: Truth = json.loads((demo / "exports" / "truth.json").read_text(encoding="utf-8"))
    return found


@pytest.mark.parametrize("process", PROCESSES)
def test_throughput(process: str, demo: Path, truth: Truth) -> None:
    reached = truth["processes"][process]["reached"]
    with libstats.open(demo) as con:
        for milestone in sorted({name for cell in reached for name in cell["cases"]}):
            told: Counter[str] = Counter()
            for cell in reached:
                told[cell["month"]] += cell["cases"].get(milestone, 0)
            found: Counter[str] = Counter()
            for period, _, n in counts(
                libstats.throughput(
                    con, process, milestone=milestone, since=SINCE, until=UNTIL, by="source"
                ).filter(OURS)
            ):
                found[f"{period:%Y-%m}"] += n
            assert found == {month: n for month, n in told.items() if n}, milestone


@pytest.mark.parametrize("process", PROCESSES)
def test_what_waits_at_month_ends(process: str, demo: Path, truth: Truth) -> None:
    told = {day[:7]: n for day, n in truth["processes"][process]["open_at_month_end"].items()}
    with libstats.open(demo) as con:
        relation = (
            libstats.backlog(con, process, since=SINCE, until=UNTIL, every="month", by="source")
            .filter(OURS)
            # what is paused is begun and not ended
            .aggregate("period, sum(waiting + paused)::bigint")
        )
        found = {f"{period:%Y-%m}": waiting for period, waiting in relation.fetchall()}
    assert {month: found.get(month, 0) for month in told} == told


@pytest.mark.parametrize("process", PROCESSES)
def test_outcomes(process: str, demo: Path, truth: Truth) -> None:
    told = truth["processes"][process]["outcomes"]
    with libstats.open(demo) as con:
        found = (
            libstats.turnaround(con, process, since=SINCE, until=UNTIL, as_of=UNTIL, by="source")
            .filter(OURS)
            .aggregate(
                "sum(reached), sum(given_up), sum(still_open), sum(coalesce(undeterminable, 0))"
            )
            .fetchall()
        )
    assert found == [(told["done"], told["given_up"], told["open"], 0)]


def test_a_month_looked_at_too_early_is_estimated_as_it_came_out(demo: Path, truth: Truth) -> None:
    cohort = truth["processes"]["ill_borrowing"]["cohort"]
    with libstats.open(demo) as con:
        relation = libstats.turnaround(
            con,
            "ill_borrowing",
            since=cohort["since"],
            until=cohort["until"],
            as_of=cohort["as_of"],
        )
        cases, still_open, estimate, naive = relation.select(
            "cases, still_open, p50, naive_p50"
        ).fetchall()[0]
    assert (cases, still_open) == (cohort["requests"], cohort["then"]["open"])
    assert estimate == pytest.approx(cohort["true_median_days"], rel=0.05)
    assert naive == pytest.approx(cohort["naive_median_days"], abs=0.001)
    assert naive < 0.7 * estimate


def test_reasons(demo: Path, truth: Truth) -> None:
    with libstats.open(demo) as con:
        rows = con.sql(
            "select direction, reason, count(*) from ill_request where status = 'cancelled' group by all"
        ).fetchall()
    processes = {
        "borrowing": "ill_borrowing",
        "lending": "ill_lending",
        "document delivery": "document_delivery",
    }
    found: dict[str, dict[str, int]] = {}
    for direction, reason, n in rows:
        found.setdefault(processes[direction], {})[reason] = n
    assert found == truth["reasons"]


def test_orders(demo: Path, truth: Truth) -> None:
    orders = truth["orders"]
    with libstats.open(demo) as con:
        lines, statuses = con.sql(
            "select count(*), map_from_entries(list((s, n))) from (select status_as_exported as s, count(*) as n from order_line where source = 'alma' group by all)"
        ).fetchall()[0]
        assert con.sql("select count(*) from order_line where source = 'alma'").fetchall() == [
            (orders["lines"],)
        ]
        assert (lines, statuses) == (len(orders["lines_by_status"]), orders["lines_by_status"])
        assert con.sql("select count(*) from order_copy").fetchall() == [(orders["copies"],)]
        assert con.sql(
            "select count(*) from (select order_line_id from order_fund group by all having count(*) > 1)"
        ).fetchall() == [(orders["lines_over_two_funds"],)]


@pytest.mark.parametrize("branch", ["QBC", "TRN", "SLT"])
def test_open_days_of_every_month(branch: str, demo: Path, truth: Truth) -> None:
    with libstats.open(demo) as con:
        rows = con.execute(
            "select strftime(day, '%Y-%m'), count(*) filter (where is_open), sum(hours) from calendar_day where calendar = $1 and day >= $2::date and day < $3::date group by all",
            [branch, SINCE, UNTIL],
        ).fetchall()
    assert {
        month: {"open_days": days, "open_hours": hours} for month, days, hours in rows
    } == truth["calendar"][branch]["months"]


def test_nobody_is_read(demo: Path) -> None:
    """Users, staff, titles asked for and notes stand in the files of the ILL desk and in no column
    of the database."""
    user = next(
        line.split(",")[1]
        for line in (demo / "exports" / "illiad" / "transactions-2025-11-01.csv")
        .read_text(encoding="utf-8-sig")
        .splitlines()[1:]
        if ",Borrowing," in line
    )
    with libstats.open(demo) as con:
        for table in ("ill_request", "ill_event", "milestone", "order_line", "order_copy"):
            rows = con.sql(
                f"select count(*) from {table} t where contains(t::varchar, '{user}') or contains(t::varchar, 'odette') or contains(t::varchar, 'phoned')"
            ).fetchall()
            assert rows == [(0,)], table


def test_every_planted_candidate_is_found_and_no_other(demo: Path, truth: Truth) -> None:
    """Of the old stock on Alma: 12 that were not lent since 2016, 4 that never were, and none that
    is protected, out, missing, new or cannot be judged."""
    told = truth["weeding"]["items"]
    planted = {item["item_id"] for item in told if item["verdict"] == "candidate"}
    with libstats.open(demo) as con:
        found = {
            key
            for (key,) in libstats.weeding_candidates(con, as_of="2026-11-01")
            .filter("source = 'alma'")
            .select("item_key")
            .fetchall()
        }
        assert libstats.system_days(con).fetchall() == []
    assert found == planted
    assert len(found) == 16
