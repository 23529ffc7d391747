"""Real files written by others, with the truths known of them. Skipped where they are not on the
machine."""

from __future__ import annotations

import csv
import gzip
import json
import random
from collections import Counter
from datetime import datetime
from decimal import Decimal
from itertools import islice
from pathlib import Path

import pytest

import libstats
from libstats.definitions.roles import FIELDS
from libstats.errors import AnalysisError
from libstats.loading.receipt import FileReceipt, LoadReceipt
from libstats.readers.place import places
from libstats.recognise.sniff import parts
from libstats.sources import roles as vocabularies
from libstats.workspace.workspace import CONFIG, Workspace, init
from tests.support.files import write
from tests.support.sip import koha

pytestmark = pytest.mark.slow

LOADED = {
    "aqorders_EMPTY",
    "biblio_titles",
    "illrequests_EMPTY",
    "inventory_shelflist",
    "items_all_columns",
    "nekls_LibraryIQ_item_file",
    "old_issues_EMPTY",
    "statistics_EMPTY",
    "weeding_nekls_style",
}


def test_every_folder_loads_in_one_call_or_is_refused_rightly(
    real: Path, workspace: Workspace
) -> None:
    """real.csv names each part of each file: what it is read as, how many rows it has, and how many
    of them are rejected or set aside; or why it is not read."""
    with (Path(__file__).parent / "real.csv").open(encoding="utf-8", newline="") as text:
        named = {row.pop("file"): row for row in csv.DictReader(text)}
    workspace.config["library"] = {"timezone": "America/New_York"}
    receipt = libstats.load(workspace, [real], exported_at=datetime(2026, 1, 1))
    assert {file.file: what_became_of(file) for file in receipt.files} == named
    files = {path.name for path in real.rglob("*") if path.is_file() and path.suffix != ".md"}
    assert {name.partition("#")[0] for name in named} == files
    assert all(
        sum(r.dispositions.values()) == r.rows_read for r in receipt.files if r.outcome == "loaded"
    )


def what_became_of(file: FileReceipt) -> dict[str, str]:
    """A line of real.csv but for the file's name."""
    is_loaded = file.outcome == "loaded"
    counts = {
        "rows": file.rows_read,
        "rejected": file.dispositions.get("rejected", 0),
        "set aside": file.dispositions.get("set aside", 0),
    }
    why = file.reason.partition("\n")[0].rpartition(": ")[2]
    return {
        "read as": file.label if is_loaded else "",
        **{name: str(number) if is_loaded else "" for name, number in counts.items()},
        "why": "" if is_loaded else f"{file.outcome}: {why}",
    }


@pytest.mark.parametrize("ending", ["tsv", "xlsx", "json"])
def test_the_counter_truths_in_each_form(ending: str, real: Path, workspace: Workspace) -> None:
    receipt = libstats.load(workspace, sorted((real / "counter").glob(f"*.{ending}")))
    assert {file.outcome for file in receipt.files} == {"loaded"}
    assert not any(file.dispositions["rejected"] for file in receipt.files)
    with libstats.open(workspace) as con:
        assert con.sql(
            """
            select report, release, count(distinct month), sum(uses)::int
            from usage join usage_report using (usage_report_id, month)
            group by all
            order by all
            """
        ).fetchall() == [
            ("DR", "5.1", 12, 3_939_418),
            ("DR_D1", "5", 3, 88_329),
            ("DR_D1", "5.1", 12, 5_141_673),
            ("PR_P1", "5", 3, 71_581),
            ("TR", "5", 3, 261),
            ("TR_J1", "5", 3, 77),
        ]
        # the same in every form
        assert con.sql(
            """
            select
                (select count(*) from usage),
                (select count(*) from usage_item),
                (select count(*) from usage_report where state = 'told')
            """
        ).fetchall() == [(2153, 55, 36)]


