"""Reports hold WCAG 2.1 AA and stand alone: axe-core in a browser, light, dark and in print."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any, NoReturn

import nbformat
import pytest

import libstats
from libstats.analysis import coverage_calendar
from libstats.analysis.today import lists as today
from libstats.report import circulation, coverage, run, table
from libstats.report.charts import circulation_by_month
from libstats.report.page import publish
from libstats.report.today import page as written
from libstats.report.today import sheets as today_sheets
from libstats.workspace.workspace import Workspace
from tests.report.test_circulation_report import OCTOBER, SEPTEMBER, counted, example
from tests.report.test_ill import CLOSED, told
from tests.support import sentences
from tests.support.cases import opened
from tests.support.mailed import FILLED, WAITS, filled, mail, waits

HERE = Path(__file__).parent / "accessibility"
BAD = (
    "<!DOCTYPE html><html><head></head><body><img "
    'src="http://127.0.0.1:9/a.png"><script>1</script><p '
    'style="color:#ccc">faint</p></body></html>'
)

pytestmark = pytest.mark.slow


def lacking(what: str, remedy: str) -> NoReturn:
    """Skip and say why; on a CI machine fail, so that nobody believes that it was checked."""
    reason = f"accessibility is not checked: {what}; {remedy}"
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="module")
def browser() -> str:
    """Path of Chromium; skips where Chromium, node or the packages of package.json are absent."""
    names = ("chromium", "chromium-browser", "google-chrome")
    found = next((path for name in names if (path := shutil.which(name))), None)
    if found is None:
        lacking("there is no Chromium", "install the package chromium")
    if shutil.which("node") is None:
        lacking("there is no node", "install node 20 or newer")
    if not all((HERE / "node_modules" / name).is_dir() for name in ("axe-core", "puppeteer-core")):
        lacking(
            "axe-core and puppeteer-core are not installed",
            "run: npm install --prefix tests/report/accessibility",
        )
    return found


def check(browser: str, *paths: Path) -> list[dict[str, Any]]:
    """What the browser found on each page."""
    command = ["node", str(HERE / "check.mjs"), browser, *map(str, paths)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert len(done.stdout.splitlines()) == len(paths), done.stderr
    found = [json.loads(line) for line in done.stdout.splitlines()]
    for page in found:
        page["incomplete"] = [fault for fault in page["incomplete"] if not _is_named(fault)]
    return found


def _is_named(fault: dict[str, Any]) -> bool:
    """What axe-core cannot judge: the contrast of texts in drawings, whose ground it does not see
    (test_charts works it out of the palettes), and of a sign alone, such as a box to tick."""
    nodes = fault["where"]
    are_named = all(node.startswith("<text") or node.endswith(">☐</td>") for node in nodes)
    return fault["rule"] == "color-contrast" and are_named


CLEAN: dict[str, Any] = {
    "violations": [],
    "incomplete": [],
    "charts": [],
    "requests": [],
    "scripts": 0,
}


def worst_case(folder: Path) -> Path:
    """A page with every kind of piece: a warning, unknown values, an empty table and chart, many
    branches, plain output."""
    many = [
        counted(month, branch, 20 - place)
        for month in (SEPTEMBER, OCTOBER)
        for place, branch in enumerate([*"ABCDEFGHIJKLMNOPQ", None])
    ]
    pieces: list[Any] = [
        circulation.answer(example(many, rows_rejected=3)),
        circulation.chart(example(many)),
        circulation.by_month(example(many)),
        circulation_by_month([]),
    ]
    pieces += [
        circulation.by_branch(example(many)),
        circulation.renewals(example()),
        circulation.in_house(example()),
        circulation.origin(example()),
        table([{"branch": None, "items": None}], "One unknown"),
        table([], "None"),
    ]
    outputs = [
        nbformat.v4.new_output("display_data", {"text/html": piece._repr_html_()})
        for piece in pieces
    ]
    outputs.append(nbformat.v4.new_output("stream", name="stdout", text="plain " * 100))
    cells = [
        nbformat.v4.new_markdown_cell("# Everything\n\n## A part", id="title"),
        nbformat.v4.new_code_cell("", id="all", outputs=outputs),
    ]
    path = folder / "everything.html"
    publish.write(path, publish.page(nbformat.v4.new_notebook(cells=cells), "everything"))
    return path


def test_the_check_finds_faults(browser: str, tmp_path: Path) -> None:
    page = tmp_path / "bad.html"
    page.write_text(BAD, encoding="utf-8")
    found = check(browser, page)[0]
    assert {"color-contrast", "document-title", "html-has-lang", "image-alt"} <= {
        fault["rule"] for fault in found["violations"]
    }
    assert found["requests"] == ["http://127.0.0.1:9/a.png"]
    assert found["scripts"] == 1


def test_every_kind_of_piece_is_accessible(browser: str, tmp_path: Path) -> None:
    assert check(browser, worst_case(tmp_path)) == [CLEAN]


def test_the_monthly_report_is_accessible_and_stands_alone(
    browser: str, published: Callable[[str], Path]
) -> None:
    assert check(browser, published("circulation")) == [CLEAN]


def test_the_ill_report_is_accessible_and_stands_alone(
    browser: str, published: Callable[[str], Path]
) -> None:
    assert check(browser, published("ill")) == [CLEAN]


def test_the_report_on_technical_services_is_accessible_and_stands_alone(
    browser: str, published: Callable[[str], Path]
) -> None:
    assert check(browser, published("technical_services")) == [CLEAN]


def test_the_report_on_the_digital_desk_is_accessible_and_stands_alone(
    browser: str, published: Callable[[str], Path]
) -> None:
    assert check(browser, published("digital")) == [CLEAN]


def test_the_month_in_one_page_is_accessible_and_stands_alone(
    browser: str, published: Callable[[str], Path]
) -> None:
    assert check(browser, published("summary")) == [CLEAN]


def test_what_the_exports_tell_of_is_accessible_and_stands_alone(
    browser: str, demo: Path, tmp_path: Path
) -> None:
    with libstats.open(demo) as con:
        text = coverage.page(coverage_calendar.read(con))
    assert len(text) < 300_000
    publish.write(tmp_path / "coverage.html", text)
    assert check(browser, tmp_path / "coverage.html") == [CLEAN]


def test_the_page_of_a_question_is_accessible_and_stands_alone(
    browser: str, demo: Path, tmp_path: Path
) -> None:
    chosen = {"question": "backlog", "process": "hold", "branch": "each"}
    page = run("explore", demo, chosen, tmp_path / "report.html")
    assert check(browser, page) == [CLEAN]


@pytest.mark.long
def test_the_page_of_a_library_beside_others_is_accessible_and_stands_alone(
    browser: str, workspace: Workspace, tmp_path: Path
) -> None:
    for name, days in (("Ash", 9), ("Birch", 2), ("Cedar", 4), ("Dogwood", 5)):
        mail(workspace.folder / "mailed", name, WAITS, waits({days: 40, 2 * days: 20}))
        mail(workspace.folder / "mailed", name, FILLED, filled(200 + days, 4 * days))
    page = run(
        "compare", workspace.folder, {"you": "Ash"}, tmp_path / "page.html", ["html", "xlsx"]
    )
    assert "your waits are longer than at 3 of 3 others" in page.read_text(encoding="utf-8")
    assert "Birch" not in page.read_text(encoding="utf-8")
    assert page.with_suffix(".xlsx").exists()
    assert [each for each in sentences.of_page(page) if sentences.faults(each)] == []
    assert check(browser, page) == [CLEAN]


def test_a_report_that_cannot_tell_is_accessible_too(
    browser: str, workspace: Workspace, tmp_path: Path
) -> None:
    told(workspace, CLOSED).con.close()
    assert check(browser, run("ill", workspace.folder, {}, tmp_path / "report.html")) == [CLEAN]


def test_todays_list_is_accessible_and_stands_alone(
    browser: str, workspace: Workspace, tmp_path: Path
) -> None:
    con = opened(
        workspace, ["1,brought,2026-01-01,EAST", "2,brought,2026-01-09,EAST"], exported="2026-01-10"
    )
    paths = []
    for name, day in (("fresh", 10), ("stale", 28)):
        paths.append(tmp_path / f"{name}.html")
        publish.write(paths[-1], written.page(today.read(con, datetime(2026, 1, day, 8))))
    assert check(browser, *paths) == [CLEAN, CLEAN]


def test_todays_list_of_the_sample_library_and_its_sheets_are_accessible(
    browser: str, demo: Path, tmp_path: Path
) -> None:
    with libstats.open(demo) as con:
        found = today.read(con, datetime(2026, 11, 8, 8), 5)
    pages = {"today": written.page(found), **today_sheets.printed(found)}
    for name, text in pages.items():
        publish.write(tmp_path / f"{name}.html", text)
    assert len(pages) == 7
    assert check(browser, *tmp_path.glob("*.html")) == [CLEAN] * 7


def test_the_report_on_the_collection_is_accessible_and_stands_alone(
    browser: str, published: Callable[[str], Path]
) -> None:
    assert check(browser, published("collection")) == [CLEAN]
