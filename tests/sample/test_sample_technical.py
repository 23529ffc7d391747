"""What the sample's technical services work with: MARC, messages of vendors, scans, and what is
written down by hand. What was planted is found, and nothing else."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

import libstats
from libstats.analysis.today import lists as today
from libstats.analysis.today.desks import tasks
from libstats.analysis.today.rows import DO
from libstats.cli.main import main
from sample import by_hand, marc, serials, vendors
from tests.support.files import SAMPLE

Truth = dict[str, Any]
BIBS = "bibs-2026-10-31.mrc"
SINCE, UNTIL = "2026-10-01", "2026-11-01"


@pytest.fixture(scope="module")
def truth() -> Truth:
    found: Truth = json.loads((SAMPLE / "truth.json").read_text(encoding="utf-8"))
    return found


@pytest.fixture(scope="module")
def con(demo: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with libstats.open(demo) as con:
        yield con


def dispositions(con: duckdb.DuckDBPyConnection, name: str) -> dict[str, int]:
    """What became of the rows of a load, without noughts."""
    ((found,),) = con.execute(
        "select dispositions from store.load where file = $1", [name]
    ).fetchall()
    return {what: n for what, n in found.items() if n}


def test_the_readme_names_these_oddities() -> None:
    readme = (SAMPLE / "README.md").read_text(encoding="utf-8")
    for oddity in (*marc.ODDITIES, *vendors.ODDITIES, *by_hand.ODDITIES, *serials.ODDITIES):
        assert f"| {oddity.name} | {oddity.where} | {oddity.correct} |" in readme


def test_each_new_file_is_small() -> None:
    folders = ("marc", "edifact", "scans", "counts", "licences", "serials", "processes")
    files = [path for name in folders for path in (SAMPLE / name).iterdir()]
    assert len(files) == 13
    assert all(path.stat().st_size < 12_000 for path in files)


# MARC.


def test_what_ends_with_the_sign_of_a_record_is_kept_set_aside_or_rejected(
    con: duckdb.DuckDBPyConnection, truth: Truth
) -> None:
    told = truth["marc"]
    assert dispositions(con, BIBS) == {
        "changed": told["titles"],
        "set aside": told["set_aside"],
        "rejected": told["rejected"],
    }
    assert (SAMPLE / "marc" / BIBS).read_bytes().count(b"\x1d") == sum(
        told[name] for name in ("titles", "set_aside", "rejected")
    )


def test_copies_in_records_are_those_of_the_lists(
    con: duckdb.DuckDBPyConnection, truth: Truth
) -> None:
    """Not one of them changes a word of what the list of items says."""
    assert dispositions(con, f"{BIBS}#copies") == {"unchanged": truth["marc"]["copies"]}


def test_what_records_say_of_titles(con: duckdb.DuckDBPyConnection, truth: Truth) -> None:
    found = con.sql(
        """
        select
            title_id,
            title,
            language,
            class,
            cataloguing_agency,
            cataloguing_level,
            [year_low, year_high],
            coalesce(is_year_suspect, false)
        from title
        where source = 'koha' and cataloguing_agency is not null
        order by title_id::integer
        """
    ).fetchall()
    names = (
        "title_id",
        "title",
        "language",
        "class",
        "agency",
        "level",
        "years",
        "is_year_suspect",
    )
    assert found == [tuple(each[name] for name in names) for each in truth["marc"]["records"]]


def test_a_date_that_is_a_century_is_no_year(con: duckdb.DuckDBPyConnection) -> None:
    assert con.sql(
        "select year_origin, published_year from title where year_low = 1900 and year_high = 1999"
    ).fetchall() == [("264", None)]


def test_what_a_first_look_finds_in_the_records(
    con: duckdb.DuckDBPyConnection, truth: Truth
) -> None:
    planted = truth["marc"]["records"]
    rows = libstats.record_faults(con).select("file, category, titles, found, sample").fetchall()
    found = {category: (titles, n, sample) for _, category, titles, n, sample in rows}
    assert {file for file, *_ in rows} == {BIBS}
    for name in {name for each in planted for name in each["faults"]}:
        mine = [each["title_id"] for each in planted if name in each["faults"]]
        titles, n, sample = found.pop(name)
        assert (titles, n) == (len(planted), len(mine)), name
        assert set(sample.split(", ")) <= set(mine)
    wrong = sum(any(name != "local field" for name in each["faults"]) for each in planted)
    assert {name: n for name, (_, n, _) in found.items()} == {
        "any of these": wrong,
        "any of these, or something local": sum(bool(each["faults"]) for each in planted),
    }


# Vendors.


def test_each_fault_of_the_invoices_is_named_once_and_nothing_else(
    con: duckdb.DuckDBPyConnection, truth: Truth
) -> None:
    found = (
        libstats.invoice_checks(con, as_of=UNTIL)
        .select("check_name, invoice_number, billed_on::varchar, order_line_id, billed, difference")
        .fetchall()
    )
    told = truth["invoices"]["faults"]
    names = ("check", "invoice", "billed_on", "line")
    assert sorted(found, key=str) == sorted(
        (
            (*(each[name] for name in names), Decimal(each["billed"]), Decimal(each["difference"]))
            for each in told
        ),
        key=str,
    )
    assert len({each["check"] for each in told}) == len(told) == 7


def test_invoices_to_the_cent_each_once(con: duckdb.DuckDBPyConnection, truth: Truth) -> None:
    told = truth["invoices"]
    assert con.sql(
        "select count(*), sum(total) from invoice where source = 'edifact'"
    ).fetchall() == [(told["invoices"], Decimal(told["total"]))]
    assert dispositions(con, "invoices-2026-10-31.edi#invoices") == {"unchanged": 1}


def test_prices_just_inside_the_tolerance_are_billed_as_told(
    con: duckdb.DuckDBPyConnection, truth: Truth
) -> None:
    for told in truth["invoices"]["just_inside"]:
        assert con.execute(
            """
            select l.amount
            from invoice_line l join invoice i using (source, invoice_id)
            where i.invoice_number = $1 and l.order_line_id = $2
            """,
            [told["invoice"], told["line"]],
        ).fetchall() == [(Decimal(told["billed"]),)]


def test_what_a_vendor_answers(con: duckdb.DuckDBPyConnection, truth: Truth) -> None:
    found = con.sql(
        """
        select
            order_line_id,
            status,
            answered_on::varchar,
            reason_as_exported,
            quantity_waiting
        from order_line
        where is_exchanged
        """
    ).fetchall()
    assert {
        line: {"status": status, "answered_on": day, "reason": reason, "waiting": waiting}
        for line, status, day, reason, waiting in found
    } == truth["invoices"]["answers"]


def test_nobody_of_a_message_is_read(con: duckdb.DuckDBPyConnection) -> None:
    assert b"Odette" in (SAMPLE / "edifact" / "invoices-2026-07-31.edi").read_bytes()
    for table in ("invoice", "invoice_line", "order_line", "vendor"):
        rows = con.sql(
            f"select count(*) from {table} t where contains(lower(t::varchar), 'odette')"
        ).fetchall()
        assert rows == [(0,)], table


# Scans, counts, licences, work of the library's own.


def test_a_scan_says_when_a_copy_was_seen(con: duckdb.DuckDBPyConnection, truth: Truth) -> None:
    told = truth["by_hand"]["scans"]
    (missing,) = told["missing_and_seen"]
    assert con.sql("select count(*) from shelf_scan").fetchall() == [(told["seen"],)]
    assert con.execute(
        "select last_seen_on, lost_code from dated_item where barcode = $1", [missing]
    ).fetchall() == [(date(2026, 10, 28), "4")]
    lists = (told[name] for name in told if name not in ("seen", "of_nobody", "not_scanned"))
    known = sorted({code for codes in lists for code in codes})
    assert con.execute(
        "select count(*) from item where list_contains($1, barcode)", [known]
    ).fetchall() == [(len(known),)]


def test_what_the_scan_of_a_shelf_found(con: duckdb.DuckDBPyConnection, truth: Truth) -> None:
    told = truth["by_hand"]["scans"]
    found: dict[str, list[str]] = {}
    for finding, barcode in (
        libstats.shelf_findings(con).select("finding, barcode").order("barcode").fetchall()
    ):
        found.setdefault(finding, []).append(barcode)
    assert found == {
        "strayed from another shelf": sorted(told["strayed"]),
        "out of order": told["out_of_order"],
        "found, recorded as missing": told["missing_and_seen"],
        "on record here and not scanned": sorted(told["not_scanned"]),
        "no copy on record": [None] * len(told["of_nobody"]),  # its number is kept of none
    }
    assert libstats.shelf_reading(con).select("scanned, unknown").fetchall() == [
        (told["seen"], len(told["of_nobody"]))
    ]


def test_counts_of_october(con: duckdb.DuckDBPyConnection, truth: Truth) -> None:
    told = truth["by_hand"]
    visits = libstats.visits(con, since=SINCE, until=UNTIL, by="all").select("visits").fetchall()
    assert visits == [(told["visits"],)]
    held = libstats.programmes(con, since=SINCE, until=UNTIL)
    assert {
        f"{age}, {form}": [sessions, people]
        for age, form, sessions, people in held.select(
            "age, format, programmes, attendance"
        ).fetchall()
    } == told["programmes"]
    asked = libstats.reference_questions(con, since=SINCE, until=UNTIL, by="kind")
    assert dict(asked.select("part, questions").fetchall()) == told["reference_questions"]


def test_licences_to_decide(con: duckdb.DuckDBPyConnection, truth: Truth) -> None:
    found: dict[str, list[str]] = {}
    rows = libstats.licences_to_decide(con, as_of=UNTIL).select("standing, licence_id").fetchall()
    for standing, licence in rows:
        found.setdefault(standing, []).append(licence)
    told = truth["by_hand"]["licences"]
    assert found == {name: told[name] for name in ("past", "soon", "ended")}


def test_serials_to_claim_and_what_lacks(con: duckdb.DuckDBPyConnection, truth: Truth) -> None:
    told = truth["serials"]
    found: dict[str, dict[str, int]] = {}
    claims = libstats.serial_claims(con, as_of=UNTIL)
    for standing, issue, which in claims.select("standing, serial_issue_id, next_claim").fetchall():
        found.setdefault(standing, {})[issue] = which
    assert found.pop("claim due") == told["claim_due"]
    assert {name.replace(" ", "_"): sorted(of) for name, of in found.items()} == {
        name: told[name] for name in ("not_yet", "unpaid", "ended")
    }
    gaps = libstats.serial_gaps(con, as_of=UNTIL).select("subscription_id, [missing]").fetchall()
    assert dict(gaps) == told["gaps"]
    came = libstats.serials_expected(con, since="2025-01-01", until=UNTIL, as_of=UNTIL)
    assert came.aggregate("sum(expected), sum(received), sum(never_came)").fetchall() == [
        (told["issues"], told["received"], len(told["never_came"]))
    ]


@pytest.mark.parametrize("process", ["digitisation", "theses"])
def test_work_of_the_librarys_own(
    process: str, con: duckdb.DuckDBPyConnection, truth: Truth
) -> None:
    told = truth["by_hand"][process]
    assert libstats.turnaround(con, process, since="2026-09-01", until=UNTIL, as_of=UNTIL).select(
        "reached, given_up, still_open"
    ).fetchall() == [(told["done"], told["given_up"], told["open"])]
    (work,) = (
        each
        for each in today.read(con, datetime(2026, 11, 1, 8), None).work
        if each.process.name == process
    )
    late = [case["handle"] for _, cases in tasks(work, DO) for case in cases]
    assert late == told["beyond_goal"]


def test_todays_list_names_them(demo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["-w", str(demo), "today"]) == 0
    said = capsys.readouterr().out
    for part in ("Shore Birds Online", "Canal Maps", "map-4", "MR-2604", "QG/902"):
        assert part in said, part
