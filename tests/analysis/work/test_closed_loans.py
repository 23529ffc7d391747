"""Loans that a system closes without a return: over, and nobody knows when; never late."""

from __future__ import annotations

import pytest

import libstats
from libstats.workspace.workspace import Workspace
from tests.analysis.work.test_outcomes import loaded, outcomes
from tests.support.files import write

pytestmark = pytest.mark.slow

FOLIO = "id,loan_date,due_date,return_date,status__name,user_id\n"
ALMA = "Item Loan Id,Loan Date,Due Date,Return Date,In House Loan Indicator,Loan Status\n"
# 1 came back, 2 was closed without a return, 3 is out and late
LISTS = {
    "folio": FOLIO
    + "1,2026-09-01T10:00:00Z,2026-09-21T10:00:00Z,2026-09-15T10:00:00Z,Closed,u\n"
    + "2,2026-09-01T10:00:00Z,2026-09-21T10:00:00Z,,Closed,u\n"
    + "3,2026-09-01T10:00:00Z,2026-09-21T10:00:00Z,,Open,u\n",
    "alma": ALMA
    + "1,09/01/2026,09/21/2026,09/15/2026,N,Complete\n"
    + "2,09/01/2026,09/21/2026,,N,Complete\n"
    + "3,09/01/2026,09/21/2026,,N,Active\n",
}


@pytest.mark.parametrize("system", LISTS)
def test_a_loan_that_was_closed_without_a_return_is_over(workspace: Workspace, system: str) -> None:
    with loaded(workspace, loans__2026_10_31=LISTS[system]) as con:
        assert outcomes(con, "loan") == {"1": "done", "2": "over", "3": "open"}
        assert libstats.worklist(con, "loan").select("case_id").fetchall() == [("3",)]


def test_it_ended_between_the_lists_that_show_it_open_and_closed(workspace: Workspace) -> None:
    out = LISTS["folio"].replace(",,Closed", ",,Open")
    with loaded(workspace, a__2026_10_20=out, b__2026_10_31=LISTS["folio"]) as con:
        told = con.sql(
            """
            select outcome, ended_at, ended_not_before::date::varchar, ended_not_after::date::varchar
            from "case"
            where process = 'loan' and case_id = '2'
            """
        ).fetchall()
        assert told == [("over", None, "2026-10-20", "2026-10-31")]


DATES = (
    "loan_action_date,loan_id,item_id,loan_action,loan_renewal_count,loan_status",
    "loan_id,item_id,item_hrid,loan_action,renewal_date,loan_status,folio_renewal_count",
)


@pytest.mark.parametrize("head", DATES)
def test_a_renewal_that_folio_logs_twice_counts_as_often_as_the_loan_says(
    workspace: Workspace, head: str
) -> None:
    """The table of dates of renewals, in both its forms, is left alone and named; of a loan that
    stands in two states of the same renewal, seconds apart, there is one renewal."""
    text = "id,loan_date,due_date,renewal_count,status__name,metadata__updated_date\n"
    for second in (10, 13):
        text += f"1,2026-09-01T10:00:00Z,2026-10-12T10:00:00Z,1,Open,2026-09-21T10:00:{second}Z\n"
    row = ",".join("2026-09-21" if "date" in name else "1" for name in head.split(",")) + "\n"
    dates = write(workspace.exports / "loans_renewal_dates.csv", f"{head}\n{row}{row}")
    with loaded(workspace, loans__2026_10_31=text) as con:
        counted = libstats.circulation(con, since="2026-09-01", until="2026-10-01")
        assert counted.select("checkouts, renewals_undated").fetchall() == [(1, 1)]
    receipt = str(libstats.load(workspace, [dates]))
    assert "dates of renewals: one renewal may stand in it several times" in receipt


def test_a_status_that_nobody_declared_is_told(workspace: Workspace) -> None:
    rows = LISTS["folio"].replace(",,Closed", ",,Suspended")
    with loaded(workspace, loans__2026_10_31=rows) as con:
        assert outcomes(con, "loan") == {"1": "done", "2": "undeterminable", "3": "open"}
        told = [r for r in libstats.check(con).fetchall() if "code without a role" in map(str, r)]
        assert any("[roles.folio.loan.status_as_exported]" in str(row) for row in told)
