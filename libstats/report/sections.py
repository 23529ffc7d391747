"""The pieces that every report is made of: its answer, its figures, its receipts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import duckdb

from libstats.analysis.provenance import freshness
from libstats.report.charts.sparkline import sparkline
from libstats.report.page.cells import as_told, plain
from libstats.report.page.html import escaped, notice, paragraph
from libstats.report.page.period import Period
from libstats.report.page.table import Html, Table, folded, joined, shown, table
from libstats.wording import Row, capital, number, records

__all__ = [
    "ORIGIN",
    "Card",
    "answer",
    "behind",
    "explained",
    "figures",
    "heed",
    "origin",
    "outdated",
    "receipt",
    "receipts",
    "shortened",
    "told_in_part",
    "undeclared",
    "unjudged",
    "unread",
]

MOST_CODES = 5
MOST_CARDS = 5
MOST_ROWS = 12  # of a table on the page; the workbook has all
ORIGIN = "where-these-figures-come-from"  # the last heading of each report, as `publish` names it

SOURCE = {
    "source": "Source",
    "export": "Export",
    "newest_export_at": "Newest export",
    "loads": "Files loaded",
    "rows_rejected": "Rows that could not be read",
}


@dataclass(frozen=True)
class Card:
    """One figure in short: its value as shown, what it is, what it compares with; `trend` its last
    values, the newest last; `name` and `value` are what a closed month keeps of it."""

    shown: str
    what: str
    words: str
    trend: Sequence[float | None] = ()
    name: str = ""
    value: float | None = None


def answer(
    where: str,
    verdict: str,
    cards: Sequence[Card],
    *,
    about: Mapping[str, Any],
    before: Sequence[str] = (),
    body: str = "",
) -> Html:
    """The top of a page: of what it tells, the sentence that answers its question, and at most five
    figures.

    Parameters
    ----------
    where : the period and place in words; the page's title has it too
    verdict : the answer, in plain sentences
    cards : the figures
    about : what files are named by: `period`, `branch`; and what a closed month keeps
    before : what a reader must know before anything else, as that no export reaches the end
    body : what shows the figures, if not a box for each
    """
    kept = {
        card.name: {"what": card.what, "shown": card.shown, "value": card.value}
        for card in cards
        if card.name
    }
    told = {"where": where, "verdict": verdict, "cards": [_told(c) for c in cards[:MOST_CARDS]]}
    head = Html(
        f'<p class="libstats-period">{escaped(where)}</p>', about={**about, **told, "figures": kept}
    )
    box = notice("Before you use these figures:", before, attention=True) if before else ""
    link = f'<p class="libstats-origin"><a href="#{ORIGIN}">Where these figures come from</a></p>'
    return joined(
        head,
        f'<p class="libstats-answer">{escaped(verdict)}</p>',
        box,
        body or (figures(cards[:MOST_CARDS]) if cards else ""),
        link,
    )


def _told(card: Card) -> str:
    """A card as a plain sentence or two, for a mail."""
    return f"{card.shown} {card.what}. {card.words}".strip()


def figures(cards: Iterable[Card]) -> Html:
    """A few figures in short: each with what it is, its trend, and what it compares with."""
    listed = "".join(
        f'<li><strong>{escaped(card.shown)}</strong> <span class="what">{escaped(card.what)}</span>'
        f"{sparkline(card.trend, card.what)}"
        f'<span class="joint">: </span><span class="comparison">{escaped(card.words)}</span></li>'
        for card in cards
    )
    return Html(f'<ul class="libstats-figures">{listed}</ul>')


def heed(texts: Sequence[str]) -> Html:
    """What limits the figures beside which it stands; nothing where nothing does."""
    return Html(notice("Read these figures with care:", texts, attention=True) if texts else "")


def origin(sources: Iterable[Row], complete: str, lacks: Sequence[str], *pieces: Any) -> Html:
    """Where the figures come from, last on each page: the exports, what they lack, the receipts.

    Parameters
    ----------
    sources : the exports behind it, as `freshness` gives them
    complete, lacks : what is said where nothing is missing, and what is
    pieces : receipts and what was left out
    """
    every = list(sources)
    rows = [{name: row[name] for name in SOURCE} for row in every]
    lacks = [*refused(every), *lacks]
    said = notice("What the exports lack:", lacks) if lacks else notice(complete)
    listed = table(rows, "The exports behind these figures", headings=SOURCE)
    told = [{"export": _of(row), "newest": plain(row["newest_export_at"])} for row in rows]
    exports = Html("", about={"exports": told})
    return joined(said, listed, folded("How these figures were counted", *pieces), exports)


def refused(sources: Iterable[Row]) -> list[str]:
    """That files in the exports folder are in no figure, in a sentence; nothing where none is."""
    names = dict.fromkeys(row.get("files_refused") for row in sources)
    return [
        f"Refused when last loaded, and in no figure: {each}. “libstats check” tells more."
        for each in names
        if each
    ]


def _of(row: Row) -> str:
    """An export, with its source where its name does not say it."""
    source, export = row["source"], row["export"]
    return str(export) if export.startswith(f"{source} ") else f"{export} of {source}"


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
        f"“{row['code']}”, of which no role is known. Until it has one they are not judged. "
        "Add this to libstats.toml, the brackets on a line of their own, its role in place of the "
        f"points: {row['line']}"
        for row in codes[:MOST_CODES]
    ]
    if len(codes) > MOST_CODES:
        more = number(len(codes) - MOST_CODES)
        told.append(f"{more} more codes have no role: “libstats check” lists them all.")
    return told


def receipt(
    rows: Sequence[Row],
    analysis: str,
    caption: str,
    without: Sequence[str] = (),
    *,
    sheet: str = "",
) -> Html:
    """The receipt of an analysis: its definition as a sentence, and a table of all other parts but
    those of `without`; `sheet` as in `table`."""
    definition = " ".join(
        row["value"] for row in rows if row["part"] == "definition" and row["what"] == analysis
    )
    listed = table(
        [row for row in rows if row["part"] not in ("definition", *without)],
        caption,
        headings={"what": "Of what", "value": "What it was"},
        formats={"value": as_told},
        sheet=sheet,
    )
    return joined(paragraph(capital(definition)), listed)


def explained(what: str, period: Period, **settings: str) -> str:
    """The command that says how a figure of a period was counted; settings that are blank are
    left out."""
    more = "".join(f" --set {name}={value}" for name, value in settings.items() if value)
    return f"libstats explain {what} --since {period.since} --until {period.until}{more}"


def behind(
    con: duckdb.DuckDBPyConnection, commands: Iterable[str], told: Iterable[Row] = ()
) -> list[Row]:
    """The exports behind the parts of a page, as `freshness` gives them, by the commands that
    `receipts` lists; without those that are `told` already."""
    known = {(row["source"], row["export"]) for row in told}
    found: dict[tuple[str, str], Row] = {}
    for command in dict.fromkeys(commands):
        _, _, analysis, *words = command.split()
        process = words[0] if words and not words[0].startswith("--") else None
        for row in records(freshness(con, analysis=analysis, process=process)):
            found.setdefault((row["source"], row["export"]), row)
    return [row for key, row in sorted(found.items()) if key not in known]


def receipts(commands: Mapping[str, str]) -> Table:
    """For each part of a page, by its heading, the command that says how it was counted."""
    return table(
        [{"part": part, "command": command} for part, command in commands.items()],
        "The receipt of each part of this page",
        headings={"part": "Part", "command": "This command says how it was counted"},
        sheet="Receipts",
    )


def shortened(whole: Table, *, last: bool = False) -> Html:
    """A table of which the page shows at most twelve rows, the first or the last ones, and the
    workbook all."""
    made = whole.at_most(MOST_ROWS, last)
    more = f"The workbook has {number(made.more)} more {'row' if made.more == 1 else 'rows'}."
    return joined(made, paragraph(more) if made.more else "")


def told_in_part(when: str, reason: str) -> str:
    """That a time is told in part, and why, as `coverage` has it: a sentence without its stop."""
    return f"{when} is only {reason}" if reason.startswith("told") else f"{when}: {reason}"


def unjudged(told: Sequence[str]) -> Html:
    """What a section did not judge, and why; nothing where it judged all."""
    return Html(notice("What is not judged here:", told) if told else "")
