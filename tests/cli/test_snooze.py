"""`libstats snooze`: which case is meant, what is refused, and the form that it writes."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path

import pytest

import libstats
from libstats.cli.main import main
from libstats.cli.snooze import Wish, day_of, listed, reason_of, snooze
from libstats.errors import LibstatsError
from libstats.loading import decide as deciding
from libstats.loading.decide import decide, form_of
from libstats.loading.decision_form import forget_remarks
from libstats.privacy import remarks
from libstats.workspace.workspace import Workspace, find
from tests.analysis.test_today import NOW, SIX
from tests.support.cases import opened

HEAD = "process,source,case,decision,reason,until,entered_at,seen,remark"
LINE = {
    "process": "mending",
    "source": "own",
    "case": "5",
    "decision": "snooze",
    "reason": "duplicate",
    "until": "2026-01-12",
    "seen": "",
    "remark": "",
}


def shown(place: Workspace) -> list[tuple[str, str]]:
    """The decisions that count."""
    with libstats.open(place) as con:
        rows = con.sql("select case_id, decision from newest_decision order by all")
        return [(case, what) for case, what in rows.fetchall()]


@pytest.fixture
def mending(workspace: Workspace) -> Workspace:
    """A workspace with cases 1 to 6, of which 3, 5 and 6 are open."""
    opened(workspace, SIX, exported="2026-01-10").close()
    return find(workspace.folder)


@pytest.mark.slow
def test_a_case_is_snoozed_listed_and_taken_back(mending: Workspace) -> None:
    said = snooze(
        mending, Wish("Mending", "5", reason="being", until="2026-01-12", remark="Zwölf"), NOW
    )
    assert said.startswith(
        "Mending 5 of own is left alone until 2026-01-12: being worked on (load 2)."
    )
    assert form_of(mending).read_text(encoding="utf-8").splitlines() == [
        HEAD,
        "mending,own,5,snooze,being worked on,2026-01-12,2026-01-10 08:00:00,"
        "glued 2026-01-02 00:00,Zwölf",
    ]
    assert listed(mending, NOW).splitlines()[1] == (
        "  comes back on 2026-01-12    mending 5 (own): being worked on, since 2026-01-10"
    )
    # in the same second: of two lines about a case the later one has a second more
    assert "stands in the lists again" in snooze(
        mending, Wish("mending", "5", is_taken_back=True), NOW
    )
    assert shown(mending) == []
    assert listed(mending, NOW) == "Nothing is left alone."
    snooze(mending, Wish("mending", "5", is_dismissed=True, reason="dup"), NOW)
    assert shown(mending) == [("5", "dismiss")]
    # each line is a load of its own: undone, what stood before it stands again
    libstats.undo(mending, 4)
    assert shown(mending) == []
    libstats.undo(mending, 3)
    assert shown(mending) == [("5", "snooze")]
    # the form as a whole says again what was undone, and nothing twice
    assert libstats.load(mending, form_of(mending)).is_clean
    assert shown(mending) == [("5", "dismiss")]
    # the remark is nowhere but in the form
    assert not any(
        "Zwölf".encode() in path.read_bytes()
        for path in mending.folder.rglob("*")
        if path.is_file() and path != form_of(mending)
    )


@pytest.mark.slow
def test_what_cannot_be_left_alone_is_refused_in_words(
    mending: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    before = form_of(mending).read_bytes()
    told = ["--until", "2099-01-01", "--reason", "duplicate"]
    for words, problem in (
        (["mending", "5"], "it was not said until when"),
        (["mending", "5", "--until", "soon", "--reason", "dup"], "--until soon is not a day"),
        (["mending", "5", *told], "is more than a year away"),
        (["mending", "5", "--dismiss"], "no reason is given"),
        (["mending", "5", "--dismiss", "--reason", "it"], "'it' is no reason of the list"),
        (["mending", "5", "--dismiss", *told], "were said together"),
        (["mendin", "5", "--dismiss", "--reason", "dup"], "Did you mean: mending?"),
        (["alarm", "5", "--dismiss", "--reason", "dup"], "libstats check --accept NAME"),
        (["mending", "1", "--dismiss", "--reason", "dup"], "mending 1 is not open: done"),
        (["mending", "55", "--dismiss", "--reason", "dup"], "Did you mean: 5?"),
        (["mending", "5", "--take-back"], "mending 5 is not left alone"),
        (["mending"], "no case is named"),
    ):
        assert main(["-w", str(mending.folder), "snooze", *words]) == 1, words
        error = capsys.readouterr().err
        assert problem in error and "Traceback" not in error, error
    assert form_of(mending).read_bytes() == before
    assert shown(mending) == []


def test_a_reason_is_known_by_how_it_begins_and_no_other_is() -> None:
    assert reason_of(" Someone  WAS", "case") == "someone was asked"
    assert reason_of("known", "alarm") == "known and harmless"
    for text, about, listed_too in (
        ("", "case", "duplicate"),
        ("known", "case", "duplicate"),  # one of alarms
        ("happened twice", "alarm", "happened once"),
    ):
        with pytest.raises(LibstatsError, match=listed_too):
            reason_of(text, about)


def test_a_day_is_to_come_and_within_a_year() -> None:
    assert day_of("2026-01-11", NOW) == "2026-01-11"
    for text in ("2026-01-10", "2027-01-12", "11.01.2026"):
        with pytest.raises(LibstatsError):
            day_of(text, NOW)


@pytest.mark.parametrize(
    "text", ["write to a@b.org", "card 21234000012345", "call 555-123-4567", "x" * 301]
)
def test_a_remark_that_may_tell_of_a_person_is_refused(text: str) -> None:
    with pytest.raises(LibstatsError) as error:
        remarks.passed(text)
    assert text not in str(error.value)


OLD = "hold,koha,1,dismiss,duplicate,,2026-01-01,,ä"
NEW = "mending,own,5,snooze,duplicate,2026-01-12,2026-01-10 08:00:00,,ü"
ELSE = "case;source;Process;decision;reason;until;entered_at;seen;by whom;remark\n"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("before", "after", "encoding"),
    [
        ("", f"{HEAD}\n{NEW}\n", "utf-8"),
        (f"{HEAD}\n", f"{HEAD}\n{NEW}\n", "utf-8"),
        (HEAD, f"{HEAD}\n{NEW}\n", "utf-8"),
        (f"{HEAD}\r\n{OLD}\r\n", f"{HEAD}\r\n{OLD}\r\n{NEW}\r\n", "utf-8-sig"),
        (f"{HEAD}\r\n{OLD}", f"{HEAD}\r\n{OLD}\r\n{NEW}\r\n", "utf-16"),
        (f"{HEAD}\r\n{OLD}", f"{HEAD}\r\n{OLD}\r\n{NEW}\r\n", "cp1252"),
        (
            ELSE,
            f"{ELSE}5;own;mending;snooze;duplicate;2026-01-12;2026-01-10 08:00:00;;;ü\n",
            "utf-8",
        ),
    ],
    ids=["none", "empty", "no end", "UTF-8 of Windows", "UTF-16", "Windows-1252", "others"],
)
def test_a_line_is_written_as_the_form_is(
    before: str, after: str, encoding: str, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deciding, "load", lambda *_: deciding_receipt())
    path = form_of(workspace)
    path.write_bytes(before.encode(encoding) if before else b"")
    decide(workspace, LINE | {"remark": "ü"}, NOW)
    assert path.read_bytes() == after.encode(encoding)


def deciding_receipt() -> object:
    """The receipt of a line that was loaded."""
    from libstats.loading.receipt import FileReceipt, LoadReceipt

    return LoadReceipt([FileReceipt("decisions.csv", "loaded", seq=1)])


@pytest.mark.slow
@pytest.mark.parametrize(
    "text",
    [
        f"{HEAD}\n".replace(",seen", ""),
        "a,b\n1,2\n",
        "process,case,milestone,happened_at,branch\n",
        f'{HEAD}\n"hold,koha',
    ],
    ids=["a column less", "unknown", "another form", "a quote that never closes"],
)
def test_a_form_that_cannot_be_written_on_stays_as_it_is(text: str, mending: Workspace) -> None:
    form_of(mending).write_text(text, encoding="utf-8", newline="\n")
    with pytest.raises(LibstatsError, match=re.escape("decisions.csv")):
        decide(mending, LINE, NOW)
    assert form_of(mending).read_text(encoding="utf-8") == text
    assert shown(mending) == []


@pytest.mark.slow
def test_a_line_that_cannot_be_loaded_leaves_the_form_as_it_was(
    mending: Workspace, tmp_path: Path
) -> None:
    before = form_of(mending).read_bytes()
    with pytest.raises(LibstatsError, match="could not be loaded"):
        decide(mending, LINE | {"reason": "because"}, NOW)
    assert form_of(mending).read_bytes() == before
    form_of(mending).unlink()
    with pytest.raises(LibstatsError, match="could not be loaded"):
        decide(mending, LINE | {"reason": "because"}, NOW)
    assert not form_of(mending).exists()


@pytest.mark.slow
def test_several_people_at_once_lose_no_line(mending: Workspace) -> None:
    with ThreadPoolExecutor(4) as pool:
        list(
            pool.map(
                lambda number: decide(mending, LINE | {"case": str(number)}, datetime.now()),
                range(4),
            )
        )
    assert len(form_of(mending).read_text(encoding="utf-8").splitlines()) == 5
    assert [case for case, _ in shown(mending)] == ["0", "1", "2", "3"]


@pytest.mark.slow
def test_remarks_expire_with_forget_and_after_a_year(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Those of lines before the day go, and of lines without one; the lines stay as they are."""
    monkeypatch.setattr(deciding, "load", lambda *_: deciding_receipt())
    old = [OLD.replace("2026-01-01", day) for day in ("2024-12-31", "2025-06-01", "soon")]
    text = "\r\n".join([HEAD, *old, ""])
    form_of(workspace).write_bytes(text.encode("cp1252"))
    decide(workspace, LINE | {"remark": "ü"}, NOW)
    told = form_of(workspace).read_bytes().decode("cp1252")
    assert told == "\r\n".join([HEAD, old[0][:-1], old[1], old[2][:-1], NEW, ""])
    forget_remarks(workspace, NOW.date())
    told = form_of(workspace).read_bytes().decode("cp1252")
    assert told == "\r\n".join([HEAD, old[0][:-1], old[1][:-1], old[2][:-1], NEW, ""])
