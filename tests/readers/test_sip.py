"""Messages of SIP2 in each wrapper: what was done, by whom never."""

from __future__ import annotations

import contextlib
from datetime import datetime, timedelta
from pathlib import Path

import pytest

import libstats
from libstats.cli import main
from libstats.errors import AnalysisError
from libstats.loading.receipt import FileReceipt
from libstats.readers.logs.sip_message import read, reason_of
from libstats.workspace.workspace import Workspace
from tests.analysis.test_sql import questions
from tests.support.sip import WRAPPERS, Said, checksum

DAY = datetime(2026, 10, 31, 9)
EVENTS = """
    select happened_at::varchar, kind, outcome, reason, barcode, is_offline
    from machine_event
    order by all
"""


def clock(second: int) -> str:
    """A moment as messages write it."""
    return f"{DAY + timedelta(seconds=second):%Y%m%d    %H%M%S}"


def talk() -> list[Said]:
    """A checkout, sent again; a renewal, a refusal, a return of what was not lent."""
    fields = "AOEAST|AA20001|AB{}|AJA title|AFThe text|"
    said = [
        (0, True, f"11YN{clock(0)}{clock(0)}AOEAST|AA20001|AB31234|AC|ADsecret|AY1"),
        (1, False, f"121NUY{clock(1)}{fields.format('31234')}AY1"),
        (4, True, f"11YN{clock(0)}{clock(0)}AOEAST|AA20001|AB31234|AC|ADsecret|AY1"),
        (5, False, f"121NUY{clock(5)}{fields.format('31234')}AY1"),
        (60, False, f"121YUY{clock(60)}{fields.format('31235')}AY2"),
        (61, False, f"120NUN{clock(61)}AOEAST|AA20001|AB31236|AJ|AH|AFToo many checked out|AY3"),
        (62, False, f"100NUY{clock(62)}AOEAST|AB31237|CV99|AFItem not checked out|AY4"),
        (63, True, "9900302.00AY5"),
    ]
    return [(DAY + timedelta(seconds=n), by, checksum(text)) for n, by, text in said]


def loaded(workspace: Workspace, path: Path, lines: list[str]) -> FileReceipt:
    """The receipt of a log."""
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return libstats.load(workspace, [path]).files[0]


@pytest.mark.parametrize("wrapper", WRAPPERS)
def test_each_wrapper_tells_the_same(wrapper: str, workspace: Workspace, tmp_path: Path) -> None:
    lines = [WRAPPERS[wrapper](said) for said in talk()]
    receipt = loaded(workspace, tmp_path / "sip-2026-10-31.log", lines)
    assert receipt.outcome == "loaded", receipt.reason
    assert sum(receipt.dispositions.values()) == receipt.rows_read == 8
    assert (receipt.dispositions["new"], receipt.dispositions["set aside"]) == (4, 4)
    with libstats.open(workspace) as con:
        assert con.sql(EVENTS).fetchall() == [
            ("2026-10-31 09:00:01", "checkout", "done", None, "31234", None),
            ("2026-10-31 09:01:00", "renewal", "done", None, "31235", None),
            ("2026-10-31 09:01:01", "checkout", "refused", "too many on loan", None, None),
            ("2026-10-31 09:01:02", "checkin", "not on loan", None, "31237", None),
        ]


@pytest.mark.parametrize(("wrapper", "lacks"), [("syslog", "year"), ("folio", "day")])
def test_what_no_line_tells_the_name_must(
    wrapper: str, lacks: str, workspace: Workspace, tmp_path: Path
) -> None:
    receipt = loaded(workspace, tmp_path / "sip.log", [WRAPPERS[wrapper](s) for s in talk()])
    assert receipt.outcome == "refused"
    assert f"its times lack their {lacks}, and so does its name" in receipt.reason
    assert "sip-2026-10-31.log" in receipt.reason


def test_a_year_is_that_before_the_day_of_the_name(workspace: Workspace, tmp_path: Path) -> None:
    """A file of New Year's day holds the last of December."""
    lines = [
        f"{day} server08 sip[1]: OUTPUT MSG: '121NUY20260101    000000AOEAST|AB{n}|AY{n}'"
        for n, day in enumerate(["Dec 31 23:59:00", "Jan  1 00:01:00"])
    ]
    loaded(workspace, tmp_path / "sip-2027-01-01.log", lines)
    with libstats.open(workspace) as con:
        assert con.sql("select happened_at::varchar from machine_event order by 1").fetchall() == [
            ("2026-12-31 23:59:00",),
            ("2027-01-01 00:01:00",),
        ]


