"""libstats tells a library's staff how their work is going, from the exports that their systems
already write.

libstats.init("mylibrary")                       a workspace
libstats.load("mylibrary", ["exports"])          a receipt
con = libstats.open("mylibrary")                 a read-only DuckDB connection: every table is there
                                                 for SQL
libstats.circulation(con, since=..., until=...)  an analysis gives a DuckDB relation: .df(), .pl(),
                                                 .fetchall()
"""

import importlib
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from libstats.analysis.alarms import check
    from libstats.analysis.cataloguing import cataloguing
    from libstats.analysis.cataloguing_waits import cataloguing_waits
    from libstats.analysis.circulation import circulation
    from libstats.analysis.circulation_parts import active_borrowers, circulation_by
    from libstats.analysis.collection.age import collection_age, migration_days, publication_decades
    from libstats.analysis.collection.callnumber import call_number_schemes
    from libstats.analysis.collection.copies import missing_copies
    from libstats.analysis.collection.horizon import use_horizon
    from libstats.analysis.collection.shelf_reading import shelf_findings, shelf_reading
    from libstats.analysis.collection.shelf_time import shelf_time
    from libstats.analysis.collection.shelves_read import shelves_read
    from libstats.analysis.collection.system_days import system_days
    from libstats.analysis.collection.use import collection_use
    from libstats.analysis.collection.weeding import weeding_candidates
    from libstats.analysis.cost_per_use import cost_per_use
    from libstats.analysis.counts import programmes, reference_questions, visits
    from libstats.analysis.digital_circulation import digital_circulation
    from libstats.analysis.digital_cost import digital_cost
    from libstats.analysis.digital_print import digital_and_print
    from libstats.analysis.digital_purchases import digital_purchases
    from libstats.analysis.digital_titles import digital_endings, digital_holds
    from libstats.analysis.eresources import eresource_use
    from libstats.analysis.fund_balances import fund_balances
    from libstats.analysis.invoices.checks import invoice_checks
    from libstats.analysis.licences import licences_to_decide
    from libstats.analysis.machine_refusals import machine_refusals
    from libstats.analysis.machines import machine_use
    from libstats.analysis.order_piles import order_piles
    from libstats.analysis.provenance import freshness, receipt
    from libstats.analysis.proxy import proxy_starts, proxy_visits
    from libstats.analysis.proxy_logins import proxy_logins
    from libstats.analysis.purchase_requests import purchase_requests
    from libstats.analysis.record_faults import record_faults
    from libstats.analysis.reserves import reserves_ready
    from libstats.analysis.resolver import resolver_requests
    from libstats.analysis.self_service import self_service
    from libstats.analysis.serial_gaps import serial_gaps
    from libstats.analysis.serials import serial_claims, serials_expected
    from libstats.analysis.signals.signals import signals
    from libstats.analysis.signals.years import year_on_year
    from libstats.analysis.technology_uses import technology_uses
    from libstats.analysis.turned_away import turned_away
    from libstats.analysis.vendor_terms import vendor_terms
    from libstats.analysis.work.backlog import backlog
    from libstats.analysis.work.coverage_of_periods import coverage
    from libstats.analysis.work.curve import turnaround_curve
    from libstats.analysis.work.fill import fill_rate, unfilled_reasons
    from libstats.analysis.work.hold_copies import hold_copies
    from libstats.analysis.work.hold_shelf import hold_shelf
    from libstats.analysis.work.throughput import throughput
    from libstats.analysis.work.turnaround import turnaround
    from libstats.analysis.work.worklist import worklist
    from libstats.libraries.across import across
    from libstats.libraries.question import sums
    from libstats.loading.forget import forget
    from libstats.loading.load import load
    from libstats.loading.undo import confirm, undo
    from libstats.workspace.open import open
    from libstats.workspace.workspace import init

__all__ = [
    "across",
    "active_borrowers",
    "backlog",
    "call_number_schemes",
    "cataloguing",
    "cataloguing_waits",
    "check",
    "circulation",
    "circulation_by",
    "collection_age",
    "collection_use",
    "confirm",
    "cost_per_use",
    "coverage",
    "digital_and_print",
    "digital_circulation",
    "digital_cost",
    "digital_endings",
    "digital_holds",
    "digital_purchases",
    "eresource_use",
    "fill_rate",
    "forget",
    "freshness",
    "fund_balances",
    "hold_copies",
    "hold_shelf",
    "init",
    "invoice_checks",
    "licences_to_decide",
    "load",
    "machine_refusals",
    "machine_use",
    "migration_days",
    "missing_copies",
    "open",
    "order_piles",
    "programmes",
    "proxy_logins",
    "proxy_starts",
    "proxy_visits",
    "publication_decades",
    "purchase_requests",
    "receipt",
    "record_faults",
    "reference_questions",
    "reserves_ready",
    "resolver_requests",
    "self_service",
    "serial_claims",
    "serial_gaps",
    "serials_expected",
    "shelf_findings",
    "shelf_reading",
    "shelf_time",
    "shelves_read",
    "signals",
    "sums",
    "system_days",
    "technology_uses",
    "throughput",
    "turnaround",
    "turnaround_curve",
    "turned_away",
    "undo",
    "unfilled_reasons",
    "use_horizon",
    "vendor_terms",
    "visits",
    "weeding_candidates",
    "worklist",
    "year_on_year",
]

