"""The report on the collection and on weeding: a file per part of the page."""

from libstats.report.collection.parts import (
    age_and_use,
    answer,
    by_class,
    decades,
    heed_use,
    origin,
    read,
    rest,
    use_by_class,
)
from libstats.report.collection.scans import scanned
from libstats.report.collection.shelf_list import last_list, missing, pick_list
from libstats.report.collection.weeding import limits, schemes, summary, why_not

__all__ = [
    "age_and_use",
    "answer",
    "by_class",
    "decades",
    "heed_use",
    "last_list",
    "limits",
    "missing",
    "origin",
    "pick_list",
    "read",
    "rest",
    "scanned",
    "schemes",
    "summary",
    "use_by_class",
    "why_not",
]
