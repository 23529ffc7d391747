"""`libstats report NAME --mail`: what it refuses before a report is made, what it says, its exit
status."""

from __future__ import annotations

from pathlib import Path

import pytest

from libstats.cli.main import main
from libstats.report.page import execution
from libstats.report.page.notebook import nbformat
from libstats.workspace.workspace import CONFIG, Workspace
from tests.support.mailing import EAST, HEAD, SECRET, served

PAGE = """from libstats.report import sections
import os
assert "LIBSTATS_MAIL_PASSWORD" not in os.environ
sections.answer("October 2026", "It was lent.", [sections.Card("3", "loans", "As ever.")],
                about={"period": "2026-10", "branch": ""})"""
SHELF = "table([{'barcode': 'b1', 'title': 'A mill'}], 'To fetch')"


def settings(place: Workspace, *lines: str) -> None:
    with (place.folder / CONFIG).open("a", encoding="utf-8") as file:
        file.write("\n".join(["", *lines, ""]))


def save(place: Workspace, name: str, *sources: str) -> None:
    cells = [nbformat.v4.new_markdown_cell(f"# {name.capitalize()}", id="title")]
    cells += [nbformat.v4.new_code_cell(s, id=f"c{n}") for n, s in enumerate(sources)]
    made = nbformat.v4.new_notebook(cells=cells)
    nbformat.write(made, place.folder / "notebooks" / f"{name}.ipynb")


def mail(place: Workspace, *options: str) -> int:
    return main(["-w", str(place.folder), "report", *options])


@pytest.mark.parametrize(
    ("lines", "status", "problem"),
    [
        ([], 1, "libstats.toml says no mail server"),
        (["to = {ill = ['a@b.example']}"], 1, "names nobody who gets circulation"),
        (
            ["user = 'stats'", "to = {circulation = ['a@b.example']}"],
            1,
            "the password for the mail server is missing from the environment: LIBSTATS_MAIL",
        ),
    ],
)
def test_what_is_missing_is_said_before_a_report_is_made(
    lines: list[str],
    status: int,
    problem: str,
    workspace: Workspace,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.delenv("LIBSTATS_MAIL_PASSWORD", raising=False)
    monkeypatch.setattr(execution, "_kernel", None)
    if lines:
        settings(workspace, "[mail]", "host = 'localhost'", "from = 'a@b.example'", *lines)
    assert mail(workspace, "circulation", "--mail") == status
    assert problem in capsys.readouterr().err


@pytest.mark.parametrize("option", ["--internal", "--again"])
def test_how_it_is_mailed_belongs_to_mail(
    option: str, workspace: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    assert mail(workspace, "circulation", option) == 2
    assert f"{option} says how a report is mailed" in capsys.readouterr().err


@pytest.mark.slow
def test_a_report_is_made_and_mailed_once(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("LIBSTATS_MAIL_PASSWORD", SECRET)
    save(workspace, "lent", PAGE)
    save(workspace, "shelf", PAGE, f"from libstats.report import table\n{SHELF}")
    with served(monkeypatch) as (box, port):
        to = [f"to = {{lent = ['{HEAD}', '{EAST}'], shelf = ['{EAST}']}}"]
        settings(
            workspace, "[mail]", "host = 'localhost'", f"port = {port}", f"from = '{HEAD}'", *to
        )
        assert mail(workspace, "lent", "--mail") == 0
        assert "lent-2026-10 was mailed to 2 people." in capsys.readouterr().out
        assert mail(workspace, "lent", "--mail") == 0
        assert "already; --again sends it anew" in capsys.readouterr().out
        assert mail(workspace, "shelf", "--mail") == 1
        said = capsys.readouterr()
        assert "shelf-2026-10 was not mailed: it lists single copies" in said.err
        assert "Traceback" not in said.err and EAST not in said.err
        assert mail(workspace, "shelf", "--mail", "--internal") == 0
    (lent, _, _), (shelf, to, _) = box.mails
    assert [part.get_filename() for part in lent.iter_attachments()] == [
        "lent-2026-10.html",
        "lent-2026-10.xlsx",
    ]
    assert "It was lent." in str(lent) and "* 3 loans. As ever." in str(lent)
    assert to == [EAST] and "For staff only" in str(shelf)
    page = (workspace.reports / "shelf-2026-10.html").read_text(encoding="utf-8")
    assert "For staff only: it lists single copies by their barcodes" in page
    assert "For staff only" not in Path(workspace.reports / "lent-2026-10.html").read_text("utf-8")
