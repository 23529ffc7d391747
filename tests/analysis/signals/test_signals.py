"""The question `signals`: which months are points, what they are parted by, what is said."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import duckdb
import pytest

import libstats
from libstats.definitions import calendar, changes, processes
from libstats.errors import AnalysisError
from libstats.workspace.workspace import Workspace
from tests.support.cases import opened
from tests.support.tables import Rows, dicts, holding

WEEKDAYS = {"open": dict.fromkeys(("mon", "tue", "wed", "thu", "fri"), "09:00-17:00")}
DAYS_OF_WEEK = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DAILY = {"open": dict.fromkeys(DAYS_OF_WEEK, "09:00-17:00")}
LENT = {"kind": "checkout", "branch": "EAST", "happened_at": "2025-01-01 10:00"}
UNTIL = "2026-03-01"


def lending(
    config: dict[str, Any] | None = None,
    each_day: str = "3 + (day % 7 = 0)::integer",
    where: str = "true",
) -> duckdb.DuckDBPyConnection:
    """EAST lends so many copies each day of the 14 months from January 2025 on (three, or four
    every seventh day; of `day`, its number from 0)."""
    con = holding(circulation_event=[LENT])
    con.execute(
        f"""
        delete from circulation_event;
        insert into circulation_event by name
        with lent as (
            select
                day,
                date '2025-01-01' + day::integer as on_day
            from range(424) r(day)
        )
        select
            'koha' as source,
            'checkout' as kind,
            'EAST' as branch,
            on_day + interval 10 hours as happened_at
        from lent, range({each_day})
        where {where}
        """
    )
    con.execute("update coverage set since = '2025-01-01'")
    calendar.register(con, config or {})
    changes.register(con, config or {})
    return con


def told(con: duckdb.DuckDBPyConnection, **given: Any) -> Rows:
    """The months of checkouts up to February 2026, from the first that there is anything of."""
    found = libstats.signals(con, **{"measure": "checkouts", "as_of": UNTIL, **given})
    return [row for row in dicts(found) if row["period"] >= date(2025, 1, 1)]


def closed(first: str, days: int) -> list[str]:
    """Days from one on."""
    return [str(date.fromisoformat(first) + timedelta(days=n)) for n in range(days)]


def test_work_is_told_per_open_day_of_the_calendar() -> None:
    """January 2025 has 23 working days; four are lent on each: 92."""
    config = {"calendar": {"default": WEEKDAYS}}
    with lending(config, "4", "dayofweek(on_day) between 1 and 5") as con:
        january, *_ = rows = told(con)
    assert (january["amount"], january["days"], january["per"]) == (92, 23, "open day")
    assert {row["value"] for row in rows} == {4.0}
    assert rows[-1]["reason"] == "every month is the same" and rows[-1]["verdict"] is None


def test_without_a_calendar_it_is_told_per_day_and_the_row_says_so() -> None:
    with lending(each_day="4") as con:
        february = told(con)[1]
    assert (february["amount"], february["days"], february["per"]) == (112, 28, "day")


def test_a_closure_shortens_the_open_days() -> None:
    """Ten days of June are closed: 20 x 3 checkouts, three a day as ever."""
    config = {"calendar": {"default": {**DAILY, "closed": closed("2025-06-01", 10)}}}
    with lending(config, "3", "not on_day between '2025-06-01' and '2025-06-10'") as con:
        june = told(con)[5]
    assert (june["amount"], june["days"], june["value"]) == (60, 20, 3.0)
    assert june["is_point"]


def test_a_month_open_on_less_than_half_of_its_days_is_no_point() -> None:
    """June: 10 of usually 30 or 31 days."""
    config = {"calendar": {"default": {**DAILY, "closed": closed("2025-06-01", 20)}}}
    with lending(config, where="not on_day between '2025-06-01' and '2025-06-20'") as con:
        june = told(con)[5]
    assert (june["value"], june["is_point"], june["centre"]) == (None, False, None)
    assert june["reason"] == "open on 10 days, usually on 31"


def test_a_bulk_load_is_set_apart_with_its_day() -> None:
    """500 on May 10, where three or four are usual: 30 days are left, with 3 or 4 each."""
    each_day = "case when on_day = '2025-05-10' then 500 else 3 end"
    with lending(each_day=each_day) as con:
        may = told(con)[4]
    assert (may["amount"], may["days"], may["value"]) == (90, 30, 3.0)
    assert may["reason"] == "500 of 2025-05-10 left out as a bulk load"


def test_a_month_told_in_part_is_no_point() -> None:
    with lending() as con:
        con.execute("update coverage set until = '2026-02-15'")
        *_, january, february = told(con)
    assert january["is_point"] and january["is_judged"]
    assert (february["value"], february["is_point"]) == (None, False)
    assert february["reason"] == "EAST: told of up to 2026-02-15 00:00"


def test_what_no_export_tells_of_is_null_with_its_reason() -> None:
    with lending() as con:
        con.execute("update coverage set since = '2025-03-01'")
        january, *_ = told(con)
    assert (january["amount"], january["value"]) == (None, None)
    assert january["reason"] == "EAST: the exports tell of it only from 2025-03-01 on"


def test_the_newest_point_is_judged_in_words() -> None:
    """In February 2026 six a day, where three or four were usual in 13 months."""
    with lending(each_day="case when day >= 396 then 6 else 3 + (day % 9 = 0)::integer end") as con:
        *before, newest = told(con)
    assert (newest["verdict"], newest["rule"], newest["season"]) == (
        "better",
        "outside",
        "not known",
    )
    assert {row["verdict"] for row in before} == {None}


def test_a_branch_needs_24_points() -> None:
    with lending() as con:
        *_, newest = told(con, by="branch")
    assert (newest["branch"], newest["verdict"]) == ("EAST", None)
    assert newest["reason"] == "trial limits: 14 of the 24 months that a verdict needs"


def test_a_change_is_named_in_its_month_and_leaves_the_limits() -> None:
    config = {"change": [{"on": date(2025, 7, 9), "what": "self-checks at EAST"}]}
    with lending(config) as con:
        rows = told(con)
    assert [row["change"] for row in rows if row["change"]] == ["self-checks at EAST"]
    assert rows[6]["change"] and len({row["centre"] for row in rows}) == 1


def test_a_change_with_rebase_draws_limits_anew_from_the_first_whole_month() -> None:
    what = {"on": date(2025, 7, 9), "what": "new wing", "rebase": True}
    with lending({"change": [what]}, "case when day >= 212 then 9 else 3 end") as con:
        rows = told(con)
    assert [row["centre"] for row in rows[7:]] == [9.0] * 7
    assert rows[0]["centre"] < 4
    assert rows[-1]["reason"] == (
        "trial limits: 7 of the 12 months since the change that a verdict needs"
    )


@pytest.mark.parametrize(
    "other", [{"process": "hold"}, {"branch": "WEST"}], ids=["other work", "other branch"]
)
def test_a_change_elsewhere_draws_no_limits_anew(other: dict[str, str]) -> None:
    what = {"on": date(2025, 7, 1), "what": "new wing", "rebase": True, **other}
    with lending({"change": [what]}, "case when day >= 212 then 9 else 3 end") as con:
        rows = told(con, by="branch") if "branch" in other else told(con)
    assert len({row["centre"] for row in rows}) == 1


def test_a_series_that_ended_long_ago_is_no_news() -> None:
    with lending() as con:
        con.execute("update coverage set until = '2026-03-01'")
        rows = told(con, as_of="2026-10-01")
    assert [row["verdict"] for row in rows if row["verdict"]] == []
    assert "nothing newer can be told" in {row["reason"] for row in rows}


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"measure": "wait"}, "wait is told of a kind of work"),
        ({"measure": "checkouts", "process": "hold"}, "checkouts has none"),
        ({"measure": "checkouts", "kind": "loan"}, "checkouts has no kinds"),
        ({"measure": "smiles"}, "there is no measure 'smiles'"),
        ({"measure": "checkouts", "by": "month"}, "a measure cannot be parted by 'month'"),
    ],
)
def test_what_cannot_be_asked_is_refused(
    nothing: duckdb.DuckDBPyConnection, given: dict[str, Any], said: str
) -> None:
    with pytest.raises(AnalysisError, match=said):
        libstats.signals(nothing, **given)


def test_of_nothing_there_are_no_rows(nothing: duckdb.DuckDBPyConnection) -> None:
    for measure in ("checkouts", "renewals", "in_house_uses"):
        assert told(nothing, measure=measure) == []


def test_what_is_undone_tells_of_nothing(nothing: duckdb.DuckDBPyConnection) -> None:
    nothing.execute(
        """
        begin;
        update loaded_file set is_active = false
        """
    )
    with pytest.raises(AnalysisError, match="nothing that is loaded is active"):
        libstats.signals(nothing, measure="checkouts")
    nothing.execute("rollback")


@pytest.fixture(scope="module")
def nothing() -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection on nothing but the kinds of work."""
    with holding() as con:
        for each in (processes, calendar, changes):
            each.register(con, {})
        yield con


