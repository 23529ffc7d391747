"""What is counted by hand or at the door: visits, reference questions, programmes, reserves."""

from __future__ import annotations

import re
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

import libstats
from libstats.analysis.today import lists as today
from libstats.cli.today import text
from libstats.definitions import counted
from libstats.errors import AnalysisError, WorkspaceError
from libstats.workspace.workspace import CONFIG, Workspace, find
from tests.support.files import DOCS, write
from tests.support.tables import holding

OCTOBER = {"since": "2026-10-01", "until": "2026-11-01"}


def count(measure: str, value: float, day: str, **more: Any) -> dict[str, Any]:
    """A line of the form."""
    given = {"kind": "all", "branch": "EAST", "ends_on": day, **more}
    return {"measure": measure, "value": value, "starts_on": day, **given}


def rows(found: duckdb.DuckDBPyRelation, columns: str) -> list[tuple[Any, ...]]:
    """Some columns of an answer."""
    return found.select(columns).fetchall()


def test_visits_are_those_of_whole_lines() -> None:
    """100 and 60 on two days; a week that began in September is told and left out."""
    week = count("visits", 700, "2026-09-28", ends_on="2026-10-04")
    con = holding(
        manual_count=[
            count("visits", 100, "2026-10-05"),
            count("gate counts", 60, "2026-10-06", is_estimate=True),
            week,
            count("visits", 9, "2026-10-05", branch="WEST"),
            count("reference questions", 5, "2026-10-05"),
        ]
    )
    found = libstats.visits(con, **OCTOBER)
    columns = "part, visits, estimated, days_counted, per_day_counted, lines_across"
    assert rows(found, columns) == [("EAST", 160, 60, 2, 80.0, 1), ("WEST", 9, 0, 1, 9.0, 0)]


def test_a_month_and_its_weeks_are_told() -> None:
    month = count("visits", 300, "2026-10-01", ends_on="2026-10-31")
    con = holding(manual_count=[month, count("visits", 70, "2026-10-05", ends_on="2026-10-11")])
    found = libstats.visits(con, by="all", **OCTOBER)
    assert rows(found, "visits, days_counted, lines_overlapping") == [(370, 31, 2)]


def test_what_spans_two_months_is_of_neither() -> None:
    con = holding(
        manual_count=[
            count("visits", 70, "2026-10-26", ends_on="2026-11-01"),
            count("visits", 10, "2026-11-02"),
        ]
    )
    found = libstats.visits(con, by="month", since="2026-10-01", until="2026-12-01")
    assert rows(found, "part, visits") == [("2026-11", 10), (None, 70)]


def test_questions_by_kind_and_hour() -> None:
    con = holding(
        manual_count=[
            count("reference questions", 3, "2026-10-05", kind="phone, 14:00"),
            count("Reference", 2, "2026-10-05", kind="in person, 14:00"),
            count("enquiries", 4, "2026-10-06", kind="phone, 9:00"),
            count("questions", 1, "2026-10-06", kind="chat"),
            count("questions", 8, "2026-10-07", kind="10:00"),
        ]
    )
    ask = libstats.reference_questions
    assert rows(ask(con, by="hour", **OCTOBER), "part, questions") == [
        (9, 4),
        (10, 8),
        (14, 5),
        (None, 1),
    ]
    assert rows(ask(con, **OCTOBER), "part, questions") == [
        ("all", 8),
        ("chat", 1),
        ("in person", 2),
        ("phone", 7),
    ]


def test_programmes_by_age_and_format() -> None:
    """Two sessions with 30 people; one online of which nobody counted who came."""
    con = holding(
        manual_count=[
            count("programmes", 2, "2026-10-05", kind="children 0-5, in person"),
            count("programme attendance", 30, "2026-10-05", kind="children 0-5, in person"),
            count("programs", 1, "2026-10-06", kind="adults, online"),
            count("program attendance", 12, "2026-10-07"),
        ]
    )
    found = libstats.programmes(con, **OCTOBER)
    assert rows(found, "age, format, programmes, attendance, per_programme") == [
        ("adults", "online", 1, None, None),
        ("all", None, None, 12, None),
        ("children 0-5", "in person", 2, 30, 15.0),
    ]


