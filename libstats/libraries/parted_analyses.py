"""The analyses that add up: many stores answer them as one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from libstats.analysis.circulation import CIRCULATION
from libstats.analysis.collection.age import COLLECTION_AGE
from libstats.analysis.collection.use import COLLECTION_USE
from libstats.analysis.receipts import ANALYSES
from libstats.analysis.signals.signals import SIGNALS, signals
from libstats.analysis.work.backlog import BACKLOG
from libstats.analysis.work.fill import FILL_RATE
from libstats.analysis.work.throughput import THROUGHPUT
from libstats.analysis.work.turnaround import TURNAROUND
from libstats.definitions.parted import Parted

PARTED: dict[str, Parted] = {
    "backlog": BACKLOG,
    "circulation": CIRCULATION,
    "collection_age": COLLECTION_AGE,
    "collection_use": COLLECTION_USE,
    "fill_rate": FILL_RATE,
    "signals": SIGNALS,
    "throughput": THROUGHPUT,
    "turnaround": TURNAROUND,
}


def function_of(analysis: str) -> Callable[..., Any]:
    """The analysis, as one library asks it."""
    return signals if analysis == "signals" else ANALYSES[analysis].function


def told_by(analysis: str) -> str:
    """The analysis whose exports it is made of."""
    return "circulation" if analysis == "signals" else analysis
