"""What people give to the functions of a workspace: taken in every form that says it, else refused
in words."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

import libstats
from libstats.errors import LibstatsError, WorkspaceError
from libstats.workspace import given
from libstats.workspace.workspace import Workspace, at
from tests.support.files import write

ITEMS = "itemnumber;barcode;homebranch\n1;b1;EAST\n"


def test_a_workspace_is_itself_its_folder_or_anything_in_it(workspace: Workspace) -> None:
    file = write(workspace.exports / "items-2026-10-31.csv", ITEMS)
    for place in (workspace, workspace.folder, str(workspace.folder), str(workspace.exports), file):
        assert at(place).folder == workspace.folder


@pytest.mark.parametrize(
    "call",
    [
        libstats.open,
        lambda place: libstats.load(place, "exports"),
        lambda place: libstats.undo(place, 1),
        lambda place: libstats.confirm(place, 1),
        lambda place: libstats.forget(place, date(2026, 1, 1)),
        libstats.init,
    ],
)
@pytest.mark.parametrize("place", [None, 3, b"x", "", "a\0b", duckdb.connect()])
def test_what_is_no_workspace_is_refused_in_words(call: Callable[[Any], Any], place: Any) -> None:
    with pytest.raises(LibstatsError, match=r"is no (workspace|name of a folder)"):
        call(place)


def test_one_path_or_several(workspace: Workspace) -> None:
    file = write(workspace.exports / "items-2026-10-31.csv", ITEMS)
    for paths in (str(file), file, [file], (str(workspace.exports),)):
        receipt = libstats.load(str(workspace.folder), paths)
        assert [f.file for f in receipt.files] == [file.name]


@pytest.mark.parametrize("paths", [None, 3, "", [None], ["exports", b"x"]])
def test_what_is_no_path_is_refused_in_words(workspace: Workspace, paths: Any) -> None:
    with pytest.raises(LibstatsError, match="is no path of exports"):
        libstats.load(workspace, paths)


@pytest.mark.parametrize("call", [libstats.undo, libstats.confirm])
@pytest.mark.parametrize(
    ("number", "told"),
    [
        ("1", "'1' is not the number of a load"),
        (1.0, "1.0 is not the number of a load"),
        (True, "True is not the number of a load"),
        (None, "None is not the number of a load"),
        (0, "there is no load 0"),
        (2**31, "there is no load 2147483648"),
    ],
)
def test_what_is_no_number_of_a_load_is_refused_in_words(
    workspace: Workspace, call: Callable[[Any, Any], None], number: Any, told: str
) -> None:
    with pytest.raises(LibstatsError, match=told):
        call(workspace, number)


def test_days_and_moments_are_dates_times_or_text() -> None:
    assert {
        given.day(day, "x") for day in ("2026-10-31", date(2026, 10, 31), datetime(2026, 10, 31, 6))
    } == {date(2026, 10, 31)}
    six = datetime(2026, 10, 31, 6)
    assert {given.moment(m, "x") for m in (six, six.replace(tzinfo=UTC), str(six))} == {six}
    assert given.moment(date(2026, 10, 31), "x") == datetime(2026, 10, 31)


@pytest.mark.parametrize("day", ["31.10.2026", 20261031, None])
def test_what_is_no_day_is_refused_in_words(workspace: Workspace, day: Any) -> None:
    with pytest.raises(LibstatsError, match=r"before=.* is not a day"):
        libstats.forget(workspace, day)
    with pytest.raises(LibstatsError, match=r"exported_at=.* is not a time"):
        libstats.load(workspace, [], exported_at=day if day is not None else 3)


def test_init_takes_text(tmp_path: Path) -> None:
    assert libstats.init(str(tmp_path / "library")).folder == tmp_path / "library"


def test_a_folder_that_is_no_workspace(tmp_path: Path) -> None:
    with pytest.raises(WorkspaceError, match="is not a libstats workspace"):
        libstats.open(str(tmp_path))
