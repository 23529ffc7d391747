"""What comes with libstats: a built wheel holds it, and README's first hour needs no repository."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
import time
import tomllib
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.files import NOTEBOOKS, ROOT, SAMPLE, write

README = (ROOT / "README.md").read_text(encoding="utf-8")
HOUR = README[README.index("## The first hour") : README.index("## Every day")]
TEN_MINUTES = 600
# a library's own list of loans, as docs/export-koha.md asks for it: 3 in September, 2 in October
LOANS = """\
issue_id,itemnumber,borrowernumber,branchcode,issuedate,date_due,returndate,renewals_count
1,11,,NORTH,2026-09-01 10:00:00,2026-09-22 23:59:00,2026-09-12 10:00:00,0
2,12,,NORTH,2026-09-15 10:00:00,2026-10-06 23:59:00,2026-09-30 10:00:00,1
3,13,,SOUTH,2026-09-30 10:00:00,2026-10-21 23:59:00,2026-10-14 10:00:00,0
4,11,,NORTH,2026-10-01 10:00:00,2026-10-22 23:59:00,,0
5,12,,SOUTH,2026-10-30 10:00:00,2026-11-20 23:59:00,,0
"""

pytestmark = pytest.mark.slow


# Whoever installs the wheel alone has none of what the extras bring: as a plain install, this
# Python has not either.
ABSENT = """\
import sys

class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {names!r}:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)

sys.meta_path.insert(0, Absent())
"""


def extras() -> set[str]:
    """What the extras bring, as it is imported."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = [each for extra in project["optional-dependencies"].values() for each in extra]
    return {re.split(r"[^\w-]", each)[0].replace("-", "_") for each in wanted} - {"libstats"}


@dataclass(frozen=True)
class Installed:
    """A wheel that was built from the tree, in a folder of its own, far from the repository."""

    folder: Path

    def python(self, *words: object, cwd: Path) -> subprocess.CompletedProcess[str]:
        """Run this Python on these words, with the wheel and nothing of the repository."""
        return subprocess.run(
            [sys.executable, *map(str, words)],
            cwd=cwd,
            env={**os.environ, "PYTHONPATH": str(self.folder)},
            capture_output=True,
            text=True,
        )

    def libstats(self, *words: object, cwd: Path) -> str:
        """What a command prints that must end well."""
        done = self.python("-m", "libstats", *words, cwd=cwd)
        assert done.returncode == 0, done.stderr
        return done.stdout


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Installed:
    """The wheel, built and installed once."""
    pytest.importorskip("hatchling", reason="a wheel is built by hatchling")
    base = tmp_path_factory.mktemp("wheel")
    pip = (sys.executable, "-m", "pip", "--disable-pip-version-check")
    built = ("wheel", "--quiet", "--no-deps", "--no-build-isolation", "--wheel-dir", base, ROOT)
    subprocess.run([*pip, *map(str, built)], cwd=base, check=True)
    (wheel,) = base.glob("*.whl")
    placed = ("install", "--quiet", "--no-deps", "--target", base / "installed", wheel)
    subprocess.run([*pip, *map(str, placed)], cwd=base, check=True)
    write(base / "installed" / "sitecustomize.py", ABSENT.format(names=extras()))
    return Installed(base / "installed")


def files(folder: Path) -> dict[str, bytes]:
    """Every file below the folder but what Jupyter leaves there."""
    return {
        p.relative_to(folder).as_posix(): p.read_bytes()
        for p in folder.rglob("*")
        if p.is_file() and ".ipynb_checkpoints" not in p.parts
    }


def test_a_wheel_holds_the_notebooks_and_the_sample_and_nothing_of_developers(
    installed: Installed, tmp_path: Path
) -> None:
    package = installed.folder / "libstats"
    assert files(package / "notebooks") == files(NOTEBOOKS)
    assert files(package / "data" / "sample") == files(SAMPLE)
    assert [name for name in ("sample", "tests") if (installed.folder / name).exists()] == []
    assert {"xlsxwriter", "pandas", "weasyprint", "pytest"} <= extras()
    assert installed.python("-c", "import xlsxwriter", cwd=tmp_path).returncode == 1
    found = installed.python("-c", "import libstats; print(libstats.__file__)", cwd=tmp_path)
    assert Path(found.stdout.strip()).is_relative_to(installed.folder)


def test_the_first_hour_of_the_readme_ends_in_a_report_of_ones_own(
    installed: Installed, tmp_path: Path
) -> None:
    """Each command of the hour as it stands there, one after the other; the export is put into
    the folder when it is there."""
    began = time.monotonic()
    told = {}
    for line in re.findall(r"^    libstats (.+)$", HOUR, re.M):
        told[line] = installed.libstats(*shlex.split(line), cwd=tmp_path)
        if line == "init mylibrary":
            write(tmp_path / "mylibrary" / "exports" / "loans-2026-11-01.csv", LOANS)
    assert time.monotonic() - began < TEN_MINUTES
    report, index = sorted((tmp_path / "libstats-demo" / "reports").glob("*.html"))
    assert index.name == "index.html" and report.name in index.read_text(encoding="utf-8")
    assert str(report.relative_to(tmp_path)) in told["demo"]
    assert "5 rows read: 5 new" in told["-w mylibrary load mylibrary/exports"]
    own = told["-w mylibrary report circulation"].strip().removeprefix("The report is at ")
    assert "There were 2 checkouts in October 2026" in Path(own).read_text(encoding="utf-8")


def test_a_period_of_which_nothing_is_told_is_said_as_the_readme_says(
    installed: Installed, tmp_path: Path
) -> None:
    installed.libstats("init", "mine", cwd=tmp_path)
    write(tmp_path / "mine" / "exports" / "loans-2026-11-01.csv", LOANS)
    installed.libstats("-w", "mine", "load", "mine/exports", cwd=tmp_path)
    asked = ("-w", "mine", "report", "circulation", "--month", "2019-01")
    done = installed.python("-m", "libstats", *asked, cwd=tmp_path)
    said = "nothing that is loaded tells of"
    assert (done.returncode, done.stderr.startswith(f"libstats: {said}")) == (1, True), done.stderr
    assert f"`{said}`" in HOUR
