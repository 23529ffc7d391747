"""`libstats harvest`: its arguments, and its months."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from datetime import date, datetime, timedelta

from libstats.errors import LibstatsError
from libstats.loading.harvest import harvest
from libstats.workspace.workspace import Workspace

__all__ = ["fetch"]


def fetch(
    place: Workspace, args: argparse.Namespace, now: datetime, say: Callable[[object], None]
) -> int:
    """Fetch, saying what became of each report; the exit status is 1 if one is missing."""
    newest = now.date().replace(day=1) - timedelta(days=1)
    last = _month(args.until, newest)
    first = _month(args.since, date(last.year - (last.month < 12), last.month % 12 + 1, 1))
    if first > last:
        raise LibstatsError(
            f"--since {first:%Y-%m} is after {last:%Y-%m}", "Give the earlier month first."
        )
    is_whole = True
    for found in harvest(place, args.names, first=first, last=last):
        say(found)
        is_whole &= found.file is not None
    return 0 if is_whole else 1


def _month(text: str | None, usual: date) -> date:
    if text is None:
        return usual
    try:
        return datetime.strptime(text, "%Y-%m").date()
    except ValueError:
        raise LibstatsError(f"{text} is not a month", "Write it as 2026-10.") from None
