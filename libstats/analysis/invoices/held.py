"""What of invoices could be held against no order, in a sentence for the head of each place that
tells of them: without it an answer would clear what nobody judged."""

from __future__ import annotations

from typing import Any

import duckdb

from libstats.analysis.invoices.facts import FACTS
from libstats.wording import number

__all__ = ["not_held"]


def not_held(con: duckdb.DuckDBPyConnection, since: object = None, until: object = None) -> str:
    """How many lines of invoices of a period could not be held against an order, and what to do;
    nothing where each could."""
    if not con.execute("select exists (from invoice_line)").fetchall()[0][0]:
        return ""
    given: dict[str, Any] = {
        name: None if day is None else str(day)[:10]
        for name, day in (("since", since), ("until", until))
    }
    left, lines, has_orders, has_isbn = con.execute(
        f"""
        with
        {FACTS}
        select
            count(*) filter (where order_id is null),
            count(*),
            exists (from order_part where not is_written),
            exists (from order_part where not is_written and told_isbn is not null)
        from line
        where is_of_copies and not is_shadow
            and ($since is null or coalesce(billed_on >= $since, true))
            and ($until is null or coalesce(billed_on < $until, true))
        """,
        given,
    ).fetchall()[0]
    if not left:
        return ""
    lines_said = f"{number(left)} of {number(lines)} {'line' if lines == 1 else 'lines'}"
    return f"{lines_said} could not be held against an order: {_what_to_do(has_orders, has_isbn)}"


def _what_to_do(has_orders: bool, has_isbn: bool) -> str:
    if not has_orders:
        return "load the orders of your library system"
    if not has_isbn:
        return "add isbn to the orders' query"
    return "none that is loaded fits, or several do"
