"""Receipts of the flow analyses, and `libstats explain`: small cases worked by hand."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb
import pytest

import libstats
from libstats.cli import main
from libstats.errors import AnalysisError
from libstats.workspace import Workspace
from tests.cases import opened
from tests.test_turnaround import FOUR

JANUARY: dict[str, Any] = {"since": "2026-01-01", "until": "2026-02-01"}
# 5 has no beginning, 6 began before the period and is open; 7 passed the end without a record of it
SEVEN = [*FOUR, "5,mended,2026-01-07,EAST", "6,brought,2025-12-01,EAST", "7,brought,2026-01-08,EAST", "7,shelved,2026-01-09,EAST"]


def parts(con: duckdb.DuckDBPyConnection, analysis: str, **given: Any) -> dict[str, list[tuple[str, str]]]:
    """A receipt by part."""
    found: dict[str, list[tuple[str, str]]] = {}
    for part, what, value in libstats.receipt(con, analysis, process="mending", **given).fetchall():
        found.setdefault(part, []).append((what, value))
    return found


def test_a_receipt_of_turnaround_says_all(workspace: Workspace) -> None:
    found = parts(opened(workspace, SEVEN), "turnaround", by="branch", **JANUARY)
    assert found["definition"][0][1].startswith("of the cases whose `start` lies in the period")
    assert found["definition"][1] == ("mending", "a book to be mended; it begins with brought, is done with mended, given up with discarded")
    assert found["period"] == [("since", "2026-01-01"), ("until, not included", "2026-02-01"), ("as of the newest export", "2026-03-01 00:00")]
    assert found["parameter"] == [("by", "branch")]
    assert found["load"] == [("mending-2026-03-01.csv", "own milestones, exported 2026-03-01 00:00, 11 rows")]
    assert found["cases used"] == [("mending", "4")]
    assert [n for _, n in found["left out"]] == ["1", "1", "1"]


@pytest.mark.parametrize(
    ("analysis", "given", "used", "left"),
    [
        # throughput: 1, 2 and 5 were mended in January
        ("throughput", JANUARY, 3, [4, 0]),
        # 1, 2, 3, 4 have a beginning in January and a known end or none; 5 has none, 7's end is unknown, 6 began before
        ("turnaround", JANUARY, 4, [1, 1, 1]),
        ("backlog", JANUARY, 5, [1, 1]),
        # open: 3 and 6; 5 has no beginning, 1, 2 and 7 are through, 4 was discarded
        ("worklist", {}, 2, [1, 3, 1]),
    ],
)
def test_used_and_left_out_are_all_cases(workspace: Workspace, analysis: str, given: dict[str, Any], used: int, left: list[int]) -> None:
    found = parts(opened(workspace, SEVEN), analysis, **given)
    assert found["cases used"] == [("mending", str(used))]
    assert [int(n) for what, n in found["left out"] if not what.startswith("counted")] == left
    assert used + sum(left) == 7


def test_only_loads_that_tell_of_the_process_are_named(workspace: Workspace) -> None:
    con = opened(workspace, FOUR)
    con.close()
    other = workspace.exports / "dusting-2026-03-02.csv"
    other.write_text("process,case,milestone,happened_at\ndusting,1,dusted,2026-03-01\n", encoding="utf-8")
    libstats.load(workspace.folder, [other])
    con = libstats.open(workspace.folder)
    assert [what for what, _ in parts(con, "worklist")["load"]] == ["mending-2026-03-01.csv"]


def test_a_load_that_was_undone_is_not_behind_a_figure(workspace: Workspace) -> None:
    opened(workspace, FOUR).close()
    second = workspace.exports / "more-2026-03-02.csv"
    second.write_text("process,case,milestone,happened_at\nmending,9,brought,2026-02-01\n", encoding="utf-8")
    libstats.load(workspace.folder, [second])
    libstats.undo(workspace.folder, 2)
    con = libstats.open(workspace.folder)
    assert [what for what, _ in parts(con, "worklist")["load"]] == ["mending-2026-03-01.csv"]


@pytest.mark.parametrize(
    ("analysis", "given", "told"),
    [
        ("turnaround", {"since": "2026-01-01"}, "turnaround needs process and until"),
        ("worklist", {"process": "mending", "colour": "red"}, "worklist has no parameter 'colour'"),
        ("worklist", {"process": "dusting"}, "no process 'dusting'"),
        ("weather", {}, "no receipt for 'weather'"),
    ],
)
def test_a_wrong_word_is_answered_with_the_right_ones(workspace: Workspace, analysis: str, given: dict[str, str], told: str) -> None:
    with pytest.raises(AnalysisError, match=told):
        libstats.receipt(opened(workspace, FOUR), analysis, **given)


def test_freshness_of_a_process_names_the_exports_that_tell_of_it(workspace: Workspace) -> None:
    con = opened(workspace, FOUR)
    assert [row[1] for row in libstats.freshness(con, process="mending").fetchall()] == ["own milestones"]
    assert libstats.freshness(con, process="hold").fetchall() == []


EXPLAINED = """\
mending: a book to be mended; it begins with brought, is done with mended, given up with discarded
turnaround: of the cases whose `start` lies in the period, the time by which half, 80 % and 90 %
    have reached `end`: the Kaplan-Meier estimate"""


def test_explain_prints_the_receipt(workspace: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    opened(workspace, SEVEN).close()
    assert main(["-w", str(workspace.folder), "explain", "turnaround", "mending", "--since", "2026-01-01", "--until", "2026-02-01", "--set", "by=branch"]) == 0
    text = capsys.readouterr().out
    assert text.startswith(EXPLAINED), text
    assert text.endswith(
        """
period
    since: 2026-01-01
    until, not included: 2026-02-01
    as of the newest export: 2026-03-01 00:00
parameter
    by: branch
load
    mending-2026-03-01.csv: own milestones, exported 2026-03-01 00:00, 11 rows
cases used
    mending: 4
left out
    no record of brought, with which the wait begins: 1
    passed mended without a record of when: 1
    began outside the period: 1
"""
    ), text
    assert max(map(len, text.splitlines())) <= 100


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["turnaround", "mending", "--since", "last week", "--until", "2026-02-01"], "since last week is not a day or a time"),
        (["worklist", "mending", "--set", "goal_days=soon"], "goal_days soon is not a number"),
        (["worklist", "mending", "--set", "colour=red"], "has no parameter 'colour'"),
        (["worklist"], "worklist needs process"),
        (["circulation", "mending"], "circulation has no parameter 'process'"),
    ],
)
def test_explain_answers_a_wrong_word(workspace: Workspace, capsys: pytest.CaptureFixture[str], words: list[str], told: str) -> None:
    opened(workspace, FOUR).close()
    assert main(["-w", str(workspace.folder), "explain", *words]) == 1
    assert told in capsys.readouterr().err


def test_explain_takes_a_number_and_any_circulation(demo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["-w", str(demo), "explain", "worklist", "hold", "--set", "goal_days=3"]) == 0
    assert "    goal_days: 3.0\n" in capsys.readouterr().out
    assert main(["-w", str(demo), "explain", "circulation", "--since", "2026-10-01", "--until", "2026-11-01"]) == 0
    assert "rows in the period\n    circulation_event: " in capsys.readouterr().out
