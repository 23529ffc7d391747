"""What was planted for the readers of the pages: the files bear it out, and libstats' tables have
what it takes to say so."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

import libstats
from sample.left_alone import STEPS
from tests.support.files import SAMPLE

pytestmark = pytest.mark.slow

Truth = dict[str, Any]
END = date(2026, 10, 31)


@pytest.fixture(scope="module")
def planted() -> Truth:
    found: Truth = json.loads((SAMPLE / "truth.json").read_text(encoding="utf-8"))["planted"]
    return found


@pytest.fixture(scope="module")
def con(demo: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with libstats.open(demo) as con:
        yield con


def koha(table: str, day: str = "2026-10-31") -> list[dict[str, str]]:
    path = SAMPLE / f"{table}-{day}-reportresults.csv"
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter=";"))


def is_gone(item: dict[str, str]) -> bool:
    return item["itemlost"] != "0" or item["withdrawn"] != "0"


def test_each_case_is_there_more_than_once(planted: Truth) -> None:
    holds, ill, orders = planted["holds"], planted["ill"], planted["orders"]
    assert {name: len(found) for name, found in holds.items() if not 3 <= len(found) <= 8} == {}
    assert {what: len(ill[what]) for what in STEPS if not 2 <= len(ill[what]) <= 4} == {}
    assert len(ill["never_closed"]) >= 2
    assert len(orders["received_not_available"]) == 4
    assert len(orders["received_with_hold"]) == 2
    assert len(orders["invoiced_not_received"]) == 3
    assert len(orders["late"]) > 3 < orders["cancelled"]
    assert len(planted["transit"]["stuck"]) == 2
    assert planted["loans"]["long_overdue"] >= 2


def test_holds_whose_copies_are_all_gone(planted: Truth) -> None:
    """By the last lists alone; what is on order is no copy yet."""
    items = [item for item in koha("items") if item["notforloan"] != "-1"]
    found = {
        hold["reserve_id"]
        for hold in koha("reserves")
        if hold["found"] == ""
        and all(
            is_gone(item)
            for item in items
            if item["biblionumber"] == hold["biblionumber"]
            and (hold["item_level_hold"] == "0" or item["itemnumber"] == hold["itemnumber"])
        )
    }
    assert found == {str(hold["hold_id"]) for hold in planted["holds"]["no_copy_left"]}


def test_copies_that_two_lists_show_on_their_shelf_though_asked_for(planted: Truth) -> None:
    def seen(day: str) -> set[tuple[str, str]]:
        busy = {hold["itemnumber"] for hold in koha("reserves", day) if hold["found"] in ("T", "W")}
        shelf = [
            item
            for item in koha("items", day)
            if not is_gone(item)
            and item["onloan"] == ""
            and item["notforloan"] != "-1"
            and item["itemnumber"] not in busy
        ]
        return {
            (hold["reserve_id"], item["barcode"])
            for hold in koha("reserves", day)
            if hold["found"] == "" and hold["suspend"] == "0"
            for item in shelf
            if item["biblionumber"] == hold["biblionumber"]
            and (hold["item_level_hold"] == "0" or item["itemnumber"] == hold["itemnumber"])
        }

    told = {
        (str(hold["hold_id"]), barcode)
        for hold in planted["holds"]["not_found_on_shelf"]
        for barcode in hold["barcodes"]
    }
    assert seen("2026-10-24") & seen("2026-10-31") == told


def test_paused_holds_and_those_past_their_date(planted: Truth) -> None:
    holds = planted["holds"]
    assert {
        (hold["reserve_id"], hold["suspend_until"][:10])
        for hold in koha("reserves")
        if hold["suspend"] == "1"
    } == {(str(hold["hold_id"]), hold["until"]) for hold in holds["suspended"]}
    assert {
        (hold["reserve_id"], hold["expirationdate"])
        for hold in koha("reserves")
        if hold["found"] == "W" and hold["expirationdate"] < "2026-10-31"
    } == {(str(hold["hold_id"]), hold["expires_on"]) for hold in holds["past_shelf_date"]}


def test_titles_with_more_than_four_holds_a_copy(
    con: duckdb.DuckDBPyConnection, planted: Truth
) -> None:
    """As libstats' tables tell it, with the copies on order beside."""
    found = con.sql(
        """
        with queue as (
            select
                title_id,
                count(*) as holds
            from hold
            where source = 'koha' and queue_position > 0
            group by all
        ),
        copies as (
            select
                title_id,
                count(*) filter (is_held) as held,
                count(*) filter (not_for_loan_code = '-1') as ordered
            from copy_state join item using (source, item_key)
            where source = 'koha'
            group by all
        )
        select
            title_id,
            holds,
            held,
            ordered
        from queue join copies using (title_id)
        where held > 0 and holds > 4 * held
        order by title_id::integer
        """
    ).fetchall()
    assert found == [
        (str(title["title_id"]), title["holds"], title["copies"], title["on_order"])
        for title in planted["holds"]["buy"]
    ]


