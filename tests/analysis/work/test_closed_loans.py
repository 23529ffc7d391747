"""Loans that a system closes without a return: over, and nobody knows when; never late."""

from __future__ import annotations

import pytest

import libstats
from libstats.workspace.workspace import Workspace
from tests.analysis.work.test_outcomes import loaded, outcomes

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


def test_a_status_that_nobody_declared_is_told(workspace: Workspace) -> None:
    rows = LISTS["folio"].replace(",,Closed", ",,Suspended")
    with loaded(workspace, loans__2026_10_31=rows) as con:
        assert outcomes(con, "loan") == {"1": "done", "2": "undeterminable", "3": "open"}
        told = [r for r in libstats.check(con).fetchall() if "code without a role" in map(str, r)]
        assert any("[roles.folio.loan.status_as_exported]" in str(row) for row in told)
