"""A result of an analysis -> a figure with its sentence of alt text."""

from libstats.charts.circulation import circulation_by_month
from libstats.charts.figure import Figure

__all__ = ["Figure", "circulation_by_month"]
