"""Reports: tables, parameters, the page, and the running of notebooks."""

from __future__ import annotations

import os
import re
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import nbformat
import pytest

from libstats.cli.main import main
from libstats.errors import ReportError
from libstats.report import from_env, run, sections, table
from libstats.report.page import parameters, publish
from libstats.report.page import run as runner
from libstats.report.page.table import heading, shown
from libstats.workspace.workspace import Workspace
from tests.report.test_circulation_report import NOTEBOOK

# --- tables ---


def test_table_has_caption_and_scoped_headers() -> None:
    html = table([{"branch": "East", "checkouts": 1234}], "By branch")._repr_html_()
    assert '<div class="libstats-table" style="overflow-x:auto">' in html
    assert '<caption style="text-align:left">By branch</caption>' in html
    assert '<th scope="col" class="number" style="text-align:right">Checkouts</th>' in html
    assert (
        '<tr><th scope="row" style="text-align:left">East</th><td class="number" '
        'style="text-align:right">1,234</td></tr>'
    ) in html


@pytest.mark.parametrize(
    ("columns", "is_taken_apart", "takes_focus"),
    [(3, False, False), (4, True, False), (7, True, False), (8, True, True)],
)
def test_a_table_of_many_columns_can_be_taken_apart_and_only_a_wide_one_takes_the_focus(
    columns: int, is_taken_apart: bool, takes_focus: bool
) -> None:
    """On a phone each value stands beside its heading, and says what it is to a screen reader."""
    row = {f"place_{number}": number for number in range(columns)}
    html = table([row], "Places", foot=row, headings={"place_1": "A & <b>"})._repr_html_()
    assert html.count('data-label="A &amp; &lt;b&gt;"') == (2 if is_taken_apart else 0)
    for role, count in {"row": 3, "rowgroup": 3, "columnheader": columns, "rowheader": 2}.items():
        assert html.count(f'role="{role}"') == (count if is_taken_apart else 0)
    assert html.count('role="cell"') == (2 * (columns - 1) if is_taken_apart else 0)
    assert ('role="region" tabindex="0" aria-label="Places"' in html) is takes_focus


def test_table_says_what_is_not_known_and_escapes() -> None:
    html = table(
        [{"branch": None, "checkouts": 1}, {"branch": "<A&B>", "checkouts": None}], "By <branch>"
    )._repr_html_()
    assert html.count('<span class="unknown">not known</span>') == 2
    assert "&lt;A&amp;B&gt;" in html
    assert "By <branch>" not in html


def test_table_of_a_relation_with_a_foot() -> None:
    with duckdb.connect() as con:
        html = table(
            con.sql("select date '2026-10-01' as period, 5::bigint as renewals"),
            "Renewals",
            foot={"period": "all", "renewals": 5},
        )._repr_html_()
    assert '<th scope="row" style="text-align:left">October 2026</th>' in html
    assert (
        '<tfoot><tr><th scope="row" style="text-align:left">all</th><td class="number" '
        'style="text-align:right">5</td></tr></tfoot>'
    ) in html


def test_table_without_rows_says_so() -> None:
    assert (
        table([], "Holds")._repr_html_()
        == '<p class="libstats-empty"><strong>Holds:</strong> there is nothing to show.</p>'
    )


def test_headings_and_values_are_words() -> None:
    assert [heading("renewals_by_staff"), heading("ill_requests"), heading("isbn")] == [
        "Renewals by staff",
        "ILL requests",
        "ISBN",
    ]
    values = [
        True,
        1234.5,
        2.0,
        Decimal("1234.50"),
        datetime(2026, 10, 31, 23, 5),
        datetime(2026, 10, 31),
        date(2026, 1, 2),
        None,
    ]
    assert [shown(value) for value in values] == [
        "yes",
        "1,234.5",
        "2",
        "1,234.50",
        "October 31, 2026, 23:05",
        "October 31, 2026",
        "January 2, 2026",
        "not known",
    ]


# --- parameters ---

CELL = (
    'month = ""  # such as "2026-10"\nbranch: str = ""\ntop = 10\nrate = 0.5\ndraft = '
    "False\nuntil = None\n"
)


def test_known_reads_names_and_literals() -> None:
    assert parameters.known(CELL, "n") == {
        "month": "",
        "branch": "",
        "top": 10,
        "rate": 0.5,
        "draft": False,
        "until": None,
    }


@pytest.mark.parametrize(
    "cell", ["month = today()", "import os", "a, b = 1, 2", "month = ", "rows = [1]"]
)
def test_a_parameters_cell_holds_plain_literals_only(cell: str) -> None:
    with pytest.raises(ReportError, match="plain literals"):
        parameters.known(cell, "n")


