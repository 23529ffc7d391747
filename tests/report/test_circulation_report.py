"""The report on circulation: its sections from small literal months, and the whole of it from the sample
library."""

from __future__ import annotations

import ast
import dataclasses
import json
import os
import subprocess
import sys
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

import libstats
from libstats.errors import ReportError
from libstats.report import circulation, run
from libstats.report.circulation import Circulation, rows
from libstats.report.page import allowed, period
from libstats.report.page.period import Period
from libstats.workspace.workspace import Workspace
from tests.support.files import NOTEBOOKS, write

NOTEBOOK = NOTEBOOKS / "circulation.ipynb"
OCTOBER, SEPTEMBER, LAST_YEAR = date(2026, 10, 1), date(2026, 9, 1), date(2025, 10, 1)
PERIOD = Period(OCTOBER, date(2026, 11, 1))


def counted(period: date, branch: str | None, checkouts: int, **other: int) -> dict[str, Any]:
    """One row as `circulation` gives it; what is not told is 0."""
    columns = (
        "renewals_by_staff",
        "renewals_by_patron",
        "renewals_automatic",
        "renewals_unknown",
        "renewals_undated",
        "in_house_uses",
        "other_events",
        "days_from_log",
        "days_from_loans",
    )
    return {
        "period": period,
        "branch": branch,
        "checkouts": checkouts,
        **dict.fromkeys(columns, 0),
        "coverage": "whole",
        "reason": None,
        **other,
    }


def example(
    rows: list[dict[str, Any]] | None = None, branch: str = "", **source: Any
) -> Circulation:
    """A month of two branches, 240 checkouts after 200 the month before and 250 the year before."""
    rows = rows or [
        counted(LAST_YEAR, "Central", 150),
        counted(LAST_YEAR, "East", 100),
        counted(SEPTEMBER, "Central", 200, renewals_by_staff=10),
        counted(
            OCTOBER, "Central", 180, renewals_by_staff=5, renewals_automatic=6, days_from_log=27
        ),
        counted(OCTOBER, "East", 60, in_house_uses=4, days_from_loans=3),
    ]
    sources = [
        {
            "source": "koha",
            "export": "koha statistics",
            "newest_export_at": datetime(2026, 11, 1, 2),
            "loads": 3,
            "rows_rejected": 0,
            "covered_until": datetime(2026, 11, 1, 2),
            **source,
        }
    ]
    receipt = [
        {"part": "definition", "what": "circulation", "value": "a checkout is one copy lent once."},
        {"part": "left out", "what": "no month", "value": "1,234"},
    ]
    left_out = [{"reason": "no month", "rows": 1234}]
    return Circulation(PERIOD, branch, rows, sources, receipt, left_out)


# --- its sections ---


def test_the_answer_compares_with_the_year_before_and_the_month_before() -> None:
    html = circulation.answer(example())
    assert "There were 240 checkouts in October 2026, 4% fewer than in October 2025." in html
    assert "<strong>240</strong>" in html
    assert "4% fewer than in October 2025 (250); 20% more than in September 2026 (200)." in html
    assert "<strong>11</strong>" in html
    assert "Against none in October 2025; 10% more than in September 2026 (10)." in html


def test_a_total_of_a_month_that_is_told_in_part_says_so() -> None:
    """In October the log of one branch ends early: 240 are not all of it."""
    part = {"coverage": "partly", "reason": "told of up to 2026-10-20 09:00"}
    rows = [
        counted(SEPTEMBER, "Central", 200),
        counted(SEPTEMBER, "East", 10),
        counted(OCTOBER, "Central", 180),
        {**counted(OCTOBER, "East", 60), **part},
    ]
    (made,) = circulation.by_month(example(rows)).tables
    assert [row["all_branches"] for row in made.rows] == [210, "240 or more"]


