"""The page `explore`: one question that a person chose, its answer, picture, table, the line of
Python that gives the same, and its receipt. The controls are in controls."""

from __future__ import annotations

import html
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

import duckdb

from libstats.analysis.answers import said
from libstats.analysis.provenance import freshness, receipt
from libstats.analysis.receipts import ANALYSES
from libstats.definitions.branches import place_of
from libstats.definitions.processes import Process, process_of
from libstats.errors import AnalysisError, ReportError
from libstats.report import sections
from libstats.report.charts import Figure
from libstats.report.explore.questions import EACH, QUESTIONS, Question
from libstats.report.page.html import items, paragraph
from libstats.report.page.period import Period, asked
from libstats.report.page.table import Html, folded, joined, shown, table
from libstats.wording import Row, capital, day_name, month_before, number, records

__all__ = ["Exploration", "Line", "answer", "line", "listed", "origin", "picture", "read"]

MOST = 12  # rows on the page; the workbook has all
WEEKS, MONTHS = 84, 366  # days of a period that is told week by week, month by month


@dataclass(frozen=True)
class Line:
    """A call of an analysis, as Python is written: the analysis, what it is given, which rows of
    its answer are wanted, and the columns."""

    analysis: str
    given: Mapping[str, str]
    where: str
    columns: Sequence[str]

    def __str__(self) -> str:
        said = [
            f'"{text}"' if name == "process" else f"{name}={_quoted(text)}"
            for name, text in self.given.items()
        ]
        given = ", ".join(["con", *said])
        chosen = f".filter({_quoted(self.where)})" if self.where else ""
        columns = ", ".join(map(_column, self.columns))
        return f"libstats.{self.analysis}({given}){chosen}.project({_quoted(columns)})"

    def script(self, workspace: str) -> str:
        """A whole program that prints the table."""
        return (
            f"import libstats\n\ncon = libstats.open({_quoted(workspace)})\n"
            f"found = {self}\nprint(found)  # or found.df(), found.fetchall()"
        )


def _quoted(text: str) -> str:
    """A text as Python is written, in double quotes where that can be."""
    plain = '"' not in text and "\\" not in text and text.isprintable()
    return f'"{text}"' if plain else repr(text)


def _column(name: str) -> str:
    return f'"{name}"' if name == "class" else name


@dataclass(frozen=True)
class Exploration:
    """A question with all that was chosen, the rows of its answer, and where they come from.

    `branch` is one, EACH, or "" for all together; `said` is the answer in sentences.
    """

    name: str
    work: str
    branch: str
    period: Period
    line: Line
    rows: list[Row]
    said: list[str]
    sources: list[Row]
    receipt: list[Row]

    @property
    def question(self) -> Question:
        """What was asked."""
        return QUESTIONS[self.name]

    @property
    def where(self) -> str:
        """Of what and of when it is, in words."""
        what = f"{self.question.noun}: {self.work}" if self.work else self.question.noun
        when = {
            "period": self.period.words,
            "day": f"as of {day_name(self.period.until)}",
            "now": "as of the newest export",
        }[self.question.when]
        if self.question.parted == "none":
            return f"{what}, {when}"
        place = {"": "all branches together", EACH: "each branch"}.get(self.branch)
        return f"{what}, {when}, {place or f'branch {self.branch}'}"


