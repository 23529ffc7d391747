"""libstats tells a library's staff how their work is going, from the exports that their systems already write.

libstats.init("mylibrary")                       a workspace
libstats.load("mylibrary", ["exports"])          a receipt
con = libstats.open("mylibrary")                 a read-only DuckDB connection: every table is there for SQL
libstats.circulation(con, since=..., until=...)  an analysis gives a DuckDB relation: .df(), .pl(), .fetchall()
"""

from libstats.alarms import check
from libstats.analysis.circulation import circulation
from libstats.analysis.provenance import freshness, receipt
from libstats.forgetting import forget
from libstats.load import confirm, load, undo
from libstats.opening import open
from libstats.workspace import init

__all__ = ["check", "circulation", "confirm", "forget", "freshness", "init", "load", "open", "receipt", "undo"]
