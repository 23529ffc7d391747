"""Digital lending: what was lent, what ends, where copies are wanted, what a checkout costs, and
what is in print too."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from libstats.analysis.today.digital_titles import why_it_ends
from libstats.analysis.work.hold_queues import BUY_FROM
from libstats.report.digital.rows import Digital as Report
from libstats.report.page.cells import money
from libstats.report.page.html import items, notice, paragraph
from libstats.report.page.table import Html, joined, table
from libstats.report.sections import shortened
from libstats.wording import Row, change, many, month_before, month_name, number
from libstats.wording import listed as in_words

__all__ = ["endings", "in_print", "lending_costs", "lent", "queues"]

UNPROVEN = "As the platforms’ own reports have it, which is unproven on real files."
UNLISTED = "No list of titles of a digital platform is loaded."
UNDECLARED_MODEL = "nobody declared its lending model"  # as `digital_holds` says it
UNDECLARED = " What libstats check lists of lending models can be declared in libstats.toml."
WHAT = ("copies", "holds", "checkouts")
TOLD_BY = {"report": "the platform’s summary", "list": "its list of checkouts"}
OF = "Platform and lending model"
STANDINGS = {"buy": "buy", "enough": "enough", "no copy left": "no copy is left"}
DAYS = {
    "period": "the months that are told",
    "report of titles": "a report of titles, which does not say its days",
    "list of titles": "no time that has both cost and checkouts",
}


def of(row: Row, model: str = "lending_model") -> str:
    """The platform, collection and lending model of a row: what is never added to another."""
    return ", ".join(filter(None, (row["source"], row["collection"], row[model])))


def month_of(row: Row) -> date:
    """The first day of a row's month."""
    return date.fromisoformat(f"{row['part']}-01")


def without(rows: Sequence[Row], *names: str) -> list[Row]:
    """The rows without those of the columns of which nothing is known."""
    blank = {name for name in names if all(row[name] is None for row in rows)}
    return [{name: row[name] for name in row if name not in blank} for row in rows]


def lent(report: Report) -> Html:
    """How often each platform lent, month by month and a year before, or why that is not known."""
    rows, months = report.lending.lent, report.lending.months
    if not rows or months is None:
        return Html(
            paragraph("No report of a digital platform that is loaded tells how much was lent.")
        )
    before = {_key(row): row["checkouts"] for row in report.lending.before}
    newest: dict[str, Row] = {}
    for row in sorted(rows, key=lambda row: row["part"]):
        if row["checkouts"] is not None:
            newest[of(row)] = row
    listed = [
        {
            "period": month_of(row),
            "of": of(row),
            "checkouts": row["checkouts"],
            "before": before.get(_year_before(row)),
            "told_by": TOLD_BY.get(row["told_by"]) or row["why_unknown"].partition(": ")[2],
        }
        for row in sorted(rows, key=lambda row: row["part"], reverse=True)
    ]
    headings = {
        "period": "Month",
        "of": OF,
        "before": "Same month a year before",
        "told_by": "Told by, or why not known",
    }
    lacking = missing(rows)
    words = [_said(name, row, before.get(_year_before(row))) for name, row in newest.items()]
    return joined(
        items(words) if words else paragraph(f"No month of {months.words} is told as a whole."),
        notice("Months that are missing, and are not 0:", lacking, attention=True)
        if lacking
        else "",
        shortened(
            table(
                without(listed, "before"),
                f"Digital checkouts, {months.words}",
                headings=headings,
            )
        ),
        paragraph(
            f"{UNPROVEN} So compare a figure with the platform’s own page first. Lending models "
            "and collections are never added up."
        ),
    )


def _key(row: Row) -> tuple[str | None, ...]:
    return row["source"], row["collection"], row["lending_model"], row["part"]


def _year_before(row: Row) -> tuple[str | None, ...]:
    """The same month a year before, in the same lending model."""
    return _key({**row, "part": f"{month_before(month_of(row), 12):%Y-%m}"})


def _said(name: str, row: Row, before: int | None) -> str:
    """The newest month of a platform, beside the same one a year before where both are told."""
    month = month_of(row)
    beside = ""
    if before is not None:
        beside = f", {change(row['checkouts'], before, month_before(month, 12))}"
    return f"{name}: {many(row['checkouts'], 'checkout')} in {month_name(month)}{beside}."


def missing(rows: Sequence[Row]) -> list[str]:
    """Of each platform the months between those that are told of which no report came, named."""
    told: dict[str, set[date]] = {}
    lacking: dict[str, set[date]] = {}
    for row in rows:
        of_it = told if row["checkouts"] is not None else lacking
        of_it.setdefault(row["source"], set()).add(month_of(row))
    gaps = {
        source: sorted(month for month in months if min(told[source]) < month < max(told[source]))
        for source, months in lacking.items()
        if source in told
    }
    return [
        f"{source}: {in_words([month_name(month) for month in months])} "
        f"{'is' if len(months) == 1 else 'are'} not told as a whole. Fetch the platform’s report "
        "of it again, then: libstats load exports."
        for source, months in sorted(gaps.items())
        if months
    ]


