"""Whatever is given on the command line, or to a function, is answered in words."""

from __future__ import annotations

import argparse
import inspect as signatures
import shutil
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

import libstats
from libstats.analysis.receipts import ANALYSES
from libstats.cli import demo, main
from libstats.cli.arguments import parser
from libstats.errors import LibstatsError, ReportError
from libstats.report.page import execution, period
from libstats.workspace.workspace import Workspace, init
from tests.support.files import write

TEXTS = [
    "", " ", "0000-01", "0000-00-00", "9999-12", "9999-12-31", "2026-13", "2026-02-30", "-1", "0",
    "1e999", "nan", "[]", "{}", "null", "=", "=5", "month", "month=", "month=0000-01", "month=[]",
    "as_of=9999-12-31", "..", "/dev/null/x", "/dev/null", "~", "*", "%s", "{}", "x" * 300, "x\ny", "\u0000",
    "\ud800", "\u2603", "'; drop table item; --", "--", "2" * 40,
]  # fmt: skip
VALUES: list[Any] = [
    *TEXTS, None, True, [], {}, (), set(), ["x"], [[]], [None], 0, -1, 2**70, 0.5, float("nan"),
    float("inf"), b"x", object(), date.max, date.min, datetime.max, Path(), Path("x"), print,
]  # fmt: skip
# what a command wants beside what is tried
NEEDED = {
    "inspect": ["x.csv"],
    "load": ["x.csv"],
    "undo": ["1"],
    "confirm": ["1"],
    "forget": ["--before", "2026-01-01"],
    "explain": ["circulation"],
    "report": ["circulation"],
}


def arguments() -> Iterator[tuple[str, argparse.Action]]:
    """Every argument of every command."""
    commands = next(a for a in parser()._actions if isinstance(a, argparse._SubParsersAction))
    for name, command in commands.choices.items():
        for action in command._actions:
            if action.nargs != 0:
                yield name, action


