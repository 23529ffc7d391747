"""libstats tells a library's staff how their work is going, from the exports that their systems
already write.

libstats.init("mylibrary")                       a workspace
libstats.load("mylibrary", ["exports"])          a receipt
con = libstats.open("mylibrary")                 a read-only DuckDB connection: every table is there
                                                 for SQL
libstats.circulation(con, since=..., until=...)  an analysis gives a DuckDB relation: .df(), .pl(),
                                                 .fetchall()
"""

from libstats.analysis.alarms import check
from libstats.analysis.circulation import circulation
from libstats.analysis.collection.age import collection_age, migration_days, publication_decades
from libstats.analysis.collection.copies import missing_copies
from libstats.analysis.collection.horizon import system_days, use_horizon
from libstats.analysis.collection.use import collection_use, shelf_time
from libstats.analysis.collection.weeding import weeding_candidates
from libstats.analysis.provenance import freshness, receipt
from libstats.analysis.work.backlog import backlog
from libstats.analysis.work.curve import turnaround_curve
from libstats.analysis.work.fill import fill_rate, unfilled_reasons
from libstats.analysis.work.throughput import throughput
from libstats.analysis.work.turnaround import turnaround
from libstats.analysis.work.worklist import worklist
from libstats.loading.forget import forget
from libstats.loading.load import confirm, load, undo
from libstats.workspace.open import open
from libstats.workspace.workspace import init

__all__ = [
    "backlog",
    "check",
    "circulation",
    "collection_age",
    "collection_use",
    "confirm",
    "fill_rate",
    "forget",
    "freshness",
    "init",
    "load",
    "migration_days",
    "missing_copies",
    "open",
    "publication_decades",
    "receipt",
    "shelf_time",
    "system_days",
    "throughput",
    "turnaround",
    "turnaround_curve",
    "undo",
    "unfilled_reasons",
    "use_horizon",
    "weeding_candidates",
    "worklist",
]
