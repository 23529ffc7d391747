"""Orders in the report on technical services: by vendor and by fund."""

from __future__ import annotations

from datetime import timedelta

from libstats.report.page.html import paragraph
from libstats.report.page.table import Html, Table, folded, joined, table
from libstats.report.technical_services.rows import TechnicalServices
from libstats.report.technical_services.vendor_rows import FEW, Vendor, apart
from libstats.wording import Interval, Row, day_name, number, tenths

__all__ = ["by_fund", "by_vendor"]

MOST = 12  # rows on the page


def by_vendor(report: TechnicalServices) -> Html:
    """Each vendor's orders: the wait, what is open, late and cancelled; who is slow or quick."""
    orders = report.orders
    if orders.period is None or orders.as_of is None:
        return Html(paragraph("No export tells how long orders took to come."))
    rows = sorted(orders.vendors, key=lambda each: (-each.wait["cases"], each.name or ""))
    caption = f"Orders sent from {orders.period.words}, by vendor"
    listed = _listed([_line(each) for each in rows], caption).at_most(MOST)
    more = f" The workbook has {number(listed.more)} more vendors." if listed.more else ""
    return joined(
        paragraph(_finding(report)),
        listed,
        paragraph(f"{_explained(report)}{more}"),
        folded("Margins, late and claims by vendor", _margins(rows)),
    )


def _line(each: Vendor) -> Row:
    return {
        "vendor": each.name or "vendor not known",
        "cases": each.wait["cases"],
        "p50": each.wait["p50"],
        "p90": each.wait["p90"],
        "still_open": each.still_open,
        "late": each.late,
        "given_up": each.wait["given_up"],
    }


def _listed(rows: list[Row], caption: str) -> Table:
    headings = {
        "cases": "Ordered",
        "p50": "Half came within, days",
        "p90": "Nine in ten within, days",
        "still_open": "Open now",
        "late": "Of them late",
        "given_up": "Cancelled",
    }
    return table(rows, caption, headings=headings, formats={"p50": tenths, "p90": tenths})


def _finding(report: TechnicalServices) -> str:
    """Who is slow and who is quick, or that none stands out."""
    slow, quick = apart(report.orders.vendors)
    if len(report.orders.vendors) == 1:
        return "There is one vendor, and no other to compare it with."
    words = [f"{name} is slower than all other vendors." for name in slow]
    words += [f"{name} is quicker than all other vendors." for name in quick]
    return " ".join(words) or ("No vendor stands out: they differ by what chance allows.")


def _explained(report: TechnicalServices) -> str:
    orders = report.orders
    assert orders.as_of is not None
    day = day_name((orders.as_of - timedelta(microseconds=1)).date())
    words = (
        f"Open orders are counted in the waits. “Open now” is as of {day}, whenever they were "
        "ordered. An order is late when it waits longer than 95 in 100 of this vendor’s orders "
        f"did. That is told from {FEW} orders of the last 180 days on; else the goal counts."
    )
    if all(each.claimed is None for each in orders.vendors):
        return f"{words} No export tells which orders were claimed."
    return words


def _margins(rows: list[Vendor]) -> Table:
    """How sure the waits are, from when on an order is late, and how many were claimed."""
    lines = [
        {
            "vendor": each.name or "vendor not known",
            "half": Interval(each.wait["p50_low"], each.wait["p50_high"]),
            "nine": Interval(each.wait["p90_low"], each.wait["p90_high"]),
            "limit": each.limit,
            "by": "its own usual time" if each.is_usual else "the goal",
            "claimed": each.claimed,
        }
        for each in rows
    ]
    headings = {
        "half": "Half: likely between, days",
        "nine": "Nine in ten: likely between",
        "limit": "Late after, days",
        "by": "By what",
        "claimed": "Orders claimed",
    }
    return table(lines, "How sure the waits are", headings=headings, formats={"limit": tenths})


def by_fund(report: TechnicalServices) -> Table | Html:
    """The order lines of these two years by fund."""
    orders = report.orders
    if (orders.period is None or not orders.funds) and orders.undated:
        lines = (
            "1 order line names"
            if orders.undated == 1
            else f"{number(orders.undated)} order lines name"
        )
        return Html(
            paragraph(
                f"{lines} a fund, and no export tells when it was sent. So no month can be told."
            )
        )
    if orders.period is None or not orders.funds:
        return Html(paragraph("No export tells which fund an order is paid from."))
    told = table(
        orders.funds,
        f"Order lines sent from {orders.period.words}, by fund",
        headings={"lines": "Order lines", "still_open": "Open now"},
    ).at_most(MOST)
    said = "A line that two funds pay counts for both."
    if told.more:
        said = f"{said} {number(told.more)} more funds with fewer lines are in the workbook."
    return joined(told, paragraph(said))