def test_an_unknown_parameter_is_refused_naming_the_known() -> None:
    with pytest.raises(
        ReportError, match=r"n has no parameter 'mnth'\n  It knows: month, branch, top"
    ):
        parameters.checked({"mnth": "2026-10"}, parameters.known(CELL, "n"), "n")


@pytest.mark.parametrize("name", ["month", "quarter", "year", "since", "until"])
def test_a_report_of_one_day_says_which_parameter_tells_it(name: str) -> None:
    with pytest.raises(ReportError, match=r"one day: --set as_of=2026-10-31 says which"):
        parameters.checked({name: "2026"}, {"as_of": "", "branch": ""}, "collection")


@pytest.mark.parametrize(
    ("literal", "value", "expected"),
    [
        ("", "202411", "202411"),
        ("", 202411, "202411"),
        (10, "7", 7),
        (0.5, "7", 7.0),
        (0.5, 7, 7.0),
        (False, "yes", True),
        (False, True, True),
        (None, "x", "x"),
        (None, None, None),
    ],
)
def test_values_get_the_type_of_the_literal(literal: Any, value: Any, expected: Any) -> None:
    found = parameters.typed("p", value, literal)
    assert (found, type(found)) == (expected, type(expected))


@pytest.mark.parametrize(
    ("literal", "value"),
    [
        (10, "ten"),
        (10, 7.5),
        (10, True),
        (False, "perhaps"),
        ("", ["a"]),
        ("", True),
        (None, ["a"]),
    ],
)
def test_values_of_another_type_are_refused(literal: Any, value: Any) -> None:
    with pytest.raises(ReportError, match="parameter p"):
        parameters.typed("p", value, literal)


def test_the_environment_beats_the_literal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LIBSTATS_MONTH", "2026-09")
    monkeypatch.setenv("LIBSTATS_TOP", "3")
    monkeypatch.setenv("LIBSTATS_BRANCH", "")
    assert from_env(month="2026-10", top=10, branch="East") == ("2026-09", 3, "East")
    assert from_env(month="2026-10") == "2026-09"