def test_the_answer_comes_first_and_says_what_the_file_is_named_by() -> None:
    html = circulation.answer(example())
    places = [html.index(word) for word in ("libstats-period", "libstats-answer", "figures", "#wh")]
    assert places == sorted(places)
    assert {key: html.about[key] for key in ("period", "branch", "told")} == {
        "period": "2026-10",
        "branch": "",
        "told": "whole",
    }
    assert html.about["figures"]["checkouts"] == {
        "what": "checkouts",
        "shown": "240",
        "value": 240,
    }


def judgement(branch: str | None, verdict: str, value: float) -> dict[str, Any]:
    return {"branch": branch, "verdict": verdict, "value": value, "days": 27}


def test_the_answer_says_what_the_control_chart_says_and_which_branches_stand_out() -> None:
    told = dataclasses.replace(
        example(),
        judged=[
            judgement(None, "no more than the usual ups and downs", 8.9),
            judgement("Central", "no more than the usual ups and downs", 6.7),
            judgement("East", "worse", 2.2),
        ],
    )
    html = circulation.answer(told)
    assert (
        "There were 240 checkouts in October 2026, 8.9 on an open day. That is no more than the "
        "usual ups and downs. East lends less than usual: 2.2 on an open day, 40% fewer than in "
        "October 2025.</p>"
    ) in html


def test_a_missing_month_is_not_taken_for_nothing() -> None:
    html = circulation.answer(example([counted(OCTOBER, "Central", 240)]))
    assert "Nothing is loaded for October 2025; nothing is loaded for September 2026." in html
    assert "the year before is not told of as a whole, so it is left aside." in html


def test_what_is_told_in_part_is_compared_with_nothing() -> None:
    half = {"coverage": "partly", "reason": "told up to 2026-10-20"}
    html = circulation.answer(
        example([counted(LAST_YEAR, "Central", 250), counted(OCTOBER, "Central", 240, **half)])
    )
    assert "There were 240 checkouts in October 2026 at least: the exports tell of a part" in html
    assert "Every branch: October 2026 is only told up to 2026-10-20." in html
    assert "fewer than" not in html


def test_the_origin_says_that_nothing_is_missing() -> None:
    html = circulation.origin(example())
    assert "All rows of these exports could be read." in html


def test_what_is_stale_rejected_or_missing_is_named() -> None:
    rows = [
        counted(SEPTEMBER, "Central", 1),
        counted(SEPTEMBER, "East", 1),
        counted(OCTOBER, "East", 1),
    ]
    told = example(
        rows,
        newest_export_at=datetime(2026, 10, 20, 2),
        covered_until=datetime(2026, 10, 20, 2),
        rows_rejected=1,
    )
    html = circulation.answer(told)
    assert (
        "The newest “koha statistics” of koha is from October 20, 2026, 02:00: what happened "
        "after that is not in it."
    ) in html
    assert "Central has no figures for October 2026, though it has for September 2026." in html
    assert "1 row of “koha statistics” of koha could not be read." in circulation.origin(told)


def test_a_quarter_is_the_sum_of_its_months_and_whole_where_all_are() -> None:
    third = Period(date(2026, 7, 1), OCTOBER)
    rows = [counted(date(2026, month, 1), "East", month) for month in (7, 8, 9)]
    told = dataclasses.replace(example(rows), period=third)
    assert (told.count(("checkouts",), third), told.state(third)) == (24, "whole")
    assert dataclasses.replace(told, rows=rows[:2]).state(third) == "partly"
    assert told.state(third.last_year) == "outside"


def test_days_are_counted_for_themselves() -> None:
    days = Period(date(2026, 10, 5), date(2026, 10, 19))
    told = dataclasses.replace(example(), period=days, days={days: [counted(OCTOBER, "East", 31)]})
    assert told.count(("checkouts",), days) == 31
    assert "There were 31 checkouts in October 5, 2026 to October 18, 2026" in circulation.answer(
        told
    )


def test_one_branch_keeps_its_share_of_the_whole() -> None:
    (row,) = circulation.by_branch(example(branch="East")).rows
    assert (row["branch"], row["checkouts"], row["share"]) == ("East", 60, 0.25)