def test_the_invoices_of_vendors_to_the_cent(real: Path, workspace: Workspace) -> None:
    receipt = libstats.load(workspace, [real / "edifact"])
    assert {file.outcome for file in receipt.files} == {"loaded"}
    assert not any(file.dispositions["rejected"] for file in receipt.files)
    with libstats.open(workspace) as con:
        assert con.sql(
            """
            select vendor_id, currency, count(*), sum(total), count(*) filter (total_rule = 'none')
            from invoice
            group by all
            order by all
            """
        ).fetchall() == [
            ("5013546025078", "GBP", 6, Decimal("237.70"), 0),
            ("EBSCO", "USD", 1, Decimal("25399.25"), 0),
            ("WSHEIN", "USD", 2, Decimal("942.29"), 0),  # 483.35 and 458.94
        ]
        assert con.sql(
            """
            select
                split_part(invoice_id, ' ', 1),
                count(*) filter (description is null),
                sum(amount),
                sum(charges)
            from invoice_line
            group by all
            order by all
            """
        ).fetchall() == [
            ("5013546025078", 56, Decimal("237.70"), None),
            ("EBSCO", 23, Decimal("25399.25"), Decimal("436.81")),
            ("WSHEIN", 5, Decimal("942.29"), None),
        ]
        assert con.sql(
            "select invoice_number, total from invoice where vendor_id = 'WSHEIN' order by all"
        ).fetchall() == [("267908", Decimal("483.35")), ("267909", Decimal("458.94"))]
        assert con.sql(
            """
            select order_line_id, status, quantity, quantity_waiting, reason_as_exported
            from order_line
            where answered_on is not null
            order by all
            """
        ).fetchall() == [
            ("P28837", "ordered", 2, 2, "8B NP"),
            ("P28838", "cancelled", 1, None, "8B OP"),
            ("P28846", "ordered", 1, None, "8B OP"),
        ]
        assert con.sql("select count(*) from order_copy").fetchall() == [(29,)]


def _wish(url: str) -> str:
    """Where somebody wants to go through a door, by cutting alone."""
    return url.partition("/login?")[2].partition("url=")[2]


def _host(url: str) -> str:
    return url.removeprefix("http://").partition("/")[0].partition(":")[0].lower()


def test_the_lines_of_a_proxy_as_another_parser_reads_them(
    real: Path, workspace: Workspace
) -> None:
    """By cutting at blanks and signs, without a pattern: lines, statuses, sessions at hosts. What is
    of the host that keeps the door is the proxy's own; what the door sent on (3xx) is asked for."""
    file = real / "ezproxy" / "npg_2000_lines.log.gz"
    receipt = libstats.load(workspace, [file]).files[0]
    with gzip.open(file, "rt", encoding="utf-8") as stream:
        lines = [text.split(" ") for text in stream]
    doors = Counter(_host(words[6]) for words in lines if _wish(words[6]))
    ((door, _),) = doors.most_common(1)
    statuses, visits, own = Counter[str](), set[tuple[str, str, str, str]](), 0
    for address, _, user, day, _, _, url, _, status, _ in lines:
        statuses[status] += 1
        wish = _wish(url)
        is_asked = bool(wish) and status.startswith("3")
        host = _host(wish if is_asked else url)
        is_own = host == door
        own += is_own
        kind = {"2": "success", "3": "redirected", "4": "refused"}[status[0]]
        kind = "asked" if is_asked else "success" if status == "304" else kind
        who = address + " " + user.replace("auto", "-")
        visits.add((who, day[1:12], "(the proxy)" if is_own else host, kind))
    assert (door, own) == ("gate1.inist.fr", 18)
    told = ", ".join(f"{s} {n:,}" for s, n in sorted(statuses.items()))
    assert receipt.remarks == [
        f"lines by status: {told}",
        "lines of the proxy's own pages, which are no visits: 18",
    ]
    assert receipt.rows_read == len(lines) == 2000
    assert receipt.dispositions["new"] == len(visits)
    assert receipt.dispositions["repeated"] == 2000 - len(visits)
    with libstats.open(workspace) as con:
        assert set(
            con.sql(
                """
                select strftime(visited_on, '%d/%b/%Y'), host, outcome, count(*)
                from access_session
                group by all
                """
            ).fetchall()
        ) == {(*what, n) for what, n in Counter(visit[1:] for visit in visits).items()}
        assert con.sql("select count(distinct session_key) from access_session").fetchall() == [
            (len({who for who, *_ in visits}),)
        ]


