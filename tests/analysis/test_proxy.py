"""What the proxy tells: troubles with logins, by hand, and starts."""

from __future__ import annotations

from typing import Any

import pytest

import libstats
from libstats.analysis.proxy import proxy_visits_left_out
from libstats.analysis.proxy_logins import proxy_logins_left_out
from tests.support.tables import holding

PERIOD = {"since": "2026-10-01", "until": "2026-11-01"}
# what EZproxy calls them
WORDS = {
    "failed login": "Login.Failure",
    "denied login": "Login.Denied",
    "lock-out": "Login.Intruder.User",
    "login": "Login.Success",
}


def event(moment: str, kind: str, user: int | None = 1) -> dict[str, Any]:
    """An event of the thirtieth of October."""
    return {
        "source": "ezproxy",
        "happened_at": f"2026-10-30 {moment}",
        "kind": kind,
        "kind_as_exported": WORDS.get(kind, kind),
        "user_key": user,
    }


@pytest.mark.parametrize(
    ("events", "wanted"),
    [
        # troubles, let in, locked out, not let in, failures, most in a row
        ([("09:00", "failed login"), ("09:02", "login")], (1, 1, 0, 0, 1, 1)),
        # half an hour still is the same trouble; a minute more is none that was helped
        ([("09:00", "failed login"), ("09:30", "login")], (1, 1, 0, 0, 1, 1)),
        ([("09:00", "failed login"), ("09:31", "login")], (1, 0, 0, 1, 1, 1)),
        # a login before is another matter; a failure after a login is another trouble
        ([("08:59", "login"), ("09:00", "failed login")], (1, 0, 0, 1, 1, 1)),
        ([("09:00", "failed login"), ("09:01", "login"), ("09:02", "denied login")],
         (2, 1, 0, 1, 2, 1)),
        # locked out, and let in later: locked out all the same
        ([("09:00", "failed login"), ("09:01", "failed login"), ("09:01", "lock-out"),
          ("09:20", "login")], (1, 0, 1, 0, 2, 2)),
        ([("09:00", "lock-out")], (1, 0, 1, 0, 0, 0)),
        # in one second the failure came first
        ([("09:00", "login"), ("09:00", "failed login")], (1, 1, 0, 0, 1, 1)),
    ],
)  # fmt: skip
def test_what_came_of_a_failed_login(
    events: list[tuple[str, str]], wanted: tuple[int, ...]
) -> None:
    con = holding(access_event=[event(f"{moment}:00", kind) for moment, kind in events])
    assert libstats.proxy_logins(con, **PERIOD, by="all").fetchall() == [
        ("all", *wanted, "whole", None)
    ]


def test_troubles_by_cause_and_hour_and_what_is_in_none() -> None:
    con = holding(
        access_event=[
            event("09:50:00", "failed login"),
            event("10:10:00", "denied login"),
            event("10:11:00", "denied login", 2),
            event("11:00:00", "failed login", None),
            {**event("11:01:00", "lock-out", None), "kind_as_exported": "Login.Intruder.IP"},
            event("11:02:00", "blocked"),
            event("11:03:00", "logout"),
        ]
    )
    assert libstats.proxy_logins(con, **PERIOD).fetchall() == [
        ("Login.Denied", 1, 0, 0, 1, 1, 1, "whole", None),
        ("Login.Failure", 1, 0, 0, 1, 2, 2, "whole", None),
    ]
    assert libstats.proxy_logins(con, **PERIOD, by="hour").project("part, troubles").fetchall() == [
        ("09:00", 1),
        ("10:00", 1),
    ]
    assert proxy_logins_left_out(con, **PERIOD).fetchall() == [
        ("failures without a name, or whose name has expired", 1),
        ("lock-outs of a computer, not of a name", 1),
        ("shut out for another reason than a login", 1),
        ("logouts and what else the proxy writes", 1),
        ("outside of the period", 0),
    ]


def test_starts_by_resource() -> None:
    start = {"kind": "start", "is_proxied": True, "session_key": 1}
    con = holding(
        access_event=[
            {**event("09:00:00", "start"), **start, "resource": "db.example"},
            {**event("09:00:00", "start"), **start, "resource": "db.example"},
            {**event("10:00:00", "start"), **start, "resource": "j.example", "is_proxied": False},
            {**event("11:00:00", "start", None), **start, "resource": "j.example",
             "session_key": None},
        ]
    )  # fmt: skip
    assert libstats.proxy_starts(con, **PERIOD).fetchall() == [
        ("db.example", 2, 0, 1, "whole", None),
        ("j.example", 2, 1, None, "whole", None),
    ]


def test_pages_of_the_proxy_itself_are_no_visits() -> None:
    told = {"source": "ezproxy", "visited_on": "2026-10-30", "session_key": 1}
    con = holding(
        access_session=[
            {**told, "access_session_id": "1", "host": "(the proxy)", "outcome": "success"},
            {**told, "access_session_id": "2", "host": "(the proxy)", "outcome": "failed"},
            {**told, "access_session_id": "3", "host": "db.example", "outcome": "success"},
            {**told, "access_session_id": "4", "host": "j.example", "outcome": "asked"},
        ]
    )
    found = libstats.proxy_visits(con, **PERIOD).project("part, visits, asked_not_opened, failed")
    assert found.fetchall() == [("db.example", 1, 0, 0), ("j.example", 0, 1, 0)]
    left_out = dict(proxy_visits_left_out(con, **PERIOD).fetchall())
    assert left_out["the proxy's own pages, such as its login"] == 2
    assert left_out["opened nothing by itself: failed"] == 0
