"""Receipts of the flow analyses, and `libstats explain`: small cases worked by hand."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb
import pytest

import libstats
from libstats.analysis.answers import answer
from libstats.analysis.provenance import _definition
from libstats.analysis.receipts import ANALYSES
from libstats.cli.main import main
from libstats.errors import AnalysisError
from libstats.workspace.workspace import Workspace
from tests.analysis.work.test_turnaround import FOUR
from tests.support.cases import opened

pytestmark = pytest.mark.slow

JANUARY: dict[str, Any] = {"since": "2026-01-01", "until": "2026-02-01"}
# 5 has no beginning, 6 began before the period and is open; 7 passed the end without a record of it
SEVEN = [
    *FOUR,
    "5,mended,2026-01-07,EAST",
    "6,brought,2025-12-01,EAST",
    "7,brought,2026-01-08,EAST",
    "7,shelved,2026-01-09,EAST",
]


def parts(
    con: duckdb.DuckDBPyConnection, analysis: str, **given: Any
) -> dict[str, list[tuple[str, str]]]:
    """A receipt by part."""
    found: dict[str, list[tuple[str, str]]] = {}
    for part, what, value in libstats.receipt(con, analysis, process="mending", **given).fetchall():
        found.setdefault(part, []).append((what, value))
    return found


def test_a_receipt_of_turnaround_says_all(workspace: Workspace) -> None:
    found = parts(opened(workspace, SEVEN), "turnaround", by="branch", **JANUARY)
    assert found["definition"][0][1].startswith("the time by which half, 80 % and 90 % of the")
    assert found["definition"][1] == (
        "mending",
        "a book to be mended; it begins with brought, is done with mended, given up with discarded",
    )
    assert found["period"] == [
        ("since", "2026-01-01"),
        ("until, not included", "2026-02-01"),
        ("as of the newest export", "2026-03-01 00:00"),
    ]
    assert found["parameter"] == [("by", "branch")]
    assert found["load"] == [
        ("mending-2026-03-01.csv", "own milestones, exported 2026-03-01 00:00, 11 rows")
    ]
    assert found["cases used"] == [("mending", "4")]
    assert [n for _, n in found["left out"]] == ["1", "1", "1", "0"]


@pytest.mark.parametrize(
    ("analysis", "given", "used", "left"),
    [
        # throughput: 1, 2 and 5 were mended in January
        ("throughput", JANUARY, 3, [3, 1, 0]),
        # 1, 2, 3, 4 have a beginning in January and a known end or none; 5 has none, 7's end is
        # unknown, 6 began before
        ("turnaround", JANUARY, 4, [1, 1, 1, 0]),
        ("backlog", JANUARY, 6, [1]),
        # open: 3 and 6; 5 has no beginning, 1, 2 and 7 are through, 4 was discarded
        ("worklist", {}, 2, [1, 3, 1, 0]),
    ],
)
def test_used_and_left_out_are_all_cases(
    workspace: Workspace, analysis: str, given: dict[str, Any], used: int, left: list[int]
) -> None:
    found = parts(opened(workspace, SEVEN), analysis, **given)
    assert found["cases used"] == [("mending", str(used))]
    assert [int(n) for what, n in found["left out"] if not what.startswith("counted")] == left
    assert used + sum(left) == 7


@pytest.mark.parametrize("name", ANALYSES)
def test_every_definition_is_a_whole_text(name: str) -> None:
    """With the list that it speaks of, where it speaks of one."""
    told = _definition(ANALYSES[name].function)
    assert told.endswith((".", ".)")) and told.count("`") % 2 == 0


def test_a_definition_leaves_out_what_leads_to_a_list() -> None:
    told = _definition(libstats.invoice_checks)
    assert "is one of" not in told
    assert told.endswith(".")


def test_only_loads_that_tell_of_the_process_are_named(workspace: Workspace) -> None:
    con = opened(workspace, FOUR)
    con.close()
    other = workspace.exports / "dusting-2026-03-02.csv"
    other.write_text(
        "process,case,milestone,happened_at\ndusting,1,dusted,2026-03-01\n", encoding="utf-8"
    )
    libstats.load(workspace.folder, [other])
    con = libstats.open(workspace.folder)
    assert [what for what, _ in parts(con, "worklist")["load"]] == ["mending-2026-03-01.csv"]


def test_a_load_that_was_undone_is_not_behind_a_figure(workspace: Workspace) -> None:
    opened(workspace, FOUR).close()
    second = workspace.exports / "more-2026-03-02.csv"
    second.write_text(
        "process,case,milestone,happened_at\nmending,9,brought,2026-02-01\n", encoding="utf-8"
    )
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
def test_a_wrong_word_is_answered_with_the_right_ones(
    workspace: Workspace, analysis: str, given: dict[str, str], told: str
) -> None:
    with pytest.raises(AnalysisError, match=told):
        libstats.receipt(opened(workspace, FOUR), analysis, **given)


def test_freshness_of_a_process_names_the_exports_that_tell_of_it(workspace: Workspace) -> None:
    con = opened(workspace, FOUR)
    assert [row[1] for row in libstats.freshness(con, process="mending").fetchall()] == [
        "own milestones"
    ]
    assert libstats.freshness(con, process="hold").fetchall() == []


# EAST: 1 took 2 days, 3 waits on, 7 passed the end unseen. WEST: 2 took 4 days, 4 was given up
# after 2
EXPLAINED = """\
EAST: When half are done is not known yet. 3 cases: 1 done, 1 open, 0 given up, 1 that nobody can
    tell of. Closed ones alone would say: half within 2.0, nine in ten within 2.0.