def test_each_message_of_a_machine_has_a_disposition(
    real: Path, workspace: Workspace, tmp_path: Path
) -> None:
    """124 messages of 26 kinds, alone and in the lines of Koha: 4 answers to count without a time of
    the log (94 has none of its own), 19 of which the fixed part alone is there, cut."""
    with (real / "sip2" / "messages.tsv").open(encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream, delimiter="\t", quoting=csv.QUOTE_NONE))
    assert (len(rows), len({row["code"] for row in rows})) == (124, 26)
    at = datetime(2026, 10, 31, 9)
    texts = {
        "bare": [row["message"] for row in rows],
        "koha": [koha((at, False, row["message"])) for row in rows],
    }
    for name, lines in texts.items():
        file = write(tmp_path / f"{name}.log", "\n".join(lines) + "\n")
        receipt = libstats.load(workspace, [file]).files[0]
        assert (receipt.label, receipt.rows_read) == ("sip2 messages", 124)
        told = {k: n for k, n in receipt.dispositions.items() if n}
        wanted = {"new": 5, "set aside": 100, "rejected": 19}
        assert told == wanted if name == "bare" else told["rejected"] == 19


def test_every_koha_file_is_loaded_or_named(real: Path, workspace: Workspace) -> None:
    receipt = libstats.load(workspace, [real / "koha"])
    outcomes = {f.file: (f.outcome, f.reason) for f in receipt.files}
    assert {
        name.removesuffix(".csv").removesuffix("-reportresults")
        for name, (outcome, _) in outcomes.items()
        if outcome == "loaded"
    } == LOADED
    assert {
        name: reason for name, (outcome, reason) in outcomes.items() if outcome != "loaded"
    } == {
        "patrons-reportresults.csv": "koha patron records: libstats never reads patron records",
        "catalogue_stats_wizard.csv": (
            "koha statistics wizard: a crosstab with totals, not a list; "
            "export the rows behind it as a report instead"
        ),
    }
    for file in receipt.files:
        if file.outcome == "loaded":
            with (real / "koha" / file.file).open(encoding="utf-8", newline="") as text:
                assert (
                    sum(file.dispositions.values())
                    == sum(
                        1
                        for _ in csv.reader(
                            text, delimiter="," if "LibraryIQ" in file.file else ";"
                        )
                    )
                    - 1
                )


@pytest.mark.parametrize("seed", range(3))
def test_the_koha_truths_in_any_order(real: Path, workspace: Workspace, seed: int) -> None:
    files = sorted((real / "koha").glob("*.csv"))
    random.Random(seed).shuffle(files)
    for file in files:
        libstats.load(workspace, [file])
    with libstats.open(workspace) as con:
        assert con.sql(
            "select owning_branch, count(*) from item group by all order by 1"
        ).fetchall() == [("CPL", 321), ("FPL", 315), ("MPL", 325)]
        assert con.sql(
            "select count(*), count(item_id), count(barcode), count(distinct title_id), "
            "count(*) - count(call_number) from item"
        ).fetchall() == [(961, 961, 961, 411, 960)]
        assert con.sql("select count(*) from title").fetchall() == [(436,)]
        assert con.sql(
            "select median(published_year) from item join title using (source, title_id)"
        ).fetchall() == [(2000.0,)]
        assert con.sql(
            "select count(*) from item group by added_on order by 1 desc limit 1"
        ).fetchall() == [(830,)]
        assert (
            con.sql("select count(*) from loan").fetchall()
            == con.sql("select count(*) from circulation_event").fetchall()
            == [(0,)]
        )


