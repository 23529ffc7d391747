"""What to do: what of the desk's open work wants a hand, in the newest lists."""

from __future__ import annotations

import duckdb

from libstats.analysis.today.desks import DESKS, SERVICES
from libstats.analysis.today.lists import work_of
from libstats.analysis.today.words import EVERY
from libstats.report.page.html import paragraph
from libstats.report.page.table import Html, joined
from libstats.report.to_be_done import to_be_done

NAMED = 3


def to_do(con: duckdb.DuckDBPyConnection) -> Html:
    """What is to be done and decided, counted, with the first of each; as `libstats today` has
    it."""
    order = DESKS[SERVICES]
    work = sorted(work_of(con, *order), key=lambda each: order.index(each.process.name))
    caption = "What is to be done in technical services, in the newest lists"
    shown = to_be_done(work, caption, "cases", NAMED)
    if not shown.rows:
        return Html(paragraph("Nothing that is loaded wants a hand."))
    return joined(shown, f"<p>“{EVERY}” writes each with what is known of it.</p>")
