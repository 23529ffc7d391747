"""The report on circulation: one function per section, a file per part of the page. What the whole
of it tells of is read in rows."""

from libstats.report.circulation.branches import closed_or_changed, per_open_day, usual, years
from libstats.report.circulation.commands import read
from libstats.report.circulation.hold_waits import waits
from libstats.report.circulation.holds import outcomes, queues
from libstats.report.circulation.late_loans import overdue
from libstats.report.circulation.left_lying import to_do
from libstats.report.circulation.lending import (
    answer,
    by_branch,
    by_month,
    chart,
    in_house,
    per_day,
    renewals,
    trend,
    verdict,
)
from libstats.report.circulation.parts import channels, hours, item_types
from libstats.report.circulation.patrons import borrowers
from libstats.report.circulation.routes import transit
from libstats.report.circulation.rows import Circulation
from libstats.report.circulation.told import origin

__all__ = [
    "Circulation",
    "answer",
    "borrowers",
    "by_branch",
    "by_month",
    "channels",
    "chart",
    "closed_or_changed",
    "hours",
    "in_house",
    "item_types",
    "origin",
    "outcomes",
    "overdue",
    "per_day",
    "per_open_day",
    "queues",
    "read",
    "renewals",
    "to_do",
    "transit",
    "trend",
    "usual",
    "verdict",
    "waits",
    "years",
]