def test_an_answer_with_the_same_number_for_somebody_else_is_another(
    workspace: Workspace, tmp_path: Path
) -> None:
    patron = f"64{' ' * 14}001{clock(0)}{'0000' * 6}AOLIB|AA{{}}|AE|BLY|CQY|AY1"
    other = [(DAY + timedelta(seconds=n), False, patron.format(n)) for n in (1, 1, 2)]
    receipt = loaded(workspace, tmp_path / "sip.log", [WRAPPERS["koha"](s) for s in other])
    assert (receipt.dispositions["new"], receipt.dispositions["set aside"]) == (2, 1)


def test_what_a_machine_did_offline_counts_when_it_did_it(
    workspace: Workspace, tmp_path: Path
) -> None:
    said = [
        (DAY, True, f"09Y{clock(-3600)}{' ' * 18}AP|AOEAST|AB31234|AC|"),
        (DAY, False, f"101NUN{clock(0)}AOEAST|AB31234|"),
        (DAY, True, f"09N{clock(-3600)}{clock(-3600)}AP|AOEAST|AB31235|AC|BIY|"),
        (DAY, False, f"101NUN{clock(0)}AOEAST|AB31235|"),
    ]
    loaded(workspace, tmp_path / "sip.log", [WRAPPERS["koha"](s) for s in said])
    with libstats.open(workspace) as con:
        assert con.sql(EVENTS).fetchall() == [
            ("2026-10-31 08:00:00", "checkin", "done", None, "31234", True),
            ("2026-10-31 09:00:00", "checkin", "taken back", None, "31235", None),
        ]


@pytest.mark.parametrize("days", [-3, 5])
def test_a_log_is_of_the_day_of_its_own_lines_whatever_an_offline_clock_says(
    days: int, workspace: Workspace, tmp_path: Path
) -> None:
    """The newest lines are what a machine did offline, by a clock of another day."""
    offline = DAY + timedelta(days=days)
    said = [
        (DAY, False, f"121NUN{clock(0)}AOEAST|AA1|AB31234|"),
        (DAY + timedelta(hours=1), True, f"09Y{offline:%Y%m%d    %H%M%S}{' ' * 18}AP|AB31235|"),
        (DAY + timedelta(hours=1), False, f"101NUN{clock(3600)}AOEAST|AB31235|"),
    ]
    loaded(workspace, tmp_path / "sip.log", [WRAPPERS["koha"](s) for s in said])
    with libstats.open(workspace) as con:
        newest = con.sql("select max(happened_at) from machine_event where is_offline")
        assert newest.fetchall() == [(offline,)]
        told = con.sql("select exported_at::varchar from loaded_file")
        assert told.fetchall() == [("2026-10-31 10:00:00",)]


@pytest.mark.parametrize(
    ("screen", "reason"),
    [
        ("", ""),
        ("Item can not be charged : see help desk", "other"),
        ("Patron has reached the checkout limit", "too many on loan"),
        ("Item is on hold for another patron", "wanted by another"),
        ("Your card has expired", "card expired"),
        ("Incorrect PIN", "wrong password"),
        ("You owe fines of 12.50", "money owed"),
        ("Renewal limit reached", "renewed too often"),
        ("Bitte fragen Sie am Pult", "other"),
    ],
)
def test_a_reason_is_one_of_a_list(screen: str, reason: str) -> None:
    assert reason_of(screen) == reason


