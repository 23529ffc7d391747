"""The report on interlibrary loan: a file per part of the page."""

from libstats.report.ill.by_lender import desk, lenders
from libstats.report.ill.outcomes import filled, to_do, waiting
from libstats.report.ill.rows import origin, read
from libstats.report.ill.verdict import answer
from libstats.report.ill.wait_times import reached, steps, unjudged, waits

__all__ = [
    "answer",
    "desk",
    "filled",
    "lenders",
    "origin",
    "reached",
    "read",
    "steps",
    "to_do",
    "unjudged",
    "waiting",
    "waits",
]
