"""A page and a workbook for each branch, in one run: what is made, left out, and what fails."""

from __future__ import annotations

from pathlib import Path

import pytest
from openpyxl import load_workbook

import libstats
from libstats.cli.main import main
from libstats.report.page import execution
from libstats.report.page.notebook import nbformat
from libstats.workspace.workspace import Workspace
from tests.support.files import write

PARAMETERS = 'workspace = "."\nbranch = ""'
READ = """import os
import libstats
from libstats.errors import NothingTold
from libstats.report import sections, table
con = libstats.open(workspace)
if branch == "DEAD":
    os._exit(1)
if branch == "FAIL":
    1 / 0
if branch == "NONE":
    raise NothingTold("nothing is told of October", "Load more.")"""
SHOW = """sections.answer("October 2026", "It was lent.", [], about={"period": "2026-10", "branch": branch})"""
TABLE = "table([{'process': str(os.getpid()), 'connection': str(id(con))}], 'Made by')"


@pytest.fixture
def place(workspace: Workspace) -> Workspace:
    """A library with five branches and a report of its own."""
    cells = [nbformat.v4.new_markdown_cell("# Lent", id="title")]
    for number, source in enumerate((PARAMETERS, READ, SHOW, TABLE)):
        tags = {"tags": ["parameters"]} if source is PARAMETERS else {}
        cells.append(nbformat.v4.new_code_cell(source, id=f"c{number}", metadata=tags))
    nbformat.write(
        nbformat.v4.new_notebook(cells=cells), workspace.folder / "notebooks" / "lent.ipynb"
    )
    rows = enumerate(("AAA", "BBB", "DEAD", "FAIL", "NONE", "ZZZ"))
    listed = "".join(f"{n},b{n},{branch}\n" for n, branch in rows)
    file = workspace.folder / "items-2026-10-31.csv"
    libstats.load(workspace, [write(file, f"itemnumber,barcode,homebranch\n{listed}")])
    return workspace


def made_by(path: Path) -> tuple[str, str]:
    """The process and the connection that a workbook was made by."""
    row = load_workbook(path)["Made by"]
    return row["A3"].value, row["B3"].value


@pytest.mark.slow
def test_one_run_makes_each_branch_and_says_what_it_left_out(
    place: Workspace, capfd: pytest.CaptureFixture[str]
) -> None:
    """A branch that fails, or that kills its Python, keeps no other from being made; what was
    opened once serves the others."""
    assert main(["-w", str(place.folder), "report", "lent", "--each-branch"]) == 1
    said, errors = capfd.readouterr()
    lines = [line for line in said.splitlines() if not line.startswith("  ")]
    assert [line.split(":")[0] for line in lines] == ["AAA", "BBB", "DEAD", "FAIL", "NONE", "ZZZ"]
    assert "DEAD: not made. lent failed: the notebook's Python ended" in said
    assert "FAIL: not made. lent failed: ZeroDivisionError: division by zero" in said
    assert "NONE: left out, nothing is told of October" in said
    assert "%" not in errors and "branch/s" not in errors  # no progress where nobody looks
    reports = {path.name for path in place.reports.iterdir()}
    left = {name for name in reports if "failed" in name}
    assert left == {"lent-DEAD.failed.ipynb", "lent-FAIL.failed.ipynb"}
    assert all(name in said for name in left)
    stems = [f"lent-{branch}-2026-10" for branch in ("AAA", "BBB", "ZZZ")]
    assert {f"{stem}.{form}" for stem in stems for form in ("html", "xlsx")} <= reports
    assert not any("NONE" in name for name in reports)
    first, second, last = (made_by(place.reports / f"{stem}.xlsx") for stem in stems)
    assert first == second and last[0] != first[0]
    assert "lent-ZZZ-2026-10.html" in (place.reports / "index.html").read_text(encoding="utf-8")


@pytest.mark.slow
def test_a_run_without_a_failure_ends_well_and_one_that_made_nothing_does_not(
    place: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    from libstats.report.page import each_branch

    def run(*listed: str) -> int:
        monkeypatch.setattr("libstats.cli.report.branches", lambda *_: list(listed))
        return main(["-w", str(place.folder), "report", "lent", "--each-branch", "--html"])

    assert each_branch.branches("lent", place)[0] == "AAA"
    assert (run("AAA", "NONE"), run("NONE")) == (0, 1)
    assert not (place.reports / "lent-AAA-2026-10.xlsx").exists()  # a page alone was asked for


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        (["ill", "--each-branch"], "the report ill is of the whole library, never of one branch"),
        (["lent", "--each-branch", "--branch", "AAA"], "so it takes no --branch"),
        (["lent", "--each-branch", "--out", "x.html"], "so it takes no --out"),
        (["lent", "--each-branch", "--set", "nothing=1"], "nothing"),
    ],
)
def test_what_cannot_be_made_is_refused_before_a_kernel_starts(
    options: list[str],
    problem: str,
    place: Workspace,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(execution, "_kernel", None)
    assert main(["-w", str(place.folder), "report", *options]) == 2
    assert problem in capsys.readouterr().err


def test_a_library_of_which_no_branch_is_told_has_no_branches(
    workspace: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    file = write(
        workspace.folder / "items-2026-10-31.csv", "itemnumber,barcode,homebranch\n1,b1,\n"
    )
    libstats.load(workspace, [file])
    assert main(["-w", str(workspace.folder), "report", "circulation", "--each-branch"]) == 1
    assert "no export that is loaded tells of a branch" in capsys.readouterr().err
