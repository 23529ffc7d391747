"""Outside of what the logs tell of nothing is 0, and each analysis of them says why."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import duckdb
import pytest

import libstats
from tests.support.tables import holding

# each with a row of October the first, by its table
LOGS: dict[str, tuple[str, dict[str, Any]]] = {
    "proxy_visits": ("access_session", {"visited_on": "2026-10-01", "outcome": "success"}),
    "proxy_starts": ("access_event", {"happened_at": "2026-10-01 09:00", "kind": "start"}),
    "proxy_logins": (
        "access_event",
        {"happened_at": "2026-10-01 09:00", "kind": "failed login", "user_key": 1},
    ),
    "machine_use": (
        "machine_event",
        {"happened_at": "2026-10-01 09:00", "kind": "checkout", "outcome": "done", "pieces": 1},
    ),
    "resolver_requests": ("link_resolver_usage", {"requested_on": "2026-10-01", "requests": 1}),
    "self_service": (
        "machine_event",
        {"happened_at": "2026-10-01 09:00", "kind": "checkout", "outcome": "done", "pieces": 1},
    ),
}
FIGURES = {
    "proxy_visits": "visits",
    "proxy_starts": "starts",
    "proxy_logins": "troubles",
    "machine_use": "done",
    "resolver_requests": "requests",
    "self_service": "at_machines",
}


def covered(name: str, since: str, until: str) -> duckdb.DuckDBPyConnection:
    """A connection on one row, where the log tells all from one moment to another."""
    table, row = LOGS[name]
    con = holding(**{table: [row]})
    con.execute("update coverage set since = $1, until = $2", [since, until])
    con.execute("update coverage set first_on = $1, last_on = $2", [since[:10], until[:10]])
    return con


@pytest.mark.parametrize("name", LOGS)
def test_a_month_outside_of_the_log_is_not_0(name: str) -> None:
    con = covered(name, "2026-10-01 00:00", "2026-11-20 08:00")
    rows = getattr(libstats, name)(con, since="2026-09-01", until="2027-01-01", by="month")
    found = {
        part: rest
        for part, *rest in rows.project(f"part, {FIGURES[name]}, coverage, reason").fetchall()
    }
    assert found["2026-09"][0] is None
    assert found["2026-12"][0] is None
    if name == "self_service":  # nothing tells of all checkouts
        assert {rest[1] for rest in found.values()} == {"outside"}
        assert found["2026-10"][2] == "nothing that is loaded tells of all checkouts"
        assert (found["2026-10"][0], found["2026-11"][0]) == (1, 0)
        return
    before, after = "tell of it only from 2026-10-01 on", "tell of it only up to 2026-11-20 08:00"
    assert found["2026-09"][1:] == ["outside", f"the exports {before}"]
    assert found["2026-10"] == [1, "whole", None]
    assert found["2026-11"] == [0, "partly", "told of up to 2026-11-20 08:00"]
    assert found["2026-12"][1:] == ["outside", f"the exports {after}"]


@pytest.mark.parametrize("name", LOGS)
def test_a_period_that_no_log_tells_of_has_a_row_that_says_so(name: str) -> None:
    con = covered(name, "2026-10-01 00:00", "2026-11-01 00:00")
    period = {"since": "2026-12-01", "until": "2027-01-01"}
    for given in ({}, {"by": "all"}):
        rows = getattr(libstats, name)(con, **period, **given)
        (row,) = rows.project(f"{FIGURES[name]}, coverage, reason").fetchall()
        assert row[:2] == (None, "outside")
        assert row[2]
    # of nothing loaded nothing is said
    assert getattr(libstats, name)(holding(), **period).fetchall() == []


def shares(own: tuple[str, str], machines: tuple[str, str]) -> tuple[Any, ...]:
    """The share of October, and what is told of it, of logs that tell of these times."""
    con = holding(
        circulation_event=[
            {"happened_at": f"2026-10-0{day} 09:00", "branch": "EAST", "kind": "checkout"}
            for day in (1, 2)
        ],
        machine_event=[LOGS["machine_use"][1] | {"branch": "EAST", "source": "sip2"}],
    )
    for table, (since, until) in (("circulation_event", own), ("machine_event", machines)):
        con.execute(
            "update coverage set since = $1, until = $2 where table_name = $3",
            [since, until, table],
        )
    october = libstats.self_service(con, since="2026-10-01", until="2026-11-01")
    (row,) = october.project("share, coverage, reason").fetchall()
    return row  # type: ignore[no-any-return]


def test_a_share_is_of_days_that_both_logs_tell_of() -> None:
    whole, evening = ("2026-09-01", "2026-12-01"), ("2026-09-01", "2026-10-20 18:00")
    assert shares(whole, whole) == (0.5, "whole", None)
    noon = ("2026-09-01", "2026-10-20 12:00")
    assert shares(evening, noon) == (0.5, "partly", "told of up to 2026-10-20 18:00")
    assert shares(whole, noon) == (None, "partly", "told of up to 2026-10-20 12:00")
    assert shares(evening, whole) == (None, "partly", "told of up to 2026-10-20 18:00")


def test_a_day_without_visits_is_0_and_one_without_a_file_is_not() -> None:
    con = covered("proxy_visits", "2026-10-01 00:00", "2026-10-04 00:00")
    found = libstats.proxy_visits(con, since="2026-10-01", until="2026-10-06", by="day")
    first = date(2026, 10, 1)
    assert found.project("part, visits, coverage").fetchall() == [
        (str(first + timedelta(days=n)), visits, told)
        for n, visits, told in (
            (0, 1, "whole"),
            (1, 0, "whole"),
            (2, 0, "whole"),
            (3, None, "outside"),
            (4, None, "outside"),
        )
    ]
