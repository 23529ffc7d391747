"""What exports and libstats.toml call things is text: whatever a branch, a class or a kind of work is
called, the reports tell of it as of any other, and none of it becomes markup, a formula or a column."""

from __future__ import annotations

from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from python_calamine import CalamineWorkbook

import libstats
from libstats.analysis.answers import answer
from libstats.analysis.today import lists as today
from libstats.report import circulation, run, table
from libstats.report.charts import circulation_by_month
from libstats.report.charts.figure import LONGEST_NAME, name_in_picture
from libstats.report.collection import shelf_list, weeding
from libstats.report.page.html import escaped
from libstats.report.page.workbook import workbook
from libstats.report.today import page as written
from libstats.workspace.workspace import Workspace
from tests.report import test_collection_report
from tests.report.test_circulation_report import OCTOBER, PERIOD, SEPTEMBER, counted, example
from tests.support.cases import opened
from tests.support.files import write

pytestmark = pytest.mark.slow

COLUMNS = sorted(
    {
        *counted(OCTOBER, "", 0),
        "before",
        "last_year",
        "share",
        "renewals",
        "all_branches",
        "branch_1",
    }
)
WORDS = (
    "all", "All branches", "total", "null", "None", "nan", "NaN", "not known", "branch not known",
    "Branch not known", "withheld", "true", "0", "-1", "_", "$x^2$", "a|b", "<b>bold</b>",
    "<script>alert(1)</script>", "&amp;", "=1+1", "+1", "@SUM(A1)", "-2+3", "../up", "C:\\x", "x" * 300,
    "two\nlines", "\x07bell", "中央図書館", "[a](javascript:x)", "# heading", "{0}", "%s", "'quoted'",
    '"quoted"', "History", "Contents",
)  # fmt: skip


@pytest.mark.parametrize("name", [*COLUMNS, *WORDS])
def test_a_branch_of_any_name_is_told_as_any_other(name: str) -> None:
    rows = [
        counted(SEPTEMBER, name, 200),
        counted(OCTOBER, name, 180),
        counted(OCTOBER, "East", 60),
        counted(OCTOBER, None, 7),
    ]
    report = example(rows)
    (by_month,) = circulation.by_month(report).tables
    of_name = next(column for column, title in by_month.headings.items() if title == name)
    assert [row[of_name] for row in by_month.rows] == [200, 180]
    assert [row["all_branches"] for row in by_month.rows] == [200, 247]
    assert list(by_month.rows[1].values()).count(7) == 1
    by_branch = circulation.by_branch(report)
    assert {"checkouts": 180, "before": 200}.items() <= next(
        row for row in by_branch.rows if row["branch"] == name and row["checkouts"] == 180
    ).items()
    assert by_branch.foot is not None and by_branch.foot["checkouts"] == 247
    assert escaped(name) in by_branch._repr_html_()
    assert "<script" not in by_branch._repr_html_() and "<b>" not in by_month._repr_html_()
    sheets = CalamineWorkbook.from_filelike(
        BytesIO(workbook([by_month.data(), by_branch.data()], name[:200]))
    )
    found = sheets.get_sheet_by_index(2).to_python()
    assert str(found[2][0]).replace("_x0007_", "\x07") in (name, "East")
    picture = circulation_by_month(rows, month=OCTOBER)
    assert name in picture.alt and "<svg" in picture.svg()


def test_a_formula_is_a_text_cell() -> None:
    rows = [
        {"branch": text, "loans": 1} for text in ("=1+1", "+1", "-1+2", "@x", "=cmd|' /C x'!A0")
    ]
    sheet = CalamineWorkbook.from_filelike(BytesIO(workbook([table(rows, "=1+1").data()], "=2+2")))
    assert [line[0] for line in sheet.get_sheet_by_index(1).to_python()[2:]] == [
        row["branch"] for row in rows
    ]
    assert sheet.get_sheet_by_index(1).to_python()[0][0] == "=1+1"


@pytest.mark.parametrize(
    "caption", ["O'Neil's", "'quoted'", "a/b:c*d?[e]\\f", "\x00\x07", "x'" * 20]
)
def test_a_sheet_may_be_called_after_anything(caption: str) -> None:
    data = table([{"branch": "East", "loans": 1}], caption).data()
    book = CalamineWorkbook.from_filelike(BytesIO(workbook([data, data], "t")))
    assert len(book.sheet_names) == len(set(book.sheet_names)) == 3


