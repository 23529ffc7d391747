"""What today's lists leave out because somebody said so, and when it comes back."""

from __future__ import annotations

import contextlib
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

import libstats
from libstats.analysis import left_alone
from libstats.analysis.left_alone import LeftAlone, holds
from libstats.analysis.today import lists as today
from libstats.cli.today import text
from libstats.definitions.processes import process_of
from libstats.report.today import page as written
from libstats.wording import records
from libstats.workspace.open import opened as opened_store
from libstats.workspace.workspace import Workspace
from tests.analysis.test_today import NOW, SIX
from tests.support.cases import HEAD, opened
from tests.support.files import write

DECISIONS = "process,source,case,decision,reason,until,entered_at,seen\n"
ENTERED = datetime(2026, 1, 9, 12)


def decision(what: str, until: date | None = None, seen: str | None = None, **more: Any) -> Any:
    """A decision of the 9th at noon."""
    return {"decision": what, "until_on": until, "entered_at": ENTERED, "seen": seen, **more}


def case(seen: str = "", last_at: datetime | None = None) -> Any:
    """A case as it is now."""
    return {"seen": seen, "last_at": last_at}


@pytest.mark.parametrize(
    ("decided", "now_known", "day", "is_held"),
    [
        # a snooze holds to the end of the day before its day, whatever moves
        (decision("snooze", date(2026, 1, 12)), case(), datetime(2026, 1, 11, 23), True),
        (decision("snooze", date(2026, 1, 12)), case(), datetime(2026, 1, 12), False),
        (decision("snooze", date(2026, 1, 12), "sent"), case("gone"), NOW, True),
        # a dismissal holds until its case is another than the one that was seen
        (decision("dismiss", None, "sent"), case("sent"), NOW, True),
        (decision("dismiss", None, "sent"), case("sent; Awaiting Reply"), NOW, False),
        # one that a person has given a day comes back then
        (decision("dismiss", date(2026, 1, 10), "sent"), case("sent"), NOW, False),
        # by hand nothing was seen: its time is compared, of a day alone its end
        (decision("dismiss"), case("", datetime(2026, 1, 9, 11)), NOW, True),
        (decision("dismiss"), case("", datetime(2026, 1, 9, 13)), NOW, False),
        (
            decision("dismiss") | {"entered_at": datetime(2026, 1, 9)},
            case("", datetime(2026, 1, 9, 13)),
            NOW,
            True,
        ),
        (decision("dismiss"), case(), NOW, True),
        # to accept is for alarms
        (decision("accept", None, "sent"), case("sent"), NOW, False),
        (decision("accept"), case(), NOW, False),
    ],
)
def test_how_long_a_decision_holds(
    decided: Any, now_known: Any, day: datetime, is_held: bool
) -> None:
    assert holds(decided, now_known, day) is is_held


def decide(workspace: Workspace, folder: Path, *lines: str) -> int:
    """Load lines of the form; gives the number of the load."""
    receipt = libstats.load(
        workspace, write(folder / "decisions.csv", DECISIONS + "".join(f"{x}\n" for x in lines))
    )
    assert receipt.is_clean, str(receipt)
    return receipt.files[0].seq or 0


def named(workspace: Workspace, now: datetime = NOW, **known: str) -> list[str]:
    """The late and near cases that are not left alone."""
    with contextlib.closing(opened_store(workspace.folder, **known)) as con:  # type: ignore[arg-type]
        left = LeftAlone(con, now).without(
            process_of(con, "mending"), libstats.worklist(con, "mending")
        )
        rows = left.filter("standing in ('late', 'near')").select("case_id").fetchall()
        return sorted(case for (case,) in rows)


@pytest.mark.slow
def test_a_snoozed_case_is_out_until_its_day_and_a_dismissed_one_until_it_moves(
    workspace: Workspace, tmp_path: Path
) -> None:
    opened(workspace, SIX, exported="2026-01-10").close()
    assert named(workspace) == ["5", "6"]
    load = decide(
        workspace,
        tmp_path,
        "mending,own,5,snooze,being worked on,2026-01-12,2026-01-10 09:00:00,",
        "mending,own,6,dismiss,duplicate,,2026-01-10 09:00:00,brought 2026-01-03 12:00",
    )
    assert named(workspace) == []
    assert named(workspace, datetime(2026, 1, 12)) == ["5"]
    # the worklist of the analysis is the whole truth
    with libstats.open(workspace.folder) as con:
        assert len(libstats.worklist(con, "mending").fetchall()) == 3
        found = today.read(con, NOW)
    assert found.work[0].counts["late"] == 0
    assert "Left alone for now: 2 (being worked on 1, duplicate 1)" in text(found)
    page = written.page(found)
    assert "<summary>Left alone for now: 2 (being worked on 1, duplicate 1)</summary>" in page
    assert "January 12, 2026" in page and "when it moves" in page
    # it moved before the decision, but was told of after it: nobody had seen that
    libstats.load(
        workspace,
        write(tmp_path / "b.csv", HEAD + "mending,6,glued,2026-01-10 08:00,WEST\n"),
        exported_at="2026-01-10 10:00",
    )
    assert named(workspace) == ["6"]
    libstats.undo(workspace, load)
    assert named(workspace) == ["5", "6"]


@pytest.mark.slow
def test_what_was_known_before_the_decision_shows_the_case(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened(workspace, SIX, exported="2026-01-10").close()
    decide(workspace, tmp_path, "mending,own,5,dismiss,duplicate,,2026-01-10 09:00:00,")
    with libstats.open(workspace) as con:
        day = con.sql("select min(loaded_at)::date from loaded_file").fetchall()[0][0]
    assert named(workspace, known_on=str(day)) == ["6"]
    # as if the form had been loaded a day later
    monkeypatch.setattr("libstats.store.ledger.seq_on", lambda con, on: 1)
    assert named(workspace, known_on=str(day)) == ["5", "6"]


@pytest.mark.slow
def test_decisions_are_no_export_that_could_be_old_or_new(
    workspace: Workspace, tmp_path: Path
) -> None:
    opened(workspace, SIX, exported="2026-01-10").close()
    decide(workspace, tmp_path, "mending,own,5,dismiss,duplicate,,2026-02-10 09:00:00,")
    with libstats.open(workspace.folder) as con:
        found = today.read(con, datetime(2026, 2, 10, 10))
    assert [export.name for export in found.exports] == ["own milestones"]
    assert found.warning.startswith("THESE LISTS SHOW JANUARY 10")


@pytest.mark.slow
def test_a_copy_on_the_hold_shelf_can_be_left_alone(workspace: Workspace, tmp_path: Path) -> None:
    head = "reserve_id;biblionumber;branchcode;reservedate;priority;found;waitingdate;expirationdate;itemnumber\n"
    libstats.load(
        workspace,
        write(
            tmp_path / "reserves-2026-01-10.csv",
            head + "1;7;EAST;2025-12-01;0;W;2025-12-20;2025-12-27;70\n",
        ),
    )
    with libstats.open(workspace) as con:
        shelf = records(libstats.hold_shelf(con))
    assert [row["hold_id"] for row in shelf] == ["1"]
    decide(workspace, tmp_path, "hold,koha,1,snooze,being worked on,2026-01-12,2026-01-10 09:00,")
    with libstats.open(workspace) as con:
        assert LeftAlone(con, NOW).off_shelf(shelf) == []
        assert [row["case_id"] for row in left_alone.everything(con, NOW)] == ["1"]
        assert LeftAlone(con, datetime(2026, 1, 12)).off_shelf(shelf) == shelf
