"""ILL networks: a request that several files or rows tell of is one, and what cannot be read is
refused with what to do."""

from __future__ import annotations

from pathlib import Path

import libstats
from libstats import sources
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


def test_koha_lends_and_its_messages_tell_each_step(workspace: Workspace, tmp_path: Path) -> None:
    """Of two requests one was sent after 29.5 hours and one refused; what it borrows under the same
    numbers stands apart."""
    requests = (
        "iso18626_request_id;status;service_type;created_on;updated_on\n"
        "1;Loaned;Loan;2026-10-01 10:00:00;2026-10-02 15:30:00\n"
        "2;Unfilled;Loan;2026-10-01 12:00:00;2026-10-04 09:00:00\n"
    )
    messages = (
        "iso18626_message_id;iso18626_request_id;content;type;timestamp\n"
        '1;1;"";request;2026-10-01 10:00:00\n'
        '2;1;"{""status"":""Loaned""}";supplyingAgencyMessage;2026-10-02 15:30:00\n'
        '3;2;"";request;2026-10-01 12:00:00\n'
        '4;2;"{""status"":""Unfilled""}";supplyingAgencyMessage;2026-10-04 09:00:00\n'
    )
    borrowed = (
        "illrequest_id;branchcode;status;placed;updated\n"
        "1;EAST;REQ;2026-10-01;2026-10-02 09:00:00\n"
    )
    files = {"lending": requests, "messages": messages, "borrowing": borrowed}
    libstats.load(
        workspace,
        [write(tmp_path / f"{name}-2026-10-31.csv", text) for name, text in files.items()],
    )
    with libstats.open(workspace) as con:
        assert con.sql(
            "select direction, count(*) from ill_request group by all order by 1"
        ).fetchall() == [("borrowing", 1), ("lending", 2)]
        lent = libstats.turnaround(
            con,
            "ill_lending",
            start="received",
            end="shipped",
            since="2026-10-01",
            until="2026-11-01",
            unit="hours",
        )
        assert lent.select("cases, reached, given_up, naive_p50").fetchall() == [(2, 1, 1, 29.5)]


# Where each list of requests tells which way they go; a word for it that is wrong would count what
# is lent as borrowed.
TOLD_BY = {
    "alma borrowing requests": "the list is of one direction",
    "alma lending requests": "the list is of one direction",
    "alma resource sharing requests of the REST service": "status.value, requester.value",
    "illiad requests": "Process Type",
    "illiad requests with tracking": "Process Type",
    "illiad borrowing requests": "the list is of one direction",
    "illiad lending requests": "the list is of one direction",
    "koha ILL requests": "the list is of one direction",
    "koha ILL lending requests": "the list is of one direction",
    "relais requests": "direction",
    "reshare requests": "pr_is_requester",
    "worldshare borrower requests": "the list is of one direction",
}


def test_each_list_of_requests_says_which_way_they_go() -> None:
    found = {}
    for source in sources.sources():
        for line in source.lines.get("ill_request", ()):
            if line.column == "direction":
                found[source.label] = ", ".join(line.headings) or "the list is of one direction"
    assert found == TOLD_BY
    wordless = {s.label for s in sources.sources() if "ill_request" in s.fills} - set(found)
    assert wordless == set()
