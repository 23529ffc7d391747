"""Exploring: what is chosen, its answer, its table and its line of Python say the same."""

from __future__ import annotations

import html
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import nbformat
import pytest

import libstats
from libstats.analysis import answers_digital
from libstats.analysis.receipts import ANALYSES
from libstats.definitions.branches import place_of
from libstats.errors import AnalysisError, ReportError
from libstats.report import run
from libstats.report.explore import answered as explore
from libstats.report.explore import controls as explore_desk
from libstats.report.explore.questions import EACH, QUESTIONS
from libstats.report.page.names import stem
from libstats.wording import records
from libstats.workspace.workspace import Workspace, init
from tests.support.cases import opened

CASES = [
    "1,brought,2026-01-02,EAST",
    "1,mended,2026-01-06,EAST",
    "2,brought,2026-01-05,WEST",
    "2,mended,2026-01-08,WEST",
    "3,brought,2026-01-20,EAST",
    "3,mended,2026-01-24,EAST",
    "4,brought,2026-01-20,EAST",
]
JANUARY = {"question": "turnaround", "process": "mending", "month": "2026-01"}


@pytest.fixture(scope="module")
def con(demo: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """The sample library."""
    with libstats.open(demo) as found:
        yield found


@pytest.fixture(scope="module")
def mending(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    """A library that tells of one kind of work alone."""
    with opened(init(tmp_path_factory.mktemp("mending") / "library"), CASES) as found:
        yield found


@pytest.fixture(scope="module")
def desk(con: duckdb.DuckDBPyConnection, demo: Path) -> explore_desk.Desk:
    """The controls, as somebody finds them who opens the notebook; what a test chooses stays."""
    pytest.importorskip("ipywidgets")
    return explore_desk.Desk(con, str(demo))


def test_every_question_has_a_receipt() -> None:
    assert set(QUESTIONS) <= set(ANALYSES)


def test_what_of_the_digital_desk_can_be_asked() -> None:
    """Why each machine refused is parted so far that small counts are withheld: its report does
    that. `proxy_starts` is of the few proxies that log them."""
    assert set(answers_digital.DIGITAL) - set(QUESTIONS) == {"machine_refusals", "proxy_starts"}


def test_no_table_has_more_than_seven_columns() -> None:
    assert {len(asks.columns) for asks in QUESTIONS.values()} <= set(range(1, 8))


def told_in(question: str) -> str:
    """A month of which the sample library tells: proxies and machines log October alone, and
    publishers do not tell of it yet."""
    return "2026-09" if question in ("eresource_use", "turned_away") else "2026-10"


@pytest.mark.parametrize(
    ("question", "branch"),
    [
        *((question, "QBC") for question in QUESTIONS),
        ("circulation", ""),
        ("throughput", EACH),
        ("collection_age", EACH),
        ("collection_use", EACH),
    ],
)
def test_the_copied_lines_give_the_table(
    con: duckdb.DuckDBPyConnection, question: str, branch: str
) -> None:
    process = "hold" if QUESTIONS[question].of_work else ""
    found = explore.read(con, question, process, branch, month=told_in(question))
    (whole,) = explore.listed(found).tables
    assert whole.rows and whole.columns == list(whole.rows[0]) == list(found.line.columns)
    ran = eval(str(found.line), {"libstats": libstats, "con": con})
    assert records(ran) == whole.rows


def test_the_lines_run_by_themselves(
    workspace: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    with opened(workspace, CASES) as con:
        found = explore.read(con, "worklist", "mending")
    ran: dict[str, Any] = {}
    exec(found.line.script(str(workspace.folder)), ran)
    with ran["con"]:
        assert records(ran["found"]) == list(explore.listed(found).tables[0].rows)
    assert "EAST" in capsys.readouterr().out


def test_the_lines_on_the_page_are_those_that_run(mending: duckdb.DuckDBPyConnection) -> None:
    found = explore.read(mending, branch="EAST", **JANUARY)
    (code, command) = map(
        html.unescape, re.findall(r"<pre>(.*?)</pre>", explore.line(found, "my library"), re.S)
    )
    assert code == found.line.script("my library")
    assert code.splitlines()[2:4] == [
        'con = libstats.open("my library")',
        'found = libstats.turnaround(con, "mending", since="2026-01-01", until="2026-02-01", '
        'by="branch").filter("part = \'EAST\'").project("part, cases, reached, still_open, '
        'given_up, p50, p90")',
    ]
    assert command == (
        "libstats report explore --set question=turnaround --set process=mending --branch EAST"
        " --month 2026-01"
    )


def test_a_branch_whose_name_has_a_quote_is_one_too(workspace: Workspace) -> None:
    name = '"O\'Neill ""Old"""'
    con = opened(workspace, [f"1,brought,2026-01-02,{name}", f"1,mended,2026-01-03,{name}"])
    found = explore.read(con, branch='O\'Neill "Old"', **JANUARY)
    ran = records(eval(str(found.line), {"libstats": libstats, "con": con}))
    assert [row["cases"] for row in ran] == [1] == [row["cases"] for row in found.rows]


def test_the_answer_of_one_and_of_each(mending: duckdb.DuckDBPyConnection) -> None:
    east = explore.answer(explore.read(mending, branch="EAST", **JANUARY))
    # 1 and 3 took 4 days and 4 has waited since: of the three half are done within 4
    assert "Half within 4.0 days" in east and "Time taken: mending, January 2026" in east
    each = explore.answer(explore.read(mending, branch=EACH, **JANUARY))
    assert "Days until half were done: most, 4.0, is “EAST”; least, 3.0, is “WEST”." in each
    assert each.count("<li>") == 2


def test_a_long_table_shows_its_first_rows_and_keeps_all(workspace: Workspace) -> None:
    con = opened(workspace, [f"{case},brought,2026-01-02,EAST" for case in range(20)])
    shown = explore.listed(explore.read(con, "worklist", "mending"))
    assert "The first 12 of 20 rows" in shown and shown.count('<th scope="row"') == 12
    assert len(shown.tables[0].rows) == 20


@pytest.mark.parametrize(
    ("chosen", "error", "told"),
    [
        ({"question": "colour"}, ReportError, "There are: turnaround, throughput"),
        ({"question": "worklist"}, ReportError, "worklist needs a kind of work"),
        ({"question": "worklist", "process": "hold"}, AnalysisError, "that is loaded answers"),
        ({"question": "collection_age"}, AnalysisError, "nothing that is loaded answers"),
        ({**JANUARY, "branch": "NORTH"}, ReportError, "It has of: EAST, WEST."),
        ({**JANUARY, "month": "2026-13"}, ReportError, "not a month"),
    ],
)
def test_what_cannot_be_answered_is_refused_in_words(
    mending: duckdb.DuckDBPyConnection,
    chosen: dict[str, str],
    error: type[Exception],
    told: str,
) -> None:
    with pytest.raises(error, match=told):
        explore.read(mending, **chosen)


def test_only_what_the_exports_can_answer_is_offered(mending: duckdb.DuckDBPyConnection) -> None:
    pytest.importorskip("ipywidgets")
    found = explore_desk.Desk(mending, ".")
    assert [name for _, name in found.question.options] == [
        name for name, asks in QUESTIONS.items() if asks.of_work
    ]
    assert found.process.options == (("mending: a book to be mended", "mending"),)
    assert [code for _, code in found.branch.options] == ["", EACH, "EAST", "WEST"]
    # the newest export is of March 1st: February is the last that it reaches the end of
    assert [month for _, month in found.when.options] == ["2026-02", "2026-01"]
    assert "Ask within that." in found.answer().value  # nothing began in it


def test_each_control_has_its_label_and_a_hidden_one_takes_no_focus(
    desk: explore_desk.Desk,
) -> None:
    labels = [control.description for control in desk.controls]
    assert all(labels) and len(set(labels)) == len(labels)
    assert [*desk.controls, desk.ask] == list(desk.choices().children)  # the order of the focus
    desk.question.value, desk.kind.value = "circulation", "month"
    seen = {each.description for each in desk.controls if each.layout.display != "none"}
    assert seen == {"Question", "Branch", "Period", "Which"}
    assert seen == {each.description for each in desk.controls if not each.disabled}
    desk.kind.value = "days"
    seen = {each.description for each in desk.controls if not each.disabled}
    assert seen == {"Question", "Branch", "Period", "First day", "First day after it"}
    desk.question.value = "worklist"
    seen = {each.description for each in desk.controls if not each.disabled}
    assert seen == {"Question", "Kind of work", "Branch"}


def test_what_is_chosen_is_shown_when_it_is_asked_for(
    desk: explore_desk.Desk, con: duckdb.DuckDBPyConnection
) -> None:
    name = place_of(con, "QBC")
    desk.question.value, desk.branch.value = "circulation", name
    desk.kind.value, desk.when.value = "month", "2026-09"
    before = desk.answer().value
    assert f"September 2026, branch {name}" not in before
    desk.ask.click()
    assert '<div role="alert">' in desk.answer().value
    assert f"Circulation, September 2026, branch {name}" in desk.answer().value
    assert "<svg" in desk.picture().value and "<table" in desk.listed().value
    assert "Receipt of this answer" in desk.origin().value
    assert 'libstats.circulation(con, since="2026-09-01"' in desk.line().value
    desk.kind.value, desk.when.value = "quarter", "2026-Q3"
    desk.ask.click()
    assert desk.found is not None and desk.found.period.name == "2026-Q3"


def test_a_choice_without_an_answer_says_why_and_shows_no_older_one(
    desk: explore_desk.Desk,
) -> None:
    desk.question.value, desk.kind.value = "circulation", "days"
    for since, until, told in (
        ("", "", "a period needs its first day"),
        ("soon", "2026-10-01", "&#x27;soon&#x27; is not a day|'soon' is not a day"),
        ("2026-10-02", "2026-10-01", "before it begins"),
    ):
        desk.since.value, desk.until.value = since, until
        desk.ask.click()
        assert re.search(told, desk.answer().value)
        assert desk.found is None and desk.picture().value == desk.line().value == ""


def test_parameters_set_the_controls(con: duckdb.DuckDBPyConnection) -> None:
    pytest.importorskip("ipywidgets")
    given = {"question": "collection_age", "branch": "QBC", "quarter": "2026-Q2", "process": ""}
    found = explore_desk.Desk(con, ".", **given)
    assert found.chosen == {
        "question": "collection_age",
        "branch": place_of(con, "QBC"),
        "quarter": "2026-Q2",
    }


def test_without_the_controls_the_answer_stands_and_how_to_get_them(
    mending: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(explore_desk, "is_attended", lambda: True)
    monkeypatch.setitem(sys.modules, "ipywidgets", None)
    found = explore_desk.desk(mending, ".", **JANUARY)
    assert "libstats[lab]" in str(found.choices())
    assert "Half within" in found.answer()


def test_the_notebook_runs_with_parameters_and_stands_alone(demo: Path, tmp_path: Path) -> None:
    chosen = {"question": "fill_rate", "process": "ill borrowing", "month": "2026-09"}
    page = run("explore", demo, chosen, tmp_path / "page.html", ["html", "xlsx", "ipynb"])
    text = page.read_text(encoding="utf-8")
    assert "Explore: Share filled: ILL borrowing, September 2026" in text
    assert "<script" not in text and "widget" not in text
    notebook = nbformat.read(page.with_suffix(".ipynb"), as_version=4)
    kinds = {
        kind
        for cell in notebook.cells
        for output in cell.get("outputs", [])
        for kind in output.get("data", {})
    }
    assert "text/html" in kinds and not any("widget" in kind for kind in kinds)


def test_pages_of_two_questions_of_a_month_are_two_files(
    mending: duckdb.DuckDBPyConnection,
) -> None:
    names = [
        stem("explore", explore.answer(explore.read(mending, **{**JANUARY, **chosen})).about)
        for chosen in ({}, {"question": "backlog"}, {"branch": "EAST"}, {"question": "worklist"})
    ]
    assert names == [
        "explore-turnaround-mending-2026-01",
        "explore-backlog-mending-2026-01",
        "explore-turnaround-mending-EAST-2026-01",
        "explore-worklist-mending-2026-03-01",  # of the newest export, whatever the period
    ]
