"""Of two lines of a form about one thing the one that was written later is believed."""

from __future__ import annotations

from itertools import permutations
from pathlib import Path

import pytest

import libstats
from libstats import schema
from libstats.sources import sources
from libstats.store.fold import WRITTEN
from libstats.workspace.workspace import Workspace
from tests.support.files import write
from tests.support.tables import stored

HEAD = "licence_id,resource,notice_by,decided_on,price,entered_at\n"
# corrected downwards, and the day of decision taken back; the first line says nothing of the price
LINES = (
    "L-1,Zebra Prints,2026-09-30,2026-09-01,,2026-01-05\n",
    "L-1,Zebra Prints,2026-09-30,2026-09-01,900.00,2026-02-05\n",
    "L-1,Animal Prints,2026-08-31,,700.00,2026-03-05\n",
)
NEWEST = [("Animal Prints", "2026-08-31", None, "700.00")]


def believed(place: Workspace) -> list[tuple[str | None, ...]]:
    with stored(place) as con:
        return con.execute(
            "select resource, notice_by::varchar, decided_on::varchar, price::varchar from licence"
        ).fetchall()


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_the_newer_line_of_a_file_is_believed_in_whatever_order(
    order: tuple[int, ...], workspace: Workspace, tmp_path: Path
) -> None:
    text = HEAD + "".join(LINES[place] for place in order)
    libstats.load(workspace, [write(tmp_path / "licences-2026-10-31.csv", text)])
    assert believed(workspace) == NEWEST


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_so_it_is_where_the_list_is_split_and_loaded_in_any_order(
    order: tuple[int, ...], workspace: Workspace, tmp_path: Path
) -> None:
    parts = [LINES[1] + LINES[0], LINES[2] + LINES[1]]
    files = [
        write(tmp_path / f"licences-2026-0{month}-28.csv", HEAD + part)
        for month, part in ((2, parts[0]), (3, parts[1]))
    ]
    for place in order:
        libstats.load(workspace, [files[place]])
    assert believed(workspace) == NEWEST
    libstats.undo(workspace, order.index(1) + 1)
    assert believed(workspace) == [("Zebra Prints", "2026-09-30", "2026-09-01", "900.00")]


def test_a_count_that_was_corrected_downwards_is_believed(
    workspace: Workspace, tmp_path: Path
) -> None:
    head = "measure,kind,branch,starts_on,ends_on,value,entered_at\n"
    lines = ["visits,,,2026-10-01,,900,2026-10-02\n", "visits,,,2026-10-01,,90,2026-10-03\n"]
    libstats.load(workspace, [write(tmp_path / "counts-2026-10-31.csv", head + "".join(lines))])
    with stored(workspace) as con:
        assert con.execute("select value::varchar from manual_count").fetchall() == [("90.00",)]


def test_every_form_whose_lines_are_corrected_is_among_them() -> None:
    tables = schema.tables()
    forms = {source.primary for source in sources() if source.system == "own"}
    corrected = {
        source.primary
        for source in sources()
        if source.system == "own" and "entered_at" in source.vendor_headings
    }
    # of decisions every line stands for itself: its time is a part of which one it is
    assert set(WRITTEN) == corrected - {"decision"} <= forms
    assert all(column in {c.name for c in tables[name].columns} for name, column in WRITTEN.items())


@pytest.mark.parametrize(
    ("text", "table", "told"),
    [
        (
            "serialid,subscriptionid,serialseq,status,planneddate,itemnumber\n"
            "3,7,no.3,2,2026-09-01,2002\n3,7,no.3,2,2026-09-01,2003\n",
            "serial_issue",
            [("3", "2003")],
        ),
        (
            "subscriptionid,startdate,enddate,frequency\n"
            "7,2026-01-01,2026-12-31,1 per 1 month\n7,2026-01-01,2027-12-31,1 per 1 month\n",
            "subscription",
            [("7", "2027-12-31")],
        ),
    ],
)
def test_two_lines_of_a_system_that_tells_no_time_of_writing_give_the_greater(
    text: str, table: str, told: list[tuple[str, str]], workspace: Workspace, tmp_path: Path
) -> None:
    """Whether a form was loaded before, or never."""
    receipt = libstats.load(workspace, [write(tmp_path / "koha-2026-10-31.csv", text)])
    assert receipt.is_clean, str(receipt)
    columns = {
        "serial_issue": "serial_issue_id, item_id",
        "subscription": "subscription_id, ends_on",
    }
    with stored(workspace) as con:
        found = con.execute(f"select {columns[table]} from {table}").fetchall()
    assert [tuple(map(str, row)) for row in found] == told
