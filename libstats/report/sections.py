"""The sections that every report has: its head, its figures in short, its receipts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from libstats.report.page.html import escaped, notice, paragraph
from libstats.report.page.table import Html, joined, shown, table
from libstats.wording import Row, capital, number

__all__ = ["figures", "head", "outdated", "receipt", "undeclared", "unread"]

MOST_CODES = 5

SOURCE = {
    "source": "Source",
    "export": "Export",
    "newest_export_at": "Newest export",
    "loads": "Files loaded",
    "rows_rejected": "Rows that could not be read",
}


def head(
    period: str,
    warnings: Sequence[str],
    complete: str,
    sources: Iterable[Row] | None = None,
    what: str = "figures",
) -> Html:
    """Of which time and place a report is, and what to know before using it.

    Parameters
    ----------
    period : of what it tells, in words; the page's title has it too
    warnings, complete : what a reader must know; what is said where that is nothing
    sources : the exports behind it, as `freshness` gives them
    what : what it holds
    """
    box = (
        notice(f"Before you use these {what}:", warnings, attention=True)
        if warnings
        else notice(complete)
    )
    pieces = [f'<p class="libstats-period">{escaped(period)}</p>', box]
    if sources is None:
        return joined(*pieces)
    rows = [{name: row[name] for name in SOURCE} for row in sources]
    return joined(*pieces, table(rows, "Where the figures come from", headings=SOURCE))


def outdated(source: Row) -> str:
    """That an export ends before the period does, in a sentence."""
    return (
        f"The newest “{source['export']}” of {source['source']} is from "
        f"{shown(source['newest_export_at'])}: what happened after that is not in it."
    )


def unread(source: Row) -> str:
    """That rows of an export could not be read, in a sentence."""
    rows = "1 row" if source["rows_rejected"] == 1 else f"{number(source['rows_rejected'])} rows"
    return (
        f"{rows} of “{source['export']}” of {source['source']} could not be read. “libstats "
        "rejects” says which, and why."
    )


def undeclared(codes: Sequence[Row], what: str) -> list[str]:
    """That nobody declared what codes mean, each in a sentence with the line to add; of many the
    commonest."""
    told = [
        f"{number(row['rows'])} {what} of {row['source']} carry the {row['field']} "
        f"“{row['code']}”, of which no role is known: nothing is concluded from it. "
        "Add to libstats.toml what stands in brackets, and below it the rest with its role in "
        f"place of the points: {row['line']}"
        for row in codes[:MOST_CODES]
    ]
    if len(codes) > MOST_CODES:
        more = number(len(codes) - MOST_CODES)
        told.append(f"{more} more codes have no role: “libstats check” lists them all.")
    return told


def figures(cards: Iterable[tuple[str, str, str]]) -> Html:
    """A few figures in short: each with what it is, and what it compares with."""
    listed = "".join(
        f'<li><strong>{escaped(figure)}</strong> <span class="what">{escaped(what)}</span>'
        f'<span class="joint">: </span><span class="comparison">{escaped(words)}</span></li>'
        for figure, what, words in cards
    )
    return Html(f'<ul class="libstats-figures">{listed}</ul>')


def receipt(rows: Sequence[Row], analysis: str, caption: str, without: Sequence[str] = ()) -> Html:
    """The receipt of an analysis: its definition as a sentence, and a table of all other parts but
    those of `without`."""
    definition = " ".join(
        row["value"] for row in rows if row["part"] == "definition" and row["what"] == analysis
    )
    listed = table(
        [row for row in rows if row["part"] not in ("definition", *without)],
        caption,
        headings={"what": "Of what", "value": "What it was"},
    )
    return joined(paragraph(capital(definition)), listed)
