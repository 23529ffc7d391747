"""ILL networks: a request that several files or rows tell of is one, and what cannot be read is
refused with what to do."""

from __future__ import annotations

from pathlib import Path

import libstats
from libstats.workspace.workspace import Workspace
from tests.support.cases import counts
from tests.support.files import write

HEAD = (
    "ILL Record Number\tRequest Status\tPages (Citation)\tDirect Request: "
    "Unmediated\tDirect Request: Mediated\n"
)
AUDIT = """pra_id,pra_patron_request_fk,pra_date_created,pra_from_status_fk,pra_to_status_fk,st_code
1,a-1,2026-10-01 09:00:00+00,,s1,REQ_IDLE
2,a-1,2026-10-03 09:00:00+00,s1,s2,REQ_SHIPPED
3,a-1,2026-10-05 09:00:00+00,s2,s3,REQ_CHECKED_IN
4,b-1,2026-10-01 09:00:00+00,,s4,RES_IDLE
5,b-1,2026-10-02 09:00:00+00,s4,s5,RES_ITEM_SHIPPED
"""
REQUESTS = """pr_id,pr_hrid,pr_is_requester,pr_date_created,st_code
a-1,OWN-1,t,2026-10-01 09:00:00+00,REQ_CHECKED_IN
b-1,OWN-1,f,2026-10-01 09:00:00+00,RES_ITEM_SHIPPED
"""


def test_a_request_of_two_months_is_one_as_the_later_month_has_it(
    workspace: Workspace, tmp_path: Path
) -> None:
    october = write(
        tmp_path / "borrower-2026-10-31.xls",
        HEAD + "7001\tReceived\t\tY\tN\n7002\tSubmitted\t\tN\tN\n",
    )
    september = write(tmp_path / "borrower-2026-09-30.xls", HEAD + "7001\tSubmitted\t\tY\tN\n")
    libstats.load(workspace, [october])
    libstats.load(workspace, [september])
    with libstats.open(workspace) as con:
        assert con.execute(
            "select request_id, status from ill_request order by all"
        ).fetchall() == [("7001", "received"), ("7002", "requested")]


def test_a_file_without_the_number_says_what_to_do(workspace: Workspace, tmp_path: Path) -> None:
    text = (
        "Nummer\tPages (Citation)\tDirect Request: Unmediated\tDirect Request: Mediated\n"
        "7001\t\tY\tN\n"
    )
    receipt = libstats.load(workspace, [write(tmp_path / "borrower-2026-10-31.xls", text)]).files[0]
    assert receipt.outcome == "refused"
    assert "ILL Record Number is missing" in receipt.reason
    assert "libstats.toml" in receipt.reason


def test_counts_of_rapid_are_left_alone_in_words(workspace: Workspace, tmp_path: Path) -> None:
    receipt = libstats.load(
        workspace, [write(tmp_path / "rapid.csv", "Month,Lending Filled\n2026-10,12\n")]
    ).files[0]
    assert receipt.outcome == "left alone"
    assert "manual-counts" in receipt.reason


def test_a_request_of_reshare_counts_once_for_who_asks_and_once_for_who_is_asked(
    workspace: Workspace, tmp_path: Path
) -> None:
    workspace.config["library"]["timezone"] = "America/New_York"
    libstats.load(
        workspace,
        [
            write(tmp_path / "requests-2026-10-31.csv", REQUESTS),
            write(tmp_path / "audit-2026-10-31.csv", AUDIT),
        ],
    )
    period = {"since": "2026-10-01", "until": "2026-11-01"}
    with libstats.open(workspace) as con:
        borrowed, lent = (
            libstats.throughput(con, "ill_borrowing", **period),
            libstats.throughput(con, "ill_lending", milestone="shipped", **period),
        )
        assert [n for each in (borrowed, lent) for *_, n in counts(each)] == [1, 1]
        waited = libstats.turnaround(
            con, "ill_borrowing", start="submitted", end="available", **period
        ).df()
    assert (int(waited["cases"][0]), float(waited["naive_p50"][0])) == (1, 4.0)


def test_a_request_of_alma_counts_once_however_many_partners_it_has(
    workspace: Workspace, tmp_path: Path
) -> None:
    rows = "".join(
        f"501,10/1/2026,{partner},{state},1\n"
        for partner, state in (("ABC", "Rejected"), ("DEF", "Active"), ("GHI", ""))
    )
    libstats.load(
        workspace,
        [
            write(
                tmp_path / "b-2026-10-31.csv",
                (
                    "Internal ID,Borrowing Creation Date,Partner Code,Partner Active Status,"
                    "Num of Requests\n"
                )
                + rows,
            )
        ],
    )
    with libstats.open(workspace) as con:
        assert con.execute("select request_id, lender from ill_request").fetchall() == [
            ("501", "DEF")
        ]