def read(
    con: duckdb.DuckDBPyConnection,
    question: str = "circulation",
    process: str = "",
    branch: str = "",
    **said_of_time: str,
) -> Exploration:
    """Ask what was chosen.

    Parameters
    ----------
    con : an open connection
    question : an analysis, one of QUESTIONS
    process : the kind of work, by any of its names, where the question is of one
    branch : the code or the name of one branch, `each`, or "" for all together
    said_of_time : month, quarter, year, or since and until, as
        `libstats.report.page.period.given` takes them; without any the last month that the exports
        reach the end of

    Raises ReportError for a choice that there is not, AnalysisError where the loaded exports cannot
    answer.
    """
    if question not in QUESTIONS:
        raise ReportError(
            f"there is no question {question!r}", f"There are: {', '.join(QUESTIONS)}."
        )
    asks = QUESTIONS[question]
    if asks.of_work and not process:
        raise ReportError(f"{question} needs a kind of work", "Say one, such as process=hold.")
    work = process_of(con, process) if asks.of_work else None
    period = asked(con, **said_of_time) or last_month(_exports(con, question, work), question)
    each = EACH if asks.tells_each else ""
    place = each if branch == EACH else place_of(con, branch)
    if asks.parted == "none":
        place = ""
    call = _line(asks, question, work.name if work else "", place, period)
    rows = _asked(con, asks, call, place)
    known: dict[str, str | None] = dict(call.given)
    if call.where and asks.parted == "by":  # one branch is one answer, without its name before it
        known["by"] = None
    return Exploration(
        question,
        work.title if work else "",
        place,
        period,
        call,
        rows,
        said(con, question, rows, known),
        _exports(con, question, work),
        _receipt(con, call),
    )


def _receipt(con: duckdb.DuckDBPyConnection, call: Line) -> list[Row]:
    """The receipt, what was left out at its end by name, so that a page repeats to the byte."""
    rows = records(receipt(con, call.analysis, **call.given))
    return sorted(rows, key=lambda row: row["what"] if row["part"] == "left out" else "")


def _exports(con: duckdb.DuckDBPyConnection, question: str, work: Process | None) -> list[Row]:
    """The exports behind a question."""
    process = work.name if work else None
    return records(freshness(con, analysis=question, process=process))


def last_month(exports: Sequence[Row], question: str) -> Period:
    """The last month that the exports behind a question reach the end of."""
    if not exports:
        raise AnalysisError(
            f"nothing that is loaded answers {question}", "`libstats loads` lists what is loaded."
        )
    newest = max(row["newest_export_at"] for row in exports)
    until = (newest + timedelta(days=1)).date().replace(day=1)
    return Period(month_before(until), until)


def _line(asks: Question, name: str, process: str, branch: str, period: Period) -> Line:
    """The call that asks it."""
    given = {"process": process} if process else {}
    if asks.when == "period":
        given |= {"since": str(period.since), "until": str(period.until)}
    elif asks.when == "day":
        given["as_of"] = str(period.until)
    if asks.steps:
        days = (period.until - period.since).days
        given["every"] = "week" if days <= WEEKS else "month" if days <= MONTHS else "quarter"
    columns, is_one = list(asks.columns), branch not in ("", EACH)
    if branch and asks.parted == "by":
        given["by"] = "branch"
    elif branch == EACH and "class" in columns:
        given["by"] = "branch"
        columns[columns.index("class")] = "branch"
    elif is_one and asks.parted == "branch":
        given["branch"] = branch
    where = f"{asks.part} = '{branch.replace(chr(39), 2 * chr(39))}'"
    return Line(name, given, where if is_one and asks.parted != "branch" else "", columns)


def _asked(con: duckdb.DuckDBPyConnection, asks: Question, call: Line, branch: str) -> list[Row]:
    """The rows of the answer, with all their columns; ReportError for a branch without any."""
    rows = records(ANALYSES[call.analysis].function(con, **call.given))
    if not call.where:
        return rows
    chosen = [row for row in rows if row[asks.part] == branch]
    if not chosen and rows:
        there = sorted({row[asks.part] for row in rows} - {None})
        raise ReportError(
            f"the answer has nothing of a branch {branch!r}",
            f"It has of: {', '.join(there) or 'none'}.",
        )
    return chosen


