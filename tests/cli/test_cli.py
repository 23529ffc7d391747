"""The command line: what a person types, sees and gets as exit status."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from libstats.cli import main as cli
from libstats.cli.arguments import COMMANDS
from libstats.cli.main import main
from libstats.workspace.workspace import CONFIG, Workspace
from tests.support.files import write

ITEMS = (
    "itemnumber;barcode;homebranch;dateaccessioned\n1;b1;EAST;2026-10-01\n2;b2;EAST;9999-99-99\n"
)


@pytest.fixture
def library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A new workspace, and the current folder in it."""
    assert main(["init", str(tmp_path / "library")]) == 0
    monkeypatch.chdir(tmp_path / "library")
    return tmp_path / "library"


def run(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    """Exit status, output, errors of a command."""
    capsys.readouterr()
    try:
        status = main(list(words))
    except SystemExit as stop:
        status = int(str(stop.code))
    out, err = capsys.readouterr()
    assert "Traceback" not in out + err
    return status, out, err


def test_a_day_with_a_file(library: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(library / "exports" / "items-2026-10-31.csv", ITEMS)
    status, out, _ = run(capsys, "load", "exports")
    assert (status, "2 rows read: 1 new, 1 rejected" in out, "Now held: 1 item" in out) == (
        0,
        True,
        True,
    ), out
    assert (
        "line 3, column dateaccessioned: not a date (year first, "
        "as in 2026-10-31) (it looks like 9999-99-99)"
    ) in run(capsys, "rejects", "1")[1]
    assert (
        "2 | b2 | EAST | 9999-99-99"
        in run(capsys, "rejects", "1", "--show", "exports/items-2026-10-31.csv")[1]
    )
    assert "repeated" in run(capsys, "load", "exports")[1]
    assert "koha items" in run(capsys, "loads")[1]
    assert run(capsys, "undo", "1")[0] == 0
    assert "[undone]" in run(capsys, "loads")[1]
    assert run(capsys, "load", "exports", "--exported-at", "2026-10-30")[0] == 0


def test_inspect_shows_the_mapping_and_what_is_never_read(
    library: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = write(library / "x.csv", "ITEM_NUMBER,barcode,homebranch,secret\n")
    out = run(capsys, "inspect", str(file))[1]
    assert "ITEM_NUMBER -> item_id" in out
    assert "never read: secret" in out
    other = write(library / "y.csv", "issuedate,itemnumber\n")
    assert (
        "koha loans: has itemnumber, issuedate; lacks date_due"
        in run(capsys, "inspect", str(other))[1]
    )


@pytest.mark.parametrize(
    ("words", "status", "told"),
    [
        (["laod", "x"], 2, "Did you mean: libstats load"),
        (["load", "nowhere.csv"], 1, "there is no such file"),
        (["load", "exports"], 1, "there is no file"),
        (["load", "exports", "--exported-at", "yesterday"], 1, "is not a time"),
        (["loads"], 1, "nothing has been loaded"),
        (["undo", "7"], 1, "there is no load 7"),
        (["undo", "x"], 2, "libstats undo --help"),
        (["inspect", "nowhere.csv"], 1, "there is no such file"),
        (["-w", "/", "load", "x"], 1, "not a libstats workspace"),
        (["report", "nothing_like_it"], 2, "There are: "),
        (["report", "circulation", "--set", "mnth=2026-10"], 2, "It knows: month"),
        ([], 2, "--help"),
    ],
)
def test_mistakes_are_told_in_words(
    words: list[str], status: int, told: str, library: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found, out, err = run(capsys, *words)
    assert (found, told in out + err) == (status, True), out + err


def test_a_damaged_store_is_told_in_words(
    library: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(library / "exports" / "items-2026-10-31.csv", ITEMS)
    run(capsys, "load", "exports")
    store = next((library / "store").glob("*.duckdb"))
    store.write_bytes(b"\0" * 4096 + store.read_bytes()[4096:])
    status, _, err = run(capsys, "loads")
    assert (status, "cannot be opened" in err) == (1, True), err
    (library / "store" / "current").write_text("x", encoding="ascii")
    status, _, err = run(capsys, "loads")
    assert (status, "is damaged" in err) == (1, True), err


@pytest.mark.parametrize("text", ["[library\n", "[sauces]\n", "[sources.main]\nname = 1\n"])
def test_a_wrong_configuration_is_told_in_words(
    text: str, library: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (library / CONFIG).write_text(text, encoding="utf-8")
    status, _, err = run(capsys, "loads")
    assert (status, CONFIG in err) == (1, True)


def test_every_command_has_help_with_an_example(capsys: pytest.CaptureFixture[str]) -> None:
    for command, (_, example, _) in COMMANDS.items():
        status, out, _ = run(capsys, command, "--help")
        assert (status, example in out) == (0, True)


def test_it_runs_as_a_module(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "libstats", "init", str(tmp_path / "library")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, "is ready" in done.stdout) == (0, True), done.stderr


def test_ctrl_c_in_the_middle_of_a_query_is_told_in_words(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """DuckDB tells of it by an error of no type of its own; no other such error is taken for it."""

    def stop(arguments: object) -> int:
        raise RuntimeError(said)

    monkeypatch.setitem(cli._RUN, "loads", stop)
    said = "Query interrupted"
    assert main(["loads"]) == 130
    assert capsys.readouterr().err == "libstats: stopped; nothing was changed\n"
    said = "something else"
    with pytest.raises(RuntimeError, match="something else"):
        main(["loads"])


def test_commands_do_not_import_what_only_reports_need() -> None:
    """Notebooks' packages take longer to import than most commands to run."""
    asked = (
        "import sys, libstats.cli.main; print(sorted({'nbformat', 'nbclient', 'matplotlib', "
        "'pandas', 'polars'} & set(sys.modules)))"
    )
    assert (
        subprocess.run(
            [sys.executable, "-c", asked], capture_output=True, text=True, check=True
        ).stdout
        == "[]\n"
    )


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (
            OSError(28, "No space left on device"),
            "libstats: it is done, but its output could not be written: No space left on device\n",
        ),
        (BrokenPipeError(32, "Broken pipe"), ""),
    ],
)
def test_output_that_cannot_be_written(
    error: OSError,
    said: str,
    library: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The load stands, and nothing else is said."""
    write(library / "exports" / "items-2026-10-31.csv", ITEMS)

    def fail(text: str) -> int:
        raise error

    with monkeypatch.context() as shut:
        shut.setattr(sys.stdout, "write", fail)
        assert main(["load", "exports"]) == 1
    assert capsys.readouterr().err == said
    assert "koha items" in run(capsys, "loads")[1]


def test_a_name_that_the_terminal_cannot_show(library: Path) -> None:
    write(library / "exports" / "items № 2026-10-31.csv", ITEMS)
    for words in (["load", "exports"], ["loads"]):
        done = subprocess.run(
            [sys.executable, "-m", "libstats", *words],
            capture_output=True,
            check=False,
            env={**os.environ, "PYTHONIOENCODING": "cp1252"},
        )
        assert (done.returncode, b"\\u2116" in done.stdout, done.stderr) == (0, True, b"")


@pytest.mark.parametrize("name", ["qu?est", "two\nlines", "back\\slash", "no\udcfftext"])
@pytest.mark.skipif(os.name != "posix", reason="no such names elsewhere")
def test_a_workspace_that_duckdb_would_take_for_another_is_refused(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    status, _, err = run(capsys, "init", str(tmp_path / name))
    assert (
        status,
        "the path of the workspace holds a sign that cannot be used there" in err,
        list(tmp_path.iterdir()),
    ) == (1, True, [])


def test_numbers_and_parameters_that_are_none(
    library: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(library / "exports" / "items-2026-10-31.csv", ITEMS)
    run(capsys, "load", "exports")
    for word in ("9" * 46, "-1", "x"):
        assert run(capsys, "undo", word)[0] == 2
    assert run(capsys, "explain", "circulation", "--set", "con=1")[2].startswith(
        "libstats: circulation has no parameter 'con'\n"
    )


def test_a_quiet_load_says_what_is_new_or_wrong_and_else_nothing(
    workspace: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    file = workspace.exports / "items-2026-10-01.csv"
    write(file, "itemnumber;barcode;homebranch\n1;b1;EAST\n")
    load = ["-w", str(workspace.folder), "load", str(file), "--quiet"]
    assert main(load) == 0
    assert "1 row read: 1 new" in capsys.readouterr().out
    assert main(load) == 0
    assert capsys.readouterr().out == ""
    write(workspace.exports / "wrong.csv", "a,b\n1,2\n")
    assert main([*load[:3], str(workspace.exports), "--quiet"]) == 1
    told = capsys.readouterr().out
    assert "wrong.csv" in told and "items-2026-10-01" not in told
