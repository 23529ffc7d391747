"""The analyses that add up: many stores answer them as one."""

from __future__ import annotations

from libstats.analysis.circulation import CIRCULATION
from libstats.analysis.collection.age import COLLECTION_AGE
from libstats.analysis.collection.use import COLLECTION_USE
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
    "throughput": THROUGHPUT,
    "turnaround": TURNAROUND,
}
