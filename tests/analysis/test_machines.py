"""Self-service: whose log is asked, and what machines did."""

from __future__ import annotations

from typing import Any

import pytest

import libstats
from libstats.analysis import machine_refusals
from libstats.analysis.answers import answer
from tests.support.tables import holding

PERIOD = {"since": "2026-10-01", "until": "2026-11-01"}
FIGURES = "* exclude (coverage, reason)"


def lent(channel: str | None, branch: str = "EAST") -> dict[str, Any]:
    """A checkout in the system's own log."""
    return {"happened_at": "2026-10-30 09:10", "branch": branch, "kind": "checkout",
            "channel": channel}  # fmt: skip


def machine(outcome: str = "done", branch: str = "east ", **more: Any) -> dict[str, Any]:
    """An answer to a machine."""
    return {"source": "sip2", "happened_at": "2026-10-30 09:10", "kind": "checkout",
            "outcome": outcome, "branch": branch, "pieces": 1} | more  # fmt: skip


@pytest.mark.parametrize(
    ("own", "wanted"),
    [
        # its own log tells every channel: the machines are not asked
        (["self-check", "staff", "staff", "staff"], ("EAST", 4, 1, 0.25, "own log", 2)),
        ([None, None, None, None], ("EAST", 4, 2, 0.5, "machines", 2)),
        # one checkout of unknown channel: the log does not tell
        (["self-check", "staff", "staff", None], ("EAST", 4, 2, 0.5, "machines", 2)),
        # the machines tell of more than there were
        ([None], ("EAST", 1, 2, None, "machines", 2)),
        # nothing tells of all checkouts
        ([], ("EAST", None, None, None, None, 2)),
    ],
)
def test_one_of_both_logs_is_asked(own: list[str | None], wanted: tuple[Any, ...]) -> None:
    con = holding(
        circulation_event=[lent(channel) for channel in own],
        machine_event=[machine(), machine(), machine("refused")],
    )
    found = libstats.self_service(con, **PERIOD).project(FIGURES)
    assert found.fetchall() == [wanted]


def test_loans_tell_where_no_log_does_and_hours_part() -> None:
    con = holding(
        loan=[
            {"loan_id": "1", "checked_out_at": "2026-10-30 09:00", "checkout_branch": "EAST"},
            {"loan_id": "2", "checked_out_at": "2026-10-30 09:30", "checkout_branch": "EAST"},
            {"loan_id": "3", "checked_out_at": "2026-10-30 09:30", "renewal_of": "1"},
            {"loan_id": "4", "checked_out_at": "2026-10-30 10:30", "checkout_branch": "EAST"},
        ],
        machine_event=[machine()],
    )
    assert libstats.self_service(con, **PERIOD, by="hour").fetchall() == [
        ("09:00", 2, 1, 0.5, "machines", 1, "whole", None),
        ("10:00", 1, 0, 0, "machines", 0, "whole", None),
    ]


def test_what_machines_did_and_refused() -> None:
    con = holding(
        machine_event=[
            machine(),
            machine(is_offline=True),
            machine("refused", reason="money owed"),
            machine("refused", reason="money owed"),
            machine("taken back"),
            machine("done", kind="checkin", bin="3"),
            machine("not on loan", kind="checkin"),
            machine("done", kind="fee paid", amount=2.5),
            machine("refused", kind="patron check", branch="LIB", reason="wrong password"),
            machine("done", happened_at="2026-11-01 00:00"),
        ]
    )
    assert libstats.machine_use(con, **PERIOD, by="reason").project(FIGURES).fetchall() == [
        ("money owed", 0, 2, 0, 0, 0, 0, 0, None),
        (None, 2, 0, 0, 0, 1, 0, 1, None),
    ]
    assert libstats.machine_use(con, **PERIOD, kind="checkin", by="bin").project(
        FIGURES
    ).fetchall() == [
        ("3", 1, 0, 0, 0, 0, 0, 0, None),
        (None, 0, 0, 1, 0, 0, 0, 0, None),
    ]
    logins = libstats.machine_use(con, **PERIOD, kind="patron check", by="hour")
    assert logins.project("part, done, refused").fetchall() == [("09:00", 0, 1)]


@pytest.mark.parametrize("by", ["all", "month", "hour"])
def test_branches_with_a_machine_are_added_up_each_judged_by_itself(by: str) -> None:
    con = holding(
        circulation_event=[
            *(lent(channel) for channel in ("self-check", "staff", "staff", "staff")),
            # a branch without a machine, and one of which nothing tells how it was done
            *(lent("staff", "WEST") for _ in range(5)),
            *(lent(None, "NORTH") for _ in range(7)),
        ],
    )
    (row,) = libstats.self_service(con, **PERIOD, by=by).fetchall()
    assert row[1:] == (4, 1, 0.25, "own log", None, "partly", "no share is known at NORTH")
    assert answer(con, "self_service", **PERIOD, by=by) == [
        "25% of 4 checkouts at branches with a machine were self-service (1)",
        "No share is known at NORTH",
    ]
    assert answer(con, "self_service", **PERIOD)[0] == (
        "25% of 4 checkouts at branches with a machine were self-service (1)"
    )


def test_why_each_machine_refused() -> None:
    """Of self1 two for money and one in no words; what self2 did is no refusal."""
    con = holding(
        machine_event=[
            machine("refused", account="self1", reason="money owed"),
            machine("refused", account="self1", reason="money owed"),
            machine("refused", account="self1"),
            machine("refused", account="self2", reason="card expired"),
            machine("refused", account="self2", reason="card expired", kind="renewal"),
            machine("refused", account="self2", happened_at="2026-11-01 00:00"),
            machine(account="self2"),
        ]
    )
    assert libstats.machine_refusals(con, **PERIOD).project(FIGURES).fetchall() == [
        ("self1", "money owed", 2),
        ("self1", None, 1),
        ("self2", "card expired", 1),
    ]
    assert machine_refusals.left_out(con, **PERIOD).fetchall() == [
        ("not refused", 1),
        ("of another kind", 1),
        ("outside of the period", 1),
    ]
