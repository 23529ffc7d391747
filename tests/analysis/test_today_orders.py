"""What today's list says beside orders: the vendor's answer, what was invoiced and since when; and
how late orders stand."""

from __future__ import annotations

from datetime import datetime
from types import SimpleNamespace
from typing import Any

import pytest

from libstats.analysis.today import desks, lists, orders, words
from libstats.analysis.today.orders import INVOICED, order_details
from libstats.analysis.today.rows import DO
from libstats.cli.today import _alike
from tests.support.tables import dicts, holding

TOLD = {"koha": datetime(2026, 4, 1)}
ORDER = {"order_line_id": "501", "vendor_id": "12", "placed_on": "2026-01-02", "quantity": 2}
ANSWER = {"source": "edifact", "is_exchanged": True, "order_line_id": "77/501"} | {
    "answered_on": "2026-01-09", "status": "ordered",
}  # fmt: skip


@pytest.fixture(autouse=True)
def alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """No vendor has a usual time, and no question was asked."""
    nothing = SimpleNamespace(fetchall=list)
    monkeypatch.setattr(orders, "usual", lambda *_, **__: nothing)
    monkeypatch.setattr(orders, "ask_once", lambda _: None)


def beside(*answers: dict[str, Any], **tables: Any) -> dict[str, Any]:
    """What is told beside the library's order."""
    with holding(order_line=[ORDER, *answers], **tables) as con:
        found = dicts(order_details(con, TOLD))
    [row] = [each for each in found if each["of_source"] == "koha"]
    return row


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (
            {"quantity_waiting": 2, "reason_as_exported": "OP"},
            "the vendor answered on January 9, 2026: 2 on back order, reason OP",
        ),
        ({"status": "cancelled"}, "the vendor answered on January 9, 2026: cancelled"),
        ({"answered_on": None, "status": "cancelled"}, "the vendor answered: cancelled"),
        ({"answered_on": None}, None),  # a copy of the order, and no answer
        # the order and the place in it are no number of a line
        (
            {"order_line_id": "77/501", "purchase_order_id": "77", "line_number": "501"},
            None,
        ),
    ],
)
def test_the_vendors_answer_stands_beside_the_order(
    answer: dict[str, Any], why: str | None
) -> None:
    assert beside(ANSWER | answer)["why"] == why


def test_what_was_invoiced_lies_since_the_day_of_the_invoice() -> None:
    """The line says no number of copies, as Alma's may."""
    bill = {"invoice_id": "I1", "invoice_number": "7", "billed_on": "2026-03-20"}
    line = {"invoice_line_id": "L1", "invoice_id": "I1", "order_line_id": "501"}
    row = beside(invoice=[bill], invoice_line=[line])
    assert (row["task"], row["since"]) == (INVOICED, datetime(2026, 3, 20))
    assert row["why"] == (
        "Invoiced on March 20, 2026; 1 line of the invoice tells no number of copies"
    )


@pytest.mark.parametrize(
    ("copies", "came", "is_invoiced"),
    [(1, 0, True), (1, None, True), (1, 1, False), (2, 1, True), (-1, 0, False)],
)
def test_a_vendors_message_bills_the_order_of_the_library_system(
    copies: int, came: int | None, is_invoiced: bool
) -> None:
    """Of two copies some were billed, some came: an order lacks what was billed beyond these."""
    vendors = {"source": "edifact"}
    bill = vendors | {"invoice_id": "M1", "invoice_number": "7", "total_rule": "lines"}
    line = vendors | {"invoice_line_id": "M1 line 1", "invoice_id": "M1", "order_line_id": "9/501"}
    line |= {"quantity": copies, "amount": "20.00"}
    with holding(
        order_line=[ORDER | {"quantity_received": came, "status": "ordered"}],
        invoice=[bill | {"billed_on": "2026-03-20"}],
        invoice_line=[line],
    ) as con:
        [row] = dicts(order_details(con, TOLD))
    assert row["task"] == (INVOICED if is_invoiced else None)


def test_the_copies_of_one_order_line_are_listed_as_one_thing() -> None:
    """Of three lines with two copies each the first two things are four copies."""
    values = ", ".join(
        f"('do now', 'late', false, 0, 99, {-9 + n}, 'koha', '{n}{c}', 'line {n}')"
        for n in range(3)
        for c in "ab"
    )
    columns = "group_name, standing, is_missing, urgency, task_place, left_days, source, case_id"
    with holding() as con:
        found = con.sql(f"from (values {values}) t({columns}, look_for)")
        assert len(lists.pressing(found, 2)[-1]) == 2
        rows = lists.pressing(found, 2, "look_for")[-1]
    assert [row["case_id"] for row in rows] == ["0a", "0b", "1a", "1b"]
    assert len(lists._first(rows, DO, 1, "look_for")) == 2


def case(who: str, left: float, number: str) -> dict[str, Any]:
    """A late order."""
    return {"who": who, "left_days": left, "look_for": number, "task": None, "group_name": DO} | {
        "due_at": None, "stage": "all", "waited": None, "age": 100.0 - left, "branch": None,
        "location": None, "standing": "late", "why": None, "what": None, "next_step": None, "last_milestone": "ordered",
        "last_at": datetime(2026, 1, 2), "call_number": None,
    }  # fmt: skip


def test_what_one_vendor_is_late_with_stands_together_and_alike_copies_are_one_line() -> None:
    rows = [case("millrace", -40, "1"), case("heron", -30, "2"), case("millrace", -20, "3")]
    rows += [case("heron", -10, "4")] * 3
    work = SimpleNamespace(
        process=SimpleNamespace(name="order_copy", title="order"), of=lambda group: rows
    )
    [(task, listed)] = desks.tasks(work, DO)  # type: ignore[arg-type]
    assert task == "Ordered and late, by vendor"
    assert [row["look_for"] for row in listed] == ["1", "3", "2", "4", "4", "4"]
    assert [cells[-1].partition(";")[0] for cells in _alike(listed)][-1] == "3 copies"
    assert len(_alike(listed)) == 4


def test_days_say_what_they_are_counted_from() -> None:
    row = case("millrace", 0, "1")
    assert words.since(row) == "100 days"
    assert words.since(row | {"last_milestone": "billed"}) == "100 days since invoice"
    assert words.since(row | {"task": INVOICED, "waited": 12.0}) == "12 days since invoice"
