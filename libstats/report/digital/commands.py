"""For each part of the page the command that says how it was counted; the exports behind all."""

from __future__ import annotations

from dataclasses import replace

import duckdb

from libstats.report import sections
from libstats.report.digital import rows
from libstats.report.digital.rows import Digital


def commands(report: Digital) -> dict[str, str]:
    """By heading, in the order of the page."""
    period, year = report.period, report.year or report.period
    months = report.lending.months or period
    as_of = f" --set as_of={report.as_of}"
    return {
        "Who did not get in at the proxy?": sections.explained("proxy_logins", period),
        "What was opened through the proxy?": sections.explained("proxy_visits", period),
        "Do vendors’ pages let cards in?": sections.explained(
            "machine_use", period, kind="'patron check'"
        ),
        "What was reported not to open?": sections.explained("turnaround access_problem", period),
        "What does a use cost?": f"libstats explain cost_per_use{as_of}",
        "What was used, as publishers count it?": sections.explained("eresource_use", year),
        "Who was turned away?": sections.explained("turned_away", year),
        "Which licences are to be decided?": f"libstats explain licences_to_decide{as_of}",
        "What was lent on digital platforms?": sections.explained(
            "digital_circulation", months, by="month"
        ),
        "Which digital licences end?": f"libstats explain digital_endings{as_of}",
        "Where are more digital copies wanted?": "libstats explain digital_holds",
        "What does a digital checkout cost?": sections.explained("digital_cost", months),
        "Which digital titles are in print too?": "libstats explain digital_and_print",
        "Does self-service take load off the desk?": sections.explained("self_service", period),
        "What did machines refuse?": sections.explained("machine_use", period),
        "What was returned at machines?": sections.explained("machine_use", period, kind="checkin"),
        "What could the link resolver not offer?": sections.explained("resolver_requests", period),
        "Computers, wifi and microfilm": sections.explained("technology_uses", period),
    }


def read(con: duckdb.DuckDBPyConnection, **said: str) -> Digital:
    """The same as `rows.read`, with the exports behind all parts."""
    found = rows.read(con, **said)
    more = sections.behind(con, commands(found).values(), found.sources)
    return replace(found, sources=[*found.sources, *more])