def test_a_time_of_which_nothing_is_told_is_refused(workspace: Workspace) -> None:
    con = loaded(workspace, issues=LOANS)
    with pytest.raises(
        ReportError, match="nothing that is loaded tells of circulation in May 2027"
    ):
        circulation.read(con, month="2027-05")


def loaded(workspace: Workspace, **files: str) -> Any:
    """A connection on these exports, all of November 1."""
    libstats.load(
        workspace,
        [write(workspace.exports / f"{name}-2026-11-01.csv", text) for name, text in files.items()],
    )
    return libstats.open(workspace)


LOANS = (
    "issue_id;issuedate;date_due;returndate;branchcode\n1;2026-10-01 10:00;2026-11-01 10:00;;EAST\n"
)
ITEMS = "itemnumber;barcode;homebranch\n1;b1;LAW\n"


def test_a_source_with_copies_and_no_loans_is_named_at_the_head(workspace: Workspace) -> None:
    con = loaded(workspace, issues=LOANS, items=ITEMS)
    assert circulation.read(con).silent == ()
    assert "October 2026, all branches<" in circulation.answer(circulation.read(con))
    con.execute(
        "create temp table item as select 'alma' as source"
    )  # stands before the table of that name
    html = circulation.origin(circulation.read(con))
    assert (
        "Copies of “alma” are loaded, but neither loans nor a log: its branches are missing from "
        "these figures."
    ) in html


def test_branches_go_by_their_names(workspace: Workspace) -> None:
    con = loaded(
        workspace,
        issues=LOANS
        + "2;2026-10-01 10:00;2026-11-01 10:00;;WEST\n3;2026-10-01 10:00;2026-11-01 10:00;;TWO\n",
    )
    # two names for one code, and one name for two codes, tell nothing
    con.execute(
        "create temp table code as select * from (values ('branch', 'EAST', 'East Street'), "
        "('item_type', 'WEST', 'Western'), ('branch', 'TWO', 'One'), ('branch', 'TWO', "
        "'Two'),"
        " ('branch', 'X', 'Same'), ('branch', 'Y', 'Same')) c(list, code, name)"
    )
    assert rows.branch_names(con, set()) == {"EAST": "East Street"}
    assert rows.branch_names(con, {"East Street"}) == {}
    assert [row["branch"] for row in circulation.by_branch(circulation.read(con)).rows] == [
        "East Street",
        "TWO",
        "WEST",
    ]
    assert "branch East Street" in circulation.answer(circulation.read(con, branch="EAST"))
    assert circulation.read(con, branch="East Street").branch == "East Street"


def test_by_branch_has_shares_and_a_total() -> None:
    html = circulation.by_branch(example())._repr_html_()
    assert ">75%<" in html and ">25%<" in html and ">100%<" in html
    assert "Checkouts in September 2026" in html


def test_by_month_has_a_column_a_branch_and_tells_missing_from_none() -> None:
    (shown_table,) = circulation.by_month(example()).tables
    assert shown_table.columns == ["period", "branch_1", "branch_2", "all_branches"]
    assert [tuple(row.values())[1:] for row in shown_table.rows] == [
        (150, 100, 250),
        (200, None, 200),
        (180, 60, 240),
    ]


def test_renewals_by_kind() -> None:
    found = circulation.renewals(example())
    assert [
        (row["renewed"], row["now"], row["before"], row["last_year"]) for row in found.rows
    ] == [
        ("by staff", 5, 10, 0),
        ("by the borrower, online or at a machine", 0, 0, 0),
        ("automatic", 6, 0, 0),
    ]
    assert found.foot == {"renewed": "all renewals", "now": 11, "before": 10, "last_year": 0}


def test_in_house_use_that_is_not_recorded_is_not_called_none() -> None:
    assert "4 uses inside the library were recorded" in circulation.in_house(example())
    assert "so there may have been some" in circulation.in_house(
        example([counted(OCTOBER, "Central", 1)])
    )