def answer(found: Exploration) -> Html:
    """What was asked, and the answer in a sentence; of several branches a sentence each."""
    several = len(found.said) > 1
    if several:  # the largest and the smallest of them
        verdict = _finding(found)
    else:
        verdict = _sentence(*found.said or ["Nothing that is loaded tells of it"])
    told = all(row.get("coverage", "whole") == "whole" for row in found.rows)
    about = {
        "question": "-".join(filter(None, (found.name, found.line.given.get("process")))),
        "period": _when(found),
        "branch": found.branch,
        "told": "whole" if told else "partly",
    }
    top = sections.answer(found.where, verdict, [], about=about)
    each = folded("Each in a sentence", items(map(_sentence, found.said))) if several else ""
    return joined(top, each, _heed(found))


def _finding(found: Exploration) -> str:
    drawn = picture(found)
    return drawn.alt if isinstance(drawn, Figure) else "There is nothing to compare."


def _sentence(text: str) -> str:
    return capital(text if text.endswith(".") else f"{text}.")


def _when(found: Exploration) -> str:
    """What a file is named by: the period, or the day of the newest export."""
    if found.question.when != "now":
        return found.period.name
    return f"{max(row['newest_export_at'] for row in found.sources):%Y-%m-%d}"


def _heed(found: Exploration) -> Html:
    """Why not all of it is told, each reason once that the answer does not say."""
    reasons = dict.fromkeys(
        row["reason"]
        for row in found.rows
        if row.get("coverage", "whole") != "whole" and row["reason"]
    )
    answered = " ".join(found.said).casefold()
    return sections.heed(
        [f"{capital(each)}." for each in reasons if each.casefold() not in answered]
    )


def picture(found: Exploration) -> Figure | Html:
    """The answer as bars."""
    if not found.rows:
        return Html(paragraph("There is nothing to draw."))
    asks = found.question
    if found.line.given.get("by") == "branch" and "class" in asks.columns:
        by_branch = [{**row, "class": row["branch"]} for row in found.rows]
        return asks.picture(by_branch, found.where)
    return asks.picture(found.rows, found.where)


def listed(found: Exploration) -> Html:
    """The answer as a table: the first rows of a long one, all of them in the workbook."""
    asks, columns = found.question, found.line.columns
    rows = [{name: row[name] for name in columns} for row in found.rows]
    headings = {**asks.columns, "branch": "Branch"}
    formats = {"period": shown, **asks.formats}
    whole = table(rows, found.where, headings=headings, formats=formats)
    if len(rows) <= MOST:
        return joined(whole)
    caption = f"{whole.caption}. The first {MOST} of {number(len(rows))} rows"
    return Html(replace(whole, rows=whole.rows[:MOST], caption=caption)._repr_html_(), [whole])


def line(found: Exploration, workspace: str = ".") -> Html:
    """The lines of Python that give the same table, to copy into a script, and the command that
    writes this page again."""
    is_dated = found.question.when != "now"
    schedule = "; without its period, of the last full month" if is_dated else ""
    return joined(
        _code(found.line.script(workspace)),
        paragraph(f"This command writes the page again{schedule}:"),
        _code(command(found)),
    )


def command(found: Exploration) -> str:
    """The command that makes the page of this very question."""
    chosen = {"question": found.name, "process": found.line.given.get("process", "")}
    words = [f"--set {name}={text}" for name, text in chosen.items() if text]
    if found.branch:
        words.append(f"--branch {shlex.quote(found.branch)}")
    period = found.period
    if found.question.when != "now":
        words.append(
            f"--month {period.name}"
            if period.months == 1
            else f"--since {period.since} --until {period.until}"
        )
    return f"libstats report explore {' '.join(words)}"


def _code(text: str) -> str:
    return f"<pre>{html.escape(text, quote=False)}</pre>"


def origin(found: Exploration) -> Html:
    """The exports behind the answer, and its receipt."""
    lacks = [sections.unread(row) for row in found.sources if row["rows_rejected"]]
    proof = sections.receipt(found.receipt, found.name, "Receipt of this answer")
    return sections.origin(found.sources, "All rows of these exports could be read.", lacks, proof)