@pytest.mark.parametrize("name", ["branch not known", "location not known", "all", None])
def test_shelves_of_one_word_are_not_added_up(name: str | None) -> None:
    some = [
        test_collection_report.candidate(branch=branch, location=branch)
        for branch in (name, None, "East", name)
    ]
    report = test_collection_report.example(candidates=some)
    html = weeding.summary(report)
    shelves = html.tables[0].rows
    assert sum(row["copies"] for row in shelves) == 4
    assert len(shelves) == (2 if name is None else 3)
    assert len(shelf_list.pick_list(report).tables) == (2 if name is None else 3)


def test_names_in_pictures_are_short_and_what_svg_knows() -> None:
    assert name_in_picture("a\nb\x07\x00c") == "a b c"
    assert len(name_in_picture("x" * 500)) == LONGEST_NAME


HOSTILE = """
[process.mending]
what = "a book to be mended"
title = "<meta http-equiv=refresh content='0;url=https://example.org'> [x](javascript:alert(1)) **b**"
starts = "brought"
done = ["mended"]
goal_days = 8
[process.mending.milestones]
brought = "it came to the bench"
mended = "it is whole"
"""


def test_a_title_in_libstats_toml_is_text(workspace: Workspace) -> None:
    con = opened(workspace, ["1,brought,2026-01-01,<i>all</i>"], HOSTILE, "2026-01-10")
    page = written.page(today.read(con, datetime(2026, 1, 10, 8)))
    for text in ("<meta http-equiv=refresh", "javascript:", "<i>", "<strong>b"):
        assert f'"{text}' not in page
    assert "<i>" not in page and "<meta http-equiv=refresh" not in page
    assert 'href="javascript' not in page and "<strong>b</strong>" not in page
    assert "&lt;meta http-equiv=refresh" in page and "**b**" in page


def test_a_part_called_all_is_named(workspace: Workspace) -> None:
    con = opened(
        workspace,
        [f"{n},{step},{branch}" for n, branch in ((1, "all"), (2, "EAST"))
         for step in ("brought,2026-01-01", "mended,2026-01-03")],
    )  # fmt: skip
    period: dict[str, Any] = {"since": "2026-01-01", "until": "2026-02-01"}
    told = answer(con, "turnaround", process="mending", by="branch", **period)
    assert [line.partition(":")[0] for line in told] == ["EAST", "all"]
    whole = answer(con, "turnaround", process="mending", by=None, **period)
    assert len(whole) == 1 and not whole[0].startswith("all")


@pytest.mark.slow
def test_the_reports_of_a_library_of_such_names(workspace: Workspace, tmp_path: Path) -> None:
    names = [
        w
        for w in (*COLUMNS, *WORDS)
        if w == " ".join(w.split()) and '"' not in w and w != "\x07bell"
    ]
    loans = "issue_id;issuedate;date_due;returndate;branchcode;itemnumber\n" + "".join(
        f'{n};2026-10-{1 + n % 28:02} 10:00;2026-11-01 10:00;;"{name}";{n}\n'
        for n, name in enumerate(names)
    )
    items = "itemnumber;barcode;homebranch;location;biblionumber;title;itemcallnumber\n" + "".join(
        f'{n};b{n};"{name}";"{name}";{n};"{name}";"{name}"\n' for n, name in enumerate(names)
    )
    for kind, text in (("issues", loans), ("items", items)):
        receipt = libstats.load(
            workspace, [write(workspace.exports / f"{kind}-2026-11-01.csv", text)]
        )
        assert receipt.is_clean, str(receipt)
    script = {"branch": "<script>alert(1)</script>"}
    for name, given in (("circulation", {}), ("collection", script)):
        page = run(name, workspace.folder, given, tmp_path / f"{name}.html", ("html", "xlsx"))
        text = page.read_text(encoding="utf-8")
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text and "<script" not in text
    con = libstats.open(workspace)
    for name in ("period", "../up", "<b>bold</b>"):
        target = tmp_path / "one.html"
        parameters = {"branch": name, "month": "2026-10"}
        text = run("circulation", workspace.folder, parameters, target).read_text("utf-8")
        assert f"October 2026, branch {escaped(name)}" in text
        assert len(circulation.read(con, name, month="2026-10").at(PERIOD)) == 1