def test_each_word_is_of_one_measure() -> None:
    listed = [word for words in counted.words().values() for word in words]
    assert len(listed) == len(set(listed))
    assert all(word == word.lower() for word in listed)


def test_a_part_that_there_is_not_is_refused() -> None:
    with pytest.raises(AnalysisError, match="counts cannot be parted by"):
        libstats.visits(holding(), by="moon", **OCTOBER)


def test_a_door_counter_s_list_is_read_by_a_map(workspace: Workspace, tmp_path: Path) -> None:
    """Every hour in and out are counted, so that each visit is counted twice."""
    config = workspace.folder / CONFIG
    own = """
[export."gate hours"]
recognise = ["Site", "Hour beginning", "In", "Out"]
dates = "month first, as in 10/31/2026"
[export."gate hours".fills]
manual_count = '''
    'visits' as measure,
    strftime(us_time("Hour beginning"), '%H:00') as kind,
    "Site" as branch,
    us_time("Hour beginning")::date as starts_on,
    us_time("Hour beginning")::date as ends_on,
    (whole_number("In") + whole_number("Out")) / 2 as value
'''
"""
    write(config, config.read_text(encoding="utf-8") + own)
    text = (
        "Site,Hour beginning,In,Out\n"
        "EAST,10/05/2026 10:00,40,36\nEAST,10/05/2026 11:00,10,14\nWEST,10/05/2026 10:00,3,3\n"
    )
    place = find(workspace.folder)
    receipt = libstats.load(place, [write(tmp_path / "gate-2026-10-31.csv", text)]).files[0]
    assert (receipt.outcome, receipt.dispositions["new"]) == ("loaded", 3)
    with libstats.open(place) as con:
        assert rows(libstats.visits(con, **OCTOBER), "part, visits") == [
            ("EAST", Decimal(50)),
            ("WEST", Decimal(3)),
        ]
        hours = libstats.visits(con, by="hour", **OCTOBER)
        assert rows(hours, "part, visits") == [(10, Decimal(41)), (11, Decimal(12))]


def test_reserves_are_ready_by_the_first_class() -> None:
    """Of six needed one is ready on the day, one a day late, one waits, one was given up; of one
    nobody knows since when; one is needed by no day of the period."""
    need = {"needed_by": "2026-09-01", "branch": "EAST"}
    con = holding(
        item=[{"item_id": "1", "source": "own"}],  # so that the words of that source are known
        reserve_request=[
            {**need, "reserve_request_id": "1", "available_at": "2026-09-01 16:00"},
            {**need, "reserve_request_id": "2", "available_at": "2026-09-02 08:00"},
            {**need, "reserve_request_id": "3", "status_as_exported": "open", "source": "own"},
            {**need, "reserve_request_id": "4", "cancelled_at": "2026-08-20"},
            {**need, "reserve_request_id": "5", "status_as_exported": "Done", "source": "own"},
            {**need, "reserve_request_id": "6", "needed_by": "2027-01-10"},
        ],
    )
    found = libstats.reserves_ready(con, since="2026-08-01", until="2026-12-01", by="branch")
    assert rows(
        found, "part, needed, ready, late, waiting, given_up, not_judged, round(share_ready, 3)"
    ) == [("EAST", 5, 1, 1, 1, 1, 1, 0.333)]


