"""The month in one page: a file per kind of line."""

from libstats.report.summary.page import answer, finality, origin, read, trends, unjudged, untold

__all__ = ["answer", "finality", "origin", "read", "trends", "unjudged", "untold"]
