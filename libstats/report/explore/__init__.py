"""The notebook that answers one question: its controls, and the answer."""

from libstats.report.explore.controls import desk

__all__ = ["desk"]
