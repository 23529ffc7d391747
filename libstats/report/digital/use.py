"""What is used and what it costs: cost per use, no use, who was turned away, licences to decide."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from libstats.analysis.today.digital import Digital, said
from libstats.analysis.today.words import decision
from libstats.report.charts import Figure, bars
from libstats.report.digital.rows import Digital as Report
from libstats.report.page.cells import Format, money
from libstats.report.page.html import notice, paragraph
from libstats.report.page.table import Html, Table, joined, table
from libstats.report.sections import shortened
from libstats.wording import Row, many, month_name, number
from libstats.wording import listed as listed_names

__all__ = [
    "advised",
    "comparable",
    "cost_chart",
    "costs",
    "licences",
    "unused",
    "used",
]

PAST = "Where the day is past, ask the vendor whether the licence has renewed itself. "
UNNAMED = "no report of its use names it"  # as `cost_per_use` says it
# the metrics that say who was turned away, and why
DENIALS = {
    "Limit_Exceeded": "too many were in at once",
    "No_License": "there is no licence for it",
}


def advised(report: Report) -> list[Row]:
    """Of each licence the rows that say what a use costs: by the metric that COUNTER advises; where
    none of it has that, by the others; a row that only says why there is none stands once."""
    found: dict[tuple[str, str], list[Row]] = {}
    for row in report.costs:
        found.setdefault((row["source"], row["licence_id"]), []).append(row)
    shown = []
    for rows in found.values():
        priced = [row for row in rows if row["cost_per_use"] is not None]
        best = [row for row in priced if row["is_advised"]] or priced
        shown += best or [
            min(rows, key=lambda row: (-(row["months_told"] or 0), not row["is_advised"]))
        ]
    return shown


def comparable(report: Report) -> list[Row]:
    """The costs by the metric and in the currency that most have: others are no match for them."""
    rows = [row for row in advised(report) if row["cost_per_use"] is not None]
    kinds = Counter((row["metric"], row["currency"]) for row in rows).most_common(1)
    return [row for row in rows if (row["metric"], row["currency"]) == kinds[0][0]]


def unused(report: Report) -> list[Row]:
    """The licences that nobody used in their whole term."""
    return [row for row in advised(report) if row["why_none"] == "no use"]


def costs(report: Report) -> Html:
    """What a use of each licence cost, which were not used, and why others have no figure."""
    rows = advised(report)
    if not rows:
        return Html(
            paragraph(
                "No licence is loaded: what a use costs needs the form licences with price, first "
                "and last day."
            )
        )
    dear = [row for row in rows if row["cost_per_use"] is not None]
    dear.sort(key=lambda row: -row["cost_per_use"])
    names = [f"{row['resource']} ({row['licence_id']})" for row in unused(report)]
    priced = len({(row["source"], row["licence_id"]) for row in dear})
    words = [f"A cost per use is known of {number(priced)} of {many(_count(rows), 'licence')}."]
    words += [
        f"Not used at all in its term: {name}. End it, or tell patrons of it." for name in names
    ]
    unnamed = [row["resource"] for row in rows if row["why_none"] == UNNAMED]
    if unnamed:
        words.append(
            f"No report of use names {listed_names(unnamed)}: in the form licences, spell each as "
            "its report does."
        )
    rest = [row for row in rows if row["cost_per_use"] is None]
    return joined(
        paragraph(" ".join(words)),
        shortened(_cost_table([*dear, *rest])),
        _every_metric(report.costs),
        paragraph(
            "The metric is the one that COUNTER advises, unique requests; of a database of "
            "abstracts it is investigations. Never compare figures of different metrics."
        ),
    )


def _count(rows: Sequence[Row]) -> int:
    return len({(row["source"], row["licence_id"]) for row in rows})


def _cost_table(rows: Sequence[Row]) -> Table:
    listed = [
        {
            "resource": row["resource"],
            "term": f"{month_name(row['first_month'])}, {many(row['months'], 'month')}"
            if row["first_month"] and row["months"]
            else None,
            "price": row["price"],
            "uses": row["uses"],
            "cost": row["cost_per_use"],
            "currency": row["currency"],
            "why": _why(row),
        }
        for row in rows
    ]
    headings = {"term": "Term from", "cost": "Cost per use", "why": "Counted by, or why not known"}
    formats = {"price": money, "cost": money}
    return table(listed, "Cost per use by licence", headings=headings, formats=formats)


# the columns of a workbook that has all that is known of costs and of use
COST_SHEET = {
    "resource": "Resource",
    "licence_id": "Licence",
    "opens": "Opens",
    "platform": "Platform",
    "report": "Report",
    "release": "Release",
    "institution": "Institution",
    "content": "Content",
    "metric": "Metric",
    "is_advised": "Advised by COUNTER",
    "first_month": "First month of the term",
    "months": "Months",
    "months_told": "Months told",
    "price": "Price",
    "currency": "Currency",
    "uses": "Uses",
    "uses_told": "Uses in the months told",
    "cost_per_use": "Cost per use",
    "why_none": "Why there is none",
    "limit_exceeded": "Turned away: too many at once",
    "no_license": "Turned away: no licence",
    "trend": "Trend of its use",
    "why_no_trend": "Why no trend is told",
}
USE_SHEET = {
    "platform": "Platform",
    "report": "Report",
    "release": "Release",
    "narrowed_to": "Narrowed to",
    "institution": "Institution",
    "provider": "Made by",
    "metric": "Metric",
    "uses": "Uses, where all months are told",
    "uses_told": "Uses in the months told",
    "months": "Months",
    "months_told": "Months told",
    "why_unknown": "Months not told, and why",
    "survey": "Asked for by surveys as",
}


def _every_metric(rows: Sequence[Row]) -> Table:
    """Every metric of every licence, in the workbook alone."""
    said = [{**row, "is_advised": "yes" if row["is_advised"] else "no"} for row in rows]
    return _for_workbook(said, COST_SHEET, "Cost per use in every metric", "Cost per use")


def _for_workbook(
    rows: Sequence[Row], columns: Mapping[str, str], caption: str, sheet: str
) -> Table:
    """All that is known, which would be too wide for the page."""
    listed = [{name: row.get(name) for name in columns} for row in rows]
    formats: dict[str, Format] = {"price": money, "cost_per_use": money, "first_month": month_name}
    return table(listed, caption, headings=columns, formats=formats, sheet=sheet).at_most(0)


def _why(row: Row) -> str:
    trend = f"; its use: {row['trend']}" if row["trend"] else ""
    metric = (row["metric"] or "uses").replace("_", " ")
    if row["why_none"]:
        told = row["uses_told"]
        so_far = (
            f"; {number(told)} {metric} so far" if told and "not over" in row["why_none"] else ""
        )
        return f"{row['why_none']}{so_far}{trend}"
    return f"{metric}, {row['report']} {row['release']}{trend}"


def cost_chart(report: Report) -> Figure | Html:
    """The costs side by side, as far as they can be compared."""
    rows = comparable(report)
    if len(rows) < 2:
        return Html("")
    unit = rows[0]["currency"] or ""
    return bars(
        [
            (f"{row['resource']} {row['first_month']:%Y}", float(row["cost_per_use"]))
            for row in sorted(rows, key=lambda row: -row["cost_per_use"])
        ],
        f"Cost per use, {unit}".rstrip(", "),
        "What a use cost",
        lambda cost: f"{cost:,.2f}",
    )


def used(report: Report) -> Html:
    """How much each platform was used in the twelve months, as its publisher counts it."""
    if report.year is None:
        return Html(paragraph("No report of COUNTER that is loaded tells how much was used."))
    rows = [row for row in report.uses if row["metric"] not in DENIALS]
    late = said(Digital(missing=report.missing))
    lead = (
        f"The newest month that a publisher tells of is {report.year.words.rpartition(' to ')[2]}. "
        f"These are the twelve months up to it, {report.year.words}."
    )
    listed = [
        {
            "platform": row["platform"],
            "report": f"{row['report']} {row['release']}",
            "metric": (row["metric"] or "nothing was counted").replace("_", " "),
            "uses": row["uses_told"],
            "months": f"{row['months_told']} of {row['months']}",
        }
        for row in rows
    ]
    headings = {"uses": "Counted, in the months told", "months": "Months told"}
    caption = f"Use of platforms, {report.year.words}"
    return joined(
        paragraph(lead),
        notice("Reports that did not come:", late, attention=True) if late else "",
        shortened(table(listed, caption, headings=headings)),
        _for_workbook(report.uses, USE_SHEET, f"{caption}, all that is told", "Use of e-resources"),
        paragraph("Metrics, reports and releases overlap: never add their counts up."),
    )


def licences(report: Report) -> Html:
    """What must be decided, and by when."""
    if not report.told["licence"]:
        return Html(paragraph("No licence is loaded: fill in the form licences."))
    if not report.licences:
        return Html(paragraph("No licence is to be decided soon."))
    rows = [
        {"resource": row["resource"], "licence": row["licence_id"], "decide": _decide(row)}
        for row in report.licences
    ]
    past = sum(row["standing"] == "past" for row in report.licences)
    headings = {"decide": "By when"}
    return joined(
        paragraph(f"{many(len(rows), 'licence')} to decide; for {number(past)} the day is past."),
        shortened(table(rows, "Licences to decide", headings=headings)),
        paragraph(
            f"{PAST if past else ''}A licence leaves this list once the form licences has the day "
            "of its decision."
        ),
    )


def _decide(row: Row) -> str:
    return decision(row) if row["decide_by"] else "no day is told"