def endings(report: Report) -> Html:
    """Which digital licences end, so that somebody must decide."""
    if not report.lending.is_listed:
        return Html(paragraph(UNLISTED))
    rows = report.lending.ends
    if not rows:
        return Html(paragraph(f"No digital licence ends soon. {UNPROVEN}"))
    waited_for = sum(bool(row["holds"]) for row in rows)
    listed = [
        {
            "title": row["title"] or row["isbn"],
            "format": row["format"],
            "of": of(row),
            "why": why_it_ends(row),
            "holds": row["holds"],
            "price": row["price"],
            "currency": row["currency"],
        }
        for row in rows
    ]
    headings = {"of": OF, "why": "How it stands", "price": "Price of one"}
    return joined(
        paragraph(
            f"{many(len(rows), 'digital licence')} at an end or near it, to renew or let go; "
            f"somebody waits for {number(waited_for) if waited_for else 'none'} of them."
        ),
        shortened(
            table(
                without(listed, "currency"),
                "Digital licences that end or have few checkouts left",
                headings=headings,
                formats={"price": money},
                sheet="Digital licences that end",
            )
        ),
        paragraph(UNPROVEN),
    )


def queues(report: Report) -> Html:
    """For which digital titles too many wait, and how many copies that asks for."""
    if not report.lending.is_listed:
        return Html(paragraph(UNLISTED))
    rows = report.lending.queues
    if not rows:
        return Html(paragraph(f"No digital title is told to have holds. {UNPROVEN}"))
    short = [row for row in rows if row["to_buy"]]
    unknown = sum(row["standing"] == "cannot judge" for row in rows)
    listed = [
        {
            "title": row["title"] or row["isbn"],
            "format": row["format"],
            "of": of(row, "lending_models"),
            "holds": row["holds"],
            "copies": row["copies"],
            "holds_per_copy": row["holds_per_copy"],
            "to_buy": row["to_buy"],
            "standing": row["why"] or STANDINGS[row["standing"]],
        }
        for row in rows
    ]
    headings = {"of": OF, "holds_per_copy": "Holds a copy", "standing": "How it stands"}
    unjudged = f" {many(unknown, 'title')} cannot be judged: see why below." if unknown else ""
    return joined(
        paragraph(
            f"More than {number(BUY_FROM)} wait for one copy of "
            f"{many(len(short), 'title') if short else 'no title'}."
            f"{unjudged}"
            f"{UNDECLARED if any(row['why'] == UNDECLARED_MODEL for row in rows) else ''}"
        ),
        items(_to_buy(short)) if short else "",
        shortened(table(listed, "Holds on digital titles", headings=headings)),
        paragraph(
            f"{UNPROVEN} Holds a copy: who waits, divided by the copies that still lend. "
            f"Models that lend to one patron at a time share a queue. {_apart(rows)}".rstrip()
        ),
    )


def _to_buy(short: Sequence[Row]) -> list[str]:
    """How many copies each platform and collection lacks: none buys for another."""
    found: dict[str, list[int]] = {}
    for row in short:
        found.setdefault(", ".join(filter(None, (row["source"], row["collection"]))), []).append(
            row["to_buy"]
        )
    return [
        f"{name}: {number(sum(each))} more {'copy' if sum(each) == 1 else 'copies'} of "
        f"{many(len(each), 'title')} would end that."
        for name, each in found.items()
    ]


def _apart(rows: Sequence[Row]) -> str:
    """That copies of two owners may be one figure, where an export does not tell whose they are."""
    if all(row["collection"] for row in rows):
        return ""
    return (
        "Where no collection is named, a list may have the library’s own copies (Advantage) and "
        "the consortium’s in one figure."
    )


def lending_costs(report: Report) -> Html:
    """What one digital checkout costs in each lending model, by what the figure rests on."""
    rows, months = report.lending.costs, report.lending.months
    if not rows or months is None:
        return Html(paragraph("Nothing that is loaded tells what a digital checkout costs."))
    told = [row for row in rows if row["cost_per_checkout"] is not None]
    listed = [
        {
            "of": of(row),
            "basis": DAYS[row["basis"]],
            "titles": row["titles"],
            "checkouts": row["checkouts"],
            "cost": row["cost"],
            "each": row["cost_per_checkout"],
            "currency": row["currency"],
            "why": row["why_none"] or "",
        }
        for row in rows
    ]
    headings = {
        "of": OF,
        "basis": "Counted over",
        "each": "Cost of a checkout",
        "why": "Why there is none",
    }
    return joined(
        paragraph(
            f"A cost is known in {number(len(told))} of {many(len(rows), 'row')}; each other row "
            f"says why not. Checkouts are of the same days; the months told lie in {months.words}."
        ),
        shortened(
            table(
                without(listed, "currency"),
                "Cost of a digital checkout, by lending model",
                headings=headings,
                formats={"cost": money, "each": money},
                sheet="Cost of a digital checkout",
            )
        ),
        paragraph(
            f"{UNPROVEN} The rows rest on different things: never add them up or compare them."
        ),
    )


def in_print(report: Report) -> Html:
    """Digital and print of one title, side by side."""
    if not report.lending.is_listed:
        return Html(paragraph(UNLISTED))
    rows = report.lending.in_print
    apart = [
        f"Left out, since {row['reason']}: {number(row['rows'])}."
        for row in report.lending.apart
        if row["rows"]
    ]
    count = len({(row["source"], row["digital_title_id"]) for row in rows})
    verb = "is" if count == 1 else "are"
    names = [f"{kind}_{what}" for kind in ("digital", "print") for what in WHAT]
    listed = [
        {
            "title": f"{row['title'] or row['isbn']}, {row['format'] or 'format not told'}",
            "of": of(row),
            **{name: row[name] for name in names},
        }
        for row in rows
    ]
    return joined(
        paragraph(f"{many(count, 'digital title')} {verb} in print too, by an ISBN that both have.")
        if rows
        else paragraph("No digital title has an ISBN of a record of the catalogue."),
        items(apart) if apart else "",
        shortened(table(listed, "Digital and print of one title", headings={"of": OF}))
        if rows
        else "",
        paragraph(f"{UNPROVEN} Checkouts are of all time."),
    )
