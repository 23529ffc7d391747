"""Counts of the link resolver: however reports overlap, and whatever else parts them, no request
counts twice."""

from __future__ import annotations

from pathlib import Path

import pytest

import libstats
from libstats.recognise.inspect import declare, inspect
from libstats.workspace.workspace import Workspace, find
from tests.support.files import write

HEAD = "Request Date,Source Type,ISSN,ISBN,Number of Requests,Number of Clicked Requests\n"
# exported in the middle of the day 10/02, and again a week later
FIRST = (
    f"{HEAD}10/01/2026,Primo,1234-5678,,5,4\n"
    "10/01/2026,EBSCO,1234-5678,,2,2\n"
    "10/02/2026,Primo,1234-5678,,1,0\n"
)
AGAIN = (
    f"{HEAD}10/01/2026,Primo,1234-5678,,5,4\n"
    "10/01/2026,EBSCO,1234-5678,,2,2\n"
    "10/02/2026,Primo,1234-5678,,9,7\n"
    "10/03/2026,Primo,,9780000000002,1,1\n"
)
SUMS = "select count(*), sum(requests)::int, sum(clicked_requests)::int from link_resolver_usage"


def loaded(workspace: Workspace, *files: Path) -> tuple[int, int, int]:
    """Rows, requests and clicked requests after loading the files one by one."""
    for file in files:
        assert [f.outcome for f in libstats.load(workspace, [file]).files] == ["loaded"]
    with libstats.open(workspace) as con:
        return con.sql(SUMS).fetchall()[0]  # type: ignore[return-value]


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_overlapping_reports_count_a_day_once_as_the_newest_has_it(
    order: tuple[int, int], workspace: Workspace, tmp_path: Path
) -> None:
    """5 and 2 on the first day, 9 on the second, 1 on the third; the 1 of the half day is
    superseded."""
    files = write(tmp_path / "a-2026-10-02.csv", FIRST), write(tmp_path / "b-2026-10-09.csv", AGAIN)
    assert loaded(workspace, *(files[i] for i in order)) == (4, 17, 14)


def test_what_is_parted_by_groups_of_users_is_added_up_and_not_told(
    workspace: Workspace, tmp_path: Path
) -> None:
    text = (
        "Request Date,Source Type,ISSN,ISBN,User Group,Number of Requests,"
        "Number of Clicked Requests\n"
        "10/01/2026,Primo,1234-5678,,SECRET,3,3\n"
        "10/01/2026,Primo,1234-5678,,staff,2,1\n"
    )
    assert loaded(workspace, write(tmp_path / "a-2026-10-02.csv", text)) == (2, 5, 4)
    assert b"SECRET" not in b"".join(
        p.read_bytes() for p in workspace.store.rglob("*") if p.is_file()
    )


def test_a_report_with_other_columns_tells_of_the_same_requests(
    workspace: Workspace, tmp_path: Path
) -> None:
    services = (
        "Request Date,Source Type,ISSN,ISBN,Number of Requests,Number of Clicked Requests,"
        "Number of Services\n"
        "10/01/2026,Primo,1234-5678,,5,4,12\n"
    )
    assert loaded(
        workspace,
        write(tmp_path / "a-2026-10-02.csv", FIRST),
        write(tmp_path / "b-2026-10-09.csv", services),
    ) == (3, 8, 6)


@pytest.mark.parametrize(
    ("header", "missing"),
    [
        (
            (
                "Request Full Month,Source Type,ISSN,ISBN,Number of Requests,"
                "Number of Clicked Requests"
            ),
            "Request Date",
        ),
        ("Request Date,ISSN,ISBN,Number of Requests,Number of Clicked Requests", "Source Type"),
        ("Request Date,Source Type,Number of Requests,Number of Clicked Requests", "ISSN"),
        ("Request Date,Source Type,ISSN,Number of Requests,Number of Clicked Requests", "ISBN"),
    ],
)
def test_a_report_that_adds_up_more_is_refused(
    header: str, missing: str, workspace: Workspace, tmp_path: Path
) -> None:
    receipt = libstats.load(
        workspace, [write(tmp_path / "a-2026-10-31.csv", f"{header}\n{',1' * header.count(',')}\n")]
    ).files[0]
    assert receipt.outcome == "refused"
    assert f"the column {missing} is missing" in receipt.reason
    assert "requests would count twice" in receipt.reason


def test_another_resolvers_list_is_proposed_and_stands_beside_almas(
    workspace: Workspace, tmp_path: Path
) -> None:
    text = (
        "Date,Source (sid),ISSN,ISBN,User,Requests,Clickthroughs,Requests without services\n"
        "2026-10-01,EBSCO,1234-5678,,SECRET,5,4,1\n"
        "2026-10-01,Google Scholar,,9780000000002,SECRET,2,0,2\n"
        "2026-10-02,EBSCO,1234-5678,,SECRET,1,1,0\n"
    )
    file = write(tmp_path / "requests-2026-10-31.csv", text)
    assert "requests of a link resolver" in inspect(file)
    declare(file, workspace, "sfx requests")
    own = find(workspace.folder)
    assert loaded(own, file, write(tmp_path / "a-2026-10-02.csv", FIRST)) == (6, 16, 11)
    with libstats.open(own) as con:
        october = {"since": "2026-10-01", "until": "2026-11-01"}
        assert libstats.resolver_requests(con, **october).project(
            "* exclude (coverage, reason)"
        ).fetchall() == [
            ("alma", "EBSCO", 2, 2, None, 1.0, None),
            ("alma", "Primo", 6, 4, None, 4 / 6, None),
            ("sfx", "EBSCO", 6, 5, 1, 5 / 6, 1 / 6),
            ("sfx", "Google Scholar", 2, 0, 2, 0.0, 1.0),
        ]
    assert b"SECRET" not in b"".join(
        p.read_bytes() for p in workspace.store.rglob("*") if p.is_file()
    )