def test_a_given_parameter_beats_the_environment(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("LIBSTATS_MONTH", "2026-09")
    monkeypatch.setenv("LIBSTATS_BRANCH", "East")
    monkeypatch.setenv("LIBSTATS_MAIL_PASSWORD", "swordfish")
    environment = runner._environment(tmp_path, ["month", "workspace"])
    assert "LIBSTATS_MONTH" not in environment
    assert environment["LIBSTATS_BRANCH"] == "East"
    assert "LIBSTATS_MAIL_PASSWORD" not in environment  # what a cell sees, a page may show


def test_values_go_into_a_cell_after_the_parameters() -> None:
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    place = [cell.id for cell in notebook.cells].index("parameters")
    chosen = runner._insert(notebook, "circulation", Path("/library"), {"month": "2026-10"})
    assert (
        notebook.cells[place + 1].source
        == f"month = '2026-10'\nworkspace = {str(Path('/library'))!r}"
    )
    assert chosen == ["month", "workspace"]


def test_a_library_own_notebook_comes_before_the_shipped(workspace: Workspace) -> None:
    (workspace.folder / "notebooks" / "circulation.ipynb").unlink(missing_ok=True)
    assert runner.find("circulation", workspace.folder) == NOTEBOOK
    own = save(workspace, "circulation", "1")
    assert runner.find("circulation", workspace.folder) == own
    with pytest.raises(
        ReportError, match=r"there is no report '\.\./secret'\n  There are: .*circulation"
    ):
        runner.find("../secret", workspace.folder)


# --- the page ---


def executed(*html: str) -> nbformat.NotebookNode:
    """An executed notebook that shows these pieces of HTML."""
    cells = [nbformat.v4.new_markdown_cell("# Tools & *means*", id="title")]
    for place, text in enumerate(html):
        output = nbformat.v4.new_output("display_data", {"text/html": text})
        cells.append(
            nbformat.v4.new_code_cell("secret_source()", id=f"cell-{place}", outputs=[output])
        )
    return nbformat.v4.new_notebook(cells=cells)


def test_page_has_what_every_reader_needs_and_no_code() -> None:
    page = publish.page(executed('<p class="libstats-period">May 2026, branch A&amp;B</p>'), "n")
    assert '<html lang="en">' in page
    assert "<title>Tools &amp; *means*: May 2026, branch A&amp;B</title>" in page
    assert '<main id="report" tabindex="-1">' in page
    assert '<a class="skip" href="#report">' in page
    assert "prefers-color-scheme: dark" in page and "@media print" in page
    assert (
        "<script" not in page
        and "secret_source" not in page
        and "anchor-link" not in page
        and "http://" not in page
        and "https://" not in page
    )


@pytest.mark.parametrize(
    ("html", "fault"),
    [
        ('<img src="data:image/png;base64,AA">', "a picture has no alt text"),
        ('<img src="data:image/png;base64,AA" alt=" ">', "a picture has no alt text"),
        ("<svg><path/></svg>", "a drawing"),
        ("<script>1</script>", "<script> may not stand"),
        ("<ScRiPt/src=x>1</script>", "<script> may not stand"),
        ("<iframe></iframe>", "<iframe> may not stand"),
        ("<math><mi>x</mi></math>", "<math> may not stand"),
        ('<form action="/x"><input name="a"></form>', "<form> may not stand"),
        ('<meta http-equiv="refresh" content="0;url=https://example.org">', "<meta> may only"),
        ('<link rel="stylesheet" href="data:text/css,a">', "<link> may only"),
        ('<base href="https://example.org">', "<base> may not stand"),
        ('<input type="text">', "<input> may only"),
        ('<p onclick="x()">a</p>', "onclick may not stand in <p>"),
        ('<p onnewevent="x()">a</p>', "onnewevent may not stand in <p>"),
        ('<a href="javascript:x()">a</a>', "<a> leads to or fetches"),
        ('<a href=" JaVaScRiPt:x()">a</a>', "<a> leads to or fetches"),
        ('<a href="java&#10;script:x()">a</a>', "<a> leads to or fetches"),
        ('<a href="data:text/html,a">a</a>', "<a> leads to or fetches"),
        ('<a href="file:///etc/passwd">a</a>', "<a> leads to or fetches"),
        ('<a href="//example.org">a</a>', "<a> leads to or fetches"),
        ('<a href="#a" ping="https://example.org">a</a>', "ping may not stand in <a>"),
        ('<img src="https://example.org/a.png" alt="a">', "<img> leads to or fetches"),
        ('<img src="data:text/html;base64,AA" alt="a">', "<img> leads to or fetches"),
        ('<img srcset="https://example.org/a.png" alt="a">', "srcset may not stand in <img>"),
        ("<style>@import 'x.css';</style>", "a style fetches"),
        ("<style>p { background: u\\72l(https://example.org) }</style>", "a style fetches"),
        ('<p style="background:url(https://example.org/a.png)">a</p>', "<p> leads to or fetches"),
        (
            '<svg aria-label="a"><image href="https://example.org/a.png"/></svg>',
            "<image> may not stand",
        ),
        ('<svg aria-label="a"><use href="https://example.org/a"/></svg>', "<use> leads to"),
        ('<svg aria-label="a"><rect fill="url(https://example.org/a)"/></svg>', "<rect> leads"),
        ('<svg aria-label="a"><foreignObject/></svg>', "<foreignobject> may not stand"),
        ('<svg aria-label="a"><animate attributeName="href"/></svg>', "<animate> may not stand"),
        ("<?php x ?>", "an instruction to a program"),
        # Python's parser and a browser end a style in different places
        ("<style></style x><script>1</script><style></style>", "a style holds markup"),
        ('<svg aria-label="a"><style><script>1</script></style></svg>', "a style holds markup"),
        ("<style>p { background: image('https://example.org') }</style>", "a style fetches"),
    ],
)
def test_page_that_not_everybody_could_read_is_refused(html: str, fault: str) -> None:
    with pytest.raises(ReportError, match=fault):
        publish.page(executed(html), "n")


@pytest.mark.parametrize(
    "html",
    [
        '<p><a href="https://example.org/a?b=c#d">a</a> <a href="mailto:desk@example.org">b</a></p>',
        '<details open><summary>a</summary><dl><dt>b</dt><dd lang="de">c</dd></dl></details>',
        '<table border="1" class="dataframe"><thead><tr style="text-align: right;"><th>a</th></tr>'
        "</thead></table>",
        '<svg viewBox="0 0 9 9" aria-label="a" xmlns="http://www.w3.org/2000/svg"><g fill="none">'
        '<path d="M0 0" stroke-width="1"/></g><use href="#a"/></svg>',
        '<img src="data:image/png;base64,iVBORw0KGgo=" alt="a" width="3">',
        "<!-- what an author noted --><p>a</p>",
    ],
)
def test_what_only_shows_may_stand_in_a_page(html: str) -> None:
    page = publish.page(executed(html), "n")
    assert "an author noted" not in page


def test_each_heading_has_a_name_of_its_own_that_links_lead_to() -> None:
    text = "# Page\n\n## Where these figures come from\n\n## Loans & copies\n\n### Loans: copies\n\n## ???"
    cells = [nbformat.v4.new_markdown_cell(text, id="all")]
    page = publish.page(nbformat.v4.new_notebook(cells=cells), "page")
    assert re.findall(r'<h\d id="([^"]*)"', page) == [
        sections.ORIGIN,
        "loans-copies",
        "loans-copies-2",
        "part",
    ]


def test_picture_of_a_cell_without_alt_text_is_refused() -> None:
    notebook = executed()
    output = nbformat.v4.new_output("display_data", {"image/png": "AA", "text/plain": "<Figure>"})
    notebook.cells.append(nbformat.v4.new_code_cell("", id="picture", outputs=[output]))
    with pytest.raises(ReportError, match="no alt text"):
        publish.page(notebook, "n")
    output["metadata"] = {"image/png": {"alt": "Two bars"}}
    assert 'alt="Two bars"' in publish.page(notebook, "n")


def test_warnings_of_cells_are_told_to_who_runs_it_only(caplog: pytest.LogCaptureFixture) -> None:
    notebook = executed()
    output = nbformat.v4.new_output("stream", name="stderr", text="/home/ann/x.py:1: Warning")
    notebook.cells.append(nbformat.v4.new_code_cell("", id="warning", outputs=[output]))
    assert "/home/ann" not in publish.page(notebook, "n")
    assert "/home/ann" in caplog.text


def test_a_crash_while_writing_leaves_the_old_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    target = tmp_path / "report.html"
    publish.write(target, "old")

    def full(_: int) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="disk full"):
        publish.write(target, "new")
    assert target.read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["report.html"]


