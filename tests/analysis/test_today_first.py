"""The top line of today's list: whatever waits is in it, whoever's it is."""

from __future__ import annotations

import dataclasses
from datetime import datetime
from typing import Any

import pytest

from libstats.analysis.today.desks import DESKS, HOLDS, first
from libstats.analysis.today.digital import Digital
from libstats.analysis.today.lists import Today, Work
from libstats.analysis.today.rows import DECIDE, DO
from libstats.analysis.work.worklist import STANDINGS
from libstats.definitions.processes import processes

NOW = datetime(2026, 11, 1)
ROW = {"task": "Ring them", "standing": "late", "who": None, "finding": "elsewhere"}
WAITS = {
    "licences": "To be decided: licences 2.",
    "subscriptions": "To be decided: subscriptions 2.",
    "digital_titles": "To be decided: digital titles 2.",
    "scanned": "Look into: copies that scans tell of 2.",
    "queues": "To be decided: holds and transit 2.",
}
# how fresh, how right and how whole the lists are, and what somebody has decided to leave
BESIDE = {"exports", "alarms", "alone", "accepted", "untold"}


def of(kind: str, **groups: int) -> Today:
    counts = dict.fromkeys(STANDINGS, 0)
    process = dataclasses.replace(next(iter(processes().values())), name=kind)
    cases = [{**ROW, "group_name": DO}] * groups.get("do", 0)
    sizes = {DO: groups.get("do", 0), DECIDE: groups.get("decide", 0)}
    return Today(NOW, [], [], [Work(process, NOW, counts, counts, sizes, cases)])


@pytest.mark.parametrize(
    ("desk", "kind"), [(desk, kind) for desk, kinds in DESKS.items() for kind in kinds]
)
def test_the_work_of_every_desk_is_in_the_top_line(desk: str, kind: str) -> None:
    name = desk.lower()
    assert first(of(kind, do=1)) == (
        f"Begin with {name}, “Ring them”: 1. 1 thing is to be done now: {name} 1."
    )
    assert first(of(kind, decide=3)) == (f"Nothing is late or left lying. To be decided: {name} 3.")


def test_work_of_no_desk_is_in_the_top_line() -> None:
    assert first(of("mending", decide=2)).endswith("To be decided: other work 2.")


@pytest.mark.parametrize(
    "name", [each.name for each in dataclasses.fields(Today) if str(each.type).startswith("list")]
)
def test_every_list_is_in_the_top_line(name: str) -> None:
    if name in {*BESIDE, "work"}:
        return
    rows: Any = [ROW, ROW]
    found = first(dataclasses.replace(Today(NOW, [], [], []), **{name: rows}))
    if name == "shelf":
        assert found.endswith(f"2 things are to be done now: {HOLDS.lower()} 2.")
    else:
        assert found == f"Nothing is late or left lying. {WAITS[name]}"


def test_reports_that_did_not_come_and_refusals_are_in_the_top_line() -> None:
    digital = Digital(missing=[ROW], refused=[ROW, ROW])
    today = Today(NOW, [], [], [], digital=digital, licences=[ROW])
    assert first(today) == (
        "Nothing is late or left lying. To be decided: licences 1. "
        "Look into: reports of use that did not come 1, days of many refusals 2."
    )
    assert first(Today(NOW, [], [], [])) == "Nothing waits."
