"""One patron is forgotten everywhere and for good, or looked for; the number is kept and said
nowhere."""

from __future__ import annotations

import getpass
import io
import warnings
from collections.abc import Callable
from pathlib import Path

import pytest

import libstats
from libstats.cli import main
from libstats.errors import LibstatsError, WorkspaceError
from libstats.loading import forget
from libstats.privacy import keys
from libstats.privacy.forgetting import people_columns
from libstats.store import generations, ledger, steps
from libstats.workspace.workspace import CONFIG, Workspace, find
from tests.privacy.test_canary import CANARY, FORMS, legible, planted
from tests.sources.test_sources import TABLES
from tests.support.files import write

__all__ = ["legible"]
NUMBER = "90210047"
LOANS = "issue_id;borrowernumber;issuedate;date_due;returndate\n"
LOG = "datetime;type;branch;borrowernumber\n"


def loans(folder: Path, day: int, *rows: tuple[int, str]) -> Path:
    """A list of loans, each a number and its patron."""
    text = "".join(f"{n};{who};2026-01-02 10:00:00;2026-01-30;\n" for n, who in rows)
    return write(folder / f"loans-2026-10-{day:02}.csv", LOANS + text)


def log(folder: Path, day: int, *rows: tuple[int, str]) -> Path:
    """A circulation log, each event a minute and its patron."""
    text = "".join(f"2026-01-02 10:{m:02}:00;issue;EAST;{who}\n" for m, who in rows)
    return write(folder / f"log-2026-10-{day:02}.csv", LOG + text)


def hash_of(workspace: Workspace, number: str = NUMBER) -> bytes:
    """The key of a patron, as it lies in the database."""
    person = int(keys.hasher(keys.read_key(workspace.key_file))(number))
    return person.to_bytes(8, "little")


def places_of(workspace: Workspace, *needles: bytes) -> list[str]:
    """The files of the workspace, exports apart, that hold one of them."""
    return [
        p.name
        for p in workspace.folder.rglob("*")
        if p.is_file() and "exports" not in p.parts and any(n in p.read_bytes() for n in needles)
    ]


def state(workspace: Workspace, known_on: str | None = None) -> list[tuple[object, ...]]:
    """Whether each loan and event has its patron."""
    with libstats.open(workspace, known_on) as con:
        return con.sql(
            """
            select loan_id, patron_key is not null from loan_ever
            union all
            select happened_at::varchar, patron_key is not null from circulation_event
            order by all
            """
        ).fetchall()


class Terminal(io.StringIO):
    """Standard input that is one."""

    def isatty(self) -> bool:
        """It is."""
        return True


