"""Digital lending: what ends, who waits, what was lent, what it costs, and print beside it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import duckdb
import pytest

import libstats
from libstats.analysis.digital_cost import ALL_TIME
from libstats.analysis.receipts import ANALYSES
from libstats.definitions.roles import LENDING_MODELS, QUEUED
from libstats.errors import AnalysisError
from tests.support.tables import dicts, holding

ONE, BY_TIME, BY_CHECKOUTS = "One Copy/One User", "MA: by time", "MA: by checkouts"
AT_ONCE, PER_CIRC = "Simultaneous Use", "Cost Per Circ"
PERIOD = {"since": "2026-08-01", "until": "2026-11-01"}


def titled(name: str, **told: Any) -> dict[str, Any]:
    """A row of a title; its ISBN is told as its name."""
    return {"source": "overdrive", "digital_title_id": name, "title": name, "isbn": name, **told}


def left_out(con: duckdb.DuckDBPyConnection, name: str, **asked: str) -> dict[str, int]:
    """What the analysis leaves out, by reason."""
    return dict(ANALYSES[name].left_out(con, **asked).fetchall())


def month(day: str, last: str, format_: str, checkouts: int | None, **told: Any) -> dict[str, Any]:
    """A row of a report by month."""
    return {
        "source": "hoopla",
        "starts_on": day,
        "ends_on": last,
        "format": format_,
        "lending_model": "all",
        "collection": "all",
        "checkouts": checkouts,
        **told,
    }


def test_a_licence_ends_by_its_day_or_by_its_checkouts() -> None:
    """Asked on 31 October for 60 days: December 30 is the 60th day, the 31st is too far. None left
    of none that was bought is no end; 3 left are few, 4 are not."""
    con = holding(
        digital_title=[
            titled("ended", expires_on="2026-10-30"),
            titled("soon", expires_on="2026-12-30", checkouts_bought=0, checkouts_left=0),
            titled("later", expires_on="2026-12-31"),
            titled("used up", checkouts_bought=26, checkouts_left=0, expires_on="2027-10-01"),
            titled("few", checkouts_bought=26, checkouts_left=3, holds=5),
            titled("enough", checkouts_bought=26, checkouts_left=4),
            titled("for good", copies=2, checkouts_bought=0, checkouts_left=0),
            titled("per circ", pay_per_use_until="2026-11-01"),
        ]
    )
    found = libstats.digital_endings(con, as_of="2026-10-31")
    assert found.select("title, standing, days_left, checkouts_left").fetchall() == [
        ("few", "few left", None, 3),
        ("ended", "ended", -1, None),
        ("per circ", "soon", 1, None),
        ("soon", "soon", 60, None),
        ("used up", "used up", 335, 0),
    ]
    assert left_out(con, "digital_endings", as_of="2026-10-31") == {
        "no end is told": 1,
        "they end later": 2,
    }


def test_what_goes_on_in_another_model_is_held_otherwise() -> None:
    """The eBook ends by time and is owned for good too; of the audiobook nothing goes on."""
    con = holding(
        digital_title=[
            titled("1", isbn="x", format="eBook", lending_model=BY_TIME, expires_on="2026-11-01"),
            titled("2", isbn="x", format="eBook", lending_model=ONE, copies=1),
            titled("3", isbn="x", format="Audiobook", expires_on="2026-11-01"),
            titled("4", isbn="y", format="eBook", expires_on="2026-11-01"),
            titled("5", isbn="y", format="eBook", lending_model=ONE, copies=0),
        ]
    )
    found = libstats.digital_endings(con, as_of="2026-10-31")
    assert found.select("title, is_held_otherwise").order("title").fetchall() == [
        ("1", True),
        ("3", False),
        ("4", False),
    ]


def test_models_that_lend_to_one_patron_at_a_time_share_a_queue() -> None:
    """12 wait for 1 + 2 copies: 4 a copy, enough; 13 would be 4.33: ceil(13 / 4) = 4 copies, so
    that 1 is to be bought. 9 wait for none that is left."""
    con = holding(
        digital_title=[
            titled("a1", isbn="a", lending_model=ONE, copies=1, holds=12, price=50),
            titled("a2", isbn="a", lending_model=BY_CHECKOUTS, copies=2, holds=12, price=60),
            titled("b", copies=3, holds=13, price=50),
            titled("c", lending_model=BY_TIME, copies=0, holds=9),
            # its bought checkouts are used up: it lends no more
            titled(
                "d",
                lending_model=BY_CHECKOUTS,
                copies=1,
                checkouts_bought=26,
                checkouts_left=0,
                holds=4,
            ),
            titled("nobody waits", lending_model=ONE, copies=1, holds=0),
        ]
    )
    found = libstats.digital_holds(con)
    assert found.select(
        "isbn, holds, copies, round(holds_per_copy, 2), to_buy, standing, price"
    ).fetchall() == [
        ("b", 13, 3, 4.33, 1, "buy", Decimal(50)),
        ("a", 12, 3, 4.0, 0, "enough", None),
        ("c", 9, 0, None, 3, "no copy left", None),
        ("d", 4, 0, None, 1, "no copy left", None),
    ]


@pytest.mark.parametrize("model", [*LENDING_MODELS, "a word of ours", None])
def test_a_queue_is_judged_by_the_role_of_its_model(model: str | None) -> None:
    """Roles are given to the words themselves; one without is not judged."""
    own = {m: m for m in LENDING_MODELS}
    config = {"roles": {"overdrive": {"digital_title": {"lending_model": own}}}}
    con = holding(config, digital_title=[titled("x", lending_model=model, copies=1, holds=9)])
    ((standing, ratio),) = libstats.digital_holds(con).select("standing, holds_per_copy").fetchall()
    is_judged = model is None or model in QUEUED
    assert (standing, ratio) == (("buy", 9.0) if is_judged else ("cannot judge", None))


def test_months_of_a_report_are_told_or_are_not() -> None:
    """eBooks: 10 in August, none told in September (no row of that month), 30 in October; half of
    August again is no month, nor is a year."""
    con = holding(
        digital_use=[
            month("2026-08-01", "2026-08-31", "ebook", 10, cost=20),
            month("2026-08-01", "2026-08-15", "ebook", 6, cost=12),
            month("2026-08-01", "2026-08-31", "movie", 4, cost=12),
            month("2026-10-01", "2026-10-31", "ebook", 30, cost=45),
            month("2026-01-01", "2026-12-31", "ebook", 400, cost=800),
        ]
    )
    formats = libstats.digital_circulation(con, by="format", **PERIOD)
    assert formats.select("part, checkouts, checkouts_told, months_told, cost").fetchall() == [
        ("ebook", None, 40, 2, Decimal(65)),
        ("movie", None, 4, 2, Decimal(12)),
    ]
    months = libstats.digital_circulation(con, by="month", **PERIOD)
    assert months.select("part, checkouts, why_unknown, cost_per_checkout").fetchall() == [
        ("2026-08", 14, None, 32 / 14),
        ("2026-09", None, "2026-09: no report has it", None),
        ("2026-10", 30, None, 1.5),
    ]
    assert left_out(con, "digital_circulation", **PERIOD)["of a period that is no month"] == 2


def test_a_month_is_counted_by_the_report_or_by_the_list_and_never_by_both() -> None:
    """August has a report of 10; the list has 2 in August and 1 in September."""
    lent = ["2026-08-02", "2026-08-03", "2026-09-04"]
    con = holding(
        digital_use=[month("2026-08-01", "2026-08-31", "all", 10)],
        digital_loan=[
            {"source": "hoopla", "lent_at": day, "title": "x", "isbn": "x"} for day in lent
        ],
    )
    found = libstats.digital_circulation(con, since="2026-08-01", until="2026-10-01")
    assert found.select("checkouts, told_by, cost").fetchall() == [(11, "both", None)]
    months = libstats.digital_circulation(con, by="month", since="2026-08-01", until="2026-10-01")
    assert months.select("part, checkouts, told_by").fetchall() == [
        ("2026-08", 10, "report"),
        ("2026-09", 1, "list"),
    ]


def test_models_and_collections_are_rows_of_their_own() -> None:
    lent = [(ONE, "Advantage"), (ONE, "Advantage"), (ONE, "consortium"), (BY_TIME, None)]
    con = holding(
        digital_loan=[
            {
                "source": "overdrive",
                "lent_at": "2026-10-04 09:00",
                "title": "x",
                "isbn": "x",
                "lending_model": model,
                "collection": collection,
            }
            for model, collection in lent
        ]
    )
    found = libstats.digital_circulation(con, since="2026-10-01", until="2026-11-01")
    assert found.select("collection, lending_model, checkouts").fetchall() == [
        (None, BY_TIME, 1),
        ("Advantage", ONE, 2),
        ("consortium", ONE, 1),
    ]


def test_a_month_that_begins_within_another_is_refused() -> None:
    with pytest.raises(AnalysisError, match="within a month"):
        libstats.digital_circulation(holding(), since="2026-10-02", until="2026-11-01")


def test_the_cost_of_a_checkout_is_told_by_model_and_basis() -> None:
    """hoopla: 65 for 40 in its months; 12 for 6 by title. A list of titles has prices of its day
    beside checkouts of all time: no cost, whichever the model."""
    con = holding(
        digital_title=[
            titled("a", lending_model=ONE, copies=2, price=50, lifetime_checkouts=40),
            titled("b", lending_model=ONE, copies=1, price=20, lifetime_checkouts=8),
            titled("c", lending_model=PER_CIRC, copies=0, price=2.99, lifetime_checkouts=100),
            titled("d", lending_model=BY_TIME, copies=1, price=60),
            {
                **titled("g", reported_checkouts=6, reported_cost=12),
                "source": "hoopla",
            },
        ],
        digital_use=[
            month("2026-08-01", "2026-08-31", "ebook", 10, cost=20),
            month("2026-10-01", "2026-10-31", "ebook", 30, cost=45),
        ],
    )
    found = dicts(libstats.digital_cost(con, **PERIOD))
    assert [
        (r["lending_model"], r["basis"], r["checkouts"], r["cost_per_checkout"], r["why_none"])
        for r in found
    ] == [
        (None, "period", 40, 65 / 40, None),
        (None, "report of titles", 6, 2.0, None),
        (PER_CIRC, "list of titles", None, None, ALL_TIME),
        (ONE, "list of titles", None, None, ALL_TIME),
    ]
    assert left_out(con, "digital_cost", **PERIOD) == {
        ALL_TIME: 3,
        "its checkouts are not told": 1,
        "its report tells of no checkout, or of no cost": 0,
    }


def test_digital_and_print_meet_by_an_isbn_alone() -> None:
    """9780306406157 is 0306406152 with ten digits; an equal title proves nothing."""
    con = holding(
        digital_title=[
            titled("1", isbn="978-0-306-40615-7", title="Reeds", copies=1, holds=3),
            titled("2", isbn=None, title="Tides"),
            titled("3", isbn="9781861972712", title="Foam"),
        ],
        title=[
            {"title_id": "b1", "title": "Reeds", "isbn": "0306406152 (print) 9780306406157"},
            {"title_id": "b2", "title": "Tides"},
        ],
        item=[
            {"item_id": "i1", "title_id": "b1", "lifetime_checkouts": 7},
            {"item_id": "i2", "title_id": "b1", "lifetime_checkouts": 2, "lost_code": "1"},
        ],
        hold=[{"hold_id": "h", "title_id": "b1", "placed_on": date(2026, 10, 1)}],
    )
    found = libstats.digital_and_print(con)
    assert found.select(
        "title, digital_copies, digital_holds, print_copies, print_holds, print_checkouts"
    ).fetchall() == [("Reeds", 1, 3, 1, 1, 9)]
    assert left_out(con, "digital_and_print") == {
        "no ISBN": 1,
        "no record of the catalogue has its ISBN": 1,
    }


def test_orders_are_counted_by_month_and_a_month_without_one_is_0() -> None:
    """August 3 + 2 units; September none; October 1 and 4 before they come out."""
    bought = [
        ("2026-08-03", 3, 150, 0, 0),
        ("2026-08-31", 2, 80, 0, 0),
        ("2026-10-05", 1, 60, 4, 200),
    ]
    names = ("ordered_on", "units", "amount", "preorder_units", "preorder_amount")
    con = holding(
        digital_purchase=[
            {"source": "overdrive", **dict(zip(names, row, strict=True))} for row in bought
        ]
    )
    found = libstats.digital_purchases(con, **PERIOD)
    assert found.select("month, orders, units, amount::integer, preorder_units").fetchall() == [
        (date(2026, 8, 1), 2, 5, 230, 0),
        (date(2026, 9, 1), 0, 0, 0, 0),
        (date(2026, 10, 1), 1, 1, 60, 4),
    ]
    assert left_out(con, "digital_purchases", since="2026-10-01", until="2026-11-01") == {
        "of another month": 2
    }
