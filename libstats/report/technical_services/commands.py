"""For each part of the page the command that says how it was counted; the exports behind all."""

from __future__ import annotations

from dataclasses import replace

import duckdb

from libstats.report import sections
from libstats.report.technical_services import rows
from libstats.report.technical_services.rows import TechnicalServices

# of the balances below "Orders by fund"
BALANCES = "libstats explain fund_balances"


def commands(report: TechnicalServices) -> dict[str, str]:
    """By heading, in the order of the page."""
    year = rows.twelve(report.period)
    of_orders = report.orders.period or year
    serials, bills = report.serials, report.bills
    terms = report.terms.period if report.terms else report.period
    asked_at = {"as_of": str(bills.as_of)} if bills.as_of else {}
    as_of = {"as_of": str(serials.as_of)} if serials.as_of else {}
    told = {
        "Orders by vendor": sections.explained("turnaround order_copy", of_orders, by="kind"),
        "What vendors fill and charge": sections.explained("vendor_terms", terms),
        "Orders by route": "libstats explain order_piles",
        "Orders by fund": sections.explained("turnaround order_copy", of_orders),
        "Questions about invoices": sections.explained(
            "invoice_checks", bills.period or year, **asked_at
        ),
        "From request to shelf": sections.explained(
            "purchase_requests", report.requests.period or year
        ),
        "Serials": sections.explained("serials_expected", serials.period or year, **as_of),
    }
    if report.pile:
        of = report.pile.process
        steps = {"start": report.pile.start, "end": report.pile.end}
        told |= {
            "Received, catalogued, put on the shelf": sections.explained(
                f"throughput {of}", report.period, milestone=report.pile.end
            ),
            "What waits, and for how long": sections.explained(
                f"backlog {of}", report.period, **steps
            ),
            "From receipt to the shelf": sections.explained(f"turnaround {of}", year, **steps),
        }
    if found := report.catalogued:
        told |= {
            "What was catalogued": sections.explained("cataloguing", found.period),
            "The wait by kind of cataloguing": sections.explained("cataloguing_waits", found.year),
            "A first look at records": sections.explained("record_faults", found.year),
        }
    return told


def read(con: duckdb.DuckDBPyConnection, **said: str) -> TechnicalServices:
    """The same as `rows.read`, with the exports behind all parts."""
    found = rows.read(con, **said)
    asked = [*commands(found).values(), BALANCES]
    return replace(found, behind=sections.behind(con, asked, found.sources))
