"""The report on the digital desk: a file per part of the page."""

from libstats.report.digital.access import (
    hosts,
    hour_table,
    hours,
    logins,
    problems,
    resolver,
    vendors,
)
from libstats.report.digital.denials import turned_away
from libstats.report.digital.lending import endings, in_print, lending_costs, lent, queues
from libstats.report.digital.machines import by_hour, refused, returned, share_chart, shares
from libstats.report.digital.overview import answer, house, not_told, origin, read, to_do
from libstats.report.digital.use import cost_chart, costs, licences, used

__all__ = [
    "answer",
    "by_hour",
    "cost_chart",
    "costs",
    "endings",
    "hosts",
    "hour_table",
    "hours",
    "house",
    "in_print",
    "lending_costs",
    "lent",
    "licences",
    "logins",
    "not_told",
    "origin",
    "problems",
    "queues",
    "read",
    "refused",
    "resolver",
    "returned",
    "share_chart",
    "shares",
    "to_do",
    "turned_away",
    "used",
    "vendors",
]
