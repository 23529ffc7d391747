"""What the analyses of licences and of electronic resources say, in one line."""

from __future__ import annotations

from collections.abc import Callable

from libstats.analysis.turned_away import TOO_MANY
from libstats.wording import Row, many, number

__all__ = ["OF_LICENCES"]

MOST = 10  # lines of an answer


def _to_decide(rows: list[Row], _: Row) -> list[str]:
    past = sum(row["standing"] == "past" for row in rows)
    return [f"{many(len(rows), 'licence')} to decide, the day of {number(past)} is past"]


def _eresource_use(rows: list[Row], _: Row) -> list[str]:
    if not rows:
        return ["No report of use tells of this period"]
    platforms = {(row["source"], row["platform"]) for row in rows}
    unknown = {
        (row["source"], row["platform"], row["report"], row["release"])
        for row in rows
        if row["why_unknown"]
    }
    reports = f"; {many(len(unknown), 'report')} without all months" if unknown else ""
    return [f"{many(len(rows), 'count')} of {many(len(platforms), 'platform')}{reports}"]


def _cost_per_use(rows: list[Row], _: Row) -> list[str]:
    told = [
        f"{row['resource']}: "
        + (
            row["why_none"]
            if row["cost_per_use"] is None
            else f"{row['cost_per_use']:,.2f} {row['currency'] or ''} a use ({row['metric']})"
            + (f", use: {row['trend']}" if row["trend"] else "")
        )
        for row in rows
        if row["is_advised"] is not False
    ]
    return list(dict.fromkeys(told)) or ["No licence has a cost per use in an advised metric"]


def _from(row: Row) -> str:
    """From what somebody was turned away."""
    part = "" if row["part"] == "all" else row["part"]
    return ", ".join(filter(None, (part, row["platform"]))) or "a title without a name"


def _turned_away(rows: list[Row], _: Row) -> list[str]:
    """The first rows, each by itself: reports overlap."""
    if not rows:
        return ["No report tells of anybody who was turned away"]
    told = [row for row in rows if row["times_told"]]
    return [
        f"{_from(row)}: "
        f"{many(row['times_told'], 'time')}, "
        + ("too many were in at once" if row["reason"] == TOO_MANY else "there is no licence")
        + (f"; not told: {row['why_unknown']}" if row["why_unknown"] else "")
        for row in told[:MOST]
    ] or ["Nobody was turned away in the months that are told"]


OF_LICENCES: dict[str, Callable[[list[Row], Row], list[str]]] = {
    "cost_per_use": _cost_per_use,
    "eresource_use": _eresource_use,
    "licences_to_decide": _to_decide,
    "turned_away": _turned_away,
}
