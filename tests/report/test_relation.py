"""Relations in a notebook: tables that everybody can read."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import duckdb
import nbformat
import pytest
from nbclient import NotebookClient

from libstats.report.page.html import TABLES
from libstats.report.page.relation import JUDGED, bundle


@pytest.fixture
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    """An empty database."""
    with duckdb.connect() as found:
        yield found


def shown(relation: duckdb.DuckDBPyRelation) -> dict[str, Any]:
    """What a notebook gets."""
    found = bundle(relation)
    assert found is not None
    return found


def test_a_relation_is_a_table_with_its_own_names(con: duckdb.DuckDBPyConnection) -> None:
    found = shown(
        con.sql("select 'East' as branch, 12345 as checkouts, 2026 as year, 0.25 as part")
    )
    html = found["text/html"]
    assert '<caption style="text-align:left">1 row</caption>' in html
    assert '<th scope="col" role="columnheader" style="text-align:left">branch</th>' in html
    assert '<th scope="row" role="rowheader" style="text-align:left">East</th>' in html
    for number in ("12,345", "2026", "0.25"):
        assert f'style="text-align:right">{number}</td>' in html
    assert (
        found["text/plain"] == "1 row\nbranch  checkouts  year  part\nEast    12,345     2026  0.25"
    )
    assert found[TABLES][0]["rows"][0][:3] == ["East", 12345, 2026]


def test_what_is_not_known_is_blank_and_the_caption_says_so(
    con: duckdb.DuckDBPyConnection,
) -> None:
    found = shown(con.sql("select 'East' as branch, null::integer as p90, 'a<b' as name"))
    assert ">1 row. Blank: unknown, or there is none</caption>" in found["text/html"]
    assert (
        '<td style="text-align:left"></td><td style="text-align:left">a&lt;b</td>'
        in (found["text/html"])
    )


def test_a_long_relation_says_how_many_rows_follow(con: duckdb.DuckDBPyConnection) -> None:
    found = shown(con.sql("select range as n from range(1234) order by n desc"))
    assert ">The first 40 of 1,234 rows: 1,194 more are not shown</caption>" in found["text/html"]
    assert found["text/html"].count("<tr>") == 41
    assert found["text/plain"].splitlines()[2:4] == ["1233", "1232"]
    exactly = shown(con.sql("select range as n from range(40)"))
    assert ">40 rows</caption>" in exactly["text/html"]


def test_an_empty_relation_says_so(con: duckdb.DuckDBPyConnection) -> None:
    found = shown(con.sql("select 1 as n where false"))
    assert "<strong>0 rows:</strong> there is nothing to show." in found["text/html"]
    assert found["text/plain"] == "0 rows\nn"


def test_small_counts_of_patrons_are_withheld_among_all_rows(
    con: duckdb.DuckDBPyConnection,
) -> None:
    found = shown(
        con.sql(
            "select 'g' || range as patron_group, case range when 50 then 3 else 20 end as loans "
            "from range(60)"
        )
    )
    assert "Counts of 1 to 9 are withheld" in found["text/html"]
    assert ">The first 40 of 60 rows" in found["text/html"]
    few = shown(con.sql("select 'staff' as patron_group, 3 as loans union all select 'other', 30"))
    assert ">3<" not in few["text/html"] and "withheld" in few["text/html"]
    assert "3 " not in few["text/plain"].replace("1 to 9", "").splitlines()[2]


def test_too_many_rows_about_patrons_are_not_shown(con: duckdb.DuckDBPyConnection) -> None:
    found = shown(
        con.sql(f"select range as patron_group, 1 as loans from range({JUDGED + 1}) order by 1")
    )
    assert found["text/plain"].startswith("This relation parts counts by patrons")
    assert "<table" not in found["text/html"]


def test_columns_of_one_name_are_left_to_duckdb(con: duckdb.DuckDBPyConnection) -> None:
    relation = con.sql("select 1 as n, 2 as n")
    if len(set(relation.columns)) < 2:
        assert bundle(relation) is None


def test_plain_python_imports_neither_ipython_nor_numpy() -> None:
    """They take longer to import than most questions to answer."""
    asked = (
        "import sys, libstats, libstats.cli.main; libstats.open; libstats.circulation; "
        "print(sorted({'IPython', 'numpy', 'matplotlib', 'nbformat'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


@pytest.mark.slow
def test_a_cell_shows_a_relation_as_a_table() -> None:
    cell = nbformat.v4.new_code_cell(
        "import libstats\nimport duckdb\nduckdb.sql(\"select 'East' as branch, 12 as loans\")"
    )
    notebook = nbformat.v4.new_notebook(cells=[cell])
    NotebookClient(notebook, timeout=120, kernel_name="python3").execute()
    data = notebook.cells[0].outputs[-1].data
    assert '<th scope="col" class="number" style="text-align:right">loans</th>' in data["text/html"]
    assert data["text/plain"] == "1 row\nbranch  loans\nEast    12"