WEST: Half within 4.0 days (95% interval: 4.0 or more). Nine in ten within 4.0 days (95% interval:
    4.0 or more). 2 cases: 1 done, 0 open, 1 given up. What was given up is left out of these times.
    Of all cases 50% are done. Closed ones alone would say: half within 4.0, nine in ten within 4.0.
How long did the cases that began in a period wait, those counted that wait still?
mending: a book to be mended; it begins with brought, is done with mended, given up with discarded
1 file, of 2026-03-01 (--files lists them)
period
    since: 2026-01-01
    until, not included: 2026-02-01
    as of the newest export: 2026-03-01 00:00
parameter
    by: branch
cases used
    mending: 4
left out
    no record of brought, with which the wait begins: 1
    passed mended without a record of when: 1
    began outside the period: 1
    ended before the moment from which ends were recorded: 0
method
    turnaround: the time by which half, 80 % and 90 % of the cases have reached `end`, of those
        whose `start` lies in the period. Each is the first time by which more than the share has."""


def test_explain_prints_the_receipt(
    workspace: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    opened(workspace, SEVEN).close()
    assert (
        main(
            [
                "-w",
                str(workspace.folder),
                "explain",
                "turnaround",
                "mending",
                "--since",
                "2026-01-01",
                "--until",
                "2026-02-01",
                "--set",
                "by=branch",
            ]
        )
        == 0
    )
    text = capsys.readouterr().out
    assert text.startswith(EXPLAINED), text
    assert max(map(len, text.splitlines())) <= 100


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (
            ["turnaround", "mending", "--since", "last week", "--until", "2026-02-01"],
            "since last week is not a day or a time",
        ),
        (["worklist", "mending", "--set", "goal_days=soon"], "goal_days soon is not a number"),
        (["worklist", "mending", "--set", "colour=red"], "has no parameter 'colour'"),
        (["worklist"], "Write: libstats explain worklist hold\n"),
        (["turnaround", "order"], "turnaround needs --since and --until\n"),
        (
            ["turnaround", "order", "--since", "2026-10-01"],
            "Write: libstats explain turnaround order --since 2026-10-01 --until 2026-11-01\n",
        ),
        (["circulation", "mending"], "circulation has no parameter 'process'"),
    ],
)
def test_explain_answers_a_wrong_word(
    workspace: Workspace, capsys: pytest.CaptureFixture[str], words: list[str], told: str
) -> None:
    opened(workspace, FOUR).close()
    assert main(["-w", str(workspace.folder), "explain", *words]) == 1
    assert told in capsys.readouterr().err


@pytest.mark.parametrize(
    ("analysis", "given", "told"),
    [
        (
            "turnaround",
            JANUARY,
            "Half within 4.0 days (95% interval: 2.0 or more). When nine in ten are done is not known yet. 5 cases: 2 done, 1 open, 1 given up, 1 that nobody can tell of. What was given up is left out of these times. Of all cases 50% are done. Closed ones alone would say: half within 3.0, nine in ten within 3.8.",
        ),
        ("throughput", JANUARY, "3 cases reached mended"),
        # 6 is open for longer than any took: so may be others of before
        (
            "backlog",
            JANUARY,
            "2 waiting at 2026-02-01 00:00. Told in part, so there may be more.",
        ),
        ("worklist", {}, "2 open: 2 late, 0 near, 0 in time"),
        (
            "fill_rate",
            JANUARY,
            "75% filled. 5 cases: 3 filled, 1 unfilled, 0 duplicate, 0 cancelled by the patron, 0 else left out, 1 open.",
        ),
    ],
)
def test_the_answer_comes_first(
    workspace: Workspace, analysis: str, given: dict[str, Any], told: str
) -> None:
    assert answer(opened(workspace, SEVEN), analysis, process="mending", **given) == [told]


def test_explain_lists_the_files_that_it_is_asked_for(
    workspace: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    opened(workspace, SEVEN).close()
    assert main(["-w", str(workspace.folder), "explain", "worklist", "mending", "--files"]) == 0
    assert (
        "\n1 file, of 2026-03-01:\n    mending-2026-03-01.csv: own milestones, exported 2026-03-01 00:00, 11 rows\n"
        in capsys.readouterr().out
    )


def test_explain_takes_a_number_and_any_circulation(
    demo: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["-w", str(demo), "explain", "worklist", "hold", "--set", "goal_days=3"]) == 0
    assert "    goal_days: 3.0\n" in capsys.readouterr().out
    assert (
        main(
            [
                "-w",
                str(demo),
                "explain",
                "circulation",
                "--since",
                "2026-10-01",
                "--until",
                "2026-11-01",
            ]
        )
        == 0
    )
    assert "rows in the period\n    circulation_event: " in capsys.readouterr().out
