"""Shared by all tests: a workspace, the real files, the sample library loaded once."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from filelock import FileLock

from libstats.demo import prepare
from libstats.workspace import Workspace, init

HERE = Path(__file__).parent
REAL = HERE.parent.parent / "shared" / "real"


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
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with the sample library loaded; read it, do not load into it. Tests that run side by side share it."""
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "demo" / "library"
    folder.parent.mkdir(exist_ok=True)
    with FileLock(folder.parent / "lock"):
        if not folder.exists():
            _, receipt = prepare(folder)
            assert receipt.is_clean, str(receipt)
    return folder


def write(path: Path, text: str, encoding: str = "utf-8") -> Path:
    """Write an export, its bytes as given."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode(encoding))
    return path
