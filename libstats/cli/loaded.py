"""What is said beside the receipt of a load, once what was loaded is published."""

from __future__ import annotations

import contextlib

from libstats.analysis.invoices.held import not_held
from libstats.loading.receipt import LoadReceipt
from libstats.workspace.open import opened
from libstats.workspace.workspace import Workspace

__all__ = ["beside"]


def beside(place: Workspace, receipt: LoadReceipt) -> list[str]:
    """After invoices, or orders, were loaded: how many lines of invoices meet no order."""
    if not any(
        f.outcome == "loaded" and _is_of_invoices(f.label, f.derived) for f in receipt.files
    ):
        return []
    with contextlib.closing(opened(place)) as con:
        left = not_held(con)
    return [f"Of the invoices {left}."] if left else []


def _is_of_invoices(label: str, derived: dict[str, int]) -> bool:
    return "invoice" in label or "order" in label or "invoice_line" in derived
