"""Answers of Alma's, FOLIO's and ILLiad's services: each loads, or is refused as what it is."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from libstats.errors import NotLoadedYet
from libstats.recognise.recognise import recognise
from libstats.sources import declared
from tests.support.files import write

# what is known and left alone: a record of it, and how it is called
LEFT_ALONE = [
    ({"primary_id": "CANARY", "last_name": "CANARY"}, "alma users", "never reads patron records"),
    (
        {
            "holding_id": "22",
            "library": {"value": "M"},
            "location": {"value": "s"},
            "call_number": "a",
        },
        "alma holdings",
        "no table keeps holdings",
    ),
    (
        {
            "resource_metadata": {"mms_id": {"value": "99"}, "title": "CANARY"},
            "location": {"library": {"value": "M"}},
            "request": [{"id": "1"}],
        },
        "alma requested resources",
        "what is to be fetched",
    ),
    ({"code": "k", "name": "Kubon", "financial_sys_code": "1"}, "alma vendors", "not loaded yet"),
    (
        {"code": "f", "fiscal_period": {"value": "2026"}, "type": {"value": "ALLOCATED"}},
        "alma funds",
        "Funds Expenditure",
    ),
    ({"partner_details": {"code": "P", "name": "Partner"}}, "alma partners", "partner libraries"),
    ({"is_local": True, "availability": {"value": "10"}}, "alma portfolios", "electronic titles"),
    ({"code": "L", "licensor": {"value": "x"}}, "alma licenses", "no table keeps licenses"),
    (
        {"code": "C", "name": "Course", "academic_department": {"value": "x"}},
        "alma courses",
        "reserve requests",
    ),
    (
        {"acquisition_unit": {"value": "x"}, "citation_type": {"value": "BK"}},
        "alma purchase requests",
        "who asks is a patron",
    ),
    (
        {"number_of_members": {"value": "3"}, "content": {"value": "ITEM"}},
        "alma sets",
        "names records",
    ),
    (
        {"request_id": "1", "request_type": "MOVE", "request_sub_type": {"value": "TRANSIT"}},
        "alma requests of the REST service without holds",
        "digitisation, work orders and moves are not loaded",
    ),
    ({"errorsExist": True, "errorList": {"error": []}}, "alma message of an error", "ask again"),
    (
        {"id": "h", "hrid": "ho1", "instanceId": "i", "holdingsTypeId": "t"},
        "folio holdings",
        "no table keeps holdings",
    ),
    (
        {"id": "h", "instanceId": "i", "permanentLocationId": "l", "sourceId": "s"},
        "folio holdings",
        "export the items",
    ),
    ({"id": "f", "fundStatus": "Active", "ledgerId": "l"}, "folio funds", "budgets"),
    (
        {"id": "b", "budgetStatus": "Active", "fundId": "f", "fiscalYearId": "y"},
        "folio budgets",
        "not loaded yet",
    ),
    (
        {"id": "c", "object": "Loan", "action": "Checked out", "servicePointId": "s"},
        "folio circulation log",
        "tell again",
    ),
    (
        {"id": "t", "poLineId": "l", "poLineNumber": "1-1", "title": "CANARY"},
        "folio titles of order lines",
        "export those",
    ),
    ({"id": "a", "name": "A", "agreementStatus": {"value": "active"}}, "folio agreements", "keeps"),
    ({"message": "CANARY", "type": "1", "code": "x"}, "folio message of an error", "ask again"),
    (
        {"id": "u", "username": "CANARY", "patronGroup": "g"},
        "folio users",
        "never reads patron records",
    ),
    ({"Username": "CANARY", "LastName": "CANARY"}, "illiad users", "never reads patron records"),
    (
        {"transactionNumber": 7, "note": "CANARY", "noteDate": "2026-10-31T00:00:00"},
        "illiad notes",
        "never reads what people wrote",
    ),
]


@pytest.mark.parametrize("form", ["alone", "in a list", "in an answer", "in pages"])
@pytest.mark.parametrize(
    ("record", "label", "why"), LEFT_ALONE, ids=[label for _, label, _ in LEFT_ALONE]
)
def test_an_answer_that_is_not_loaded_is_called_what_it_is(
    tmp_path: Path, record: dict[str, object], label: str, why: str, form: str
) -> None:
    answer = json.dumps({"records": [record], "totalRecords": 2})
    text = {
        "alone": json.dumps(record, indent=1),
        "in a list": json.dumps([record]),
        "in an answer": answer,
        "in pages": f"{answer}\n{answer}",
    }[form]
    with pytest.raises(NotLoadedYet) as refusal:
        recognise(write(tmp_path / "answer.json", text))
    assert str(refusal.value).startswith(label)
    assert why in str(refusal.value)
    assert "CANARY" not in str(refusal.value)


def test_every_one_that_is_left_alone_is_asked_here() -> None:
    services = {
        d.label
        for d in declared()
        if type(d).__name__ == "LeftAlone" and ("REST service" in d.label or d.system == "folio")
    } - {"folio history of loans", "folio dates of renewals"}  # tables of the reporting database
    assert {label.removesuffix(" of the REST service") for label in services} == {
        label for _, label, _ in LEFT_ALONE if label.startswith(("alma", "folio"))
    } - {"alma message of an error"}


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("<user_requests><user_request><request_id>1</request_id><request_type>HOLD</request_type>"
         "<request_status>NOT_STARTED</request_status><mms_id>99</mms_id>"
            "<pickup_location_type>LIBRARY</pickup_location_type></user_request>"
         "</user_requests>", "alma requests of the REST service"),
        ("<po_lines><po_line><number>POL-1</number><po_number>PO-1</po_number><vendor desc='K'>k"
         "</vendor><acquisition_method desc='P'>P</acquisition_method></po_line></po_lines>",
         "alma order lines of the REST service"),
        ("<invoice><number>1</number><invoice_date>2026-10-05Z</invoice_date><vendor desc='K'>k"
         "</vendor><invoice_lines><invoice_line><id>1</id></invoice_line></invoice_lines></invoice>",
         "alma invoices of the REST service"),
        ("<user_resource_sharing_requests><user_resource_sharing_request><request_id>1</request_id>"
         "<status desc='x'>LOANED</status><citation_type desc='x'>BK</citation_type>"
         "<format desc='x'>PHYSICAL</format></user_resource_sharing_request>"
         "</user_resource_sharing_requests>",
         "alma resource sharing requests of the REST service"),
    ],
    ids=["requests", "order lines", "an invoice alone", "resource sharing"],
)  # fmt: skip
def test_the_same_answers_as_xml_are_known(tmp_path: Path, text: str, label: str) -> None:
    assert recognise(write(tmp_path / "answer.xml", text))[0].label == label


def test_users_as_xml_are_patrons(tmp_path: Path) -> None:
    text = (
        "<users><user><primary_id>CANARY</primary_id><last_name>CANARY</last_name></user></users>"
    )
    with pytest.raises(NotLoadedYet, match="libstats never reads patron records"):
        recognise(write(tmp_path / "users.xml", text))
