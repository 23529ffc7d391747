"""What today's list says of digital titles: which end, and where too many wait."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import duckdb

from libstats.analysis.digital_titles import SOON_DAYS, digital_endings, digital_holds
from libstats.wording import Row, many, number, records

__all__ = ["DIGITAL_MEANING", "digital_to_decide", "why_it_ends"]

DIGITAL_MEANING = (
    "As the platforms' newest reports have it, which is unproven on real files. Buy again, or let"
    " it go."
)
# what ended long ago, and nobody waits for, was let go
_OF_TODAY = f"holds > 0 or standing in ('few left', 'soon') or days_left >= -{SOON_DAYS}"


def digital_to_decide(con: duckdb.DuckDBPyConnection, day: date) -> list[Row]:
    """Which digital titles want a decision, each once by format and collection, those with most
    holds first: `title`, `format`, `lending_model` (all that want one), `collection`, `holds`,
    `to_do`, `why`, `source`."""
    found: dict[tuple[str, ...], list[Row]] = {}
    for row in records(digital_endings(con, as_of=day).filter(_OF_TODAY)):
        found.setdefault(_one(row), []).append(row)
    short = {_one(row): row for row in records(digital_holds(con).filter("to_buy > 0"))}
    rows = [_told(found.get(key, []), short.get(key)) for key in {**found, **short}]
    return sorted(rows, key=lambda row: -(row["holds"] or 0))


def why_it_ends(row: Row) -> str:
    """How a licence of `digital_endings` stands, in words."""
    left, days, at = row["checkouts_left"], row["days_left"], row["ends_on"]
    by_checkouts = row["standing"] in ("used up", "few left")
    if by_checkouts:
        why = many(left, "checkout") + " left" if left else "no checkout is left"
    else:
        why = f"it ended on {at}" if days < 0 else f"it ends on {at}, in {number(days)} days"
    if row["is_held_otherwise"]:
        why += "; another lending model goes on"
    return why


def _one(row: Row) -> tuple[str, ...]:
    """What makes two rows one title: its ISBN, else its title and author; in one format and
    collection, as `digital_holds` has it."""
    names = (row["isbn"],) if row["isbn"] else (row["title"], row["author"])
    of = (row["source"], row["collection"], (row["format"] or "").lower(), *names)
    return tuple(name or "" for name in of)


def _told(ends: Sequence[Row], queue: Row | None) -> Row:
    """A title: what to do about licences that end and a queue that is too long, and why."""
    row = queue or ends[0]
    whys = list(dict.fromkeys(map(why_it_ends, ends)))
    if queue:
        whys.append(f"{_waiting(queue['holds'])} for {number(queue['copies'])}")
    elif row["holds"]:
        whys.append(_waiting(row["holds"]))
    models = queue["lending_models"] if queue else _models(ends)
    return {
        "title": row["title"] or row["isbn"],
        "format": row["format"],
        "lending_model": models,
        "collection": row["collection"],
        "holds": row["holds"],
        "to_do": _to_do(ends, queue),
        "why": "; ".join(whys),
        "source": row["source"],
    }


def _models(ends: Sequence[Row]) -> str | None:
    """The lending models of licences that end; None where none is told."""
    return "; ".join(dict.fromkeys(filter(None, (row["lending_model"] for row in ends)))) or None


def _to_do(ends: Sequence[Row], queue: Row | None) -> str:
    """Whoever is waited for is not let go."""
    if queue is None:
        return "Renew: somebody waits" if ends[0]["holds"] else "Renew or let go"
    buy = f"uy {number(queue['to_buy'])} {'copy' if queue['to_buy'] == 1 else 'copies'}"
    # what has ended is in no count of copies: buying them is to renew it
    lends = any(row["standing"] in ("few left", "soon") for row in ends)
    return f"Renew, and b{buy} more" if lends else f"B{buy}"


def _waiting(holds: int) -> str:
    return f"{number(holds)} {'waits' if holds == 1 else 'wait'}"
