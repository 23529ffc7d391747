"""The SQL of analyses and reports names what people can name too: canonical tables, documented
views, and what a connection is given when it is opened."""

from __future__ import annotations

import ast
import contextlib
import inspect
import json
import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

import libstats
from libstats import schema
from libstats.analysis.circulation_parts import PARTS
from libstats.analysis.collection import system_days as days_of_systems
from libstats.analysis.receipts import ANALYSES
from libstats.analysis.today import invoices as today_invoices
from libstats.analysis.today import lists as today
from libstats.analysis.work.exported import newest_exports
from libstats.definitions import coverage
from libstats.errors import AnalysisError
from libstats.workspace.open import open as opened_anew
from tests.support.files import ROOT

CANONICAL = {
    name for table in schema.tables() for name in (table, f"{table}_ever", f"history.{table}")
}
DOCUMENTED = {"loaded_file", "loaded_day", "judged_day", "rejected_row", "coverage", "key_change"}
DOCUMENTED |= {"newest_decision", "role", "copy_role", "copy_state", "dated_item", "case"}
DOCUMENTED |= {"serial_claim", "order_route", "standing_order", "request_order"}
GIVEN = {"process", "calendar_day", "open_weekday", "closed_day"}
GIVEN |= {"change", "branch_name", "vendor_number"}  # of libstats.toml
GIVEN |= {"told_table", "coverage_setting"}  # of which `coverage` is worked out
GIVEN |= {"invoice_question", "billed_order"}  # asked once for today's list
GIVEN |= {"refused_file"}  # of the exports folder
GIVEN |= {"newest_export", "stated_day", "system_day"}  # worked out once of documented views
PERIOD = {"since": "2026-01-01", "until": "2026-11-01"}
COUNTS = ("visits", "reference_questions", "programmes", "reserves_ready")
COUNTS += ("proxy_visits", "proxy_starts", "proxy_logins", "machine_use", "self_service")
COUNTS += ("machine_refusals",)
COUNTS += ("resolver_requests", "technology_uses", "digital_circulation", "digital_cost")
COUNTS += ("digital_purchases",)
STORES = re.compile(r"\b(?:from|join)\s+(?:load|export|reject|ledger|\w+__\w+|store\.)\b")


def named(con: duckdb.DuckDBPyConnection, sql: str) -> set[str]:
    """The relations that a statement names, its own CTEs left out."""
    text = con.execute("select json_serialize_sql($1::varchar)", [sql]).fetchall()[0][0]
    tree = json.loads(text)
    assert not tree["error"], f"{tree['error_message']}: {sql}"
    found = set(relations(tree))
    return {name for kind, name in found if kind == "table"} - {
        name for kind, name in found if kind == "cte"
    }


def relations(tree: Any) -> Iterator[tuple[str, str]]:
    """The tables and CTEs of a syntax tree."""
    if isinstance(tree, list):
        for branch in tree:
            yield from relations(branch)
    if isinstance(tree, dict):
        if tree.get("type") == "BASE_TABLE":
            places = (tree["catalog_name"], tree["schema_name"], tree["table_name"])
            yield "table", ".".join(filter(None, places))
        for entry in (tree.get("cte_map") or {}).get("map", []):
            yield "cte", entry["key"]
        yield from relations(list(tree.values()))


