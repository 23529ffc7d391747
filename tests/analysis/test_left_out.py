"""What an analysis leaves out is left out for one reason: its reasons, but for those that say
"counted", never overlap.

Every analysis of libstats/analysis/provenance.py is asked about rows that stand alone, so that two
reasons for one row, or none, show.
"""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from typing import Any

import duckdb
import pytest

import libstats
from libstats import analysis as room
from libstats.analysis.receipts import ANALYSES
from libstats.workspace.workspace import Workspace
from tests.support.cases import HEAD, PROCESS, configured
from tests.support.files import write
from tests.support.tables import holding

pytestmark = pytest.mark.slow

# January is asked about; a case is brought, glued, mended, shelved, or discarded
CASES = {
    "done": "brought 01-03, mended 01-05",
    "done without being glued, and seen behind its end": "brought 01-03, mended 01-05, shelved 01-06",
    "open": "brought 01-03, glued 01-04",
    "given up": "brought 01-03, discarded 01-05",
    "given up and taken up again": "brought 01-03, discarded 01-05, glued 01-06",
    "given up, and done all the same": "brought 01-03, discarded 01-05, mended 01-06",
    "done, then discarded": "brought 01-03, mended 01-05, discarded 01-06",
    "past its end, not known when": "brought 01-03, shelved 01-06",
    "of no beginning": "mended 01-05",
    "of no beginning, open": "glued 01-05",
    "of no beginning, past its end": "shelved 01-05",
    "of no beginning, given up": "discarded 01-05",
    "of no beginning, done before": "mended 2025-12-05",
    "begun before, open": "brought 2025-12-05",
    "begun before, done in time": "brought 2025-12-05, mended 01-05",
    "begun and done before": "brought 2025-12-05, mended 2025-12-09",
    "begun before, past its end": "brought 2025-12-05, shelved 01-06",
    "begun before, given up": "brought 2025-12-05, discarded 2025-12-06",
    "done before it began": "brought 01-05, mended 01-03",
    "done after the period": "brought 01-05, mended 02-03",
    "later: open": "brought 02-03",
    "later: done": "brought 02-03, mended 02-05",
    "later: past its end": "brought 02-03, shelved 02-05",
}
DONE = "0,brought,2026-01-01,EAST", "0,mended,2026-01-02,EAST"
COPY = {"item_id": "1", "title_id": "1", "owning_branch": "EAST", "added_on": "2020-01-01"}
LOAN = {"loan_id": "1", "item_id": "1", "checkout_branch": "EAST"}
EVENT = {"item_id": "1", "branch": "EAST", "happened_at": "2026-01-03 10:00"}
COUNT = {"kind": "all", "branch": "EAST", "starts_on": "2026-01-03", "ends_on": "2026-01-03"}
LATER = {"starts_on": "2026-02-03", "ends_on": "2026-02-03"}
MOVED = {"transaction_id": "1", "kind": "spent", "amount": "9"}
LENT, WITHDRAWN, LOST = (
    {"checked_out_at": "2026-01-03 10:00"},
    {"withdrawn_on": "2025-01-01", "withdrawn_code": "1"},
    {"lost_code": "2"},
)
ROWS: dict[str, tuple[str, dict[str, Any]]] = {
    "a copy": ("item", COPY),
    "withdrawn": ("item", {**COPY, **WITHDRAWN}),
    "missing": ("item", {**COPY, "status": "Missing"}),
    "withdrawn and lost": ("item", {**COPY, **WITHDRAWN, **LOST}),
    "to come": ("item", {**COPY, "added_on": "2026-03-05"}),
    "to come and lost": ("item", {**COPY, **LOST, "added_on": "2026-03-05"}),
    "on loan and on order": ("item", {**COPY, "due_on": "2026-02-15", "not_for_loan_code": "-1"}),
    "of no day and no branch": ("item", {"item_id": "1"}),
    "an invoice": ("invoice", {"invoice_id": "1", "billed_on": "2026-01-03"}),
    "an invoice of another month": ("invoice", {"invoice_id": "1", "billed_on": "2026-02-03"}),
    "a line of an invoice of no day": ("invoice_line", {"invoice_line_id": "1", "amount": "9"}),
    "visits": ("manual_count", {**COUNT, "measure": "visits"}),
    "visits over an end": ("manual_count", {**COUNT, "measure": "visits", "ends_on": "2026-02-03"}),
    "questions of another month": ("manual_count", {**COUNT, **LATER, "measure": "reference"}),
    "a computer session": ("manual_count", {**COUNT, "measure": "Wi-Fi"}),
    "sessions": ("manual_count", {**COUNT, "measure": "programs"}),
    "a reserve of no day": ("reserve_request", {"reserve_request_id": "1"}),
    "a reserve of later": ("reserve_request", {"needed_by": "2026-02-03"}),
    "a licence decided": ("licence", {"decided_on": "2026-01-03", "ends_on": "2027-01-01"}),
    "a licence of no day": ("licence", {"licence_id": "1"}),
    "a licence of later": ("licence", {"notice_by": "2027-01-01"}),
    "a use of no report": ("usage", {"usage_report_id": "1", "month": "2026-01-01", "uses": 1}),
    "a use of another month": ("usage", {"month": "2026-02-01", "uses": 1}),
    "a licence alone": ("licence", {"licence_id": "2", "price": "9", "ends_on": "2026-01-31"}),
    "a digital title": ("digital_title", {"digital_title_id": "1", "title": "x"}),
    "a digital title of later": ("digital_title", {"expires_on": "2028-01-01", "holds": 0}),
    "a digital week": ("digital_use", {"starts_on": "2026-01-01", "ends_on": "2026-01-07"}),
    "a digital order of later": ("digital_purchase", {"ordered_on": "2026-03-04"}),
    "a digital checkout of later": ("digital_loan", {"lent_at": "2026-03-04", "title": "x"}),
    "a later movement": ("fund_transaction", {**MOVED, "happened_on": "2026-04-01"}),
    "a movement of no fund": ("fund_transaction", {**MOVED, "happened_on": "2026-01-03"}),
    "a loan of no copy": ("loan", {**LOAN, **LENT}),
    "a loan of no time": ("loan", LOAN),
    "a loan of no desk": ("loan", {**LENT, "loan_id": "1"}),
    "a payment": ("circulation_event", {**EVENT, "kind": "payment"}),
    "a payment of no desk": ("circulation_event", {**EVENT, "kind": "payment", "branch": None}),
    "a checkout of no desk": ("circulation_event", {**EVENT, "kind": "checkout", "branch": None}),
}
OF_CASES = [name for name, told in ANALYSES.items() if told.used]
OF_ROWS = [name for name, told in ANALYSES.items() if not told.used]


