"""Evergreen: times with a zone, renewals that are loans, aged circulations, workbooks of its
reporter."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import libstats
from libstats.declaration.source import Source
from libstats.errors import WorkspaceError
from libstats.recognise.known import known
from libstats.workspace.workspace import CONFIG, Workspace, find
from tests.readers.test_workbooks import WRITERS, Rows
from tests.support.files import DOCS, write

pytestmark = pytest.mark.slow

HEAD = (
    "id,usr,xact_start,circ_lib,due_date,checkin_time,parent_circ,desk_renewal,opac_renewal,"
    "auto_renewal\n"
)
# a loan renewed twice, online and by the nightly job, and back at last; another that was renewed at
# the desk and is out
CHAIN = """1,77,2026-09-01 10:00:00-04,BR1,2026-09-15 23:59:59-04,2026-09-14 20:00:00-04,,f,f,f
2,77,2026-09-14 20:00:00-04,BR1,2026-09-28 23:59:59-04,2026-09-28 02:00:00-04,1,f,t,f
3,77,2026-09-28 02:00:00-04,BR1,2026-10-12 23:59:59-04,2026-10-11 10:00:00-04,2,f,f,t
4,78,2026-09-02 10:00:00-04,BR1,2026-09-16 23:59:59-04,2026-09-16 10:00:00-04,,f,f,f
5,78,2026-09-16 10:00:00-04,BR1,2026-09-30 23:59:59-04,,4,t,f,f
"""


def in_zone(workspace: Workspace, zone: str) -> Workspace:
    """The workspace with its library in that zone."""
    path = workspace.folder / CONFIG
    lines = [
        line
        for line in path.read_text(encoding="utf-8").splitlines()
        if not line.startswith("timezone")
    ]
    write(path, "\n".join(lines).replace("[library]", f'[library]\ntimezone = "{zone}"', 1))
    return find(workspace.folder)


def times(workspace: Workspace) -> list[tuple[str, ...]]:
    """When the loans began."""
    with libstats.open(workspace) as con:
        return con.sql("select loan_id, checked_out_at::varchar from loan order by 1").fetchall()


ZONED = (
    "id,circ_lib,xact_start,due_date,parent_circ\n"
    "1,BR1,2026-11-01 03:30:00+00,,\n"
    "2,BR1,2026-11-01T05:30:00.5Z,,\n"
    "3,BR1,2026-11-01 01:30:00-05,,\n"
    "4,BR1,2026-11-01 01:30:00,,\n"
)


def test_times_are_taken_as_written_until_the_zone_is_known(
    workspace: Workspace, tmp_path: Path
) -> None:
    receipt = libstats.load(workspace, [write(tmp_path / "a.csv", ZONED)]).files[0]
    assert times(workspace) == [
        ("1", "2026-11-01 03:30:00"),
        ("2", "2026-11-01 05:30:00.5"),
        ("3", "2026-11-01 01:30:00"),
        ("4", "2026-11-01 01:30:00"),
    ]
    assert any("[library] timezone" in note for note in receipt.notes)


def test_times_become_the_clock_of_the_library(workspace: Workspace, tmp_path: Path) -> None:
    """New York: -4 hours until 2 o'clock on 1 November 2026, -5 after; a time without a zone is the
    library's already."""
    receipt = libstats.load(
        in_zone(workspace, "America/New_York"), [write(tmp_path / "a.csv", ZONED)]
    ).files[0]
    assert times(workspace) == [
        ("1", "2026-10-31 23:30:00"),
        ("2", "2026-11-01 01:30:00.5"),
        ("3", "2026-11-01 01:30:00"),
        ("4", "2026-11-01 01:30:00"),
    ]
    assert not any("timezone" in note for note in receipt.notes)


def test_a_file_loaded_again_in_another_zone_takes_the_place_of_its_first_load(
    workspace: Workspace, tmp_path: Path
) -> None:
    file = write(tmp_path / "a.csv", ZONED)
    libstats.load(workspace, [file])
    assert any(
        "load 1 of the same file was undone" in note
        for note in libstats.load(in_zone(workspace, "UTC"), [file]).files[0].notes
    )
    assert times(workspace)[2] == ("3", "2026-11-01 06:30:00")


def test_a_zone_that_is_none_is_refused(workspace: Workspace) -> None:
    with pytest.raises(WorkspaceError, match="timezone: is no zone that is known"):
        in_zone(workspace, "Eastern")


