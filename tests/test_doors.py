"""Whether a door is open or shut, what is loaded, shown and told is the same."""

from __future__ import annotations

import ast
import shutil
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import duckdb
import pytest

import libstats
from libstats.loading import incoming, queue
from libstats.loading.receipt import FileReceipt
from libstats.store import generations, row_groups
from libstats.workspace.workspace import Workspace, init
from tests.store.test_migration import FIRST, counts, put
from tests.support.doors import DOORS, shut
from tests.support.files import ROOT, write

ROWS = 250
# what tells of the clock alone
CLOCK = {"loaded_at", "happened_at", "form"}


@pytest.fixture(autouse=True)
def _small_is_big(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every file counts for a big one, and a hundred rows for a group of rows."""
    monkeypatch.setattr(incoming, "BIG", 0)
    monkeypatch.setattr(queue, "BIG", 0)
    monkeypatch.setattr(row_groups, "GROUP", 100)


def lists(folder: Path) -> Iterator[Path]:
    """Daily lists of copies, of which a few come, go and change; loans with patrons, some of whom
    are forgotten."""
    for day in range(1, 10):
        items = "".join(
            f"{i};b{i};EAST;{'TEEN' if i < 3 * day else 'ADULT'}\n" for i in range(day, ROWS + day)
        )
        head = "itemnumber;barcode;homebranch;location\n"
        yield write(folder / f"items-2026-10-0{day}.csv", head + items)
    for day in (1, 2):
        loans = "".join(
            f"{i},{i},{i % 7 if day < 2 or i % 5 else ''},2026-09-0{1 + i % 9} 10:00:00,2026-10-01\n"
            for i in range(1, 40)
        )
        head = "issue_id,itemnumber,borrowernumber,issuedate,date_due\n"
        yield write(folder / f"loans-2026-10-0{day}.csv", head + loans)


def stored(place: Workspace) -> dict[str, list[str]]:
    """Every row of every table of the store, but for what the clock says."""
    file = generations.published(place.store)
    found = {}
    with duckdb.connect(str(file), read_only=True) as con:
        for (table,) in con.execute("select table_name from duckdb_tables()").fetchall():
            relation = con.sql(f"from {table}")
            kept = ", ".join(c for c in relation.columns if not (c in CLOCK and "__" not in table))
            rows = relation.project(kept).fetchall()
            found[table] = sorted(map(repr, rows))
    return found


def history(folder: Path, key: Path | None) -> tuple[Workspace, list[FileReceipt]]:
    """The lists loaded one by one, the second one of copies taken back."""
    place = init(folder)
    if key:
        shutil.copyfile(key, place.key_file)
    receipts = [libstats.load(place, path).files[0] for path in lists(folder / "exports")]
    libstats.undo(place, 2)
    return place, receipts


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> tuple[Workspace, list[FileReceipt]]:
    """The history with every door shut."""
    with pytest.MonkeyPatch.context() as patch, shut(*DOORS):
        for module in (incoming, queue):
            patch.setattr(module, "BIG", 0)
        return history(tmp_path_factory.mktemp("plain"), None)


@pytest.mark.slow
@pytest.mark.parametrize("door", DOORS, ids=lambda door: door.__name__.rpartition(".")[2])
def test_one_open_door_makes_no_difference(
    door: ModuleType, plain: tuple[Workspace, list[FileReceipt]], tmp_path: Path
) -> None:
    with shut(*(other for other in DOORS if other is not door)):
        place, receipts = history(tmp_path / "library", plain[0].key_file)
    assert receipts == plain[1]
    assert stored(place) == stored(plain[0])


@pytest.mark.slow
def test_all_open_doors_make_no_difference(
    plain: tuple[Workspace, list[FileReceipt]], tmp_path: Path
) -> None:
    place, receipts = history(tmp_path / "library", plain[0].key_file)
    assert receipts == plain[1]
    assert stored(place) == stored(plain[0])


def test_an_earlier_store_is_read_the_same(workspace: Workspace) -> None:
    assert FIRST.exists()
    put(workspace)
    found = counts(workspace)
    with shut(*DOORS):
        assert counts(workspace) == found


def test_every_door_is_known_and_called_in_one_place() -> None:
    """A module with a switch is among the doors; one other module reads the switch, or it reads it
    itself at the one place that all go through."""
    switched, asked = set(), dict[str, int]()
    for path in (ROOT / "libstats").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Name) and node.id == "IS_OPEN":
                if isinstance(node.ctx, ast.Store):
                    switched.add(path.stem)
                else:
                    asked[path.stem] = asked.get(path.stem, 0) + 1
            if isinstance(node, ast.Attribute) and node.attr == "IS_OPEN":
                door = ast.unparse(node.value)
                asked[door] = asked.get(door, 0) + 1
    assert switched == {door.__name__.rpartition(".")[2] for door in DOORS}
    assert asked == dict.fromkeys(switched, 1)
