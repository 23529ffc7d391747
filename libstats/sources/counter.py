"""COUNTER: usage of electronic resources, as publishers and platforms count it (releases 5 and
5.1).

A dozen lines about the report stand above the headings; all its forms, of a platform, of databases,
titles or items, have these two.
"""

from libstats.declaration.source import LeftAlone

USAGE = LeftAlone(
    "COUNTER", "report", ("Metric_Type", "Reporting_Period_Total"), "known, not loaded yet"
)
