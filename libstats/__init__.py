"""libstats tells a library's staff how their work is going, from the exports that their systems already write.

libstats.init("mylibrary")                       a workspace
libstats.load("mylibrary", ["exports"])          a receipt
con = libstats.open("mylibrary")                 a read-only DuckDB connection: every table is there for SQL
libstats.circulation(con, since=..., until=...)  an analysis gives a DuckDB relation: .df(), .pl(), .fetchall()
"""

from libstats.alarms import check
from libstats.analysis.backlog import backlog
from libstats.analysis.circulation import circulation
from libstats.analysis.collection import collection_age, migration_days, publication_decades
from libstats.analysis.collection_use import collection_use, shelf_time
from libstats.analysis.copies import missing_copies
from libstats.analysis.fill import fill_rate, unfilled_reasons
from libstats.analysis.provenance import freshness, receipt
from libstats.analysis.throughput import throughput
from libstats.analysis.turnaround import turnaround, turnaround_curve
from libstats.analysis.use import system_days, use_horizon
from libstats.analysis.weeding import weeding_candidates
from libstats.analysis.worklist import worklist
from libstats.forgetting import forget
from libstats.load import confirm, load, undo
from libstats.opening import open
from libstats.workspace import init

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