def test_nothing_of_a_person_is_anywhere(real: Path, workspace: Workspace) -> None:
    """No value of any person's field of the patrons export is in the database, as text, nor in the
    receipt."""
    receipt = str(libstats.load(workspace, [real / "koha"]))
    with (real / "koha" / "patrons-reportresults.csv").open(encoding="utf-8", newline="") as text:
        rows = list(csv.DictReader(text, delimiter=";"))
    people = {
        row[column]
        for row in rows
        for column in ("cardnumber", "surname", "firstname", "dateofbirth", "sort1", "sort2")
        if len(row[column]) > 5
    }
    stored = b"".join(p.read_bytes() for p in workspace.folder.rglob("*") if p.is_file())
    with libstats.open(workspace) as con:
        cells = {
            str(v)
            for t in ("item", "title", "loan", "hold", "circulation_event", "rejected_row")
            for row in con.execute(f"from {t}").fetchall()
            for v in row
        }
    others = b"".join(p.read_bytes() for p in (real / "koha").iterdir() if "patrons" not in p.name)
    theirs = {v for v in people if v.encode() not in others}  # a surname may also be an author's
    assert len(theirs) > 100
    assert not theirs & cells
    assert [v for v in theirs if v.encode() in stored or v in receipt] == []


@pytest.fixture(scope="module")
def three(real: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[LoadReceipt, Path]:
    """The files of Koha, ILLiad and Alma, loaded in one call."""
    place = init(tmp_path_factory.mktemp("three") / "library")
    place.config["library"] = {"timezone": "Europe/Oslo"}
    files = [real / system for system in ("koha", "illiad", "alma")]
    return libstats.load(place, files), place.folder


def test_what_is_not_loaded_of_illiad_and_alma_is_said(three: tuple[LoadReceipt, Path]) -> None:
    told = {
        f.file.partition("#")[2] or f.file: (f.outcome, f.reason)
        for f in three[0].files
        if f.outcome != "loaded" and "reportresults" not in f.file and "wizard" not in f.file
    }
    assert {name: outcome for name, (outcome, _) in told.items()} == {
        "OHSU__OHSU_Borrowing.csv": "left alone",
        "Pacific_Borrowing_Sample": "refused",
        "analytics_response.xml": "refused",
    }
    assert (
        "add Transaction Number, Transaction Status and Transaction Date"
        in told["OHSU__OHSU_Borrowing.csv"][1]
    )
    assert (
        "(alma item historical events): the column Event ID is missing"
        in told["analytics_response.xml"][1]
    )
    assert "the column Transaction Number is missing" in told["Pacific_Borrowing_Sample"][1]
    assert [
        f.file for f in three[0].files if f.outcome == "loaded" and f.dispositions["rejected"]
    ] == []


def test_the_illiad_truths(three: tuple[LoadReceipt, Path]) -> None:
    with libstats.open(three[1]) as con:
        counts = (
            "select direction, count(*) filter (where status in ('filled', 'completed')), "
            "count(*) filter (where status not in ('filled', 'completed')) from ill_request "
            "where source = 'illiad' group by all order by 1"
        )
        assert con.sql(counts).fetchall() == [("borrowing", 2999, 215), ("lending", 9557, 2520)]
        hours = "(epoch(status_since) - epoch(created_at)) / 3600"
        assert con.sql(
            f"select round(median({hours}), 2) from ill_request "
            "where direction = 'lending' and status = 'completed'"
        ).fetchall() == [(1.08,)]
        early = (
            f"select count(*), floor(min({hours})) from ill_request "
            "where direction = 'borrowing' and status = 'cancelled' and status_since < "
            "created_at"
        )
        assert con.sql(early).fetchall() == [(43, -3.0)]
        assert con.sql(
            "select count(*), count(distinct request_id), count(created_at), "
            "count(status_since) from ill_request where source = 'illiad'"
        ).fetchall() == [(15291,) * 4]
        assert con.sql("select count(*) from ill_request where lender = 'OA'").fetchall() == [
            (324,)
        ]
        # beside the 43, six that were filled
        assert [row[1:4] for row in libstats.check(con).fetchall() if row[0] == "two clocks"] == [
            ("illiad", "ill_request", 43 + 6)
        ]


def test_the_illiad_reasons(three: tuple[LoadReceipt, Path]) -> None:
    with libstats.open(three[1]) as con:
        reasons = dict(
            con.sql(
                "select reason, count(*) from ill_request "
                "where source = 'illiad' and direction = 'borrowing' group by all"
            ).fetchall()
        )
        assert (
            reasons["duplicate"],
            reasons["cancelled by patron"],
            reasons["cancelled during creation"],
        ) == (119, 45, 10)
        said = dict(
            con.sql(
                "select reason, count(*) from ill_request "
                "where source = 'illiad' and direction = 'lending' group by all"
            ).fetchall()
        )
        # the codes 9 and LAC, 7 and NYR; 27 where staff typed what it is; one without a code
        assert (
            said["lacking volume or issue"],
            said["not yet available"],
            said["not found as cited"],
        ) == (1229 + 280 + 3 + 1, 571 + 134, 24 + 2 + 19)
        assert said["other"] == 135 + 9 + 1


def test_the_alma_truths(three: tuple[LoadReceipt, Path]) -> None:
    read = {f.file: f.rows_read for f in three[0].files if f.label.startswith("alma")}
    assert read == {
        "pbooks.csv": 104,
        "polines-report.csv": 665,
        "items_response.json": 9,
        "loans_response.json": 2,
    }
    with libstats.open(three[1]) as con:
        assert con.sql("select count(*) from order_line where status is not null").fetchall() == [
            (657,)
        ]
        shares = (
            "select count(*), count(*) filter (where funds = 2) from (select count(*) as funds "
            "from order_fund group by order_line_id)"
        )
        assert con.sql(shares).fetchall() == [(657, 8)]
        rows = (
            "select l.status_as_exported, count(*) from order_line l "
            "join order_fund using (source, order_line_id) group by all order by 1"
        )
        assert con.sql(rows).fetchall() == [("ACTIVE", 415), ("CANCELLED", 8), ("CLOSED", 242)]
        # one of the 104 lines of new books is also among the 657
        assert con.sql(
            "select count(*), count(received_on), count(title_id) from order_line"
        ).fetchall() == [(104 + 657 - 1, 104, 104)]
        # of the reports, and the one of the items
        assert con.sql("select count(*) from title where source = 'alma'").fetchall() == [
            (101 + 1,)
        ]
        items = (
            "select count(*), count(barcode), count(distinct title_id), min(added_on)::varchar, "
            "count(*) filter (where role = 'missing'), count(*) filter (where status = 'Loan') "
            "from item join copy_state using (source, item_key) where source = 'alma'"
        )
        assert con.sql(items).fetchall() == [(9, 9, 1, "2015-11-05", 1, 1)]
        # in GMT there; in Oslo it is an hour later in winter and two in summer
        assert con.sql(
            "select checked_out_at::varchar, due_at::varchar from loan where source = 'alma' "
            "order by 1"
        ).fetchall() == [
            ("2013-11-18 08:00:00", "2018-08-14 22:00:00"),
            ("2018-07-23 22:25:26.347", "2018-08-20 22:00:00"),
        ]


def test_the_answer_of_analytics_is_read_whole(real: Path) -> None:
    path = real / "alma" / "analytics_response.xml"
    answer = next(
        header for place in places(path) for part in parts(place) for header in part.headers()
    )
    rows = [dict(zip(answer.header, row, strict=True)) for _, row in answer.records()]
    assert (
        len(rows) == answer.count().records == path.read_text(encoding="utf-8").count("<Row>") == 25
    )
    # the total of the report stands in every row; an event that goes on has no end
    assert {row["REPORT_SUM(Num of events BY )"] for row in rows} == {"23794"}
    assert sum(1 for row in rows if not row["Event End Date and Time"]) == 25 - path.read_text(
        encoding="utf-8"
    ).count("<Column1>")
    assert answer.lacks(25) is None


def test_the_folio_examples(real: Path, workspace: Workspace) -> None:
    workspace.config["library"] = {"timezone": "America/New_York"}
    receipt = libstats.load(workspace, [real / "folio"])
    assert {f.file: (f.outcome, f.label, f.rows_read) for f in receipt.files} == {
        "check-ins.json": ("loaded", "folio check-ins", 1),
        "loans-history-items.json": ("left alone", "", 0),
        "loans.json": ("loaded", "folio loans", 2),
        "requests.json": ("loaded", "folio requests", 2),
    }
    with libstats.open(workspace) as con:
        # -04:00 and -01:00 stand in one file
        assert con.sql(
            "select checked_out_at::varchar, returned_at::varchar, renewals from loan "
            "where is_in_house is null order by 1"
        ).fetchall() == [
            ("2017-01-14 15:14:36", "2017-01-16 05:15:23", 0),
            ("2017-03-01 21:34:11", None, 1),
        ]
        assert con.sql("select checked_out_at::varchar from loan where is_in_house").fetchall() == [
            ("2020-02-12 11:17:25",)
        ]
        assert con.sql(
            "select placed_on::varchar, expires_on::varchar, queue_position from hold order by 1"
        ).fetchall() == [
            ("2017-07-29", None, None),
            ("2017-08-05", "2017-09-01", 1),
        ]
    stored = (
        b"".join(p.read_bytes() for p in workspace.folder.rglob("*") if p.is_file())
        + str(receipt).encode()
    )
    written = json.loads((real / "folio" / "requests.json").read_text(encoding="utf-8"))["requests"]
    theirs = [r["requesterId"] for r in written] + [
        *written[1]["requester"].values(),
        written[1]["item"]["title"],
    ]
    assert [value for value in theirs if len(value) > 5 and value.encode() in stored] == []


def test_no_title_of_a_request_is_anywhere(real: Path, three: tuple[LoadReceipt, Path]) -> None:
    """No title, author or journal of the article requests is in the database or the receipt."""
    with (real / "illiad" / "OHSU__OHSU_Borrowing.csv").open(
        encoding="utf-8-sig", newline=""
    ) as text:
        titles = {row[" Article Title"] for row in csv.DictReader(text)}
    for place in places(next((real / "illiad").glob("Pacific__Pacific-Lending*"))):
        for part in parts(place):
            titles |= {row[1] for _, row in islice(part.records(), 1, None)}
    told = {title for title in titles if len(title) > 30 and title.isascii()}
    assert len(told) > 5000
    with libstats.open(three[1]) as con:
        cells = {
            str(v)
            for t in ("ill_request", "ill_event", "rejected_row")
            for row in con.execute(f"from {t}").fetchall()
            for v in row
        }
    assert not told & cells
    stored = b"".join(p.read_bytes() for p in three[1].rglob("*") if p.is_file())
    assert [
        t
        for t in random.Random(1).sample(sorted(told), 300)
        if t.encode() in stored or t in str(three[0])
    ] == []


@pytest.fixture(scope="module")
def evergreen(real: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[LoadReceipt, Path]:
    """The files of Evergreen in a library of New York's zone."""
    folder = init(tmp_path_factory.mktemp("evergreen") / "library").folder
    config = folder / CONFIG
    write(
        config,
        config.read_text(encoding="utf-8").replace(
            "[library]", '[library]\ntimezone = "America/New_York"', 1
        ),
    )
    return libstats.load(folder, [real / "evergreen"]), folder


def reporter(path: Path) -> list[dict[str, str]]:
    """A file of Evergreen's reporter, read apart from libstats: each line in UTF-8, else in
    Latin-1."""
    lines = []
    for line in path.read_bytes().split(b"\r\n"):
        try:
            lines.append(line.decode("utf-8"))
        except UnicodeDecodeError:
            lines.append(line.decode("latin-1"))
    return list(csv.DictReader(lines))


def test_the_evergreen_truths(evergreen: tuple[LoadReceipt, Path]) -> None:
    receipt, folder = evergreen
    assert receipt.is_clean
    assert {f.file: f.rows_read for f in receipt.files} == {
        "acq_lineitem_details.csv": 112,
        "circulation_report.csv": 486,
        "hold_requests.csv": 265,
        "item_list.csv": 4858,
    }
    assert [f for f in receipt.files if f.dispositions["rejected"]] == []
    with libstats.open(folder) as con:
        months = (
            "select strftime(checked_out_at, '%Y-%m'), count(*), count(returned_at), "
            "count(renewal_of) from loan group by all order by 1"
        )
        assert con.sql(months).fetchall() == [
            ("2014-05", 13, 0, 0),
            ("2020-09", 79, 0, 0),
            ("2020-10", 394, 0, 0),
        ]
        assert con.sql(
            "select count(*), count(*) filter (where lifetime_checkouts = 0), "
            "count(distinct item_id) from item"
        ).fetchall() == [(4831, 4345, 4831)]
        assert con.sql("select count(*) from withdrawal").fetchall() == [(27,)]
        assert con.sql("select count(*), count(ready_on), count(status) from hold").fetchall() == [
            (265, 0, 0)
        ]
        waited = (
            "select count(received_at), median(epoch(received_at) - epoch(placed_at)) "
            "from order_copy join order_line using (source, order_line_id) "
            "where received_at is not null"
        )
        assert [(n, round(seconds, 1)) for n, seconds in con.sql(waited).fetchall()] == [(6, 115.7)]
        assert con.sql(
            "select count(*) from item where item_type = 'serial' or item_type = 'reference'"
        ).fetchall() == [(6,)]


def test_evergreen_s_titles_are_exact_to_the_character(
    real: Path, evergreen: tuple[LoadReceipt, Path]
) -> None:
    rows = [
        row for row in reporter(real / "evergreen" / "item_list.csv") if row["Is Deleted"] == "0"
    ]
    wanted = {
        (
            row["Item ID"],
            row["Barcode"],
            row["Title Proper (normalized)"].strip(),
            row["Author (normalized)"].strip(),
            row["Call Number Label"].strip(),
        )
        for row in rows
    }
    with libstats.open(evergreen[1]) as con:
        query = (
            "select item_id, barcode, coalesce(title, ''), coalesce(author, ''), call_number "
            "from item left join title using (source, title_id)"
        )
        found = set(con.sql(query).fetchall())
        assert len(wanted) == len(found) == 4831
        prefixed = {row["Item ID"] for row in rows if row["Prefix"].strip()}
        assert {row for row in found if row[0] not in prefixed} == {
            row for row in wanted if row[0] not in prefixed
        }
        price = sum(Decimal(row["Price"]) for row in rows if row["Price"])
        assert con.sql("select sum(replacement_price) from item").fetchall() == [(price,)]


def test_evergreen_s_money_is_that_of_the_file(
    real: Path, evergreen: tuple[LoadReceipt, Path]
) -> None:
    debits: dict[str, Decimal] = {}
    for row in reporter(real / "evergreen" / "acq_lineitem_details.csv"):
        if row["Debit Amount"]:
            debits[row["Fund Code"]] = debits.get(row["Fund Code"], Decimal(0)) + Decimal(
                row["Debit Amount"]
            )
    with libstats.open(evergreen[1]) as con:
        assert (
            dict(
                con.sql(
                    "select fund_code, sum(amount) from order_fund where amount is not null "
                    "group by all"
                ).fetchall()
            )
            == debits
        )
        # the vendor only delays six of the ten lines that are cancelled
        assert con.sql(
            "select status, count(*) from order_line group by all order by 1"
        ).fetchall() == [("cancelled", 4), ("new", 55), ("ordered", 46), ("received", 6)]


def test_the_sierra_truths(real: Path, workspace: Workspace) -> None:
    receipt = libstats.load(workspace, [real / "sierra"])
    told = {f.file: (f.outcome, f.label, f.rows_read) for f in receipt.files}
    assert told == {
        "nypl_create_list.txt": ("loaded", "sierra item lists", 1251),
        "bpl_order_list_one_row.txt": ("loaded", "sierra order lists", 1),
    }
    items = next(f for f in receipt.files if f.file.startswith("nypl"))
    assert {word: n for word, n in items.dispositions.items() if n} == {
        "new": 1240,
        "repeated": 11,
    }
    with libstats.open(workspace) as con:
        assert con.sql(
            "select count(*), count(distinct title_id), sum(lifetime_checkouts), "
            "sum(lifetime_renewals), count(last_borrowed_on), min(last_borrowed_on)::varchar, "
            "max(last_borrowed_on)::varchar, count(*) - count(last_borrowed_on) from item"
        ).fetchall() == [(1240, 1079, 6544, 7099, 895, "2010-12-16", "2019-09-07", 345)]
        marks = "title like '%\"~\"%' or call_number like '%\"%'"
        assert con.sql(
            f"select count(*) from item join title using (source, title_id) where {marks}"
        ).fetchall() == [(0,)]
        assert con.sql(
            "select quantity, status_as_exported, created_on::varchar from order_line"
        ).fetchall() == [(2, "a", "2018-02-02")]


def test_every_symphony_file_is_loaded_or_named(real: Path, workspace: Workspace) -> None:
    """Lines from public documentation: what lacks its columns or its key is refused with what to
    add."""
    receipt = libstats.load(workspace, [real / "symphony"], exported_at=datetime(2026, 1, 1))
    told = {f.file: (f.outcome, f.reason) for f in receipt.files}
    assert {name: outcome for name, (outcome, _) in told.items()} == {
        "histreader_extract.txt": "left alone",
        "history_lines.hist": "loaded",
        "selcharge_oUKd.txt": "refused",
        "selhold_inactive.txt": "refused",
        "selitem_oCBm_with_error_line.txt": "loaded",
        "selitem_oIBtf.txt": "loaded",
    }
    assert "the column Date Charged is missing" in told["selcharge_oUKd.txt"][1]
    assert "nothing tells what its columns are" in told["selhold_inactive.txt"][1]
    counts = {
        f.file: (f.rows_read, f.dispositions["new"], f.dispositions["set aside"])
        for f in receipt.files
        if f.outcome == "loaded"
    }
    assert counts == {
        "history_lines.hist": (9, 6, 3),
        "selitem_oCBm_with_error_line.txt": (2, 1, 1),
        "selitem_oIBtf.txt": (4, 4, 0),
    }
    with libstats.open(workspace) as con:
        assert con.sql(
            "select kind, count(*) from circulation_event group by all order by 1"
        ).fetchall() == [("checkin", 3), ("checkout", 1), ("renewal", 2)]
        users = {
            row[0]
            for row in con.sql(
                "select cast(patron_key as varchar) from circulation_event "
                "where patron_key is not null"
            ).fetchall()
        }
    assert len(users) == 3
    held = b"".join(p.read_bytes() for p in workspace.folder.rglob("*") if p.is_file())
    assert [
        word
        for word in (b"29999000111111", b"29999000503945", b"some user password")
        if word in held
    ] == []


def test_the_day_of_tidying_up_is_no_delivery(three: tuple[LoadReceipt, Path]) -> None:
    period = {"since": "2016-01-01", "until": "2018-01-01"}
    with libstats.open(three[1]) as con:
        for end in (None, "finished"):
            with pytest.raises(
                AnalysisError, match=r"about 60 days after delivery\. Export the Tracking table"
            ):
                libstats.turnaround(con, "ill_borrowing", end=end, **period)
        row = (
            libstats.turnaround(con, "ill_lending", unit="hours", **period)
            .select("cases, reached, still_open, given_up, round(naive_p50, 2)")
            .fetchall()
        )
        assert row == [(12077, 9557, 0, 2520, 1.08)]


def without_role(workspace: Workspace) -> set[str]:
    """The lines that `check` says to add."""
    with libstats.open(workspace) as con:
        return {row[2] for row in libstats.check(con).fetchall() if row[0] == "code without a role"}


@pytest.mark.parametrize("folder", ["koha", "evergreen", "alma", "sierra", "symphony", "folio"])
def test_each_code_without_a_role_is_named(
    folder: str, real: Path, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As the lists are there is none; with the lists taken away every code of a copy is one."""
    workspace.config.setdefault("library", {})["timezone"] = "America/New_York"
    libstats.load(workspace, [real / folder])
    assert without_role(workspace) == set()
    monkeypatch.setattr(vocabularies, "of_system", lambda system: ())
    with libstats.open(workspace) as con:
        codes = con.execute(
            "select field, lower(trim(code)) from (unpivot item "
            f"on {', '.join(FIELDS['item'])} into name field value code) "
            "where trim(code) <> '' and (field = 'status' or trim(code) <> '0') group by all"
        ).fetchall()
    assert len(without_role(workspace)) == len(codes)
