"""A result of an analysis -> a figure with its sentence of alt text."""

from libstats.report.charts.backlog import waiting_by_week, week_ending
from libstats.report.charts.bars import bars
from libstats.report.charts.circulation import circulation_by_month
from libstats.report.charts.figure import Figure
from libstats.report.charts.steps import steps_beside
from libstats.report.charts.waiting import reached_by_day, waits_by_month

__all__ = [
    "Figure",
    "bars",
    "circulation_by_month",
    "reached_by_day",
    "steps_beside",
    "waiting_by_week",
    "waits_by_month",
    "week_ending",
]