def asked(analysis: str, **given: str) -> dict[str, str]:
    """What an analysis takes of the January asked about, and of what is given."""
    given = {"since": "2026-01-01", "until": "2026-02-01", "as_of": "2026-03-01", **given}
    known = inspect.signature(ANALYSES[analysis].function).parameters
    return {name: text for name, text in given.items() if name in known}


def left_out(
    con: duckdb.DuckDBPyConnection, analysis: str, parameters: dict[str, str]
) -> dict[str, int]:
    """The reasons that leave something out, and how much."""
    found = ANALYSES[analysis].left_out(con, **parameters).fetchall()
    return {reason: rows for reason, rows, *_ in found if rows and "counted" not in reason}


def lines(process: str, milestones: str) -> str:
    """The lines of the plain list that tell of a process: its case 1, and one that is done, so that
    its end is told of."""
    pairs = (told.split() for told in milestones.split(", "))
    days = ((milestone, day if len(day) > 5 else f"2026-{day}") for milestone, day in pairs)
    rows = [*DONE, *(f"1,{milestone},{day},EAST" for milestone, day in days)]
    return "".join(f"{process},{row}\n" for row in rows)


@pytest.fixture(scope="module")
def benches(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A workspace in which each of CASES is case 1 of a process of its own."""
    place = libstats.init(tmp_path_factory.mktemp("benches") / "library")
    numbered = {f"mending{n}": told for n, told in enumerate(CASES.values())}
    place = configured(place, "".join(PROCESS.replace("mending", name) for name in numbered))
    text = HEAD + "".join(lines(name, told) for name, told in numbered.items())
    receipt = libstats.load(place, [write(place.exports / "benches-2026-03-01.csv", text)])
    assert receipt.is_clean, str(receipt)
    return place


def test_every_companion_is_in_a_receipt_and_every_figure_with_a_receipt_is_public() -> None:
    modules = [m.name for m in pkgutil.walk_packages(room.__path__, f"{room.__name__}.")]
    companions = {
        f"{value.__module__}.{value.__name__}"
        for name in modules
        for value in vars(importlib.import_module(name)).values()
        if inspect.isfunction(value) and value.__name__.endswith("left_out")
    }
    told = {f"{t.left_out.__module__}.{t.left_out.__name__}" for t in ANALYSES.values()}
    assert companions - told == set()
    assert set(ANALYSES) <= set(libstats.__all__)


@pytest.mark.parametrize("analysis", OF_CASES)
def test_a_case_is_used_or_left_out_for_one_reason(benches: Workspace, analysis: str) -> None:
    used = ANALYSES[analysis].used
    assert used is not None
    with libstats.open(benches) as con:
        wrong = {}
        for number, name in enumerate(CASES):
            parameters = asked(analysis, process=f"mending{number}")
            told = {"used": used(con, **parameters), **left_out(con, analysis, parameters)}
            if sum(told.values()) != 2:
                wrong[name] = told
    assert wrong == {}


@pytest.mark.parametrize("analysis", OF_ROWS)
def test_a_row_is_left_out_for_at_most_one_reason(analysis: str) -> None:
    found = {}
    for name, (table, row) in ROWS.items():
        with holding(**{table: [row]}) as con:
            found[name] = left_out(con, analysis, asked(analysis))
    assert {name: told for name, told in found.items() if len(told) > 1} == {}
    assert any(found.values())