def some(texts: list[Any], at: int) -> list[Any]:
    """A few of them, others at each place: all are tried somewhere."""
    return [texts[(7 * at + step) % len(texts)] for step in range(0, len(texts), len(texts) // 4)]


def line(command: str, action: argparse.Action, text: str) -> list[str]:
    """A command line on which an argument is that text."""
    option = action.option_strings[-1:] and [f"{action.option_strings[-1]}={text}"]
    needed = NEEDED.get(command, [])
    if option:
        return [command, *(() if action.required else needed), *option]
    rest = needed[:1] if action.dest == "process" else []
    return [command, *rest, "--", text] if text.startswith("-") else [command, *rest, text]


@pytest.fixture
def place(
    loaded: Workspace, workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Workspace:
    """A workspace with a copy and a loan, beside the folder that is the current one; no notebook
    is run, and no sample library made."""

    def stopped(*given: Any) -> None:
        raise ReportError("stopped", "It would have run.")

    monkeypatch.setattr(execution.Kernel, "run", stopped)
    monkeypatch.setattr(demo, "run", lambda folder: "made")
    folder = tmp_path / "here"
    folder.mkdir()
    monkeypatch.chdir(folder)
    shutil.copytree(loaded.folder, workspace.folder, dirs_exist_ok=True)
    return workspace


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    folder = tmp_path_factory.mktemp("loaded")
    loans = "issue_id,itemnumber,borrowernumber,branchcode,issuedate,date_due,returndate\n"
    files = [
        write(folder / "items-2026-10-31.csv", "itemnumber,barcode,homebranch\n1,b1,EAST\n"),
        write(
            folder / "loans-2026-10-31.csv", f"{loans}1,1,7,EAST,2026-10-01 10:00:00,2026-10-28,\n"
        ),
    ]
    made = init(folder / "library")
    libstats.load(made, files)
    return made


@pytest.mark.parametrize(
    ("command", "action", "texts"),
    [
        pytest.param(c, a, some(TEXTS, n), id=f"{c}-{a.dest}", marks=pytest.mark.slow)
        for n, (c, a) in enumerate(arguments())
    ],
)
def test_whatever_stands_on_the_command_line_is_answered_in_words(
    command: str,
    action: argparse.Action,
    texts: list[str],
    place: Workspace,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for text in texts:
        try:
            status = main.main(["-w", str(place.folder), *line(command, action, text)])
        except SystemExit as error:
            status = int(error.code or 0)
        said = capsys.readouterr()
        assert status in (0, 1, 2), (text, said)
        assert "Traceback" not in said.err
        assert status == 0 or said.err or said.out, text


@pytest.mark.parametrize("text", ["", " "])
@pytest.mark.parametrize(
    "words",
    [
        ["report", "circulation", "--out={}"],
        ["today", "--internal", "--html={}"],
        ["today", "--internal", "--xlsx={}"],
        ["load", "{}"],
        ["load", "--source={}", "x.csv"],
        ["load", "--exported-at={}", "x.csv"],
        ["inspect", "{}"],
        ["inspect", "x.csv", "--write={}"],
        ["init", "{}"],
        ["demo", "{}"],
        ["rejects", "--show={}"],
        ["-w", "{}", "check"],
    ],
)
def test_nothing_is_no_name(
    words: list[str], text: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as error:
        main.main([word.format(text) for word in words])
    assert error.value.code == 2
    assert f"{text!r} says nothing" in capsys.readouterr().err


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(ANALYSES))
def test_whatever_an_analysis_is_asked_is_answered_in_words(name: str, place: Workspace) -> None:
    analysis = getattr(libstats, name)
    given: dict[str, Any] = {
        "process": "hold",
        "since": "2026-10-01",
        "until": "2026-11-01",
        "as_of": "2026-10-31",
    }
    names = list(signatures.signature(analysis).parameters)[1:]
    with libstats.open(place) as con:
        for place_of, tried in enumerate(names, sorted(ANALYSES).index(name)):
            for value in some(VALUES, place_of):
                asked = {n: v for n, v in given.items() if n in names} | {tried: value}
                try:
                    analysis(con, **asked)
                except LibstatsError as error:
                    assert "\n  " in str(error)


@pytest.mark.parametrize("value", VALUES, ids=lambda value: repr(value)[:20])
def test_a_month_and_a_day_are_one_or_are_refused(value: Any) -> None:
    for read in (lambda text: period.given(text), lambda text: period.day(text)):
        try:
            found = read(value)
            assert found is None or 1000 <= getattr(found, "since", found).year < 3000
        except ReportError as error:
            assert "is not a" in str(error)


NOTEBOOK = '{"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [%s]}'
CELL = (
    '{"cell_type": "code", "id": "a", "metadata": {"tags": ["parameters"]}, "outputs": [],'
    ' "execution_count": null, "source": "%s"}'
)


@pytest.mark.parametrize(
    "text",
    [
        "", "[]", "{}", "null", "3", '"x"', "[[]]", '{"cells": 3, "nbformat": 4}',
        '{"nbformat": [], "cells": []}', "[" * 100_000, NOTEBOOK % "[]", NOTEBOOK % "3",
        NOTEBOOK % '{"cell_type": "code"}',
        NOTEBOOK % CELL.replace('["parameters"]', "3") % "",
        NOTEBOOK % CELL % "month = []",
        NOTEBOOK % CELL % "month = {[]: 1}",
        NOTEBOOK % CELL % "[]",
        NOTEBOOK % CELL % "month = f()",
        NOTEBOOK % CELL % ("month = " + "(" * 300),
        NOTEBOOK % CELL.replace('"%s"', "[]") + "}",
    ],
    ids=lambda text: text[:30],
)  # fmt: skip
def test_what_is_no_notebook_is_refused(
    text: str, workspace: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    write(workspace.folder / "notebooks" / "own.ipynb", text)
    assert main.main(["-w", str(workspace.folder), "report", "own"]) == 1
    said = capsys.readouterr().err
    assert "own.ipynb is not a notebook" in said or "own: its parameters cell holds more" in said
