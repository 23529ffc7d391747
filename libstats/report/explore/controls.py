"""The controls of the page `explore`: what can be chosen, and what shows the answer to it.

Where somebody sits before the notebook, the controls stand in it, and every section below them
follows. Where nobody does, on a schedule, the sections show the answer to the parameters, and the
page needs no script.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from libstats.analysis.provenance import freshness
from libstats.analysis.work.exported import works_told
from libstats.definitions.branches import place_of
from libstats.errors import LibstatsError
from libstats.report.circulation.rows import branch_names
from libstats.report.explore import answered as explore
from libstats.report.explore.answered import Exploration
from libstats.report.explore.questions import EACH, QUESTIONS
from libstats.report.page.html import is_sealing, notice, paragraph
from libstats.report.page.table import Html
from libstats.wording import Row, month_before, month_name, records

__all__ = ["Desk", "desk", "is_attended"]

MOST_MONTHS = 60
NO_CONTROLS = (
    "To choose here, install the controls: python -m pip install “libstats[lab]”. Until then, "
    "change the parameters above and run the cells again."
)
SECTIONS = ("answer", "picture", "listed", "origin")
KINDS = {"month": "a month", "quarter": "a quarter", "year": "a year", "days": "any days"}
Options = list[tuple[str, str]]


def is_attended() -> bool:
    """True if a person runs this cell, as in JupyterLab: who runs it can be asked for input.
    `libstats report` and nbconvert cannot."""
    ipython = sys.modules.get("IPython")
    kernel = getattr(ipython.get_ipython() if ipython else None, "kernel", None)
    if kernel is None or is_sealing():
        return False
    return bool(kernel.get_parent().get("content", {}).get("allow_stdin"))


def desk(con: duckdb.DuckDBPyConnection, workspace: str = ".", **chosen: str) -> Fixed | Desk:
    """What shows the question that was chosen: with controls, where somebody is there to use them.

    Parameters: `workspace` is what the connection was opened with; `chosen` is as for
    `explore.read`. Raises as that does where nobody is there.
    """
    if not is_attended():
        return Fixed(explore.read(con, **chosen))
    place = str(Path(workspace).resolve())
    try:
        return Desk(con, place, **chosen)
    except ImportError:
        return Fixed(explore.read(con, **chosen), place, NO_CONTROLS)


class Fixed:
    """The answer to one question, as every page shows it."""

    def __init__(self, found: Exploration, workspace: str = ".", hint: str = "") -> None:
        self.found, self._workspace, self._hint = found, workspace, hint

    def choices(self) -> Html | None:
        """Why nothing can be chosen here, where somebody could."""
        return Html(paragraph(self._hint)) if self._hint else None

    def answer(self) -> Any:
        """What was asked, and the answer."""
        return explore.answer(self.found)

    def picture(self) -> Any:
        """The answer as bars."""
        return explore.picture(self.found)

    def listed(self) -> Any:
        """The answer as a table."""
        return explore.listed(self.found)

    def line(self) -> Any:
        """The lines of Python that give the table."""
        return explore.line(self.found, self._workspace)

    def origin(self) -> Any:
        """Where it comes from."""
        return explore.origin(self.found)


class Desk:
    """Controls, each with its label, in the order in which they are read; a button that asks; and
    what shows the answer.

    Nothing is asked while a list is walked through by keyboard, only by the button: an answer takes
    seconds, and would be read aloud at each step.
    """

    def __init__(self, con: duckdb.DuckDBPyConnection, workspace: str, **chosen: str) -> None:
        self._con, self._workspace = con, workspace
        self.found: Exploration | None = None
        self._offers = _times(con)
        self._make_controls()
        self._make_sections()
        self._choose(chosen)
        self.question.observe(self._arrange, "value")
        self.kind.observe(self._arrange, "value")
        self.ask.on_click(lambda _: self.show())
        self._arrange()
        self.show()

    def _make_controls(self) -> None:
        from ipywidgets import Button, Dropdown, Text

        def control(kind: Any, label: str, **more: Any) -> Any:
            return kind(
                description=label,
                style={"description_width": "14em"},
                layout={"width": "44em", "max_width": "100%"},
                **more,
            )

        con, periods = self._con, [(words, kind) for kind, words in KINDS.items()]
        self.question = control(Dropdown, "Question", options=_questions(con))
        self.process = control(Dropdown, "Kind of work", options=_works(con))
        self.branch = control(Dropdown, "Branch", options=_branches(con))
        self.kind = control(Dropdown, "Period", options=periods)
        self.when = control(Dropdown, "Which", options=self._offers["month"])
        self.since = control(Text, "First day", placeholder="2026-10-05")
        self.until = control(Text, "First day after it", placeholder="2026-10-19")
        self.ask = Button(description="Show the answer", button_style="primary")

    def _make_sections(self) -> None:
        from ipywidgets import HTML, Textarea, VBox

        self._box = VBox([*self.controls, self.ask])
        # JupyterLab's own style of tables and texts
        self.shown = {name: HTML().add_class("jp-RenderedHTMLCommon") for name in SECTIONS}
        self.lines = Textarea(description="To copy", rows=6, layout={"width": "100%"})

    @property
    def controls(self) -> list[Any]:
        """What can be chosen, in its order."""
        return [
            self.question,
            self.process,
            self.branch,
            self.kind,
            self.when,
            self.since,
            self.until,
        ]

    def _choose(self, chosen: dict[str, str]) -> None:
        """Set the controls to what the parameters say, as far as it is offered."""
        for name in ("question", "process"):
            _set(getattr(self, name), chosen.get(name, ""))
        _set(self.branch, place_of(self._con, chosen.get("branch", "")))
        if chosen.get("since") or chosen.get("until"):
            self.kind.value = "days"
            self.since.value, self.until.value = chosen.get("since", ""), chosen.get("until", "")
        for kind, offered in self._offers.items():
            if chosen.get(kind):
                self.kind.value, self.when.options = kind, offered
                _set(self.when, chosen[kind])

    def _arrange(self, change: Any = None) -> None:
        """Show the controls that the question has: a hidden one takes no focus."""
        asks, kind = QUESTIONS[self.question.value], self.kind.value
        if kind in self._offers and list(self.when.options) != self._offers[kind]:
            self.when.options = self._offers[kind]
        has_time, is_days = asks.when != "now", kind == "days"
        for control, is_there in (
            (self.process, asks.of_work),
            (self.branch, asks.parted != "none"),
            (self.kind, has_time),
            (self.when, has_time and not is_days),
            (self.since, has_time and is_days),
            (self.until, has_time and is_days),
        ):
            control.layout.display = None if is_there else "none"
            control.disabled = not is_there

    @property
    def chosen(self) -> dict[str, str]:
        """What the controls say, as parameters."""
        asks = QUESTIONS[self.question.value]
        said = {"question": self.question.value}
        if asks.parted != "none":
            said["branch"] = self.branch.value
        if asks.of_work:
            said["process"] = self.process.value or ""
        if asks.when == "now":
            return said
        if self.kind.value == "days":
            days = {"since": self.since.value.strip(), "until": self.until.value.strip()}
            return {**said, **days} if any(days.values()) else {**said, "since": " "}
        return {**said, self.kind.value: self.when.value}

    def show(self) -> None:
        """Ask what is chosen, and show the answer, or say why there is none."""
        try:
            found = explore.read(self._con, **self.chosen)
            told = {name: getattr(explore, name)(found)._repr_html_() for name in SECTIONS}
            lines = found.line.script(self._workspace)
        except (LibstatsError, duckdb.Error) as error:
            found, lines = None, ""
            told = {**dict.fromkeys(SECTIONS, ""), "answer": _refused(error)}
        self.found, self.lines.value = found, lines
        # said aloud when it comes, for whoever cannot see that it has changed
        told["answer"] = f'<div role="alert">{told["answer"]}</div>'
        for name, text in told.items():
            self.shown[name].value = text

    def choices(self) -> Any:
        """The controls."""
        return self._box

    def answer(self) -> Any:
        """What was asked, and the answer."""
        return self.shown["answer"]

    def picture(self) -> Any:
        """The answer as bars."""
        return self.shown["picture"]

    def listed(self) -> Any:
        """The answer as a table."""
        return self.shown["listed"]

    def line(self) -> Any:
        """The lines of Python that give the table, in a field from which they can be copied."""
        return self.lines

    def origin(self) -> Any:
        """Where it comes from."""
        return self.shown["origin"]


def _set(control: Any, value: str) -> None:
    if value in [each for _, each in control.options]:
        control.value = value


def _refused(error: Exception) -> str:
    if isinstance(error, LibstatsError):
        return notice(f"{error.problem}.", [error.remedy] if error.remedy else [], attention=True)
    return notice(f"The database stopped with {type(error).__name__}.", attention=True)


def _questions(con: duckdb.DuckDBPyConnection) -> Options:
    """The questions that the loaded exports can answer: those of a kind of work if they tell of
    any, others if an export behind them is loaded."""
    works = bool(works_told(con))
    return [
        (asks.asks, name)
        for name, asks in QUESTIONS.items()
        if (works if asks.of_work else records(freshness(con, analysis=name)))
    ]


def _works(con: duckdb.DuckDBPyConnection) -> Options:
    return [(f"{work.title}: {work.what}", work.name) for work in works_told(con)]


def _branches(con: duckdb.DuckDBPyConnection) -> Options:
    """All together, each, and every branch that has a day of work or owns a copy."""
    found = con.execute(
        """
        select distinct branch
        from (
            select owning_branch as branch from item_ever
            union all
            select branch from loaded_day
        )
        where branch is not null
        order by branch
        """
    ).fetchall()
    codes = [code for (code,) in found]
    names = branch_names(con, set(codes))
    listed = [(f"{names[code]} ({code})" if code in names else code, code) for code in codes]
    return [("All together", ""), ("Each branch", EACH), *listed]


def _months(con: duckdb.DuckDBPyConnection) -> tuple[date, date]:
    """The first and the last month of which an export can tell."""
    rows: Sequence[Row] = records(
        con.sql(
            """
            select
                min(d.day) as first,
                (max(l.told_until) + interval 1 day)::date as after
            from loaded_file l left join loaded_day d using (seq)
            where l.is_active
            """
        )
    )
    last = month_before(rows[0]["after"].replace(day=1))
    first = (rows[0]["first"] or last).replace(day=1)
    return max(min(first, last), month_before(last, MOST_MONTHS - 1)), last


def _times(con: duckdb.DuckDBPyConnection) -> dict[str, Options]:
    """The months, quarters and years to choose from, the newest first."""
    first, last = _months(con)
    return {
        "month": _months_listed(first, last),
        "quarter": _quarters(first, last),
        "year": [(str(year), str(year)) for year in range(last.year, first.year - 1, -1)],
    }


def _months_listed(first: date, last: date) -> Options:
    """Every month, the newest first."""
    listed, month = [], last
    while month >= first:
        listed.append((month_name(month), f"{month:%Y-%m}"))
        month = month_before(month)
    return listed


def _quarters(first: date, last: date) -> Options:
    """Every quarter that has ended, the newest first."""
    end = month_before(last, -1)
    quarter = month_before(date(end.year, end.month - (end.month - 1) % 3, 1), 3)
    listed = []
    while month_before(quarter, -2) >= first:
        number = quarter.month // 3 + 1
        words = f"{month_name(quarter)} to {month_name(month_before(quarter, -2))}"
        listed.append((words, f"{quarter.year}-Q{number}"))
        quarter = month_before(quarter, 3)
    return listed
