"""Serials: a form of subscriptions and one of issues, which no system of the library exports."""

import csv
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from sample.oddities import Oddity
from sample.places import CENTRAL

ISSUES = "serials/serial-issues-2026-10-31.csv"
SUBSCRIPTIONS = "serials/subscriptions-2026-10-31.csv"
AGENCY = "Marsh & Reed Subscriptions"
SUBSCRIPTION_HEAD = (
    "subscription_id", "title", "branch", "vendor", "frequency", "ends_on", "paid_until", "entered_at"
)  # fmt: skip
ISSUE_HEAD = (
    "serial_issue_id", "subscription_id", "branch", "enumeration", "status", "expected_on", "received_on",
    "claims", "last_claimed_on", "entered_at",
)  # fmt: skip
ENTERED = "2026-10-31"
SUBSCRIBED = (
    ("S-1", "Shoreline Monthly", "monthly", "", "2026-12-31"),
    ("S-2", "Fennick Weekly", "weekly", "", "2026-12-31"),
    ("S-3", "Canal Review", "every two months", "", "2025-12-31"),
    ("S-4", "The Old Lantern", "quarterly", "2026-06-30", ""),
    ("S-5", "Tide Tables", "yearly", "", "2026-12-31"),
)
"""What is paid, unpaid (S-3) and ended (S-4)."""
OPEN = ("expected", None, "", "")
STATES = {
    "S-1-4": ("claimed", None, 2, "2026-09-20"),
    "S-1-9": ("expected", None, 0, ""),
    "S-1-10": OPEN,
    "S-2-40": ("never came", None, 1, "2026-10-20"),
    "S-2-44": OPEN,
    "S-3-6": OPEN,
    "S-4-3": OPEN,
}
"""The issues that did not come: their status, claims and the last claim; all others came in time."""

ODDITIES = (
    Oddity(
        "issues to claim",
        f"`{ISSUES}`: of Shoreline Monthly one is late since April and claimed twice, one since September",
        "lists the third claim and the first; the issue of October is not yet to be claimed",
    ),
    Oddity(
        "an issue that nobody has paid",
        f"`{SUBSCRIPTIONS}`: Canal Review is paid until the end of 2025",
        "claims nothing of it: its payment is looked at first",
    ),
    Oddity(
        "an issue after the end of its subscription",
        f"`{SUBSCRIPTIONS}`: The Old Lantern ended in June",
        "says that it ended",
    ),
    Oddity(
        "a double issue, and a yearbook without a number",
        f"`{ISSUES}`: Shoreline Monthly 6-7, Tide Tables",
        "sees no gap at the first, and says that the second could not be read",
    ),
)


def _issues() -> list[tuple[Any, ...]]:
    told = [("S-1", n, f"v.8 no.{n}", date(2026, n, 5)) for n in (1, 2, 3, 4, 5, 8, 9, 10)]
    told.append(("S-1", 6, "v.8 no.6-7", date(2026, 6, 5)))
    monday = date(2026, 8, 31)
    told += [
        ("S-2", week, f"2026/{week}", monday + timedelta(weeks=week - 36)) for week in range(36, 45)
    ]
    told += [("S-3", n, f"30:{n}", date(2025, 2 * n - 1, 10)) for n in (4, 5)]
    told += [("S-3", 6, "31:1", date(2026, 2, 10))]
    told += [("S-4", n, f"no. {n + 70}", date(2026, 3 * n, 15)) for n in (1, 2, 3)]
    told += [("S-5", 1, "Yearbook 2026", date(2026, 1, 7))]
    return [_issue(f"{of}-{n}", of, name, expected) for of, n, name, expected in told]


def _issue(number: str, of: str, name: str, expected: date) -> tuple[Any, ...]:
    came = ("received", expected + timedelta(days=2), "", "")
    status, received, claims, claimed = STATES.get(number, came)
    return (
        *(number, of, CENTRAL.code, name, status, expected, received or "", claims, claimed),
        ENTERED,
    )


def write(folder: Path) -> dict[str, int]:
    """Write the files below `folder` and return the rows of each, without its heading."""
    subscriptions = [
        (number, title, CENTRAL.code, AGENCY, often, ends, paid, "2026-01-05")
        for number, title, often, ends, paid in SUBSCRIBED
    ]
    files: dict[str, tuple[Sequence[str], list[tuple[Any, ...]]]] = {
        ISSUES: (ISSUE_HEAD, _issues()),
        SUBSCRIPTIONS: (SUBSCRIPTION_HEAD, subscriptions),
    }
    for name, (heading, rows) in files.items():
        (folder / name).parent.mkdir(exist_ok=True)
        with (folder / name).open("w", encoding="utf-8", newline="") as file:
            csv.writer(file, lineterminator="\n").writerows([heading, *rows])
    return {name: len(rows) for name, (_, rows) in files.items()}


def truth() -> dict[str, Any]:
    """Return what these lists tell."""
    return {
        "issues": len(_issues()),
        "received": len(_issues()) - len(STATES),
        "never_came": ["S-2-40"],
        # 30 days after September 20, and after September 5
        "claim_due": {"S-1-4": 3, "S-1-9": 1},
        "not_yet": ["S-1-10", "S-2-44"],
        "unpaid": ["S-3-6"],
        "ended": ["S-4-3"],
        "gaps": {"S-1": ["no. 4"], "S-2": ["no. 40"]},
        "unread": 1,
    }
