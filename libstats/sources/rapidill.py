"""RapidILL: its summaries are counts of a month, not requests."""

from libstats.declaration.source import LeftAlone

SUMMARY = LeftAlone(
    "rapidill",
    "summary",
    ("Lending Filled",),
    "it has totals, not requests: no waiting time can be told from it, "
    "and added to the requests of ILLiad or Alma it would count them twice. "
    "What is in no other export can be entered into the form manual-counts (measure: "
    "rapid lending filled)",
)