def questions(processes: list[str]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every public analysis with parameters, those of a process for each, and their receipts."""
    yield from (
        (name, {})
        for name in ("check", "freshness", "migration_days", "system_days", "call_number_schemes")
    )
    day, open_days = {"as_of": "2026-11-01"}, {"unit": "open days", "calendar": "oclc"}
    without = ("hold_copies", "hold_shelf", "digital_and_print", "digital_holds")
    yield from ((name, {}) for name in without)
    yield "digital_endings", day
    yield "invoice_checks", PERIOD
    yield "vendor_terms", PERIOD
    yield "eresource_use", PERIOD
    yield "turned_away", PERIOD
    yield "cost_per_use", day
    yield "purchase_requests", PERIOD
    yield "fund_balances", day
    yield "serials_expected", {**PERIOD, **day}
    yield from ((name, day) for name in ("serial_claims", "serial_gaps"))
    yield from ((name, {}) for name in ("order_piles", "digital_holds", "digital_and_print"))
    yield "digital_endings", day
    yield "turnaround", {**PERIOD, "process": "order_copy", "by": "order route"}
    for name in ("licences_to_decide", "missing_copies", "publication_decades", "use_horizon"):
        yield name, day
    yield from ((name, PERIOD) for name in ("shelf_reading", "shelf_findings", "shelves_read"))
    for name in (
        "active_borrowers",
        "cataloguing",
        "cataloguing_waits",
        "record_faults",
        "shelf_time",
        *COUNTS,
    ):
        yield name, PERIOD
    for by in PARTS:
        yield "circulation_by", {"by": by, **PERIOD}
    yield "year_on_year", {"by": "branch"}
    for process, by in (("transit", "route"), ("hold", "copy in"), ("hold", "source and month")):
        yield "turnaround", {**PERIOD, "process": process, "by": by}
    yield "coverage", PERIOD
    yield "circulation", {**PERIOD, "branch": "owning_branch"}
    yield "sums", {"analysis": "collection_use", **PERIOD}
    yield "signals", {"measure": "checkouts", "by": "branch"}
    for measure in ("done", "wait"):
        yield "signals", {"measure": measure, "process": "ill_borrowing"}
    given = {"circulation": PERIOD, "collection_age": day, "collection_use": PERIOD}
    given["invoice_checks"] = given["vendor_terms"] = given["purchase_requests"] = PERIOD
    given |= dict.fromkeys(COUNTS, PERIOD)
    given["licences_to_decide"] = given["fund_balances"] = given["cost_per_use"] = day
    given["eresource_use"] = given["turned_away"] = PERIOD
    given["serial_claims"] = given["serial_gaps"] = day
    given |= {"order_piles": {}, "digital_holds": {}, "digital_and_print": {}}
    given["digital_endings"] = day
    given["serials_expected"] = {**PERIOD, **day}
    given["cataloguing"] = given["cataloguing_waits"] = given["record_faults"] = PERIOD
    given["shelf_reading"] = given["shelves_read"] = PERIOD
    given["weeding_candidates"] = {**day, "branch": "QBC"}
    # the kinds of work differ in the tables that they are read from alone
    for process in processes:
        yield "throughput", {**PERIOD, "process": process}
    for process in ("hold", "ill_borrowing", "mending"):
        of = {**PERIOD, "process": process}
        given |= dict.fromkeys(("backlog", "fill_rate", "throughput"), of)
        given |= {"turnaround": {**of, **open_days}, "worklist": {"process": process, **open_days}}
        yield "freshness", {"process": process}
        yield from ((name, of) for name in ("unfilled_reasons", "turnaround_curve"))
        yield from given.items()
        yield from (("receipt", {"analysis": name, **given[name]}) for name in ANALYSES)


def ask(con: duckdb.DuckDBPyConnection, name: str, given: dict[str, Any]) -> None:
    """Ask, and read the answer; what nothing that is loaded tells of is refused."""
    first = [given[key] for key in ("analysis", "process") if key in given][:1]
    rest = {key: value for key, value in given.items() if value not in first}
    with contextlib.suppress(AnalysisError):
        if name in ("freshness", "signals", "year_on_year"):
            getattr(libstats, name)(con, **given).fetchall()
        else:
            getattr(libstats, name)(con, *first, **rest).fetchall()


def test_analyses_name_canonical_tables_and_documented_views_alone(demo: Path) -> None:
    with opened_anew(demo) as con:  # what is worked out already is not asked
        kinds = con.execute("select process from process").fetchall()
        # what is worked out once is kept as tables
        coverage.ready(con)
        newest_exports(con)
        days_of_systems.ready(con)
        today_invoices.asked_about(con)
        today_invoices.bill_once(con)
        con.execute("call enable_logging('QueryLog')")
        asked = list(questions([process for (process,) in kinds]))
        for name, given in asked:
            ask(con, name, given)
        today.read(con, datetime(2026, 11, 1))
        log = "select distinct message from duckdb_logs where type = 'QueryLog'"
        statements = con.execute(log).fetchall()
        con.execute("call disable_logging()")
        names = set().union(*(named(con, sql) for (sql,) in statements))
    every = {
        n for n in libstats.__all__ if "con" in inspect.signature(getattr(libstats, n)).parameters
    }
    assert {name for name, _ in asked} == every
    assert names - CANONICAL - DOCUMENTED - GIVEN == set()
    assert {"item", "loan_ever", "history.item", "loaded_file", "process"} <= names


@pytest.mark.parametrize(
    "path", [p for room in ("analysis", "report") for p in (ROOT / "libstats" / room).rglob("*.py")]
)
def test_no_text_asks_the_stores_own_tables(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    texts = [n.value for n in ast.walk(tree) if isinstance(n, ast.Constant)]
    assert [t for t in texts if isinstance(t, str) and STORES.search(t)] == []
