"""Names of files, the page that lists them, and months that are closed."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

import nbformat
import pytest

import libstats
from libstats.cli.close import close
from libstats.cli.main import main
from libstats.errors import ReportError
from libstats.report import run
from libstats.report.page import closed, names
from libstats.report.page.html import ABOUT
from libstats.workspace.workspace import CONFIG, Workspace
from tests.support.files import write

NOW = datetime(2026, 11, 3, 9)


def test_files_are_named_by_report_branch_and_period() -> None:
    about = {"period": "2026-10", "branch": "East Street"}
    assert names.stem("circulation", about) == "circulation-East Street-2026-10"
    assert names.stem("circulation", {"period": "2026-10"}) == "circulation-2026-10"
    assert names.stem("own", {}) == "own"


def test_two_branches_never_share_a_file() -> None:
    branches = ["A/B", "A:B", "A B", "A_B", "..", "ü", "a?", "<b>"]
    stems = [names.stem("x", {"branch": branch}) for branch in branches]
    assert len(set(stems)) == len(branches)
    assert not [stem for stem in stems if set(stem) & set('/\\:*?"<>|')]


def page(title: str) -> str:
    return f'<html><head><title>{title}</title></head><body><main id="report"></main></body></html>'


def test_the_index_lists_what_libstats_wrote_the_newest_first(tmp_path: Path) -> None:
    for month, name in (("2026-09", "September 2026"), ("2026-10", "October 2026")):
        write(tmp_path / f"circulation-{month}.html", page(f"Circulation: {name}, all branches"))
    write(tmp_path / "other.html", "<title>Not ours</title>")
    write(tmp_path / "closed" / "2026-09" / "ill-2026-09.html", page("ILL: September 2026"))
    text = names.index(tmp_path)
    assert text.index("./circulation-2026-10.html") < text.index("./circulation-2026-09.html")
    assert '<a href="./closed/2026-09/ill-2026-09.html">ILL: September 2026</a>' in text
    assert "Not ours" not in text


def executed(**shown: str) -> nbformat.NotebookNode:
    """An executed notebook that shows these figures."""
    figures = {name: {"what": name, "shown": text, "value": 1} for name, text in shown.items()}
    about = {"period": "2026-10", "figures": figures}
    output = nbformat.v4.new_output("display_data", {"text/html": "", ABOUT: about})
    return nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("", outputs=[output])])


def kept(folder: Path, **shown: str) -> closed.Kept:
    figures = {name: {"what": name, "shown": text, "value": 1} for name, text in shown.items()}
    made = write(folder / "made" / "circulation-2026-10.html", page("Circulation"))
    return closed.Kept("circulation", made, figures)


def test_later_pages_say_what_was_published_and_what_is_revised(tmp_path: Path) -> None:
    closed.keep(tmp_path, "2026-10", [kept(tmp_path, checkouts="412", renewals="90")], NOW)
    notebook = executed(checkouts="431", renewals="90")
    about = notebook.cells[0].outputs[0].data[ABOUT]
    closed.revised(notebook, "circulation", about, tmp_path)
    html = notebook.cells[1].outputs[0].data["text/html"]
    assert "checkouts: as published 412, revised 431." in html
    assert "renewals" not in html
    for other in ({**about, "period": "2026-09"}, {**about, "branch": "East"}):
        untouched = executed(checkouts="431")
        closed.revised(untouched, "circulation", other, tmp_path)
        assert len(untouched.cells) == 1


def test_a_month_is_closed_once_and_whole(tmp_path: Path) -> None:
    folder = closed.keep(tmp_path, "2026-10", [kept(tmp_path, checkouts="412")], NOW)
    assert sorted(path.name for path in folder.iterdir()) == [
        "circulation-2026-10.html",
        "figures.json",
    ]
    with pytest.raises(ReportError, match="2026-10 is closed already"):
        closed.keep(tmp_path, "2026-10", [], NOW)
    lost = closed.Kept("ill", tmp_path / "nowhere.html", {})
    with pytest.raises(FileNotFoundError):
        closed.keep(tmp_path, "2026-11", [lost], NOW)
    assert [path.name for path in (tmp_path / "closed").iterdir()] == ["2026-10"]


ISSUES = """issue_id;issuedate;date_due;returndate;branchcode
1;2026-10-01 10:00;2026-11-01 10:00;;EAST
2;2026-10-31 19:00;2026-11-30 10:00;;EAST
"""


WHOLE = '[coverage."koha loans"]\nselects = "all"\nwhole_days = true\n'


@pytest.mark.slow
def test_a_month_closed_and_reported_again(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    # each other report would start a Python to say that nothing tells of it
    monkeypatch.setattr("libstats.cli.close._of_months", lambda _: ["circulation"])
    write(workspace.folder / CONFIG, WHOLE)
    libstats.load(workspace, [write(workspace.exports / "issues-2026-11-01.csv", ISSUES)])
    assert "2026-10 is closed: circulation are kept" in close(workspace, "2026-10", NOW)
    late = "3;2026-10-30 10:00;2026-11-29 10:00;;EAST\n"
    libstats.load(workspace, [write(workspace.exports / "issues-2026-11-05.csv", ISSUES + late)])
    written = run("circulation", workspace.folder, {"month": "2026-10"})
    assert written == workspace.reports / "circulation-2026-10.html"
    text = written.read_text(encoding="utf-8")
    assert "This month was closed on 2026-11-03." in text
    assert "checkouts: as published 2, revised 3." in text
    figures = json.loads(
        (workspace.reports / "closed" / "2026-10" / "figures.json").read_text(encoding="utf-8")
    )
    assert figures["reports"]["circulation"]["checkouts"]["value"] == 2


@pytest.mark.slow
def test_a_month_to_come_leaves_every_file_as_it_was(
    workspace: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    libstats.load(workspace, [write(workspace.exports / "issues-2026-11-01.csv", ISSUES)])
    before = run("circulation", workspace.folder, {"month": "2026-10"}).read_bytes()
    command = ["-w", str(workspace.folder), "report", "circulation", "--month", "2027-02"]
    assert main(command) == 1
    assert "nothing that is loaded tells of circulation in February 2027" in capsys.readouterr().err
    assert (workspace.reports / "circulation-2026-10.html").read_bytes() == before


@pytest.mark.parametrize("option", [["--month", "2026-13"], ["--quarter", "2026-Q5"]])
def test_a_period_that_is_none_is_refused_before_anything_starts(
    workspace: Workspace, option: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["-w", str(workspace.folder), "report", "circulation", *option]) == 1
    assert "Write the year and the" in capsys.readouterr().err


def test_a_folder_that_is_no_workspace_is_refused(
    workspace: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    for folder in ("nowhere", "exports"):
        assert main(["-w", str(workspace.folder / folder), "loads"]) == 1
        assert "is not a libstats workspace" in capsys.readouterr().err
