"""What lies outside of what is loaded is not known: never 0, and with its reason."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

import libstats
from libstats.workspace.workspace import Workspace
from tests.definitions.test_coverage_view import BEGAN, MONTHS, days, loans, month
from tests.support.files import write

pytestmark = pytest.mark.slow
LENDING = (
    '"Circ ID","Checkout / Renewal Library","Checkout Date/Time","Due Date/Time",'
    '"Check In Date/Time","Desk Renewal","OPAC Renewal","Phone Renewal","Auto Renewal",'
    '"Parent Circulation","Owning Library","Barcode"\n'
)
POLARIS = (
    "TransactionID,OrganizationID,TransactionTypeID,TransactionDate,TranClientDate,ItemRecordID,"
    "PatronID,RenewalFlag,CheckInType\n"
)


def months(workspace: Workspace, since: str, until: str) -> dict[str, tuple[Any, ...]]:
    """Checkouts, how much is told, and why not more, by month and branch."""
    with libstats.open(workspace) as con:
        rows = libstats.circulation(con, since=since, until=until).select(
            "period, branch, checkouts, coverage, reason"
        )
        return {f"{at:%m} {branch}": tuple(rest) for at, branch, *rest in rows.fetchall()}


def test_after_the_newest_export_and_before_the_first(workspace: Workspace) -> None:
    files = [month(workspace, n, EAST=days(*MONTHS[n])) for n in (2, 3)]
    libstats.load(workspace, files)
    found = months(workspace, "2026-01-01", "2026-06-01")
    assert found["01 EAST"][:2] == (None, "outside")
    assert found["01 EAST"][2] == "the exports tell of it only from 2026-02-01 on"
    assert found["02 EAST"] == (48, "whole", None)
    assert found["03 EAST"] == (52, "partly", "told of up to 2026-03-31 16:00")
    for later in ("04 EAST", "05 EAST"):
        assert found[later][:2] == (None, "outside")
        assert "only up to 2026-04-01" in found[later][2]


def test_a_branch_left_out(workspace: Workspace) -> None:
    files = [
        month(workspace, n, EAST=days(*MONTHS[n]), **({"WEST": days(*MONTHS[n])} if n != 2 else {}))
        for n in (1, 2, 3)
    ]
    libstats.load(workspace, files)
    found = months(workspace, "2026-02-01", "2026-03-01")
    assert found["02 WEST"] == (None, "outside", "exports that tell of it are missing")
    assert found["02 EAST"][:2] == (48, "whole")


def test_a_branch_that_closed_has_no_figures_after(workspace: Workspace) -> None:
    files = [
        month(workspace, 1, EAST=days(*MONTHS[1]), OLD=days("2026-01-01", "2026-01-10")),
        month(workspace, 2, EAST=days(*MONTHS[2])),
    ]
    libstats.load(workspace, files)
    assert list(months(workspace, "2026-02-01", "2026-03-01")) == ["02 EAST"]


def lent(branch: str, n: int, start: date, end: date | None) -> str:
    """A loan as Evergreen's reporter writes it."""
    back = f"{end} 10:00:00" if end else ""
    return f'"{n}","{branch}","{start} 09:00:00","2027-01-31 23:59:00","{back}",0,0,0,0,,X,{n}\n'


@pytest.mark.parametrize("system", ["koha", "evergreen"])
def test_loans_that_came_back_since_a_day_are_at_most_the_truth(
    workspace: Workspace, system: str
) -> None:
    """Of the loans of a quarter only those that came back in its last month."""
    if system == "koha":
        loans(
            workspace.exports / "loans-2026-03-31.csv",
            BEGAN,
            "end is not None and end >= date(2026, 3, 1)",
        )
    else:
        rows = [
            lent("EAST", n, start, end)
            for n, start in enumerate(day for day in BEGAN for _ in range(3))
            if date(2026, 3, 1) <= (end := date.fromordinal(start.toordinal() + 5 + n * 7 % 30))
            and end < date(2026, 3, 31)
        ]
        write(workspace.exports / "circs-2026-03-31.csv", LENDING + "".join(rows))
    assert libstats.load(workspace, workspace.exports).is_clean
    found = months(workspace, "2026-02-01", "2026-04-01")
    assert {coverage for _, coverage, _ in found.values()} == {"partly"}
    assert all("closed only" in reason for *_, reason in found.values())
    with libstats.open(workspace) as con:
        alarms = {name for name, *_ in libstats.check(con).fetchall()}
    assert {"closed cases only", "selected by outcome"} & alarms


def test_months_after_the_newest_export_of_polaris(workspace: Workspace) -> None:
    rows = "".join(
        f"{n},3,6001,{day} 10:00:00.000,{day} 10:00:00.000,77001,5001,0,NULL\n"
        for n, day in enumerate(days(*MONTHS[1]))
    )
    write(workspace.exports / "transactions-2026-02-01.csv", POLARIS + rows)
    assert libstats.load(workspace, workspace.exports).is_clean
    found = months(workspace, "2026-01-01", "2026-03-01")
    assert found["01 3"] == (27, "whole", None)
    assert found["02 3"][:2] == (None, "outside")
