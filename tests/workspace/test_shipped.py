"""What comes with libstats: a built wheel holds it, and its demonstration needs no repository."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.files import NOTEBOOKS, ROOT, SAMPLE


def run(*words: object, cwd: Path, path: str) -> str:
    """Run this Python on these words, with this PYTHONPATH; what it prints."""
    done = subprocess.run(
        [sys.executable, "-m", *map(str, words)],
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def files(folder: Path) -> dict[str, bytes]:
    """Every file below the folder but what Jupyter leaves there."""
    return {
        p.relative_to(folder).as_posix(): p.read_bytes()
        for p in folder.rglob("*")
        if p.is_file() and ".ipynb_checkpoints" not in p.parts
    }


@pytest.mark.slow
def test_the_demonstration_of_a_wheel_needs_no_repository(tmp_path: Path) -> None:
    pytest.importorskip("hatchling", reason="a wheel is built by hatchling")
    installed = tmp_path / "installed"
    pip, quiet = ("pip", "--disable-pip-version-check"), ("--quiet", "--no-deps")
    run(*pip, "wheel", *quiet, "--no-build-isolation", "--wheel-dir", tmp_path, ROOT,
        cwd=tmp_path, path=os.environ.get("PYTHONPATH", ""))  # fmt: skip
    (wheel,) = tmp_path.glob("*.whl")
    run(*pip, "install", *quiet, "--target", installed, wheel, cwd=tmp_path, path="")
    package = installed / "libstats"
    assert files(package / "notebooks") == files(NOTEBOOKS)
    assert files(package / "data" / "sample") == files(SAMPLE)
    assert not (installed / "sample").exists()
    told = run("libstats", "demo", "shown", cwd=tmp_path, path=str(installed))
    report, index = sorted((tmp_path / "shown" / "reports").glob("*.html"))
    assert index.name == "index.html" and report.name in index.read_text(encoding="utf-8")
    assert str(report.relative_to(tmp_path)) in told
    assert "Circulation" in report.read_text(encoding="utf-8")