def test_a_renewal_is_a_renewal_of_its_day_and_no_checkout(
    workspace: Workspace, tmp_path: Path
) -> None:
    libstats.load(workspace, [write(tmp_path / "a.csv", HEAD + CHAIN)])
    with libstats.open(workspace) as con:
        names = (
            "branch, checkouts, renewals_by_staff, renewals_by_patron, renewals_automatic, "
            "renewals_unknown, renewals_undated"
        )
        assert libstats.circulation(con, since="2026-09-01", until="2026-10-01").select(
            names
        ).fetchall() == [("BR1", 2, 1, 1, 1, 0, 0)]


def test_a_loan_with_its_renewals_is_one_case(workspace: Workspace, tmp_path: Path) -> None:
    """It was lent on 1 September at 10:00 and came back on 11 October at 10:00: 40 days. The other
    is out."""
    libstats.load(workspace, [write(tmp_path / "a-2026-10-20.csv", HEAD + CHAIN)])
    with libstats.open(workspace) as con:
        found = libstats.turnaround(
            con,
            "loan",
            start="checked_out",
            end="returned",
            since="2026-09-01",
            until="2026-10-01",
            as_of="2026-10-20",
        )
        row = dict(zip(found.columns, found.fetchall()[0], strict=True))
        assert (row["cases"], row["reached"], row["still_open"], row["naive_p50"]) == (
            2,
            1,
            1,
            40.0,
        )


def test_a_renewal_whose_loan_is_not_in_the_list_is_a_case(
    workspace: Workspace, tmp_path: Path
) -> None:
    """A list of what is out has the last of a chain only."""
    libstats.load(
        workspace, [write(tmp_path / "a-2026-10-20.csv", HEAD + CHAIN.splitlines()[4] + "\n")]
    )
    with libstats.open(workspace) as con:
        assert [
            row[0]
            for row in libstats.worklist(con, "loan", as_of="2026-12-20")
            .select("handle")
            .fetchall()
        ] == ["5"]


AGED = {
    "Patron Birth Year": "1980",
    "usr_birth_year": "1980",
    "Patron ZIP": "30303",
    "usr_post_code": "",
    "usr_home_ou": "4",
    "usr_profile": "2",
    "Patron Home Library": "BR1",
    "Patron Profile Group": "Adult",
    "copy_circ_lib": "4",
    "copy_owning_lib": "4",
    "copy_call_number": "77",
    "copy_location": "101",
    "copy_bib_record": "9",
    "Copy Owning Library": "BR1",
}


@pytest.mark.parametrize("mark", AGED)
def test_an_aged_circulation_loses_its_patron_here_too(
    mark: str, workspace: Workspace, tmp_path: Path
) -> None:
    libstats.load(workspace, [write(tmp_path / "a-2026-10-01.csv", HEAD + CHAIN)])
    aged = (
        f"id,{mark},xact_start,circ_lib,due_date,parent_circ\n"
        f"1,{AGED[mark]},2026-09-01 10:00:00-04,BR1,2026-09-15 23:59:59-04,\n"
    )
    receipt = libstats.load(workspace, [write(tmp_path / "b-2026-10-20.csv", aged)]).files[0]
    assert receipt.label in ("evergreen aged circulations", "evergreen patronless circulations")
    assert receipt.stripped == 1
    with libstats.open(workspace) as con:
        assert con.sql("select loan_id, patron_key is null from loan order by 1").fetchall() == [
            ("1", True),
            *((n, False) for n in "2345"),
        ]


@pytest.mark.parametrize("mark", list(AGED)[:4])
def test_no_key_is_made_of_a_patron_beside_the_marks_of_age(
    mark: str, workspace: Workspace, tmp_path: Path
) -> None:
    aged = (
        f"id,usr,{mark},xact_start,circ_lib,due_date,parent_circ\n"
        f"1,77,{AGED[mark]},2026-09-01 10:00:00-04,BR1,2026-09-15 23:59:59-04,\n"
    )
    receipt = libstats.load(workspace, [write(tmp_path / "b-2026-10-20.csv", aged)]).files[0]
    assert receipt.label == "evergreen aged circulations"
    with libstats.open(workspace) as con:
        assert con.sql("select patron_key from loan").fetchall() == [(None,)]


def test_a_list_without_patrons_and_without_marks_is_a_list_of_circulations(
    workspace: Workspace, tmp_path: Path
) -> None:
    text = (
        "id,xact_start,circ_lib,due_date,parent_circ\n"
        "1,2026-09-01 10:00:00-04,BR1,2026-09-15 23:59:59-04,\n"
    )
    receipt = libstats.load(workspace, [write(tmp_path / "b-2026-10-20.csv", text)]).files[0]
    assert (receipt.label, receipt.stripped) == ("evergreen circulations", 0)