@pytest.mark.slow
def test_work_done_and_waits_by_month_of_request(workspace: Workspace) -> None:
    """Four books a month are brought on the first and mended after 2, 4, 6 and 8 days (six by the
    curve: less than half wait longer); of those of February, the newest month, one of four is mended: too young."""
    months = [date(2025 + (n // 12), n % 12 + 1, 1) for n in range(14)]
    rows = [
        f"{month:%y%m}{wait},{milestone},{month + timedelta(days=wait * after)},EAST"
        for month in months
        for wait in (2, 4, 6, 8)
        for after, milestone in enumerate(("brought", "mended"))
        if not (after and wait > 2 and month == months[-1])
    ]
    with opened(workspace, rows) as con:
        done = dicts(libstats.signals(con, measure="done", process="mending", as_of=UNTIL))
        waits = dicts(libstats.signals(con, measure="wait", process="mending", as_of=UNTIL))
    counted = {row["period"]: row["amount"] for row in done if row["is_point"]}
    assert counted[date(2025, 3, 1)] == 4
    *_, january, february = waits
    assert (january["value"], january["decided"], january["is_point"]) == (6.0, 1.0, True)
    assert (february["value"], february["decided"]) == (None, 0.25)
    assert february["reason"] == "too young: 3 of the 4 that began then are open still"
