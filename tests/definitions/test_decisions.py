"""The form of decisions: which line counts, whatever the order, the overlap and the split of the
files that hold them."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest

import libstats
from libstats import schema
from libstats.definitions import decisions
from libstats.workspace.workspace import Workspace
from tests.support.files import ROOT, write
from tests.support.tables import holding

HEAD = "process,source,case,decision,reason,until,entered_at,seen,remark\n"
LINES = [
    "hold,koha,1,snooze,someone was asked,2026-12-10,2026-11-28 09:00,placed,\n",
    "hold,koha,1,dismiss,duplicate,,2026-11-29 09:00,placed,\n",
    "hold,koha,2,snooze,promised for a day,2026-12-20,2026-11-29,,\n",
    "hold,koha,2,snooze,being worked on,2026-12-05,2026-11-29,,\n",
    "hold,koha,3,dismiss,duplicate,,2026-11-27 09:00,,\n",
    "hold,koha,3,take back,,,2026-11-29 09:00,,\n",
]
# of 1 the newer line; of 2, both of one moment, the later day; 3 was taken back
NEWEST = [
    ("1", "dismiss", "duplicate", None),
    ("2", "snooze", "promised for a day", "2026-12-20"),
]


def newest(place: Workspace, **known: str) -> list[tuple[object, ...]]:
    """The decisions that count."""
    with libstats.open(place, **known) as con:  # type: ignore[arg-type]
        return con.execute(
            """
            select case_id, decision, reason, until_on::varchar
            from newest_decision
            order by all
            """
        ).fetchall()


@pytest.mark.parametrize(
    "files",
    [
        [LINES],
        [LINES[::-1]],
        [[line] for line in LINES],
        [[line] for line in LINES[::-1]],
        [LINES[3:], LINES[:4], LINES[1:2]],
    ],
    ids=["at once", "turned round", "one by one", "the newest first", "overlapping"],
)
def test_any_order_overlap_and_split_give_one_state(
    files: list[list[str]], workspace: Workspace, tmp_path: Path
) -> None:
    for number, lines in enumerate(files):
        libstats.load(workspace, [write(tmp_path / f"{number}.csv", HEAD + "".join(lines))])
    assert newest(workspace) == NEWEST
    with libstats.open(workspace) as con:
        assert con.sql("from decision").count("*").fetchall() == [(len(LINES),)]


def test_an_undone_line_counts_no_more(workspace: Workspace, tmp_path: Path) -> None:
    for number, line in enumerate(LINES[:2]):
        libstats.load(workspace, [write(tmp_path / f"{number}.csv", HEAD + line)])
    libstats.undo(workspace, 2)
    assert newest(workspace) == [("1", "snooze", "someone was asked", "2026-12-10")]


def test_of_one_moment_to_take_back_goes_first() -> None:
    told = {"process": "hold", "case_source": "koha", "case_id": "1", "until_on": "9999-12-31"}
    told |= {"entered_at": "2026-11-29", "reason": "duplicate"}
    con = holding(
        decision=[{**told, "decision": "dismiss"}, {**told, "decision": "take back"}],
    )
    assert con.sql("from newest_decision").fetchall() == []


def test_the_reasons_of_the_schema_are_those_of_the_list() -> None:
    listed = re.findall(r"'([^']*)'", schema.tables()["decision"].column("reason").check or "")
    told = [*decisions.reasons("case"), *decisions.reasons("alarm"), decisions.TAKEN_BACK]
    assert sorted(listed) == sorted(told)
    text = (ROOT / "libstats" / "definitions" / "decision_reasons.csv").read_text(encoding="utf-8")
    assert {row["about"] for row in csv.DictReader(text.splitlines())} == {"case", "alarm"}