def test_the_reporter_s_workbook_gives_the_same_loans(workspace: Workspace, tmp_path: Path) -> None:
    """Numbers are numbers there, dates are text."""
    rows: Rows = [
        [
            "Circ ID",
            "Checkout / Renewal Library",
            "Checkout Date/Time",
            "Due Date/Time",
            "Parent Circulation",
            "Auto Renewal",
        ],
        [1, "BR1", "2026-09-01 10:00:00.25-04", "2026-09-15 23:59:59-04", None, 0],
        [2, "BR1", "2026-09-14 20:00:00-04", "2026-09-28 23:59:59-04", 1, 1],
    ]
    assert libstats.load(
        workspace, [WRITERS["xlsx"](tmp_path / "report.xlsx", {"report": rows})]
    ).is_clean
    with libstats.open(workspace) as con:
        assert con.sql(
            "select loan_id, checked_out_at::varchar, renewal_of, channel from loan order by 1"
        ).fetchall() == [
            ("1", "2026-09-01 10:00:00.25", None, None),
            ("2", "2026-09-14 20:00:00", "1", "automatic"),
        ]


def test_without_the_parent_a_report_of_circulations_is_refused(
    workspace: Workspace, tmp_path: Path
) -> None:
    receipt = str(
        libstats.load(
            workspace,
            [
                write(
                    tmp_path / "a.csv",
                    (
                        "Circ ID,Circulating Library,Checkout Date/Time,Due Date/Time\n"
                        "1,BR1,2026-09-01,2026-09-15\n"
                    ),
                )
            ],
        )
    )
    assert "the column Parent Circulation is missing" in receipt
    assert "writes each renewal as a circulation of its own" in receipt


def test_a_deleted_copy_moves_from_the_items_to_the_withdrawals(
    workspace: Workspace, tmp_path: Path
) -> None:
    path = workspace.folder / CONFIG
    write(path, path.read_text(encoding="utf-8") + '\n[whole]\n"evergreen items" = true\n')
    head = "id,barcode,circ_lib,deleted,edit_date\n"
    for day, state in (("2026-10-01", "f"), ("2026-10-02", "t")):
        libstats.load(
            workspace.folder,
            [
                write(
                    tmp_path / f"items-{day}.csv",
                    f"{head}1,a,BR1,f,2026-09-30 10:00:00-04\n2,b,BR1,{state},{day} 10:00:00-04\n",
                )
            ],
        )
    libstats.confirm(workspace.folder, 2)
    with libstats.open(workspace.folder) as con:
        assert con.sql("select item_id from item order by 1").fetchall() == [("1",)]
        assert con.sql("select item_id, withdrawn_at::varchar from withdrawal").fetchall() == [
            ("2", "2026-10-02 10:00:00")
        ]


PAGE = (DOCS / "export-evergreen.md").read_text(encoding="utf-8")
QUERIES = re.findall(r"### ([a-z -]+)\n\n```sql\n(.*?)```", PAGE, re.S)


@pytest.mark.parametrize(("name", "sql"), QUERIES, ids=[name for name, _ in QUERIES])
def test_the_queries_of_the_page_give_headings_that_are_known(name: str, sql: str) -> None:
    """Each gives a file that is recognised as what the page says, and no column that is unread."""
    header = re.findall(r'as "([^"]+)"', sql)
    found = known().recognising(header)[0]
    assert (found.system, found.name) == ("evergreen", name)
    assert isinstance(found, Source)
    read = {*found.locate(header), *(h for h in found.recognise if h in header)}
    assert len(read) == len(header) == sql.split("from ")[0].count(" as ")
    assert [heading for heading in found.required if heading not in found.locate(header)] == []


def test_a_renewal_is_no_checkout_of_the_collection_either(
    workspace: Workspace, tmp_path: Path
) -> None:
    chain = "".join(f"{row},501\n" for row in CHAIN.splitlines())
    libstats.load(
        workspace,
        [
            write(tmp_path / "a.csv", HEAD.strip() + ",target_copy\n" + chain),
            write(tmp_path / "items-2026-11-01.csv", "id,barcode,circ_lib\n501,a,BR1\n"),
        ],
    )
    with libstats.open(workspace) as con:
        assert libstats.collection_use(
            con, since="2026-09-01", until="2026-11-01", by="all"
        ).select("items, checkouts").fetchall() == [(1, 2)]
