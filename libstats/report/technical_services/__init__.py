"""The report on technical services: a file per part of the page."""

from libstats.report.technical_services.catalogued import by_kind, first_look, kinds_waited
from libstats.report.technical_services.funds import balances
from libstats.report.technical_services.invoices import questions
from libstats.report.technical_services.overview import accuracy, answer, not_judged, origin, read
from libstats.report.technical_services.piles import (
    pile_chart,
    pile_table,
    waits,
    work_chart,
    work_table,
)
from libstats.report.technical_services.requests import from_request_to_shelf
from libstats.report.technical_services.routes import by_route
from libstats.report.technical_services.serials import issues
from libstats.report.technical_services.to_do import to_do
from libstats.report.technical_services.vendor_terms import fill_and_charges
from libstats.report.technical_services.vendors import by_fund, by_vendor

__all__ = [
    "accuracy",
    "answer",
    "balances",
    "by_fund",
    "by_kind",
    "by_route",
    "by_vendor",
    "fill_and_charges",
    "first_look",
    "from_request_to_shelf",
    "issues",
    "kinds_waited",
    "not_judged",
    "origin",
    "pile_chart",
    "pile_table",
    "questions",
    "read",
    "to_do",
    "waits",
    "work_chart",
    "work_table",
]
