"""The report on technical services: its sections over small rows worked by hand, and once from the
sample library."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

import libstats
from libstats.definitions import changes
from libstats.errors import ReportError
from libstats.report.page.period import Period
from libstats.report.technical_services import invoices, piles, vendors
from libstats.report.technical_services import overview as technical_services
from libstats.report.technical_services.overview import TechnicalServices
from libstats.report.technical_services.requests import from_request_to_shelf
from libstats.report.technical_services.routes import by_route
from libstats.report.technical_services.rows import Stage, changes_of, state_of
from libstats.report.technical_services.vendor_rows import Orders, Vendor, apart
from libstats.report.verdicts import Verdicts
from libstats.wording import Interval
from tests.support.files import TESTS, write
from tests.support.tables import holding

OCTOBER, SEPTEMBER, LAST_YEAR = date(2026, 10, 1), date(2026, 9, 1), date(2025, 10, 1)
PERIOD = Period(OCTOBER, date(2026, 11, 1))


def counted(period: date, cases: int | None, coverage: str = "whole") -> dict[str, Any]:
    return {"period": period, "cases": cases, "coverage": coverage, "reason": None}


def waiting(period: date, count: int, oldest: float | None, **other: Any) -> dict[str, Any]:
    """One month of `backlog`: half of what waits is half as old as the oldest."""
    return {
        "period": period,
        "came": 12,
        "done": 9,
        "waiting": count,
        "median_age": None if oldest is None else oldest / 2,
        "oldest_age": oldest,
        "ended_at": datetime.combine(date(2026, 11, 1), datetime.min.time()),
        "coverage": "whole",
        "reason": None,
        **other,
    }


def waited(p50: float, low: float, high: float | None, **other: Any) -> dict[str, Any]:
    return {
        "cases": 40,
        "still_open": 3,
        "given_up": 2,
        "p50": p50,
        "p50_low": low,
        "p50_high": high,
        "p90": None,
        "p90_low": None,
        "p90_high": None,
        "coverage": "whole",
        **other,
    }


def example(pile: list[dict[str, Any]] | None = None, **other: Any) -> TechnicalServices:
    rows = pile or [waiting(LAST_YEAR, 4, 8.0), waiting(OCTOBER, 7, 20.0)]
    stage = Stage(
        "cataloguing",
        "received",
        "available",
        rows,
        rows[-1:],
        year=waited(6.0, 5.0, 7.0),
        year_before=waited(9.0, 8.0, 10.0),
    )
    steps = {
        "received": [counted(LAST_YEAR, 10), counted(OCTOBER, 15)],
        "catalogued": [counted(LAST_YEAR, 10), counted(OCTOBER, 9, "partly")],
    }
    found = TechnicalServices(
        PERIOD,
        datetime(2026, 11, 1),
        30,
        steps,
        {step: rows[-1:] for step, rows in steps.items()},
        {step: rows[:1] for step, rows in steps.items()},
        [stage],
    )
    return dataclasses.replace(found, **other)


def vendor(name: str, low: float, high: float | None, cases: int = 40, **other: Any) -> Vendor:
    return Vendor(name, waited(low + 1, low, high, cases=cases), **other)


# --- is it keeping up? ---


def test_the_answer_says_what_came_in_what_was_done_and_what_waits() -> None:
    html = technical_services.answer(example())
    assert (
        "Technical services keep up: 7 copies waited on October 31, 2026, none for longer than "
        "the goal. In October 2026 12 copies reached the desk and 9 were put on the shelf. "
        "The oldest has waited 20.0 days; the goal is 30 days."
    ) in html
    assert "A year before: 4." in html
    assert "50% more than in October 2025 (10)." in html
    # neither interval reaches the other: 5 to 7 days, 8 to 10 days
    assert "A year before: 9.0 days, so it has become shorter." in html


def test_what_waits_for_longer_than_the_goal_is_said() -> None:
    html = technical_services.answer(example([waiting(OCTOBER, 7, 31.0)]))
    assert "Technical services are behind: 7 copies waited on October 31, 2026, some for" in html


def test_nothing_that_waits_is_no_pile() -> None:
    html = technical_services.answer(example([waiting(OCTOBER, 0, None)]))
    assert "Technical services keep up: nothing waited on October 31, 2026." in html
    assert "A year before: not told." in html


def test_what_is_told_in_part_is_said_and_not_compared() -> None:
    html = technical_services.answer(
        example([waiting(LAST_YEAR, 4, 8.0), waiting(OCTOBER, 7, 20.0, coverage="partly")])
    )
    assert "As far as the lists tell, technical services keep up" in html
    assert "Told of in part: there may be more, so it is not compared." in html
    assert html.about["told"] == "partly"


def test_without_a_pile_the_question_is_left_open() -> None:
    html = technical_services.answer(example(stages=[]))
    assert "Whether technical services keep up is not known" in html
    assert "Told of it are: 15 received, 9 catalogued." in html


def test_waits_that_overlap_are_no_change() -> None:
    stage = dataclasses.replace(example().stages[0], year_before=waited(7.0, 6.0, 8.0))
    html = technical_services.answer(example(stages=[stage]))
    assert "A year before: 7.0 days, no more apart than chance allows." in html


def test_a_step_is_more_or_less_than_usual_only_where_the_control_chart_says_so() -> None:
    newest = {"period": OCTOBER, "verdict": "higher", "value": 0.6}
    judged = {"received": Verdicts("done", [newest], newest)}
    html = technical_services.answer(example(judged=judged))
    assert "50% more than in October 2025 (10): more than the usual ups and downs explain." in html
    newest["verdict"] = "no more than the usual ups and downs"
    html = technical_services.answer(example(judged=judged))
    assert "50% more than in October 2025 (10): no more than the usual ups and downs." in html
    newest["period"] = SEPTEMBER  # of another month it says nothing
    assert "50% more than in October 2025 (10)." in technical_services.answer(
        example(judged=judged)
    )


def test_what_was_changed_at_one_branch_explains_no_pile() -> None:
    con = holding()
    changes.register(
        con,
        {
            "change": [
                {"on": OCTOBER, "what": "One", "branch": "EAST"},
                {"on": OCTOBER, "what": "Two"},
                {"on": OCTOBER, "what": "Three", "branch": "EAST", "process": "cataloguing"},
                {"on": OCTOBER, "what": "Four", "process": "hold"},
            ]
        },
    )
    told = changes_of(con, PERIOD)
    assert [row["what"] for row in told] == ["Two", "Three"]


def test_a_month_without_work_is_told_and_one_without_exports_is_not() -> None:
    assert state_of([]) == "whole"
    assert state_of(None) == "outside"
    assert state_of([counted(OCTOBER, None, "outside"), counted(SEPTEMBER, 1)]) == "partly"
    told = example()
    assert told.in_month("received", SEPTEMBER) == 0
    assert told.in_month("available", SEPTEMBER) is None


def test_the_pile_names_its_largest_month_and_what_was_changed() -> None:
    change = {"changed_on": date(2026, 2, 2), "what": "a cataloguer was away"}
    figure = piles.pile_chart(
        example([waiting(SEPTEMBER, 29, 60.0), waiting(OCTOBER, 7, 20.0)], changes=[change])
    )
    assert not isinstance(figure, str)
    assert figure.alt == (
        "Not yet on the shelf: 7 at the end of October 2026. The most were 29, at the "
        "end of September 2026. February 2, 2026: a cataloguer was away."
    )


@pytest.mark.parametrize("width", [7.5, 3.0])
def test_the_pictures_are_small(width: float) -> None:
    for figure in (
        piles.work_chart(example()),
        piles.pile_chart(example()),
    ):
        assert not isinstance(figure, str)
        assert len(figure.svg(width).encode()) < 15_000


def test_accuracy_is_not_told() -> None:
    assert "No export tells how accurate the cataloguing is" in technical_services.accuracy(
        example()
    )


def test_what_is_not_judged_is_named_with_its_reason() -> None:
    html = technical_services.not_judged(example(why=["nothing says when a copy was invoiced"]))
    assert "Nothing says when a copy was invoiced." in html
    assert "Put on the shelf: no export tells of it." in html


# --- orders ---


@pytest.mark.parametrize(
    ("third", "named"),
    [
        (vendor("Quay", 28, 42), (["Quay"], [])),
        (vendor("Quay", 27, 42), ([], [])),  # 27 lies in the other's 16 to 28
        (vendor("Quay", 2, 14), ([], ["Quay"])),
        (vendor("Quay", 2, 15), ([], [])),
        (vendor("Quay", 28, 42, cases=19), ([], [])),  # too few to say
        (vendor("Quay", 28, None), (["Quay"], [])),  # nobody knows how slow, but slower
    ],
)
def test_a_vendor_is_named_only_where_its_interval_is_clear_of_the_others(
    third: Vendor, named: tuple[list[str], list[str]]
) -> None:
    assert apart([vendor("Heron", 14, 21), vendor("Mill", 16, 28), third]) == named


def test_a_vendor_alone_is_compared_with_nobody() -> None:
    assert apart([vendor("Heron", 14, 21)]) == ([], [])


def ordered(*told: Vendor) -> TechnicalServices:
    years = Period(date(2024, 11, 1), date(2026, 11, 1))
    return example(orders=Orders(years, datetime(2026, 11, 1), told))


def test_orders_by_vendor() -> None:
    late = vendor("Quay", 28, 42, still_open=8, late=4, limit=120.8, is_usual=True, claimed=2)
    html = vendors.by_vendor(ordered(vendor("Heron", 14, 21, limit=60.0), late))
    assert "Quay is slower than all other vendors. Heron is quicker than all other" in html
    assert "“Open now” is as of October 31, 2026" in html
    shown, margins = html.tables
    assert [row["late"] for row in shown.rows] == [0, 4]
    assert margins.rows[1] == {
        "vendor": "Quay",
        "half": Interval(28, 42),
        "nine": Interval(None, None),
        "limit": 120.8,
        "by": "its own usual time",
        "claimed": 2,
    }
    assert margins.rows[0]["by"] == "the goal"


def test_claims_and_funds_that_no_export_tells_are_said() -> None:
    told = ordered(vendor("Heron", 14, 21), vendor("Mill", 16, 28))
    html = vendors.by_vendor(told)
    assert "No vendor stands out" in html
    assert "No export tells which orders were claimed." in html
    assert "No export tells which fund an order is paid from." in str(vendors.by_fund(told))


# --- read ---


@pytest.mark.slow
def test_the_sample_library(demo: Path, published: Callable[[str], Path]) -> None:
    with libstats.open(demo) as con:
        for month in ("2027-05", "2010-01"):
            with pytest.raises(ReportError, match="nothing that is loaded tells of technical"):
                technical_services.read(con, month=month)
        (received,) = libstats.throughput(
            con, "order_copy", milestone="received", since="2026-10-01", until="2026-11-01"
        ).fetchall()
        kinds = libstats.worklist(con, "order_copy").aggregate("kind").fetchall()
    # this system tells vendors by number only
    assert {kind for (kind,) in kinds} == {"heron", "millrace", "quaigris"}
    page = published("technical_services").read_text(encoding="utf-8")
    assert "<title>Technical services: October 2026" in page
    assert "quaigris is slower than" in page
    assert f"<strong>{received[2]}</strong>" in page
    assert len(page) < 300_000


def test_nothing_loaded_is_an_error(workspace: Any) -> None:
    from tests.support.cases import opened

    con = opened(workspace, ["1,brought,2026-01-01,EAST"])
    with pytest.raises(ReportError, match="no export that tells of orders, of requests"):
        technical_services.read(con)


ORDER = {"order_line_id": "O1", "vendor_id": "V1", "quantity": 2, "quantity_received": 2}
ORDER |= {"estimated_price": "20.00", "currency": "EUR", "received_on": "2026-10-10"}
BILL = {"invoice_id": "I1", "invoice_number": "77", "vendor_id": "V1", "currency": "EUR"}
BILL |= {"billed_on": "2026-10-05"}
BILLED = {"invoice_line_id": "L1", "invoice_id": "I1", "order_line_id": "O1", "quantity": 2}


def bills(amount: str, total: str) -> invoices.Bills:
    """One invoice over two copies ordered at 20.00."""
    tables = {"order_line": [ORDER], "invoice": [BILL | {"total": total}]}
    with holding(**tables, invoice_line=[BILLED | {"amount": amount}]) as con:
        return invoices.read_bills(con, PERIOD, datetime(2026, 11, 1))


def test_questions_about_invoices_begin_with_how_many_and_about_how_much() -> None:
    """Billed 46.00 for 40.00, with a total of 50.00: 6.00 and 4.00 are asked about."""
    html = invoices.questions(bills("46.00", "50.00"))._repr_html_()
    assert "2 questions are to be asked about the 1 invoice from October 2026" in html
    assert "about 10.00 EUR." in html
    assert html.index("Price against the order") < html.index("Sum against the total")
    # what is known is labelled, and each question says of which invoice, day and line it is
    assert "2 copies: ordered 20.00 each, billed 23.00 each" in html
    assert "stated total 50.00, sum of lines 46.00" in html
    assert "77, October 5, 2026" in html and "line L1, order line O1" in html
    assert "Why is the price another than that of the order?" in html


def test_invoices_that_are_as_they_should_be_are_said_to_be() -> None:
    html = invoices.questions(bills("40.00", "40.00"))._repr_html_()
    assert "Nothing on the 1 invoice from October 2026 needs to be asked about." in html
    assert "Barcodes are not told" in html
    # each row of what could not be judged has its unit
    assert "Of what" in html and ">lines</td>" in html


def test_of_invoices_that_nothing_tells_of_nothing_is_said() -> None:
    assert "No export tells of invoices" in invoices.questions(invoices.Bills())._repr_html_()


def test_a_library_with_requests_alone_has_its_page(workspace: Any) -> None:
    """Of one request in October nothing is decided yet."""
    form = (
        "purchase_request_id,title,requested_on,status,entered_at\n"
        "R-1,Tides,2026-10-02,requested,2026-10-31\n"
    )
    libstats.load(workspace, [write(workspace.exports / "purchase-requests-2026-10-31.csv", form)])
    with libstats.open(workspace) as con:
        found = technical_services.read(con)
    assert found.period.name == "2026-10"
    assert "is not known" in technical_services.answer(found)
    assert "1 request was made" in from_request_to_shelf(found.requests)


def test_a_library_with_records_alone_has_its_page(workspace: Any) -> None:
    """Records exported within a month are told of in that month."""
    pair = TESTS / "sources" / "marc-MARC-records" / "oddity.xml"
    libstats.load(
        workspace,
        [write(workspace.exports / "records-2026-10-15.xml", pair.read_text(encoding="utf-8"))],
    )
    with libstats.open(workspace) as con:
        found = technical_services.read(con)
    assert found.period.name == "2026-10"
    assert found.catalogued is not None and found.catalogued.faults
    assert "is not known" in technical_services.answer(found)


def test_orders_without_a_day_are_neither_nothing_that_waits_nor_of_no_fund(workspace: Any) -> None:
    """A vendor's records order three titles, each of a fund; nothing tells when."""
    pair = TESTS / "sources" / "gobi-MARC-orders" / "oddity.xml"
    with (workspace.folder / "libstats.toml").open("a", encoding="utf-8") as given:
        given.write('\n[marc]\nmap = ["koha", "gobi"]\n')
    text = pair.read_text(encoding="utf-8")
    file = write(workspace.exports / "gobi-2026-10-31.xml", text)
    libstats.load(workspace.folder, [file])
    with libstats.open(workspace.folder) as con:
        found = technical_services.read(con)
    assert "is not known. Of" in by_route(found.routes)
    assert "and no export tells when it was sent" in vendors.by_fund(found)._repr_html_()
    # nothing tells what was received: no 0 in any month
    assert {found.in_month("received", month) for month in found.months} == {None}
    assert "Period" not in str(piles.work_table(found))
    assert piles.pile_table(found) == ""
    assert 'not known</strong> <span class="what">how many copies were received' in str(
        technical_services.answer(found)
    )


def test_one_copy_is_no_copies() -> None:
    html = technical_services.answer(example([waiting(OCTOBER, 1, 3.0)]))
    assert "copy not yet on the shelf" in html and "1</strong> copies" not in html


def test_two_counts_of_what_came_say_whose_each_is() -> None:
    """The orders tell of 15 received, the desk's list of 12; told by one list, none is named."""
    two = technical_services.answer(example(told_by={"received": "order_copy"}))
    assert "12 copies reached the desk, by its own list, and 9 were" in two
    assert "By the orders. " in two
    one = technical_services.answer(example(told_by={"received": "cataloguing"}))
    assert "12 copies reached the desk and 9 were" in one
    assert "By the " not in one
