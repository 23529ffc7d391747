"""[branches]: names for codes, and codes that are one place, wherever a branch is told."""

from __future__ import annotations

import pytest

import libstats
from libstats import schema
from libstats.definitions.branches import columns_of
from libstats.errors import WorkspaceError
from libstats.report import circulation
from libstats.workspace.workspace import CONFIG, Workspace, find
from tests.support.files import write

ISSUES = """issue_id;issuedate;date_due;returndate;branchcode
1;2026-10-01 10:00;2026-11-01 10:00;;EAST
2;2026-10-02 10:00;2026-11-01 10:00;;OLD
3;2026-10-03 10:00;2026-11-01 10:00;;WEST
"""
NAMES = """
[branches]
EAST = "East Street"
"koha:OLD" = "East Street"
"polaris:WEST" = "Another place"
[calendar.EAST]
open = {mon = "09:00-17:00"}
[[change]]
on = 2026-10-02
what = "new doors"
branch = "OLD"
[[change]]
on = 2026-10-03
what = "new lamps"
branch = "NORTH"
"""


@pytest.fixture
def named(workspace: Workspace) -> Workspace:
    config = workspace.folder / CONFIG
    config.write_text(config.read_text(encoding="utf-8") + NAMES, encoding="utf-8")
    place = find(workspace.folder)
    libstats.load(place, [write(place.exports / "issues-2026-11-01.csv", ISSUES)])
    return place


def test_codes_go_by_their_names_and_those_of_one_name_are_one_place(named: Workspace) -> None:
    con = libstats.open(named)
    assert con.sql("select checkout_branch from loan order by loan_id").fetchall() == [
        ("East Street",),
        ("East Street",),
        ("WEST",),  # the name given is of another system's code
    ]
    rows = libstats.circulation(con, since="2026-10-01", until="2026-11-01").fetchall()
    assert [row[1:3] for row in rows] == [("East Street", 2), ("WEST", 1)]
    told = con.sql("select distinct branch from loaded_day where branch is not null order by all")
    assert told.fetchall() == [("East Street",), ("WEST",)]


def test_a_branch_is_asked_for_by_its_name_or_a_code(named: Workspace) -> None:
    con = libstats.open(named)
    for said in ("East Street", "EAST", "OLD"):
        assert circulation.read(con, branch=said).branch == "East Street"


def test_its_calendar_goes_by_the_name_too(named: Workspace) -> None:
    con = libstats.open(named)
    sql = "select open_days(date '2026-10-01', date '2026-11-01', 'East Street')"
    assert con.sql(sql).fetchall() == [(4,)]


def test_history_keeps_the_codes(named: Workspace) -> None:
    con = libstats.open(named)
    found = con.sql("select distinct checkout_branch from history.loan order by all").fetchall()
    assert found == [("EAST",), ("OLD",), ("WEST",)]


@pytest.mark.parametrize("line", ["EAST = 5", 'EAST = " "', "EAST = []"])
def test_what_is_no_name_is_refused(workspace: Workspace, line: str) -> None:
    config = workspace.folder / CONFIG
    config.write_text(f"[branches]\n{line}\n", encoding="utf-8")
    with pytest.raises(WorkspaceError, match="is no name of a branch"):
        find(workspace.folder)


def test_a_code_of_no_system_is_refused(workspace: Workspace) -> None:
    config = workspace.folder / CONFIG
    config.write_text('[branches]\n"polari:3" = "East"\n', encoding="utf-8")
    with pytest.raises(WorkspaceError, match="is a code of no system"):
        find(workspace.folder)


def test_every_column_of_a_branch_is_known() -> None:
    named = {
        f"{table.name}.{column.name}"
        for table in schema.tables().values()
        for column in table.columns
        if "branch" in column.name
    }
    assert named == {
        f"{table.name}.{column}"
        for table in schema.tables().values()
        for column in columns_of(table)
    }


def test_what_was_changed_at_a_branch_is_told_of_it_by_its_name(named: Workspace) -> None:
    rows = libstats.open(named).execute("select what, branch from change order by all").fetchall()
    assert rows == [("new doors", "East Street"), ("new lamps", "NORTH")]


def test_an_analysis_takes_the_code_of_an_owner_for_its_name(named: Workspace) -> None:
    text = "itemnumber;barcode;homebranch;dateaccessioned\n1;b1;EAST;2010-01-01\n"
    libstats.load(named, [write(named.exports / "items-2026-11-01.csv", text)])
    with libstats.open(named) as con:
        found = [
            libstats.weeding_candidates(con, as_of="2026-11-01", branch=branch).fetchall()
            for branch in ("EAST", "OLD", "East Street")
        ]
    assert found[0] == found[1] == found[2]
