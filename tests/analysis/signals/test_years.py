"""The year against the year before: pairs of months worked by hand."""

from __future__ import annotations

from datetime import date, timedelta
from math import exp, log, sqrt
from typing import Any

import pytest

import libstats
from libstats.analysis.signals.years import T, between
from libstats.definitions import calendar, changes
from libstats.errors import AnalysisError
from tests.support.tables import dicts, holding

UNTIL = "2026-01-01"


def test_the_interval_of_a_change_is_worked_out_from_the_pairs() -> None:
    """Twelve pairs, half of them doubled and half of them three times as many: the logarithms lie
    0.2027 to both sides of their mean, 0.2118 by their standard deviation."""
    pairs = [(2.0, 1.0), (3.0, 1.0)] * 6
    spread = log(1.5) / 2 * sqrt(12 / 11)
    away = T[11] * sqrt(1.2 / 0.8) * spread / sqrt(12)
    low, high = between(pairs, 2.5) or (0, 0)
    assert low == pytest.approx(2.5 * exp(-away) - 1) and high == pytest.approx(2.5 * exp(away) - 1)
    assert low == pytest.approx(0.695, abs=0.001) and high == pytest.approx(2.687, abs=0.001)


@pytest.mark.parametrize("pairs", [[(2.0, 1.0)] * 5, [(2.0, 1.0)] * 6 + [(0.0, 1.0)]])
def test_few_pairs_and_months_of_none_have_no_interval(pairs: list[tuple[float, float]]) -> None:
    assert between(pairs, 2.0) is None


def lending(**daily: Any) -> Any:
    """Branches that lend so many copies a day: SQL of `day`, the days from January 2024 to December
    2025, 366 of them in the first year."""
    con = holding(
        circulation_event=[
            {"kind": "checkout", "branch": branch, "happened_at": "2024-01-01 10:00"}
            for branch in daily
        ]
    )
    con.execute("delete from circulation_event")
    for branch, copies in daily.items():
        con.execute(
            f"""
            insert into circulation_event by name
            select
                'koha' as source,
                'checkout' as kind,
                '{branch}' as branch,
                date '2024-01-01' + day::integer + interval 10 hours as happened_at
            from range(731) r(day), range({copies})
            """
        )
    con.execute("update coverage set since = '2024-01-01', until = '2026-01-01'")
    con.execute("update coverage set first_on = '2024-01-01', last_on = '2025-12-31'")
    days = dict.fromkeys(("mon", "tue", "wed", "thu", "fri", "sat", "sun"), "09:00-17:00")
    shut = [str(date(2025, 2, 3) + timedelta(days=n)) for n in range(20)]
    calendar.register(con, {"calendar": {"WEST": {"open": days, "closed": shut}}})
    changes.register(con, {})
    return con


def test_branches_that_go_opposite_ways_are_told_each_for_itself() -> None:
    """EAST lends 4 a day and then 6, half as many more; WEST 5 and then 4; both as much as always
    on some days of each month. February, when WEST was shut, is in no pair of its."""
    ups = "(day % 5 = 0)::integer"
    with lending(EAST=f"if(day < 366, 4, 6) + {ups}", WEST=f"if(day < 366, 5, 4) - {ups}") as con:
        rows = {
            row["branch"]: row
            for row in dicts(libstats.year_on_year(con, by="branch", as_of=UNTIL))
        }
        with pytest.raises(AnalysisError, match="no count"):
            libstats.year_on_year(con, measure="wait")  # type: ignore[arg-type]
    east, west = rows["EAST"], rows["WEST"]
    assert (east["months"], east["verdict"], east["reason"]) == (12, "better", None)
    assert east["value"] == pytest.approx(6.2, abs=0.01)
    assert east["before"] == pytest.approx(4.2, abs=0.01)
    assert east["low"] < east["change"] < east["high"] and east["low"] > 0.4
    assert (west["months"], west["verdict"]) == (11, "worse")
    assert west["reason"] == "February 2025: open on 8 days, usually on 31"
    assert west["change"] == pytest.approx(3.8 / 4.8 - 1, abs=0.01)


def test_a_year_like_the_one_before_is_no_more_than_the_usual_ups_and_downs() -> None:
    with lending(EAST="4 + (day % 7 = 0)::integer + ((day // 31) % 3 = 0)::integer") as con:
        (row,) = dicts(libstats.year_on_year(con, as_of=UNTIL))
    assert row["branch"] is None and row["verdict"] == "no more than the usual ups and downs"
    assert row["low"] < 0 < row["high"]


def test_half_a_year_is_too_short() -> None:
    with lending(EAST="4") as con:
        (row,) = dicts(libstats.year_on_year(con, as_of="2025-05-01"))
    assert (row["months"], row["verdict"]) == (4, None)
    assert row["reason"] == "4 months are told of in both years, and 6 are needed"
