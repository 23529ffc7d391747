"""Issues of serials as a kind of work: what waits, what came, what is left out."""

from __future__ import annotations

from pathlib import Path

import libstats
from libstats.workspace.workspace import Workspace
from tests.support.cases import counts
from tests.support.files import write

ISSUES = """serialid,subscriptionid,serialseq,status,planneddate,claimdate,claims_count,received_on
1,7,no.1,2,2026-09-01,,0,2026-09-04
2,7,no.2,7,2026-10-01,2026-11-01,1,
3,7,no.3,1,2026-10-20,,0,
4,7,no.4,2,2026-08-01,,0,
5,7,no.5,41,2026-08-01,,0,
"""


def test_only_issues_that_are_still_to_come_wait(workspace: Workspace, tmp_path: Path) -> None:
    """1 came; 4 came on a day that nobody knows; 5 was given up on such a day: the three do not
    wait."""
    libstats.load(workspace, [write(tmp_path / "serials-2026-11-02.csv", ISSUES)])
    with libstats.open(workspace) as con:
        assert sorted(
            row[0] for row in libstats.worklist(con, "serials").project("case_id").fetchall()
        ) == ["2", "3"]
        came = counts(libstats.throughput(con, "serials", since="2026-01-01", until="2027-01-01"))
    assert [row[-1] for row in came] == [1]
