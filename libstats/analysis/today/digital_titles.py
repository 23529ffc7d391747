"""What today's list says of digital titles: which end, and where too many wait."""

from __future__ import annotations

from datetime import date

import duckdb

from libstats.analysis.digital_titles import SOON_DAYS, digital_endings, digital_holds
from libstats.wording import Row, number, records

__all__ = ["DIGITAL_MEANING", "digital_to_decide", "why_it_ends"]

DIGITAL_MEANING = (
    "As the platforms' newest reports have it, which is unproven on real files. Buy again, or let"
    " it go."
)
# what ended long ago, and nobody waits for, was let go
_OF_TODAY = f"holds > 0 or standing in ('few left', 'soon') or days_left >= -{SOON_DAYS}"


def digital_to_decide(con: duckdb.DuckDBPyConnection, day: date) -> list[Row]:
    """Which digital titles want a decision, those with most holds first: `title`, `format`,
    `lending_model`, `holds`, `to_do`, `why`, `source`."""
    ends = records(digital_endings(con, as_of=day).filter(_OF_TODAY))
    waits = records(digital_holds(con).filter("to_buy > 0"))
    found = [_ending(row) for row in ends] + [_waited_for(row) for row in waits]
    return sorted(found, key=lambda row: -(row["holds"] or 0))


def why_it_ends(row: Row) -> str:
    """How a licence of `digital_endings` stands, in words."""
    left, days, at = row["checkouts_left"], row["days_left"], row["ends_on"]
    by_checkouts = row["standing"] in ("used up", "few left")
    if by_checkouts:
        why = f"{number(left)} checkouts left" if left else "no checkout is left"
    else:
        why = f"it ended on {at}" if days < 0 else f"it ends on {at}, in {number(days)} days"
    if row["is_held_otherwise"]:
        why += "; another lending model goes on"
    return why


def _ending(row: Row) -> Row:
    return _told(row, row["lending_model"], "Renew or let go", why_it_ends(row))


def _waited_for(row: Row) -> Row:
    copies = "copy" if row["to_buy"] == 1 else "copies"
    why = f"{number(row['holds'])} wait for {number(row['copies'])}"
    return _told(row, row["lending_models"], f"Buy {number(row['to_buy'])} {copies}", why)


def _told(row: Row, model: str | None, to_do: str, why: str) -> Row:
    return {
        "title": row["title"] or row["isbn"],
        "format": row["format"],
        "lending_model": model,
        "holds": row["holds"],
        "to_do": to_do,
        "why": why,
        "source": row["source"],
    }
