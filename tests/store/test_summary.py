"""What each load holds, by day: the same however files come, and worked out anew where it lacks."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

import libstats
from libstats import schema
from libstats.definitions.events import TOLD
from libstats.store import generations, summary, tables
from libstats.workspace.workspace import Workspace
from tests.support.files import write

pytestmark = pytest.mark.slow

LOANS = (
    "issue_id;borrowernumber;itemnumber;date_due;branchcode;returndate;issuedate\n"
    "1;7;11;2026-10-20;EAST;2026-10-05 10:00:00;2026-10-01 10:00:00\n"
    "2;7;12;2026-10-20;EAST;{};2026-10-01 11:00:00\n"
    "3;8;13;2026-10-20;WEST;;2026-10-02 10:00:00\n"
)
Days = list[tuple[Any, ...]]


def days(workspace: Workspace, where: str = "true", **known: str) -> Days:
    with libstats.open(workspace, **known) as con:
        return con.sql(
            f"""
            select seq, event, branch, day, n, open, ended, longest
            from loaded_day
            where {where}
            order by all
            """
        ).fetchall()


def first(folder: Path) -> Path:
    return write(folder / "issues-2026-10-10.csv", LOANS.format(""))


def second(folder: Path) -> Path:
    return write(folder / "issues-2026-10-11.csv", LOANS.format("2026-10-10 09:00:00"))


def test_every_table_tells_of_an_event_or_says_why_not() -> None:
    assert set(TOLD) == set(schema.tables())
    for name, told in TOLD.items():
        assert bool(told.events) != bool(told.why), name
        assert bool(told.ended_at) == (told.kind == "case"), name
    with duckdb.connect() as con:
        tables.create_tables(con)
        for name, told in TOLD.items():
            if told.events:
                con.execute(summary.changes_sql(name, ">= 0"))


def test_a_load_is_counted_by_event_branch_and_day(workspace: Workspace, tmp_path: Path) -> None:
    libstats.load(workspace, first(tmp_path))
    assert days(workspace) == [
        (1, "checked_out", "EAST", date(2026, 10, 1), 2, 1, 1, None),
        (1, "checked_out", "WEST", date(2026, 10, 2), 1, 1, 0, None),
        (1, "ended", "EAST", date(2026, 10, 5), 1, 0, 1, 4),
    ]


def test_a_later_load_holds_what_it_holds_and_the_one_before_what_it_held(
    workspace: Workspace, tmp_path: Path
) -> None:
    libstats.load(workspace, first(tmp_path))
    before = days(workspace)
    libstats.load(workspace, second(tmp_path))
    assert days(workspace, "seq = 1") == before
    assert days(workspace, "seq = 2") == [
        (2, "checked_out", "EAST", date(2026, 10, 1), 2, 0, 2, None),
        (2, "checked_out", "WEST", date(2026, 10, 2), 1, 1, 0, None),
        (2, "ended", "EAST", date(2026, 10, 5), 1, 0, 1, 4),
        (2, "ended", "EAST", date(2026, 10, 10), 1, 0, 1, 9),
    ]
    libstats.undo(workspace, 1)
    assert days(workspace, "seq = 1") == before


def test_batches_count_as_single_loads_do(workspace: Workspace, tmp_path: Path) -> None:
    files = [first(tmp_path), second(tmp_path)]
    libstats.load(workspace, files)
    other = libstats.init(tmp_path / "other")
    for file in files:
        libstats.load(other, file)
    assert days(workspace) == days(other)


def test_a_store_without_it_works_it_out_and_then_keeps_it(
    workspace: Workspace, tmp_path: Path
) -> None:
    libstats.load(workspace, [first(tmp_path), second(tmp_path)])
    kept = days(workspace)
    path = generations.published(workspace.store)
    with duckdb.connect(str(path)) as con:
        con.execute("drop table summary; update about set form = 'earlier'")
    assert days(workspace) == kept
    with generations.writing(workspace.store) as writer:
        writer.publish()
    with libstats.open(workspace) as con:
        assert con.sql("select count(*) > 0 from store.summary").fetchall() == [(True,)]
    assert days(workspace) == kept


@pytest.mark.parametrize("size", [1, 3, 100])
def test_what_is_stored_is_what_the_rows_say(
    workspace: Workspace, tmp_path: Path, size: int
) -> None:
    """The summary as it grew, against one worked out of the stored rows at the end."""
    files = []
    for day in range(1, 13):
        rows = "".join(
            f"{n};7;{n};2026-12-20;{'EAST' if n % 3 else 'WEST'};"
            f"{f'2026-10-{day:02} 09:00:00' if (n * day) % 5 == 0 else ''};2026-09-{n:02} 10:00:00\n"
            for n in range(1, 25)
            if (n + day) % 4
        )
        text = LOANS.splitlines(keepends=True)[0] + rows
        files.append(write(tmp_path / f"issues-2026-10-{day:02}.csv", text))
    for start in range(0, len(files), size):
        libstats.load(workspace, files[start : start + size])
    with libstats.open(workspace) as con:
        anew = summary.changes_sql("loan", ">= 0", "store.loan__row")
        same = "select seq, event, branch, day, n, open, ended from"
        assert (
            con.sql(f"{same} store.summary").order("all").fetchall()
            == con.sql(f"{same} ({anew})").order("all").fetchall()
        )


def test_a_file_named_by_a_day_tells_up_to_the_newest_time_in_it(
    workspace: Workspace, tmp_path: Path
) -> None:
    libstats.load(
        workspace, [first(tmp_path), write(tmp_path / "loans-2026-10-02.csv", LOANS.format(""))]
    )
    with libstats.open(workspace) as con:
        told = con.sql("select exported_at, told_until from loaded_file order by seq").fetchall()
    assert [f"{at:%d %H:%M}, {until:%d %H:%M}" for at, until in told] == [
        "10 00:00, 10 00:00",
        "02 00:00, 02 10:00",
    ]