@pytest.fixture
def typed(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """What another program writes to standard input."""

    def give(text: str) -> None:
        monkeypatch.setattr("sys.stdin", io.StringIO(text))

    return give


def run(workspace: Workspace, *arguments: str) -> int:
    """The command, on a workspace."""
    return main.main(["-w", str(workspace.folder), "forget", "--patron", *arguments])


@pytest.mark.slow
@pytest.mark.usefixtures("legible")
def test_every_source_with_patrons_forgets_one(
    workspace: Workspace, capsys: pytest.CaptureFixture[str], typed: Callable[[str], None]
) -> None:
    """All golden exports with patrons' numbers, each number a canary: one of them is looked for,
    forgotten, and then lies nowhere; the others stay."""
    config = workspace.folder / CONFIG
    zone = '[library]\ntimezone = "America/New_York"'
    text = config.read_text(encoding="utf-8").replace("[library]", zone, 1)
    config.write_text(text, encoding="utf-8", newline="\n")
    workspace, given, systems = find(workspace.folder), [], set()
    for pair in TABLES:
        _, source, table = planted(pair)
        if any(f"{CANARY} patron 0" in row for row in table):
            folder = workspace.exports / f"{pair.parent.name}-{pair.stem}"
            folder.mkdir(parents=True)
            given.append(FORMS["plain"](folder / "export-2026-11-02", table))
            systems.add(source.system)
    assert systems == {"alma", "evergreen", "folio", "koha", "polaris", "sierra", "symphony", "wms"}
    libstats.load(workspace, given)
    number = f"{CANARY} patron 0"
    with libstats.open(workspace) as con:
        known = con.sql("select source from loan union from (select source from circulation_event)")
        assert systems <= {source for (source,) in known.fetchall()}
    assert places_of(workspace, hash_of(workspace, number))
    looked = forget.forget_patron(workspace, number, only_look=True)
    assert {k.source for k in looked.kept} == systems == set(looked.columns)
    typed(f"{number}\n")
    assert run(workspace) == 0
    out = capsys.readouterr()
    assert f"{looked.rows:,} rows lost their patron, for good." in out.out
    assert CANARY not in out.out + out.err
    assert places_of(workspace, hash_of(workspace, number), number.encode()) == []
    assert places_of(workspace, hash_of(workspace, f"{CANARY} patron 1"))
    assert not libstats.load(workspace, given).files[0].reason.startswith(CANARY)
    assert places_of(workspace, hash_of(workspace, number), number.encode()) == []


@pytest.mark.slow
@pytest.mark.parametrize("order", [(0, 2, 1, 3), (1, 3, 0, 2), (3, 0, 2, 1), (2, 1, 0, 3)])
@pytest.mark.parametrize("at", [2, 4])
def test_no_order_of_loads_before_or_after_brings_them_back(
    order: tuple[int, ...], at: int, workspace: Workspace, tmp_path: Path
) -> None:
    """Forgotten after a list and a log, or after all; then all are loaded, undone and loaded again,
    and a list that is new. Rows that were theirs stay without them in every file."""
    files = [
        loans(tmp_path, 1, (1, NUMBER), (2, "4711")),
        loans(tmp_path, 2, (1, NUMBER), (2, "4711"), (3, "4712")),
        log(tmp_path, 1, (1, NUMBER), (1, NUMBER), (1, "4711"), (2, "4711")),
        log(tmp_path, 2, (1, NUMBER), (1, NUMBER), (1, "4711"), (2, "4711"), (3, "4712")),
    ]
    for i in order[:at]:
        libstats.load(workspace, [files[i]])
    assert [k[::2] for k in forget.forget_patron(workspace, NUMBER).kept] == [
        ("loan", 1),
        ("circulation_event", 2),
    ]
    libstats.load(workspace, [files[i] for i in order])
    libstats.load(workspace, [loans(tmp_path, 3, (1, NUMBER), (2, "4711"), (3, "4712"))])
    libstats.undo(workspace, 1)
    libstats.load(workspace, files)
    assert state(workspace) == [
        ("1", False),
        ("2", True),
        *[("2026-01-02 10:01:00", False)] * 3,  # also another's of that second
        ("2026-01-02 10:02:00", True),
        ("2026-01-02 10:03:00", True),
        ("3", True),
    ]
    assert state(workspace, known_on="2100-01-01") == state(workspace)  # folded anew
    assert places_of(workspace, hash_of(workspace)) == []


def test_two_systems_have_the_same_number(
    workspace: Workspace,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    typed: Callable[[str], None],
) -> None:
    """It is forgotten in both, or in the one that is named; another's loan stays."""
    with (workspace.folder / CONFIG).open("a", encoding="utf-8") as file:
        file.write('\n[sources.west]\nsystem = "koha"\n[sources.east]\nsystem = "koha"\n')
    workspace = find(workspace.folder)
    west, east = tmp_path / "west", tmp_path / "east"
    west.mkdir()
    east.mkdir()
    libstats.load(workspace, loans(west, 1, (1, NUMBER), (2, NUMBER), (3, "4711")), source="west")
    libstats.load(workspace, loans(east, 2, (1, f"{NUMBER}.0")), source="east")
    typed(f" {NUMBER}\n")
    assert run(workspace, "--show") == 0
    assert [line.split() for line in capsys.readouterr().out.splitlines()[1:3]] == [
        ["east", "loan", "1"],
        ["west", "loan", "2"],
    ]
    typed(NUMBER)
    assert run(workspace, "--source", "north") == 1
    assert "Name one of: east, west" in capsys.readouterr().err
    typed(NUMBER)
    assert run(workspace, "--source", "east") == 0
    said = capsys.readouterr().out
    assert "1 row lost its patron" in said and "east             borrowernumber" in said
    assert forget.forget_patron(workspace, NUMBER).rows == 2
    assert sum(bool(there) for _, there in state(workspace)) == 1


def test_what_is_not_found_is_not_said_and_changes_nothing(
    workspace: Workspace,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    typed: Callable[[str], None],
) -> None:
    libstats.load(workspace, [loans(tmp_path, 1, (1, "4711"))])
    before = sorted(p.name for p in workspace.store.iterdir())
    for arguments in ((), ("--show",)):
        typed(f"{NUMBER}\n")
        assert run(workspace, *arguments) == 0
        said = capsys.readouterr()
        assert "Nothing is kept under this number." in said.out
        assert "borrowernumber" in said.out  # which of a patron's numbers it would be
        assert NUMBER not in said.out + said.err
    for text in ("", "  \n", f"{NUMBER}\n{NUMBER}\n", "9.02E+07", "\ud800"):
        typed(text)
        assert run(workspace) == 1
        assert "902" not in capsys.readouterr().err
    assert sorted(p.name for p in workspace.store.iterdir()) == before


@pytest.mark.parametrize(
    "arguments",
    [
        ["--patron", NUMBER],
        [f"--patron={NUMBER}"],
        [NUMBER, "--patron"],
        ["--patorn", NUMBER],
        [f"--patron-number={NUMBER}"],
        ["--patron", "--before", NUMBER],
        ["--patron", "--show", NUMBER],
        [NUMBER],
    ],
)
def test_a_number_on_the_command_line_is_refused_and_not_repeated(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main.main(["forget", *arguments])
    said = capsys.readouterr()
    assert ended.value.code == 2 and NUMBER not in said.out + said.err


def test_it_is_typed_twice_at_a_terminal(
    workspace: Workspace,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    libstats.load(workspace, [loans(tmp_path, 1, (1, NUMBER))])

    monkeypatch.setattr("sys.stdin", Terminal())
    answers = iter([NUMBER, "90210074", NUMBER, NUMBER])
    monkeypatch.setattr("getpass.getpass", lambda prompt: next(answers))
    assert run(workspace) == 1
    said = capsys.readouterr()
    assert "the two numbers differ; nothing was changed" in said.err and "902" not in said.err
    assert run(workspace) == 0
    assert "1 row lost its patron" in capsys.readouterr().out


def test_another_key_and_none_are_refused(
    workspace: Workspace,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    typed: Callable[[str], None],
) -> None:
    """Under another key the patron would seem not to be there."""
    libstats.load(workspace, [loans(tmp_path, 1, (1, NUMBER))])
    right = workspace.key_file.read_text(encoding="ascii")
    workspace.key_file.write_text("5" * 64 + "\n", encoding="ascii")
    with pytest.raises(WorkspaceError, match="is not the key"):
        forget.forget_patron(workspace, NUMBER)
    workspace.key_file.unlink()
    typed(NUMBER)
    assert run(workspace, "--show") == 1
    assert "secret key for patron numbers is missing" in capsys.readouterr().err
    workspace.key_file.write_text(right, encoding="ascii")
    with generations.writing(workspace.store) as writer:
        writer.con.execute("delete from patron_key")
        writer.publish()
    with pytest.raises(LibstatsError, match="does not know its patron"):
        forget.forget_patron(workspace, NUMBER)


@pytest.mark.parametrize(
    ("ended_at", "is_done"),
    [
        ("copied", False),
        ("checkpointed", False),
        ("renamed", False),
        ("pointer written", False),
        ("published", True),
    ],
)
def test_ended_at_any_step_it_is_whole_or_not_done(
    ended_at: str, is_done: bool, workspace: Workspace, tmp_path: Path
) -> None:
    """What is left of the database of before, the next command removes."""
    libstats.load(workspace, [loans(tmp_path, 1, (1, NUMBER), (2, "4711"))])

    def end(name: str) -> None:
        if name == ended_at:
            raise KeyboardInterrupt

    with steps.watched(end), pytest.raises(KeyboardInterrupt):
        forget.forget_patron(workspace, NUMBER)
    assert state(workspace) == [("1", not is_done), ("2", True)]
    assert forget.forget_patron(workspace, NUMBER).rows == (0 if is_done else 1)
    assert state(workspace) == [("1", False), ("2", True)]
    assert places_of(workspace, hash_of(workspace)) == []


def test_what_was_known_and_undoing_go_on_without_the_patron(
    workspace: Workspace, tmp_path: Path
) -> None:
    libstats.load(workspace, [loans(tmp_path, 1, (1, NUMBER), (2, "4711"))])
    libstats.load(workspace, [loans(tmp_path, 2, (1, NUMBER), (2, "4711"))])
    forget.forget_patron(workspace, NUMBER)
    with libstats.open(workspace, known_on="2100-01-01") as con:
        assert con.sql("select loan_id, patron_key is null from loan order by 1").fetchall() == [
            ("1", True),
            ("2", False),
        ]
    libstats.undo(workspace, 2)
    assert state(workspace) == [("1", False), ("2", True)]
    with generations.writing(workspace.store) as writer:
        assert ledger.last_seq(writer.con) == 4  # two loads, forgetting, undoing
        told = writer.con.execute("select * from stripped").fetchall()
    assert [(name, source) for name, source, _ in told] == [("loan", "koha")]


def test_after_a_new_secret_key_rows_of_before_are_nobodys(
    workspace: Workspace,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    typed: Callable[[str], None],
) -> None:
    """It is said, since "nothing is kept" would be wrong. A row that came again under the new key
    is known, and loses the old one too."""
    libstats.load(workspace, [loans(tmp_path, 1, (1, NUMBER), (2, NUMBER))])
    forget.rotate(workspace)
    typed(NUMBER)
    assert run(workspace) == 0
    said = capsys.readouterr().out
    assert "A new secret key was taken on" in said and "nobody can tell" in said
    libstats.load(workspace, [loans(tmp_path, 2, (1, NUMBER))])
    assert forget.forget_patron(workspace, NUMBER).rows == 1
    with libstats.open(workspace) as con:
        assert con.sql(
            "select loan_id, count(patron_key) from store.loan__row group by 1 order by 1"
        ).fetchall() == [("1", 0), ("2", 1)]


def test_the_tables_with_patrons_keys_are_those_of_the_page() -> None:
    tables = ["access_event", "access_session", "circulation_event", "loan"]
    assert sorted({t.name for t, _ in people_columns()}) == tables


def test_a_terminal_that_would_show_the_number_is_refused(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def shown(prompt: str) -> str:
        warnings.warn("Can not control echo", getpass.GetPassWarning, stacklevel=2)
        return NUMBER

    monkeypatch.setattr("sys.stdin", Terminal())
    monkeypatch.setattr("getpass.getpass", shown)
    assert run(workspace) == 1
    assert "this terminal would show the number" in capsys.readouterr().err


def test_the_record_of_what_was_forgotten_does_not_say_what_belongs_together(
    workspace: Workspace, tmp_path: Path
) -> None:
    """One person's rows do not stand side by side in it."""
    rows = [(n, NUMBER if n % 2 else "4711") for n in range(1, 41)]
    libstats.load(workspace, [loans(tmp_path, 1, *rows)])
    for number in (NUMBER, "4711"):
        assert forget.forget_patron(workspace, number).rows == 20
    with generations.writing(workspace.store) as writer:
        told = writer.con.execute("select key from stripped").fetchall()
    assert len(told) == 40 and told == sorted(told)