# where each name is: a command, or a cell, imports what it uses
_PLACES = {
    "across": "libstats.libraries.across",
    "active_borrowers": "libstats.analysis.circulation_parts",
    "backlog": "libstats.analysis.work.backlog",
    "call_number_schemes": "libstats.analysis.collection.callnumber",
    "cataloguing": "libstats.analysis.cataloguing",
    "cataloguing_waits": "libstats.analysis.cataloguing_waits",
    "check": "libstats.analysis.alarms",
    "circulation": "libstats.analysis.circulation",
    "circulation_by": "libstats.analysis.circulation_parts",
    "collection_age": "libstats.analysis.collection.age",
    "collection_use": "libstats.analysis.collection.use",
    "confirm": "libstats.loading.undo",
    "cost_per_use": "libstats.analysis.cost_per_use",
    "coverage": "libstats.analysis.work.coverage_of_periods",
    "digital_and_print": "libstats.analysis.digital_print",
    "digital_circulation": "libstats.analysis.digital_circulation",
    "digital_cost": "libstats.analysis.digital_cost",
    "digital_endings": "libstats.analysis.digital_titles",
    "digital_holds": "libstats.analysis.digital_titles",
    "digital_purchases": "libstats.analysis.digital_purchases",
    "eresource_use": "libstats.analysis.eresources",
    "fill_rate": "libstats.analysis.work.fill",
    "forget": "libstats.loading.forget",
    "freshness": "libstats.analysis.provenance",
    "fund_balances": "libstats.analysis.fund_balances",
    "hold_copies": "libstats.analysis.work.hold_copies",
    "hold_shelf": "libstats.analysis.work.hold_shelf",
    "init": "libstats.workspace.workspace",
    "invoice_checks": "libstats.analysis.invoices.checks",
    "licences_to_decide": "libstats.analysis.licences",
    "load": "libstats.loading.load",
    "machine_refusals": "libstats.analysis.machine_refusals",
    "machine_use": "libstats.analysis.machines",
    "migration_days": "libstats.analysis.collection.age",
    "missing_copies": "libstats.analysis.collection.copies",
    "open": "libstats.workspace.open",
    "order_piles": "libstats.analysis.order_piles",
    "programmes": "libstats.analysis.counts",
    "proxy_logins": "libstats.analysis.proxy_logins",
    "proxy_starts": "libstats.analysis.proxy",
    "proxy_visits": "libstats.analysis.proxy",
    "publication_decades": "libstats.analysis.collection.age",
    "purchase_requests": "libstats.analysis.purchase_requests",
    "receipt": "libstats.analysis.provenance",
    "record_faults": "libstats.analysis.record_faults",
    "reference_questions": "libstats.analysis.counts",
    "reserves_ready": "libstats.analysis.reserves",
    "resolver_requests": "libstats.analysis.resolver",
    "self_service": "libstats.analysis.self_service",
    "serial_claims": "libstats.analysis.serials",
    "serial_gaps": "libstats.analysis.serial_gaps",
    "serials_expected": "libstats.analysis.serials",
    "shelf_findings": "libstats.analysis.collection.shelf_reading",
    "shelf_reading": "libstats.analysis.collection.shelf_reading",
    "shelf_time": "libstats.analysis.collection.shelf_time",
    "shelves_read": "libstats.analysis.collection.shelves_read",
    "signals": "libstats.analysis.signals.signals",
    "sums": "libstats.libraries.question",
    "system_days": "libstats.analysis.collection.system_days",
    "technology_uses": "libstats.analysis.technology_uses",
    "throughput": "libstats.analysis.work.throughput",
    "turnaround": "libstats.analysis.work.turnaround",
    "turnaround_curve": "libstats.analysis.work.curve",
    "turned_away": "libstats.analysis.turned_away",
    "undo": "libstats.loading.undo",
    "unfilled_reasons": "libstats.analysis.work.fill",
    "use_horizon": "libstats.analysis.collection.horizon",
    "vendor_terms": "libstats.analysis.vendor_terms",
    "visits": "libstats.analysis.counts",
    "weeding_candidates": "libstats.analysis.collection.weeding",
    "worklist": "libstats.analysis.work.worklist",
    "year_on_year": "libstats.analysis.signals.years",
}


def __getattr__(name: str) -> Any:
    """A public name, imported when it is first asked for."""
    if name not in _PLACES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(importlib.import_module(_PLACES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__


def load_ipython_extension(ipython: Any) -> None:
    """What `%load_ext libstats` does: give a notebook the magic `%%libstats`, for SQL."""
    from libstats.report.page import magic

    magic.register(ipython)


if "IPython" in sys.modules:
    from libstats.report.page import relation

    relation.register()