def test_equipment_is_told_apart_from_the_collection() -> None:
    """Of four checkouts two are of laptops, of one the type is not told."""
    types = ["Laptop", "LAPTOP ", "BK", None]
    con = holding(
        config={"roles": {"koha": {"code": {"item_type": {"LAPTOP": "equipment"}}}}},
        circulation_event=[
            {
                "happened_at": f"2026-10-05 10:0{n}",
                "branch": "EAST",
                "kind": "checkout",
                "item_type": item_type,
            }
            for n, item_type in enumerate(types)
        ],
    )
    found = libstats.circulation_by(con, "stock", **OCTOBER)
    assert rows(found, "stock, checkouts") == [("collection", 1), ("equipment", 2), (None, 1)]


def test_a_role_that_no_type_can_have_is_refused(workspace: Workspace) -> None:
    config = workspace.folder / CONFIG
    own = '\n[roles.koha.code.item_type]\n"LAPTOP" = "on loan"\n'
    write(config, config.read_text(encoding="utf-8") + own)
    with pytest.raises(WorkspaceError, match="equipment"):
        find(workspace.folder)


def test_digitisation_and_theses_from_the_page_s_own_lines_to_today_s_list(
    workspace: Workspace, tmp_path: Path
) -> None:
    """A thesis took 8 days; another is open for three; a map is late by 42 days."""
    page = (DOCS / "counts.md").read_text(encoding="utf-8").partition("Any other work")[2]
    own, listed = re.findall(r"```(?:toml|csv)\n(.*?)```", page, re.S)
    config = workspace.folder / CONFIG
    write(config, config.read_text(encoding="utf-8") + "\n" + own)
    place = find(workspace.folder)
    libstats.load(place, [write(tmp_path / "steps-2026-10-31.csv", listed)])
    with libstats.open(place) as con:
        waits = libstats.turnaround(con, "theses", as_of="2026-10-31", **OCTOBER)
        assert rows(waits, "cases, reached, still_open, naive_p50") == [(2, 1, 1, 8.0)]
        shown = " ".join(text(today.read(con, datetime(2026, 10, 31, 9))).split())
    assert "Digitisation: late" in shown
    assert "map-12 QBC scanned 2026-09-03, next: published" in shown
    assert "Theses: 0 late, 0 near, 1 in time" in shown


def test_a_whole_beside_its_parts_overlaps_by_kind_and_by_branch() -> None:
    """All visits of EAST beside those at 14:00, and all branches beside WEST; 15:00 stands beside
    14:00 alone, which is no overlap."""
    line = {"measure": "visits", "starts_on": "2026-10-01", "ends_on": "2026-10-31", "value": "9"}
    lines = [
        {**line, "kind": kind, "branch": branch}
        for kind, branch in (("all", "EAST"), ("14:00", "EAST"), ("15:00", "WEST"))
    ]
    con = holding(manual_count=lines)
    found = libstats.visits(con, since="2026-10-01", until="2026-11-01", by="branch")
    assert found.select("part, lines_overlapping").fetchall() == [("EAST", 2), ("WEST", 0)]
    con = holding(manual_count=[*lines[1:], {**line, "kind": "all", "branch": "all"}])
    found = libstats.visits(con, since="2026-10-01", until="2026-11-01", by="all")
    assert found.select("lines_overlapping").fetchall() == [(3,)]


def test_public_computers_wifi_and_microfilm_stand_apart() -> None:
    """Two months of computers, 40 and 2 uses; wifi of October from a sample."""
    line = {"kind": "all", "branch": "EAST", "starts_on": "2026-10-01", "ends_on": "2026-10-31"}
    with holding(
        manual_count=[
            {**line, "measure": "PC sessions", "value": 40},
            {**line, "measure": "pc sessions", "branch": "WEST", "value": 2},
            {**line, "measure": "Wi-Fi", "value": 900, "is_estimate": True},
            {**line, "measure": "visits", "value": 5},
        ]
    ) as con:
        found = libstats.technology_uses(con, since="2026-10-01", until="2026-11-01")
        assert found.select("measure, part, uses, estimated, days_counted").fetchall() == [
            ("public computer sessions", "all", 42, 0, 31),
            ("wifi sessions", "all", 900, 900, 31),
        ]
