"""README for a reader who has never seen Python: the file that it names is the one that is built,
and each message that it explains is one that people get."""

from __future__ import annotations

import re
import tomllib

import pytest

from libstats.cli.main import main
from libstats.workspace.workspace import Workspace
from tests.support.files import NOTEBOOKS, ROOT, write

README = (ROOT / "README.md").read_text(encoding="utf-8")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
HOUR = README[README.index("## The first hour") : README.index("## Every day")]


def test_the_wheel_that_it_names_is_the_one_that_is_built() -> None:
    named = set(re.findall(r"[\w.-]+\.whl", HOUR))
    assert named == {f"{PROJECT['name']}-{PROJECT['version']}-py3-none-any.whl"}


def test_an_install_in_the_first_hour_has_no_extras() -> None:
    installs = re.findall(r"pip install ([^\s`]+)", HOUR)
    assert installs
    assert all("[" not in what for what in installs)


def test_each_extra_that_it_names_is_one() -> None:
    named = set(re.findall(r'"libstats\[(\w+)\]"', README))
    assert named
    assert named <= set(PROJECT["optional-dependencies"])


def test_it_says_what_each_report_needs() -> None:
    offered = set(re.findall(r"report (\w+)", HOUR))
    assert offered <= {path.stem for path in NOTEBOOKS.glob("*.ipynb")}
    assert len(offered) > 3


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["loads"], "is not a libstats workspace"),
        (["-w", "{library}", "load", "{wrong}"], "not an export that libstats knows"),
    ],
)
def test_a_message_that_it_explains_is_what_people_get(
    words: list[str],
    message: str,
    workspace: Workspace,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    wrong = write(workspace.folder.parent / "wrong.csv", "a,b\n1,2\n")
    monkeypatch.chdir(workspace.folder.parent)
    given = [word.format(library=workspace.folder, wrong=wrong) for word in words]
    assert f"`{message}`" in HOUR
    assert main(given) == 1
    told = capsys.readouterr()
    assert message in told.out + told.err
