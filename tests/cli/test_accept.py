"""`libstats check --accept`: alarms that somebody looked at, and when they are told again."""

from __future__ import annotations

import contextlib
from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

import libstats
from libstats.analysis.alarms import ALARMS, UNDECLARED
from libstats.analysis.alarms_accepted import accepted, heeded
from libstats.analysis.today import lists as today
from libstats.cli.accept import Acceptance, accept
from libstats.cli.listing import alarms
from libstats.cli.main import main
from libstats.cli.today import text
from libstats.definitions import decisions
from libstats.errors import LibstatsError
from libstats.report.today import page as written
from libstats.wording import records
from libstats.workspace.open import opened
from libstats.workspace.workspace import Workspace
from tests.support.files import write

NOW = datetime(2026, 10, 2, 8)
ITEMS = "itemnumber;barcode;homebranch\n"


def names(place: Workspace) -> dict[str, str]:
    """The alarms by what they are about."""
    with contextlib.closing(opened(place)) as con:
        return {row["place"]: row["id"] for row in records(libstats.check(con))}


@pytest.fixture
def doubtful(workspace: Workspace, tmp_path: Path) -> Workspace:
    """A workspace with two alarms: a barcode from a spreadsheet, and a code without a role."""
    text = f"{ITEMS[:-1]};notforloan\n1;3.12345E+13;EAST;77\n2;b2;EAST;\n"
    libstats.load(workspace, write(tmp_path / "items-2026-10-01.csv", text))
    return workspace


def test_alarms_of_any_kind_source_and_thing_go_by_other_names() -> None:
    things = ("item", "hold", "items-2026-10-01.csv", "a", "b")
    rows = [(a, s, t) for a in ALARMS for s in ("koha", "koha-east") for t in things]
    with duckdb.connect() as con:
        con.execute("create table alarm (name varchar, source varchar, thing varchar)")
        con.executemany("insert into alarm values (?, ?, ?)", rows)
        sql = f"select distinct {decisions.alarm_id_sql('name', 'source', 'thing')} from alarm"
        found = con.sql(sql).fetchall()
        # for good, since lines of forms carry them: the MD5 of the three texts, a sign of value 31
        # between them, begins with d347fac2
        assert con.sql(
            f"select {decisions.alarm_id_sql(*map(repr, ('two clocks', 'koha', 'loan')))}"
        ).fetchall() == [("sfgkvprd",)]
    assert len(found) == len(rows)


def by_accepted(con: duckdb.DuckDBPyConnection) -> set[str]:
    """The reasons of what is accepted, as a report asks for them."""
    return set(accepted(con, NOW.date()).values())


def alarm(rows: int, **accepted: Any) -> dict[str, Any]:
    """An alarm as `check` tells it."""
    none = dict.fromkeys(("accepted_for", "accepted_until", "accepted_rows"))
    return {"alarm": "two clocks", "rows": rows, **none, **accepted}


@pytest.mark.parametrize(
    ("told", "is_accepted"),
    [
        (alarm(5), False),
        (alarm(5, accepted_for="known and harmless"), True),
        # its day: on it, it is told again
        (alarm(5, accepted_for="being mended", accepted_until=date(2026, 10, 3)), True),
        (alarm(5, accepted_for="being mended", accepted_until=date(2026, 10, 2)), False),
        # a tenth more is the same fault, 12 of 10 are more faults than were looked at
        (alarm(11, accepted_for="happened once", accepted_rows=10), True),
        (alarm(12, accepted_for="happened once", accepted_rows=10), False),
        (alarm(1, accepted_for="happened once", accepted_rows=10), True),
        # a code is one thing, however many carry it
        (
            alarm(12, accepted_for="happened once", accepted_rows=10) | {"alarm": UNDECLARED},
            True,
        ),
    ],
)
def test_how_long_an_acceptance_holds(told: dict[str, Any], is_accepted: bool) -> None:
    assert heeded([told], NOW) == (([], [told]) if is_accepted else ([told], []))


@pytest.mark.slow
def test_check_exits_with_0_once_all_is_accepted(
    doubtful: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["-w", str(doubtful.folder), "check"]
    by_place = names(doubtful)
    assert main(command) == 1
    assert f"[{by_place['item']}]" in capsys.readouterr().out
    known = ["--accept", by_place["item"], "--reason", "known", "--remark", "Zwölf"]
    assert main([*command, *known]) == 1  # the other one is left
    out = capsys.readouterr().out
    assert f"Alarm {by_place['item']} is accepted: known and harmless." in out
    assert "accepted: barcodes from a spreadsheet: item (koha), 1" in out
    (code,) = set(by_place.values()) - {by_place["item"]}
    assert main([*command, "--accept", code, "--reason", "being", "--until", "2199-01-01"]) == 1
    assert main([*command, "--accept", f"[{code}]", "--reason", "being"]) == 0
    assert "Nothing looks wrong but what was accepted." in capsys.readouterr().out
    with libstats.open(doubtful) as con:
        found = today.read(con, NOW)
        assert by_accepted(con) == {"being mended", "known and harmless"}
    assert (found.alarms, len(found.accepted)) == ([], 2)
    assert "Alarms: none\n" in text(found) and "Alarms accepted: 2" in text(found)
    page = written.page(found)
    assert "<summary>2 alarms are accepted</summary>" in page and "being mended" in page
    assert main([*command, "--take-back", code]) == 1
    libstats.undo(doubtful, 4)
    assert main(command) == 0
    libstats.undo(doubtful, 3)
    assert main(command) == 1


@pytest.mark.slow
def test_a_file_of_the_next_day_is_another_thing_though_its_name_is_the_same(
    workspace: Workspace, tmp_path: Path
) -> None:
    rows = "".join(f"{n};b{n};EAST\n" for n in range(1000))
    found = []
    for branch in ("EAST", "WEST"):
        file = write(tmp_path / "items.csv", ITEMS + rows.replace("EAST", branch))
        libstats.load(workspace, file, exported_at=f"2026-10-0{len(found) + 1}")
        found.append(names(workspace))
        with contextlib.closing(opened(workspace)) as con:
            told = records(libstats.check(con))
        accept(workspace, Acceptance([told[-1]["id"]], [], "true"), NOW)
    assert len(told) == 2 and len({row["id"] for row in told}) == 2
    assert {row["place"] for row in told} == {"items.csv"}
    # those of the first day go by the same name on the second
    assert found[0]["items.csv"] in {row["id"] for row in told}


@pytest.mark.slow
def test_what_is_wrong_is_refused_in_words(doubtful: Workspace) -> None:
    name = names(doubtful)["item"]
    for said, problem in (
        (Acceptance([name], [], None), "no reason is given"),
        (Acceptance([name], [], "someone was asked"), "is no reason of the list"),
        (Acceptance([name], [], "known", "2026-10-01"), "is not a day to come"),
        (Acceptance([f"{name[:-1]}z"], [], "known"), f"Did you mean: {name}"),
        (Acceptance([name, "zzzz"], [], "known"), "`libstats check` shows the name of each"),
        (Acceptance([], [name]), "is accepted"),
    ):
        with pytest.raises(LibstatsError, match=problem):
            accept(doubtful, said, NOW)
    assert alarms(doubtful, NOW)[1]
    with libstats.open(doubtful) as con:
        assert con.sql("from decision").fetchall() == []
