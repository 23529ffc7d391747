"""Shared by all tests: a workspace, the real files, the sample library loaded once."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
from collections.abc import Callable, Iterator
from datetime import date
from functools import wraps
from pathlib import Path
from typing import Any

import duckdb
import pytest
from filelock import FileLock

import libstats
from libstats.cli.demo import prepare
from libstats.report import run
from libstats.store import generations, tables
from libstats.workspace import open as opening
from libstats.workspace.open import open as opened_anew
from libstats.workspace.workspace import Workspace, init
from tests.support.files import ROOT
from tests.support.tables import SMALL

REAL = ROOT.parent / "shared" / "real"


# What says once more, in a longer way, what others say: run by `pytest -m long`. A pattern a line.
LONG = re.compile("|".join((Path(__file__).parent / "long.txt").read_text("utf-8").splitlines()))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What looks at the whole sample library is slow: to load it takes a quarter of a minute."""
    for item in items:
        if LONG.search(item.nodeid):
            item.add_marker(pytest.mark.long)
        if "demo" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.slow)


@pytest.fixture(scope="session", autouse=True)
def _new_stores_are_copied(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The tables of a new store are made once for all tests of a process: to make them takes half
    the time of a small load."""
    ready = tmp_path_factory.mktemp("ready") / "library.duckdb"
    connect, create = generations.connect, generations.create_tables
    form = tables.form()
    with contextlib.closing(connect(ready, scratch=ready.parent, memory=None)) as con:
        create(con)
        con.execute("checkpoint")

    def connected(path: Path, **options: Any) -> duckdb.DuckDBPyConnection:
        if not options.get("read_only") and not path.exists() and tables.form() == form:
            shutil.copyfile(ready, path)
        con = connect(path, **options)
        con.execute(SMALL)
        return con

    def created(con: duckdb.DuckDBPyConnection) -> None:
        if tables.form() != form:
            create(con)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(generations, "connect", connected)
        patch.setattr(generations, "create_tables", created)
        yield


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """An empty workspace."""
    return init(tmp_path / "library")


@pytest.fixture(scope="session")
def real() -> Path:
    """The folder of real files written by others, which is not part of the project."""
    if not REAL.is_dir():
        if os.environ.get("LIBSTATS_REAL") == "required":
            pytest.fail("the real files are missing")
        pytest.skip("the real files (../shared/real) are not on this machine")
    return REAL


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A workspace with the sample library loaded; read it, do not load into it. Tests that run side
    by side share it, and those of a process one connection: what one has worked out, the next need
    not. `opened_anew` gives one of one's own."""
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "demo" / "library"
    folder.parent.mkdir(exist_ok=True)
    with FileLock(folder.parent / "lock"):
        if not folder.exists():
            _, receipt = prepare(folder)
            assert receipt.is_clean, str(receipt)
    with pytest.MonkeyPatch.context() as patch:
        opened = once(folder)
        patch.setattr(opening, "open", opened)
        patch.setattr(libstats, "open", opened)
        yield folder


class Kept(duckdb.DuckDBPyConnection):
    """A connection that whoever is done with it leaves open to the next."""

    __slots__ = ()

    def close(self) -> None:
        pass

    def __exit__(self, *_: object) -> None:
        pass


def once(folder: Path) -> Callable[..., duckdb.DuckDBPyConnection]:
    """`libstats.open`, which opens a folder but once."""
    kept: list[duckdb.DuckDBPyConnection] = []

    @wraps(opened_anew)
    def opened(
        workspace: Workspace | Path | str = ".", known_on: date | str | None = None
    ) -> duckdb.DuckDBPyConnection:
        place = workspace.folder if isinstance(workspace, Workspace) else Path(workspace)
        if known_on is not None or place.resolve() != folder.resolve():
            return opened_anew(workspace, known_on)
        if not kept:
            con: Any = opened_anew(workspace)
            con.__class__ = Kept
            kept.append(con)
        return kept[0]

    return opened


@pytest.fixture(scope="session")
def published(demo: Path) -> Callable[[str], Path]:
    """Gives the page of a report of the sample library by name, with its workbook beside it: each
    is made once for all tests, since to make one takes up to half a minute."""

    def page(name: str) -> Path:
        made = demo.parent / "pages" / f"{name}.html"
        made.parent.mkdir(exist_ok=True)
        with FileLock(made.with_suffix(".lock")):
            return made if made.exists() else run(name, demo, {}, made, ["html", "xlsx"])

    return page
