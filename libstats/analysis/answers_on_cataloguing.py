"""What the analyses of cataloguing say, in a line or a few."""

from __future__ import annotations

from libstats.analysis.cataloguing import KINDS
from libstats.analysis.record_faults import ANY, ANY_OR_LOCAL
from libstats.definitions.cataloguing import NOTHING_ORIGINAL
from libstats.wording import Row, many, number

__all__ = ["cataloguing", "cataloguing_waits", "record_faults"]


def cataloguing(rows: list[Row], asked: Row) -> list[str]:
    """What was catalogued, a line a kind; and what lacks, to tell what is original."""
    told = []
    for kind in KINDS:
        if not (of_kind := [row for row in rows if row["kind"] == kind]):
            continue
        titles, pieces = (sum(row[n] or 0 for row in of_kind) for n in ("titles", "pieces"))
        if all(row["pieces"] is None for row in of_kind):
            told.append(f"{kind}: {of_kind[0]['reason'].partition(':')[0]}")
            continue
        of_titles = f"{many(titles, 'title')}, " if titles else ""
        told.append(f"{kind}: {of_titles}{many(pieces, 'piece')}")
    lacks = [] if asked["agency"] else [NOTHING_ORIGINAL]
    return [*told, *lacks] if told else ["No piece was added in the period that any list tells of"]


def cataloguing_waits(rows: list[Row], _: Row) -> list[str]:
    """How long pieces waited, a line a kind and wait."""
    told = []
    for row in rows:
        if row["reason"]:
            continue
        half = row["p50_days"]
        when = "not known yet" if half is None else f"within {many(half, 'day')}"
        told.append(
            f"{row['kind']}, {row['wait']}: half {when} ({many(row['pieces'], 'piece')},"
            f" {number(row['waiting'])} waiting, {number(row['untold'])} not told)"
        )
    return told or ["No piece was received in the period that any list tells of"]


def record_faults(rows: list[Row], _: Row) -> list[str]:
    """What a first look found, a line a file."""
    told = []
    for load in dict.fromkeys(row["load"] for row in rows):
        of_load = [row for row in rows if row["load"] == load]
        found, local = (
            sum(row["found"] for row in of_load if row["category"] == category)
            for category in (ANY, ANY_OR_LOCAL)
        )
        titles = sum(row["titles"] for row in of_load if row["category"] == ANY)
        told.append(
            f"{of_load[0]['file']}: {number(found)} of {many(titles, 'record')} have something of"
            f" this, {number(local)} with what is local"
        )
    return told or ["No records are loaded that were looked at"]
