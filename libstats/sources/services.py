"""What a system's services are asked for: lists of records, each read by a declaration. Who may see
one is decided there; lists of patrons are never asked for."""

from __future__ import annotations

from dataclasses import dataclass

from libstats.declaration.source import Source
from libstats.sources import folio
from libstats.sources import folio_acquisitions as money
from libstats.sources.alma import services as alma

__all__ = ["ALMA", "FOLIO", "Listed"]


@dataclass(frozen=True)
class Listed:
    """A list of a service.

    name      what people call it, as the page of the system does
    path      where it is
    declared  what reads its records
    key       the heading of what tells its records apart
    day       of a log, the heading of when a record was written: only later ones are asked for
    """

    name: str
    path: str
    declared: Source
    key: str = "id"
    day: str = ""


FOLIO = (
    Listed("loans", "/loan-storage/loans", folio.LOANS),
    Listed("check-ins", "/check-in-storage/check-ins", folio.CHECK_INS, day="occurredDateTime"),
    Listed("requests", "/request-storage/requests", folio.REQUESTS),
    Listed("items", "/item-storage/items", folio.ITEMS),
    Listed("instances", "/instance-storage/instances", money.INSTANCES),
    Listed("service points", "/service-points", folio.SERVICE_POINTS),
    Listed("locations", "/locations", folio.LOCATIONS),
    Listed("groups", "/groups", folio.PATRON_GROUPS),
    Listed("purchase orders", "/orders-storage/purchase-orders", money.PURCHASE_ORDERS),
    Listed("order lines", "/orders-storage/po-lines", money.ORDER_LINES),
    Listed("pieces", "/orders-storage/pieces", money.PIECES),
    Listed("invoices", "/invoice-storage/invoices", money.INVOICES),
    Listed("invoice lines", "/invoice-storage/invoice-lines", money.INVOICE_LINES),
    Listed("fund transactions", "/finance-storage/transactions", money.TRANSACTIONS),
    Listed("fees", "/accounts", money.FEES),
    Listed("fee actions", "/feefineactions", money.FEE_ACTIONS),
    Listed("organizations", "/organizations-storage/organizations", money.ORGANIZATIONS),
)
# what Alma lists without a number of a patron or a title; all else comes from reports of Analytics
ALMA = (
    Listed("invoices", "/acq/invoices", alma.INVOICES),
    Listed("order lines", "/acq/po-lines", alma.ORDER_LINES, key="number"),
)
