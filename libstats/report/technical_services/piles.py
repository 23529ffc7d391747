"""What is done in technical services and what waits there: its charts, their tables, and waits."""

from __future__ import annotations

from libstats.report import sections
from libstats.report.charts import Figure
from libstats.report.charts.months import lines_by_month
from libstats.report.page.html import paragraph
from libstats.report.page.table import Html, Table, joined, table, tabled
from libstats.report.technical_services.rows import (
    Stage,
    TechnicalServices,
    state_of,
)
from libstats.wording import Row, day_name, month_name, number, tenths

__all__ = ["pile_chart", "pile_table", "waits", "work_chart", "work_table"]

STEPS = {
    "received": "Received",
    "catalogued": "Catalogued",
    "available": "Put on the shelf",
}
STAGES = {
    ("received", "catalogued"): "Waiting to be catalogued",
    ("catalogued", "available"): "Catalogued, not yet on the shelf",
    ("received", "available"): "Not yet on the shelf",
}
MORE = "no list tells of all that waits, so there may be more than is shown"
WAYS = {
    ("received", "catalogued"): "Receipt to catalogued",
    ("catalogued", "available"): "Catalogued to shelf",
    ("received", "available"): "Receipt to shelf",
}


def work_chart(report: TechnicalServices) -> Figure | Html:
    """What was done month by month."""
    lines = {
        STEPS[step]: [report.in_month(step, month) for month in report.months]
        for step in report.steps
    }
    words = [
        f"{name}: {number(values[-1])} in {month_name(report.months[-1])}"
        for name, values in lines.items()
        if values[-1] is not None
    ]
    alt = f"{'; '.join(words)}." if words else "Nothing tells of the last month."
    return lines_by_month(report.months, {"Copies a month": lines}, alt, "Work done by month")


def work_table(report: TechnicalServices) -> Html:
    """The picture's figures."""
    steps = [step for step, rows in report.steps.items() if state_of(rows) != "outside"]
    rows = [
        {"period": month, **{step: report.in_month(step, month) for step in steps}}
        for month in report.months
    ]
    listed = tabled(table(rows, "Work done by month, copies", headings=STEPS)) if steps else ""
    return joined(sections.heed(_partly(report)), listed)


def _partly(report: TechnicalServices) -> list[str]:
    """Which steps are told in part, and why."""
    found = []
    for step, rows in report.steps.items():
        reasons = {row["reason"] for row in rows if row["coverage"] != "whole" and row["reason"]}
        found += [f"{STEPS[step]}: {reason}." for reason in sorted(reasons)]
    return found


def _piles(report: TechnicalServices) -> list[Stage]:
    ends = [("received", "catalogued"), ("received", "available")]
    return [stage for start, end in ends if (stage := report.stage(start, end))]


def pile_chart(report: TechnicalServices) -> Figure | Html:
    """What waits at each step at the end of each month, and how old it is."""
    stages = _piles(report)
    if not stages:
        return Html(paragraph("No export tells what waits between receipt and the shelf."))
    counts, ages = (
        {
            STAGES[stage.start, stage.end]: [
                row[column] if (row := stage.at(month)) else None for month in report.months
            ]
            for stage in stages
        }
        for column in ("waiting", "median_age")
    )
    panels = {"Copies at the end of the month": counts, "Days that half of them had waited": ages}
    return lines_by_month(report.months, panels, _pile_finding(report, stages), "The pile by month")


def _pile_finding(report: TechnicalServices, stages: list[Stage]) -> str:
    """When the pile was largest, what it is now, and what was changed in these months."""
    words = []
    for stage in stages:
        known = [
            row
            for month in report.months
            if (row := stage.at(month)) and row["waiting"] is not None
        ]
        if known:
            most = max(known, key=lambda row: row["waiting"])
            words.append(
                f"{STAGES[stage.start, stage.end]}: {number(known[-1]['waiting'])} at the end of "
                f"{month_name(known[-1]['period'])}. The most were {number(most['waiting'])}, at "
                f"the end of {month_name(most['period'])}."
            )
    words += [f"{day_name(row['changed_on'])}: {row['what']}." for row in report.changes]
    return " ".join(words) or "Nothing tells of the pile in these months."


def pile_table(report: TechnicalServices) -> Html:
    """The picture's figures."""
    if not _piles(report):
        return Html("")
    rows = []
    stages = {"catalogued": "cataloguing", "available": "shelf"}
    for month in report.months:
        line: Row = {"period": month}
        for stage in _piles(report):
            row = stage.at(month) or {}
            for column in ("waiting", "median_age", "oldest_age"):
                line[f"{stages[stage.end]}_{column}"] = row.get(column)
        rows.append(line)
    headings = {
        f"{stage}_{column}": f"{words}: {of}"
        for stage, words in (("cataloguing", "To be catalogued"), ("shelf", "Not on the shelf"))
        for column, of in (
            ("waiting", "copies"),
            ("median_age", "days of half"),
            ("oldest_age", "days of the oldest"),
        )
    }
    formats = {name: tenths for name in headings if name.endswith("age")}
    listed = table(
        rows,
        "What waited at the end of each month",
        headings=headings,
        formats=formats,
        sheet="What waited, by month",
    )
    reasons = {
        f"{STAGES[stage.start, stage.end]}: {row['reason'] if row['waiting'] is None else MORE}."
        for stage in _piles(report)
        for row in stage.months
        if row["coverage"] != "whole" and row["reason"]
    }
    return joined(sections.heed(sorted(reasons)), tabled(listed))


def waits(report: TechnicalServices) -> Table | Html:
    """How long copies took from receipt to the catalogue to the shelf, beside the year before."""
    if not report.stages:
        return Html(paragraph("No export tells how long a copy takes from receipt to the shelf."))
    rows = []
    for stage in report.stages:
        now, then = stage.year or {}, stage.year_before or {}
        rows.append(
            {
                "way": WAYS[stage.start, stage.end],
                "cases": now.get("cases"),
                "still_open": now.get("still_open"),
                "p50": now.get("p50"),
                "p90": now.get("p90"),
                "before_p50": then.get("p50"),
                "before_p90": then.get("p90"),
            }
        )
    headings = {
        "way": "From … to",
        "cases": "Copies",
        "still_open": "Of them still waiting",
        "p50": "Half within",
        "p90": "Nine in ten within",
        "before_p50": "Half, year before",
        "before_p90": "Nine in ten, year before",
    }
    return table(
        rows,
        f"Days that each step took, copies of the 12 months to {month_name(report.months[-1])}",
        sheet="Receipt to the shelf",
        headings=headings,
        formats=dict.fromkeys(("p50", "p90", "before_p50", "before_p90"), tenths),
    )
