"""What a receipt asks of each analysis: a line an analysis."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import duckdb

from libstats.analysis import (
    cataloguing,
    cataloguing_waits,
    circulation,
    cost_per_use,
    counts,
    digital_circulation,
    digital_cost,
    digital_print,
    digital_purchases,
    digital_titles,
    eresources,
    fund_balances,
    licences,
    machine_refusals,
    machines,
    order_piles,
    proxy,
    proxy_logins,
    purchase_requests,
    record_faults,
    reserves,
    resolver,
    self_service,
    serial_gaps,
    serials,
    technology_uses,
    turned_away,
    vendor_terms,
)
from libstats.analysis.collection import age, shelf_reading, shelves_read, use, weeding
from libstats.analysis.invoices import checks as invoice_checks
from libstats.analysis.work import backlog, fill, throughput, turnaround, worklist
from libstats.analysis.work.spans import Spans

__all__ = ["ANALYSES", "Provenance"]

Relation = duckdb.DuckDBPyRelation
Connection = duckdb.DuckDBPyConnection


@dataclass(frozen=True)
class Provenance:
    """An analysis as its receipt tells of it.

    function   the analysis
    left_out   its companion: `reason` and `rows`
    tables     the canonical tables that it reads, with the column that dates their rows (None: all
               that are current); {} for an analysis of a process, which names its tables itself
    used       how many cases it counted, from the connection and the parameters; without it the
               rows of the tables are told
    work       the kinds of work whose cases it reads beside the tables: lists of others are none
               of its sources
    """

    function: Callable[..., Any]
    left_out: Callable[..., Relation]
    tables: Mapping[str, str | None]
    used: Callable[..., int] | None = None
    work: tuple[str, ...] = ()


def _summed(column: str, function: Callable[..., Relation]) -> Callable[..., int]:
    return lambda con, **parameters: int(
        function(con, **parameters).aggregate(f"coalesce(sum({column}), 0)").fetchall()[0][0]
    )


def _in_backlog(
    con: Connection, process: str, *, start: str | None = None, end: Any = None, **others: Any
) -> int:
    spans = Spans.of(con, process, start=start, end=end)
    sql = f"""
        select count(*)
        from ({spans.sql()})
        where started_at is not null
    """
    return int(con.execute(sql, {"as_of": str(spans.as_of)}).fetchall()[0][0])


_USE: dict[str, str | None] = {"circulation_event": "happened_at", "loan": "checked_out_at"}
_BILLS: dict[str, str | None] = {"invoice": None, "invoice_line": None, "order_line": None}
_BILLS |= {"payment": None}
_COUNTS: dict[str, str | None] = {"manual_count": "starts_on"}
_SERIALS: dict[str, str | None] = {"serial_issue": None, "subscription": None}
_STOCK: dict[str, str | None] = {"item": None, "title": None}
# One line an analysis; add yours.
ANALYSES: dict[str, Provenance] = {
    "backlog": Provenance(backlog.backlog, backlog.backlog_left_out, {}, _in_backlog),
    "cataloguing": Provenance(
        cataloguing.cataloguing,
        cataloguing.left_out,
        {**_STOCK, "item": "added_on", "withdrawal": "withdrawn_at"},
    ),
    "cataloguing_waits": Provenance(
        cataloguing_waits.cataloguing_waits,
        cataloguing_waits.left_out,
        {**_STOCK, "order_line": None, "order_copy": None, "milestone": None},
        work=("order_copy", "cataloguing"),
    ),
    "circulation": Provenance(circulation.circulation, circulation.left_out, _USE),
    "collection_age": Provenance(age.collection_age, age.left_out, _STOCK),
    "collection_use": Provenance(use.collection_use, use.use_left_out, {**_STOCK, **_USE}),
    "cost_per_use": Provenance(
        cost_per_use.cost_per_use,
        cost_per_use.left_out,
        {"licence": None, "usage": None, "usage_report": None, "usage_item": None},
    ),
    "digital_and_print": Provenance(
        digital_print.digital_and_print,
        digital_print.unmatched,
        {"digital_title": None, "title": None, "item": None, "hold": None},
    ),
    "digital_circulation": Provenance(
        digital_circulation.digital_circulation,
        digital_circulation.circulation_left_out,
        {"digital_use": "starts_on", "digital_loan": "lent_at"},
    ),
    "digital_cost": Provenance(
        digital_cost.digital_cost,
        digital_cost.cost_left_out,
        {"digital_title": None, "digital_use": "starts_on", "digital_loan": "lent_at"},
    ),
    "digital_endings": Provenance(
        digital_titles.digital_endings, digital_titles.endings_left_out, {"digital_title": None}
    ),
    "digital_holds": Provenance(
        digital_titles.digital_holds, digital_titles.holds_left_out, {"digital_title": None}
    ),
    "digital_purchases": Provenance(
        digital_purchases.digital_purchases,
        digital_purchases.purchases_left_out,
        {"digital_purchase": "ordered_on"},
    ),
    "eresource_use": Provenance(
        eresources.eresource_use,
        eresources.left_out,
        {"usage": "month", "usage_report": "month"},
    ),
    "fill_rate": Provenance(
        fill.fill_rate, fill.fill_rate_left_out, {}, _summed("cases", fill.fill_rate)
    ),
    "fund_balances": Provenance(
        fund_balances.fund_balances,
        fund_balances.left_out,
        {"fund": None, "fund_transaction": "happened_on"},
    ),
    "invoice_checks": Provenance(invoice_checks.invoice_checks, invoice_checks.left_out, _BILLS),
    "licences_to_decide": Provenance(
        licences.licences_to_decide, licences.licences_left_out, {"licence": None}
    ),
    "machine_refusals": Provenance(
        machine_refusals.machine_refusals,
        machine_refusals.left_out,
        {"machine_event": "happened_at"},
    ),
    "machine_use": Provenance(
        machines.machine_use, machines.machine_use_left_out, {"machine_event": "happened_at"}
    ),
    "programmes": Provenance(counts.programmes, counts.programmes_left_out, _COUNTS),
    "proxy_logins": Provenance(
        proxy_logins.proxy_logins,
        proxy_logins.proxy_logins_left_out,
        {"access_event": "happened_at"},
    ),
    "proxy_starts": Provenance(
        proxy.proxy_starts, proxy.proxy_starts_left_out, {"access_event": "happened_at"}
    ),
    "proxy_visits": Provenance(
        proxy.proxy_visits, proxy.proxy_visits_left_out, {"access_session": "visited_on"}
    ),
    "order_piles": Provenance(
        order_piles.order_piles,
        order_piles.left_out,
        {"order_line": None, "order_copy": None, "hold": None},
    ),
    "purchase_requests": Provenance(
        purchase_requests.purchase_requests,
        purchase_requests.left_out,
        {"purchase_request": "requested_on", "order_line": None},
    ),
    "record_faults": Provenance(
        record_faults.record_faults,
        record_faults.left_out,
        {"title": None, "order_line": None},
    ),
    "reference_questions": Provenance(
        counts.reference_questions, counts.questions_left_out, _COUNTS
    ),
    "reserves_ready": Provenance(
        reserves.reserves_ready, reserves.reserves_left_out, {"reserve_request": "needed_by"}
    ),
    "resolver_requests": Provenance(
        resolver.resolver_requests,
        resolver.resolver_left_out,
        {"link_resolver_usage": "requested_on"},
    ),
    "self_service": Provenance(
        self_service.self_service,
        self_service.left_out,
        {**_USE, "machine_event": "happened_at"},
    ),
    "serial_claims": Provenance(serials.serial_claims, serials.claims_left_out, _SERIALS),
    "serial_gaps": Provenance(serial_gaps.serial_gaps, serial_gaps.gaps_left_out, _SERIALS),
    "serials_expected": Provenance(
        serials.serials_expected,
        serials.expected_left_out,
        {**_SERIALS, "serial_issue": "expected_on"},
    ),
    "technology_uses": Provenance(
        technology_uses.technology_uses, technology_uses.technology_left_out, _COUNTS
    ),
    "visits": Provenance(counts.visits, counts.visits_left_out, _COUNTS),
    "shelf_reading": Provenance(
        shelf_reading.shelf_reading,
        shelf_reading.left_out,
        {"shelf_scan": "scanned_at", **_STOCK},
    ),
    "shelves_read": Provenance(
        shelves_read.shelves_read,
        shelves_read.left_out,
        {"shelf_scan": "scanned_at", **_STOCK},
    ),
    "throughput": Provenance(
        throughput.throughput,
        throughput.throughput_left_out,
        {},
        _summed("cases", throughput.throughput),
    ),
    "turnaround": Provenance(
        turnaround.turnaround,
        turnaround.turnaround_left_out,
        {},
        _summed("cases - undeterminable", turnaround.turnaround),
    ),
    "turned_away": Provenance(
        turned_away.turned_away,
        turned_away.left_out,
        {"usage": "month", "usage_report": "month", "usage_item": None, "licence": None},
    ),
    "vendor_terms": Provenance(
        vendor_terms.vendor_terms,
        vendor_terms.left_out,
        {"invoice": "billed_on", "order_line": "answered_on"},
    ),
    "weeding_candidates": Provenance(
        weeding.weeding_candidates, weeding.left_out, {**_STOCK, **_USE}
    ),
    "worklist": Provenance(
        worklist.worklist, worklist.worklist_left_out, {}, _summed("1", worklist.worklist)
    ),
}
