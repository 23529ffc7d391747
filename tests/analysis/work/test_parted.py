"""The analyses of work, made of what each of several libraries adds up: to the last bit what one
says that holds all of their cases."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from typing import Any

import duckdb
import pytest

import libstats
from libstats.analysis.work.curve import TURNAROUND_CURVE
from libstats.libraries.parted_analyses import PARTED
from libstats.workspace.workspace import Workspace
from tests.support.cases import HEAD, configured
from tests.support.files import write

pytestmark = pytest.mark.slow
BEGIN = datetime(2026, 1, 1)
OPEN_DAYS = '[calendar.default]\nopen = {mon = "09:00-17:00", thu = "09:00-17:00"}\n'
PERIOD: dict[str, Any] = {"process": "hold", "since": "2026-01-05", "until": "2026-03-20"}
AS_OF = {"as_of": "2026-04-02 12:30"}
WATCHED = {"observed_from": "2026-01-25 08:00"}
ASKED: list[tuple[str, dict[str, Any]]] = [
    ("turnaround", AS_OF),
    ("turnaround", {**AS_OF, "by": "branch", "unit": "hours"}),
    ("turnaround", {**AS_OF, "by": "month", "unit": "open days"}),
    ("turnaround", {**AS_OF, "by": "source", "grid": "days", "unit": "hours"}),
    ("turnaround", {**AS_OF, **WATCHED, "by": "branch"}),
    ("turnaround", {**AS_OF, **WATCHED, "grid": "days"}),
    ("backlog", {}),
    ("backlog", {"by": "branch", "every": "month"}),
    ("backlog", {"by": "kind", "grid": "days", "end": "picked_up"}),
    ("fill_rate", AS_OF),
    ("fill_rate", {**AS_OF, "by": "branch"}),
    ("fill_rate", {**AS_OF, "by": "kind"}),
    ("fill_rate", {**AS_OF, "by": "month"}),
    ("signals", {"measure": "done"}),
    ("signals", {"measure": "done", "by": "branch"}),
    ("signals", {"measure": "wait", "grid": "days"}),
    ("turnaround_curve", {**AS_OF, "by": "branch"}),
    ("turnaround_curve", {**AS_OF, **WATCHED, "unit": "hours"}),
]


def holds(chance: random.Random) -> list[str]:
    """Lines of holds of all kinds: filled after hours or weeks, some known by the day alone, some
    before they were placed; given up, open, paused, fetched without a record of when they stood
    ready."""
    found = []
    for case in range(150):
        branch = chance.choice(["EAST", "WEST", ""])
        placed = BEGIN + timedelta(hours=chance.randrange(80 * 24))
        waits = [-90, 0, 60, 1440, 2880, *chance.sample(range(40_000), 6)]
        wait = timedelta(minutes=chance.choice(waits))
        steps = [("placed", placed)]
        if wait > timedelta(hours=1) and chance.random() < 0.3:
            steps.append(("suspended", placed + wait / 3))
            if chance.random() < 0.6:
                steps.append(("resumed", placed + wait / 2))
        end = chance.choice(["ready", "ready", "ready", "cancelled", "picked_up", None])
        if end:
            steps.append((end, placed + wait))
        form = "%Y-%m-%d" if chance.random() < 0.3 else "%Y-%m-%d %H:%M:%S"
        found += [f"hold,{case},{step},{at:{form}},{branch}\n" for step, at in steps]
    return found


def test_the_sums_of_stores_make_the_answer_of_one(workspace: Workspace) -> None:
    chance = random.Random(18)
    place = configured(workspace, OPEN_DAYS)
    file = write(workspace.exports / "holds-2026-04-02.csv", HEAD + "".join(holds(chance)))
    assert libstats.load(place, [file]).is_clean
    with libstats.open(place) as con:
        con.execute("create temp table told as from milestone")
        for analysis, given in ASKED:
            stores = chance.randrange(2, 6)
            split = chance.choices(range(stores), k=150)
            parameters = {**PERIOD, **given}
            one = made(con, analysis, [0] * 150, parameters)
            assert made(con, analysis, split, parameters) == one, given
            assert one, given


def made(
    con: duckdb.DuckDBPyConnection, analysis: str, split: list[int], given: dict[str, Any]
) -> list[tuple[Any, ...]]:
    """What is made of the sums of the stores into which the cases are split."""
    parted = {**PARTED, "turnaround_curve": TURNAROUND_CURVE}[analysis]
    tables = []
    for store in sorted(set(split)):
        con.execute(
            """
            create or replace temp view milestone as
            select *
            from told
            where list_extract(getvariable('split'), case_id::integer + 1) = getvariable('store')
            """
        )
        con.execute("set variable split = $split", {"split": split})
        con.execute("set variable store = $store", {"store": store})
        sums = parted.sums(con, **given)
        con.execute(f"create or replace temp table sums_{store} as {sums.sql}", sums.params)
        tables.append(f"from sums_{store}")
    con.execute(f"create or replace temp view sums as {' union all by name '.join(tables)}")
    answer = parted.made(**{name: value for name, value in given.items() if name != "grid"})
    return con.sql(answer.sql, params=answer.params).fetchall()