def test_the_origin_has_what_was_left_out_and_the_receipt() -> None:
    html = circulation.origin(example())
    assert (
        "Each day at a branch is counted from one export: 27 from the circulation log, 3 from the "
        "list of loans." in html
    )
    assert '<td class="number" style="text-align:right">1,234</td>' in html
    assert "<summary>How these figures were counted</summary>" in html
    assert "<p>A checkout is one copy lent once.</p>" in html


@pytest.mark.parametrize("text", ["2026-13", "10/2026", "2026-1", "October"])
def test_what_is_no_month_is_refused(text: str) -> None:
    with pytest.raises(ReportError, match="such as 2026-10"):
        period.given(text)


# --- the shipped notebooks ---


@pytest.mark.parametrize(
    "path", sorted(NOTEBOOK.parent.glob("*.ipynb")), ids=lambda path: path.stem
)
def test_a_notebook_narrates_and_calls_and_defines_nothing(path: Path) -> None:
    notebook = json.loads(path.read_text(encoding="utf-8"))
    code = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    statements = [
        statement for cell in code for statement in ast.parse("".join(cell["source"])).body
    ]
    assert not [
        s
        for s in statements
        if isinstance(s, (ast.FunctionDef, ast.ClassDef, ast.For, ast.If, ast.While))
    ]
    assert all(cell["outputs"] == [] and cell["execution_count"] is None for cell in code)
    assert len({cell["id"] for cell in notebook["cells"]}) == len(notebook["cells"])
    assert set(notebook["metadata"]) == {"kernelspec", "language_info"}


@pytest.mark.slow
def test_the_report_of_the_sample_library_repeats_to_the_byte(
    demo: Path, published: Callable[[str], Path], tmp_path: Path
) -> None:
    first = published("circulation")
    second = run("circulation", demo, {"month": "2026-10"}, tmp_path / "second.html")
    page = first.read_text(encoding="utf-8")
    assert "<title>Circulation: October 2026, all branches</title>" in page
    assert str(demo) not in page
    assert first.read_bytes() == second.read_bytes()


@pytest.mark.slow
def test_the_report_counts_what_the_analysis_counts(demo: Path, tmp_path: Path) -> None:
    with libstats.open(demo) as con:
        rows = libstats.circulation(con, since="2026-09-01", until="2026-10-01").fetchall()
    page = run("circulation", demo, {"month": "2026-09"}, tmp_path / "page.html").read_text(
        encoding="utf-8"
    )
    assert f"Checkouts in September 2026 were {sum(row[2] for row in rows):,}" in page


@pytest.mark.slow
def test_one_branch_only(demo: Path, tmp_path: Path) -> None:
    with libstats.open(demo) as con:
        branch = sorted(
            {
                row[1]
                for row in libstats.circulation(
                    con, since="2026-10-01", until="2026-11-01"
                ).fetchall()
                if not row[1].isdigit()  # the neighbour's branches have names
            }
        )[0]
        with pytest.raises(ReportError, match="no circulation at a branch 'NOWHERE'"):
            circulation.read(con, branch="NOWHERE")
    page = run("circulation", demo, {"branch": branch}, tmp_path / "page.html").read_text(
        encoding="utf-8"
    )
    assert f"October 2026, branch {branch}" in page


@pytest.mark.slow
def test_bare_nbconvert_on_a_schedule(demo: Path, tmp_path: Path) -> None:
    environment = {
        **os.environ,
        "LIBSTATS_WORKSPACE": str(demo),
        "LIBSTATS_MONTH": "2026-09",
        "PYTHONPATH": str(NOTEBOOK.parent.parent),
    }
    command = [
        sys.executable,
        "-m",
        "nbconvert",
        "--execute",
        "--to",
        "html",
        "--output-dir",
        str(tmp_path),
        str(NOTEBOOK),
    ]
    done = subprocess.run(
        command, env=environment, capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, done.stderr
    page = (tmp_path / "circulation.html").read_text(encoding="utf-8")
    assert "September 2026, all branches" in page
    assert allowed.NO_ALT not in page