# --- running notebooks ---


def save(workspace: Workspace, name: str, *sources: str, parameters_cell: str = "") -> Path:
    """A notebook of a library's own."""
    cells = [
        nbformat.v4.new_code_cell(source, id=f"cell-{place}")
        for place, source in enumerate(sources)
    ]
    if parameters_cell:
        cells.insert(
            0,
            nbformat.v4.new_code_cell(
                parameters_cell, id="parameters", metadata={"tags": ["parameters"]}
            ),
        )
    path = workspace.folder / "notebooks" / f"{name}.ipynb"
    path.parent.mkdir(exist_ok=True)
    path.write_text(nbformat.writes(nbformat.v4.new_notebook(cells=cells)), encoding="utf-8")
    return path


@pytest.mark.slow
def test_a_failed_cell_leaves_the_old_report_and_a_notebook_that_shows_why(
    workspace: Workspace,
) -> None:
    save(workspace, "own", "print(f'top {top}')", "1 / (top - 3)", parameters_cell="top = 10")
    path = run("own", workspace.folder)
    assert path == workspace.reports / "own.html"
    old = path.read_bytes()
    with pytest.raises(ReportError, match="own failed: ZeroDivisionError: division by zero"):
        run("own", workspace.folder, {"top": "3"})
    assert path.read_bytes() == old
    failed = workspace.reports / "own.failed.ipynb"
    assert "top 3" in failed.read_text(encoding="utf-8")
    run("own", workspace.folder)
    assert not failed.exists()


@pytest.mark.slow
def test_what_a_report_refuses_is_said_in_its_words_alone(
    workspace: Workspace, capfd: pytest.CaptureFixture[str]
) -> None:
    """No name of a class, no notebook to look into: nothing failed; and no library's last word."""
    save(
        workspace,
        "own",
        "import libstats; libstats.open(workspace)",
        parameters_cell='workspace = "."',
    )
    assert main(["-w", str(workspace.folder), "report", "own"]) == 1
    assert capfd.readouterr().err == (
        "libstats: nothing has been loaded into this workspace yet\n"
        "  Put exports into its exports folder and run: libstats load exports\n"
    )
    assert list(workspace.reports.iterdir()) == []


@pytest.mark.slow
def test_the_exit_status_tells_a_failed_cell_from_a_wrong_word(workspace: Workspace) -> None:
    save(workspace, "own", "1 / top", parameters_cell="top = 10")
    command = ["-w", str(workspace.folder), "report", "own"]
    assert [main([*command, "--set", pair]) for pair in ("top=0", "tpo=0", "top=2")] == [1, 2, 0]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("source", "cause"),
    [
        ("import time; time.sleep(60)", "a cell took too long"),
        ("import os; os._exit(1)", "Python ended"),
    ],
)
def test_a_cell_without_end_or_a_dead_python_is_a_failure(
    workspace: Workspace, source: str, cause: str
) -> None:
    save(workspace, "own", source)
    with pytest.raises(ReportError, match=cause):
        run("own", workspace.folder, timeout=3)
    assert (workspace.reports / "own.failed.ipynb").exists()


@pytest.mark.slow
def test_an_executed_notebook_instead_of_a_page(workspace: Workspace) -> None:
    save(workspace, "own", "month", parameters_cell='month = ""\nworkspace = "."')
    path = run(
        "own",
        workspace.folder,
        {"month": "2026-10"},
        workspace.folder / "kept.ipynb",
        formats=["ipynb"],
    )
    notebook = nbformat.read(path, as_version=4)
    assert [cell.id for cell in notebook.cells] == ["parameters", "injected-parameters", "cell-0"]
    assert notebook.cells[-1].outputs[0].data["text/plain"] == "'2026-10'"
