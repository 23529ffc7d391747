"""`%%libstats`: SQL in a cell, its result as a table, and whatever is wrong in words."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

import libstats
from libstats.errors import LibstatsError
from libstats.report.page.html import TABLES
from libstats.report.page.magic import Cells
from libstats.workspace.workspace import Workspace
from tests.support.cases import opened
from tests.support.files import ROOT, write


@pytest.fixture(scope="module")
def cells() -> Cells:
    """The cells of one notebook."""
    return Cells()


def ask(cells: Cells, demo: Path, sql: str, line: str = "", **names: Any) -> dict[str, Any]:
    """What a cell shows of the sample library."""
    return cells.ask(f"{line} --workspace '{demo}'", sql, names)._repr_mimebundle_()


def test_a_cell_shows_a_table_with_its_caption_and_scopes(cells: Cells, demo: Path) -> None:
    shown = ask(cells, demo, "select 'East' as branch, 1234 as loans")
    assert '<caption style="text-align:left">1 row</caption>' in shown["text/html"]
    assert (
        '<th scope="col" class="number" style="text-align:right">loans</th>' in shown["text/html"]
    )
    assert shown["text/plain"] == "1 row\nbranch  loans\nEast    1234"
    assert shown[TABLES][0]["rows"] == [["East", 1234]]


def test_a_long_result_says_how_many_more_there_are(cells: Cells, demo: Path) -> None:
    shown = ask(cells, demo, "select item_key from item order by all")
    with libstats.open(demo) as con:
        ((count,),) = con.sql("select count(*) from item").fetchall()
    assert f"The first 40 of {count:,} rows: {count - 40:,} more" in shown["text/html"]


def test_a_result_is_kept_under_the_name_that_is_given(cells: Cells, demo: Path) -> None:
    names: dict[str, Any] = {"least": 2}
    cells.ask(f"found --workspace '{demo}'", "select 1 + $least as n", names)
    assert names["found"].fetchall() == [(3,)]


@pytest.mark.parametrize(
    ("sql", "line", "told"),
    [
        ("", "", "the cell holds no SQL"),
        ("select 1; select 2", "", "the cell holds 2 statements"),
        ("selekt", "", 'syntax error at or near "selekt"'),
        ("from itm", "", 'Did you mean "item"?'),
        ("select colour from item", "", 'column "colour" not found'),
        ("drop view item", "", "What is loaded can only be asked"),
        ("create table mine as from item", "", "What is loaded can only be asked"),
        ("copy (from item) to 'items.csv'", "", "What is loaded can only be asked"),
        ("attach 'other.duckdb'", "", "What is loaded can only be asked"),
        ("set threads = 1", "", "What is loaded can only be asked"),
        ("select 1 as n, 2 as n", "", "two columns are called n"),
        ("select $branch as n", "", "$branch is no variable of this notebook"),
        ("select 1", "two names", "is not one name for a result"),
        ("select 1", "1st", "is not one name for a result"),
        ("select 1", "'open", "a quote that does not end"),
    ],
)
def test_what_is_wrong_is_said_in_words(
    cells: Cells, demo: Path, sql: str, line: str, told: str
) -> None:
    with pytest.raises(LibstatsError) as refused:
        ask(cells, demo, sql, line)
    assert told in str(refused.value)


def test_an_error_tells_no_value_of_a_row(cells: Cells, demo: Path) -> None:
    with pytest.raises(LibstatsError) as refused:
        ask(cells, demo, "select 'Ada Lovelace'::date as day")
    assert "ConversionException" in str(refused.value) and "Ada" not in str(refused.value)


@pytest.mark.parametrize(
    "sql",
    [
        "from loan",
        "select * from history.loan",
        "select patron_key from loan",
        "select Patron_Key as k, count(*) as n from loan group by all",
        "select k, n from (select patron_key as k, count(*) as n from loan group by all)",
        'select max("patron_key") as k from circulation_event',
    ],
)
def test_what_stands_for_one_person_is_refused(cells: Cells, demo: Path, sql: str) -> None:
    with pytest.raises(LibstatsError, match="stands for one person") as refused:
        ask(cells, demo, sql)
    assert "count(distinct patron_key)" in str(refused.value)


@pytest.mark.parametrize(
    "sql",
    [
        # 9, 12 and 30 loans of three groups, whatever the query calls them
        "select patron_group, count(*) as n from {} group by all",
        "select patron_group as g, count(*) as n from {} group by all",
        'select "PATRON_GROUP" as g, count(*) as n from {} group by all',
        "select 'few' as what, count(*) as n from {} where patron_group = 'staff'",
        "select g, n from (select patron_group as g, count(*) as n from {} group by all)",
    ],
)
def test_small_counts_of_patrons_are_withheld_whatever_they_are_called(
    cells: Cells, demo: Path, sql: str
) -> None:
    made = """(
        select unnest(['staff', 'adult', 'child']) as patron_group, unnest([9, 12, 30]) as times
    ) t cross join range(30) r"""
    rows = f"(select patron_group from {made} where r.range < times)"
    shown = ask(cells, demo, sql.format(rows))
    assert "withheld" in shown["text/html"] and ">9<" not in shown["text/html"]
    assert "patron_group" not in shown["text/html"] or "select patron_group," in sql
    assert not [row for row in shown[TABLES][0]["rows"] if 9 in row]


def test_a_text_or_a_remark_that_names_patrons_withholds_nothing(cells: Cells, demo: Path) -> None:
    shown = ask(cells, demo, "select 'patron_group' as what, 3 as n -- not by patron_group")
    assert ">3<" in shown["text/html"]


def test_what_is_loaded_since_is_asked_too(workspace: Workspace) -> None:
    cells, names = Cells(), dict[str, Any]()
    line = f"found --workspace '{workspace.folder}'"
    opened(workspace, ["1,brought,2026-01-02,EAST"]).close()
    cells.ask(line, "select count(*) as n from milestone", names)
    assert names["found"].fetchall() == [(1,)]
    more = "process,case,milestone,happened_at,branch\nmending,2,brought,2026-03-02,EAST\n"
    libstats.load(workspace, [write(workspace.folder / "exports" / "mending-2026-03-05.csv", more)])
    cells.ask(line, "select count(*) as n from milestone", names)
    assert names["found"].fetchall() == [(2,)]


def test_in_a_notebook_an_error_has_no_traceback(
    demo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LIBSTATS_WORKSPACE", str(demo))
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join((str(ROOT), os.environ.get("PYTHONPATH", ""))))
    sources = [
        "%load_ext libstats\nkind = 'Koha'",
        "%%libstats here\nselect count(*) > 0 as has_copies from item where source ilike $kind",
        "here.fetchall()",
        "%%libstats\nfrom itm",
    ]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(s) for s in sources])
    NotebookClient(notebook, timeout=120, kernel_name="python3", allow_errors=True).execute()
    _, asked, kept, wrong = (cell.outputs for cell in notebook.cells)
    assert "<caption" in asked[0].data["text/html"]
    assert kept[0].data["text/plain"] == "[(True,)]"
    told = "".join(str(output) for output in wrong)
    assert 'Did you mean "item"?' in told and "Traceback" not in told
    assert [output.output_type for output in wrong] == ["stream"]
