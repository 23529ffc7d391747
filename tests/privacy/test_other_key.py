"""The store and its secret key belong together: each says so of the other."""

from __future__ import annotations

import shutil
from pathlib import Path

import duckdb
import pytest

import libstats
from libstats.cli import main
from libstats.errors import LibstatsError, WorkspaceError
from libstats.loading import forget
from libstats.store import generations
from libstats.workspace.workspace import Workspace, init
from tests.support.files import write

HEAD = "issue_id;borrowernumber;issuedate;date_due;returndate\n"
OTHER = "is not the key by which the patrons of this store were hashed"


def loans(folder: Path, day: int, *numbers: int) -> Path:
    """A list of loans of one patron."""
    rows = "".join(f"{n};4711;2026-01-02 10:00:00;2026-01-30;\n" for n in numbers)
    return write(folder / f"loans-2026-10-{day:02}.csv", HEAD + rows)


def patrons(workspace: Workspace) -> int:
    """How many there are."""
    with libstats.open(workspace) as con:
        return int(con.execute("select count(distinct patron_key) from loan").fetchall()[0][0])


def test_another_key_is_refused_and_nothing_is_doubled(
    workspace: Workspace, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    libstats.load(workspace, [loans(tmp_path, 1, 1)])
    right = workspace.key_file.read_text(encoding="ascii")
    workspace.key_file.write_text("5" * 64 + "\n", encoding="ascii")
    for doing in (
        lambda: libstats.load(workspace, [loans(tmp_path, 2, 1, 2)]),
        lambda: libstats.open(workspace),
    ):
        with pytest.raises(WorkspaceError, match=OTHER):
            doing()
    assert main.main(["-w", str(workspace.folder), "load", str(loans(tmp_path, 2, 1, 2))]) == 1
    said = capsys.readouterr().err
    assert OTHER in said and "`libstats rotate-key` takes a new key" in said
    workspace.key_file.write_text(right, encoding="ascii")
    libstats.load(workspace, [loans(tmp_path, 2, 1, 2)])
    assert patrons(workspace) == 1


def test_init_makes_no_key_beside_loads(workspace: Workspace, tmp_path: Path) -> None:
    libstats.load(workspace, [loans(tmp_path, 1, 1)])
    workspace.key_file.unlink()
    with pytest.raises(WorkspaceError, match="secret key for the patron numbers that are loaded"):
        init(workspace.folder)
    assert not workspace.key_file.exists()
    assert patrons(workspace) == 1  # what is loaded can be read
    assert forget.rotate(workspace) == 1  # and goes on with a new key
    libstats.load(workspace, [loans(tmp_path, 2, 1, 2)])
    init(workspace.folder)


def test_a_store_of_before_a_rotation_is_refused(workspace: Workspace, tmp_path: Path) -> None:
    libstats.load(workspace, [loans(tmp_path, 1, 1)])
    shutil.copytree(workspace.store, tmp_path / "backup")
    forget.rotate(workspace)
    libstats.load(workspace, [loans(tmp_path, 2, 1, 2)])
    shutil.rmtree(workspace.store)
    shutil.copytree(tmp_path / "backup", workspace.store)
    with pytest.raises(LibstatsError, match=OTHER):
        libstats.load(workspace, [loans(tmp_path, 3, 1, 2, 3)])
    forget.rotate(workspace)
    libstats.load(workspace, [loans(tmp_path, 3, 1, 2, 3)])
    # the newest list names each loan under the new key
    assert patrons(workspace) == 1


def test_a_store_that_knows_no_key_takes_that_of_its_next_load(
    workspace: Workspace, tmp_path: Path
) -> None:
    libstats.load(workspace, [loans(tmp_path, 1, 1)])
    path = generations.published(workspace.store)
    assert path is not None
    with duckdb.connect(str(path)) as con:
        con.execute("drop table patron_key; update about set form = 'of before'")
    assert patrons(workspace) == 1
    libstats.load(workspace, [loans(tmp_path, 2, 1, 2)])
    workspace.key_file.write_text("5" * 64 + "\n", encoding="ascii")
    with pytest.raises(WorkspaceError, match=OTHER):
        libstats.load(workspace, [loans(tmp_path, 3, 1, 2, 3)])


def test_the_store_holds_nothing_of_its_key(workspace: Workspace, tmp_path: Path) -> None:
    libstats.load(workspace, [loans(tmp_path, 1, 1)])
    key = workspace.key_file.read_text(encoding="ascii").strip()
    held = b"".join(p.read_bytes() for p in workspace.store.iterdir() if p.is_file())
    assert key.encode() not in held and bytes.fromhex(key) not in held