def test_requests_that_are_left_alone(con: duckdb.DuckDBPyConnection, planted: Truth) -> None:
    """By their last status in the log and the days since."""
    for what, status in STEPS.items():
        found = con.execute(
            """
            select
                request_id::integer
            from ill_event join ill_request using (source, request_id)
            where ill_request.direction = 'borrowing'
            group by all
            having lower(arg_max(ill_event.status_as_exported, happened_at)) = lower($1)
                and max(happened_at) <= timestamp '2026-10-27'
            order by 1
            """,
            [status],
        ).fetchall()
        assert [number for (number,) in found] == [
            entry["request"] for entry in planted["ill"][what]
        ], what


def test_fill_rate_of_the_last_year(con: duckdb.DuckDBPyConnection, planted: Truth) -> None:
    told = planted["ill"]["fill_rate"]
    found = libstats.fill_rate(con, since=told["since"], until=told["until"])
    row = dict(zip(found.columns, found.fetchall()[0], strict=True))
    assert round(100 * row["rate"], 1) == told["percent"]
    names = ("filled", "unfilled", "duplicate", "cancelled_by_patron", "still_open")
    assert {name: row[name] for name in names} == {name: told[name] for name in names}


def test_transits(con: duckdb.DuckDBPyConnection, planted: Truth) -> None:
    route, told = planted["transit"]["slow_route"], planted["transit"]["stuck"]
    (slowest, *_) = con.sql(
        """
        select
            from_branch,
            to_branch
        from transit
        where arrived_at is not null
        group by all
        order by median(arrived_at - sent_at) desc
        """
    ).fetchall()
    names = json.loads((SAMPLE / "truth.json").read_text(encoding="utf-8"))["branches"]
    assert slowest == (names[route["from"]], names[route["to"]])
    stuck = con.sql(
        "select transit_id::integer from transit"
        " where arrived_at is null and sent_at < timestamp '2026-10-21' order by 1"
    ).fetchall()
    assert [number for (number,) in stuck] == [journey["transit_id"] for journey in told]


def test_loans_to_chase(planted: Truth) -> None:
    items = {item["itemnumber"]: item for item in koha("items")}
    lost = {loan["issue_id"]: items[loan["itemnumber"]] for loan in koha("issues")}
    long = END + timedelta(days=1) - timedelta(days=28)
    told = planted["loans"]
    assert told["long_overdue"] == sum(
        loan["date_due"] < f"{long}" and lost[loan["issue_id"]]["itemlost"] == "0"
        for loan in koha("issues")
    )
    for code, name in (("5", "claimed_returned"), ("3", "lost_and_paid")):
        barcodes = {item["barcode"] for item in lost.values() if item["itemlost"] == code}
        assert barcodes == set(told[name])


def test_a_claim_is_known_by_the_library_s_own_code(
    con: duckdb.DuckDBPyConnection, planted: Truth
) -> None:
    found = con.sql(
        "select barcode from copy_state join item using (source, item_key)"
        " where source = 'koha' and lost_code = '5' and role = 'claimed returned'"
    ).fetchall()
    assert {barcode for (barcode,) in found} == set(planted["loans"]["claimed_returned"])


def test_orders_to_chase(con: duckdb.DuckDBPyConnection, planted: Truth) -> None:
    told = planted["orders"]
    asked = con.sql(
        """
        select
            item.item_key,
            title_id
        from hold
            join item using (source, title_id)
            join copy_state using (source, item_key)
        where hold.source = 'alma' and not is_on_shelf
        order by all
        """
    ).fetchall()
    assert asked == [(copy["item_id"], copy["title_id"]) for copy in told["received_with_hold"]]
    unseen = con.sql(
        """
        select distinct
            order_line_id
        from invoice_line join order_copy using (source, order_line_id)
        group by all
        having count(received_on) = 0
        order by all
        """
    ).fetchall()
    assert [line for (line,) in unseen] == [line["line"] for line in told["invoiced_not_received"]]
    days = {
        vendor: told["slow_vendor"][f"median_days_{vendor}"] for vendor in ("heron", "millrace")
    }
    assert told["slow_vendor"]["median_days_quaigris"] > 1.6 * max(days.values())


def test_branches_go_opposite_ways_and_all_together_hardly_anywhere(planted: Truth) -> None:
    up, down = planted["branches"]["up"], planted["branches"]["down"]
    assert (up["branch"], down["branch"]) == ("SLT", "TRN")
    assert up["percent"] == pytest.approx(39, abs=3)
    assert down["percent"] == pytest.approx(-12, abs=2)
    assert abs(planted["library"]["lending"]["year_percent"]) < 3


def test_a_season_is_visible_and_the_rest_is_a_few_percent() -> None:
    """Checkouts per open day of all branches by the season's factor: a few percent around their
    mean, in the 36 months before anything changed."""
    truth = json.loads((SAMPLE / "truth.json").read_text(encoding="utf-8"))
    season = truth["planted"]["library"]["season"]
    checkouts: dict[str, int] = {}
    for cell in truth["months"]:
        if cell["month"] < "2025-11" and cell["branch"] in truth["branches"]:
            checkouts[cell["month"]] = checkouts.get(cell["month"], 0) + cell["checkouts"]
    days = {
        month: n / truth["calendar"]["QBC"]["months"][month]["open_days"] / season[month[5:]]
        for month, n in checkouts.items()
    }
    mean = sum(days.values()) / len(days)
    spread = (sum((day - mean) ** 2 for day in days.values()) / len(days)) ** 0.5 / mean
    assert len(days) == 36
    assert 0.02 < spread < 0.05