def test_words_of_no_known_reason_are_shown_on_the_screen_alone(
    workspace: Workspace, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = f"120NUN{clock(61)}AOEAST|AA20001|AB31236|AJ|AH|AFFragen Sie am Pult|AY3"
    lines = [WRAPPERS["koha"]((DAY, False, t)) for t in (text, "12")]
    path = tmp_path / "sip.log"
    receipt = loaded(workspace, path, lines)
    assert (receipt.dispositions["new"], receipt.dispositions["rejected"]) == (1, 1)
    assert any("counted of which something is not known" in note for note in receipt.notes)
    main.main(["-w", str(workspace.folder), "rejects"])
    told = capsys.readouterr().out
    assert "line 1: refused in words that libstats does not know: counted as other" in told
    assert "Pult" not in told
    main.main(["-w", str(workspace.folder), "rejects", "--show", str(path)])
    assert "AFFragen Sie am Pult" in capsys.readouterr().out
    assert not any(b"Pult" in p.read_bytes() for p in workspace.store.rglob("*") if p.is_file())


@pytest.mark.parametrize(
    ("text", "branch"),
    [
        (f"121NUY{clock(0)}AOEAST^AA20001^AB31234^AFa|b^", "EAST"),
        (f"101YNN{clock(0)}AOEAST^AB31234^AFa|b^", "EAST"),
        (f"11YN{clock(0)}{clock(0)}AOEAST^AA20001^AB31234^AC^ADse|cret", "EAST"),
        (f"121NUY{clock(0)}AO|AA20001|AB31234|AFa^b|", None),
        # nothing tells which of the two signs ends a field
        (f"121NUY{clock(0)}AOEAST^AA20001|AB31234|", "EAST"),
        (f"121NUY{clock(0)}AOEAST|AP1^AA20001|AB31234|", "EAST"),
    ],
)
def test_a_delimiter_that_stands_in_a_text_too_lays_no_patron_beside_a_branch(
    text: str, branch: str | None
) -> None:
    found = read(text)
    assert found
    assert found.told.get("AO") == branch
    assert "20001" not in repr(found)


def test_other_delimiters_bent_parts_and_what_is_no_message() -> None:
    caret = read(f"121NUY{clock(0)}AOEAST^AA20001^AB31234^AFx^AY1AZ0000")
    assert caret
    assert (caret.told, caret.sequence) == ({"AO": "EAST", "AB": "31234"}, "1")
    bent = read("64              00119980723 104009000100000002000100020000AOLIB|AA1|BLY|AY4AZ608F")
    assert bent
    assert (bent.told, bent.at, bent.is_bent) == (
        {"AO": "LIB", "BL": "Y"},
        "1998-07-23 10:40:09",
        True,
    )
    assert [read(text) for text in ("", "1", "77AO|", "12", "121NUY2026")] == [None] * 5


# which tell of machines as such, or of what is loaded
OF_MACHINES = {"machine_refusals", "machine_use", "self_service", "coverage", "freshness"}


def totals(workspace: Workspace) -> dict[str, list[tuple[object, ...]]]:
    """What every analysis answers, by its name; nothing of what cannot be asked."""
    found: dict[str, list[tuple[object, ...]]] = {}
    with libstats.open(workspace) as con:
        for name, given in {str(each): each for each in questions(["loan"])}.values():
            if name in ("receipt", "sums") or given.get("process", "loan") not in ("loan", "hold"):
                continue
            with contextlib.suppress(AnalysisError):
                found.setdefault(name, []).extend(
                    getattr(libstats, name)(con=con, **given).fetchall()
                )
    return found


@pytest.mark.slow
def test_a_log_of_machines_changes_no_total_of_the_system(
    workspace: Workspace, tmp_path: Path
) -> None:
    own = (
        "datetime,branch,type,itemnumber,itemtype,location,ccode,borrowernumber,categorycode,value\n"
        "2026-10-31 09:00:01,EAST,issue,1,BK,STACKS,GEN,5,ADULT,0\n"
        "2026-10-31 09:20:00,EAST,issue,2,BK,STACKS,GEN,6,ADULT,0\n"
    )
    (tmp_path / "statistics-2026-11-01.csv").write_text(own, encoding="utf-8")
    libstats.load(workspace, [tmp_path / "statistics-2026-11-01.csv"])
    period = {"since": "2026-10-01", "until": "2026-11-01"}
    before = totals(workspace)
    loaded(workspace, tmp_path / "sip-2026-10-31.log", [WRAPPERS["koha"](s) for s in talk()])
    after = totals(workspace)
    assert len(before) > 40
    assert before["circulation"] == after["circulation"] != []
    assert {name for name in before if before[name] != after[name]} == OF_MACHINES
    with libstats.open(workspace) as con:
        assert libstats.self_service(con, **period).fetchall() == [
            ("EAST", 2, 1, 0.5, "machines", 1, "partly", "told of from 2026-10-31 on")
        ]
