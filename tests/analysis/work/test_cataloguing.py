"""Cataloguing as a kind of work: a copy counts once, from the log where it says, else from the day
it was added."""

from __future__ import annotations

from pathlib import Path

import libstats
from libstats.workspace.workspace import Workspace
from tests.support.cases import counts
from tests.support.files import write

# 101 was added by hand, twice in the log (its record too, under the same number); 102 by a job; 103
# was before the log
LOG = """action_id;timestamp;module;action;interface;record_kind;record_id
1;2026-09-30 23:50:00;CATALOGUING;ADD;intranet;item;101
2;2026-10-02 09:00:00;CATALOGUING;ADD;intranet;biblio;101
3;2026-10-02 09:05:00;CATALOGUING;MODIFY;intranet;item;101
4;2026-10-03 02:00:00;CATALOGUING;ADD;commandline;item;102
"""
ITEMS = """itemnumber;barcode;homebranch;itype;dateaccessioned
101;b101;EAST;BK;2026-10-01
102;b102;EAST;BK;2026-10-03
103;b103;WEST;DVD;2026-10-04
"""
PERIOD = {"since": "2026-09-01", "until": "2026-11-01"}


def catalogued(workspace: Workspace, by: str | None = None) -> list[tuple[str, str, int]]:
    """Copies catalogued by month and part."""
    with libstats.open(workspace) as con:
        return [
            (str(p), part, n)
            for p, part, n in counts(
                libstats.throughput(con, "cataloguing", milestone="catalogued", by=by, **PERIOD)
            )
        ]


def test_without_a_log_the_day_on_which_a_copy_was_added_counts(
    workspace: Workspace, tmp_path: Path
) -> None:
    libstats.load(workspace, [write(tmp_path / "items-2026-11-01.csv", ITEMS)])
    assert catalogued(workspace, "branch") == [("2026-10-01", "EAST", 2), ("2026-10-01", "WEST", 1)]


def test_the_log_goes_before_the_day_and_a_job_catalogues_nothing(
    workspace: Workspace, tmp_path: Path
) -> None:
    libstats.load(
        workspace,
        [write(tmp_path / "log.csv", LOG), write(tmp_path / "items-2026-11-01.csv", ITEMS)],
    )
    assert catalogued(workspace, "branch") == [("2026-09-01", "EAST", 1), ("2026-10-01", "WEST", 1)]


def test_the_log_alone_counts_copies_not_records(workspace: Workspace, tmp_path: Path) -> None:
    libstats.load(workspace, [write(tmp_path / "log.csv", LOG)])
    assert [(period, n) for period, _, n in catalogued(workspace)] == [("2026-09-01", 1)]


def test_nothing_waits_to_be_catalogued_where_no_arrival_is_told(
    workspace: Workspace, tmp_path: Path
) -> None:
    libstats.load(
        workspace,
        [write(tmp_path / "log.csv", LOG), write(tmp_path / "items-2026-11-01.csv", ITEMS)],
    )
    with libstats.open(workspace) as con:
        assert libstats.worklist(con, "cataloguing").fetchall() == []


def test_a_list_of_our_own_goes_before_both(workspace: Workspace, tmp_path: Path) -> None:
    ours = "process,case,milestone,happened_at\ncataloguing,C-1,received,2026-10-01\ncataloguing,C-1,catalogued,2026-10-08\ncataloguing,C-2,received,2026-10-02\n"
    files = [("ours.csv", ours), ("log.csv", LOG), ("items-2026-11-01.csv", ITEMS)]
    libstats.load(workspace, [write(tmp_path / name, text) for name, text in files])
    assert catalogued(workspace) == [("2026-10-01", "all", 1)]
    with libstats.open(workspace) as con:
        assert libstats.worklist(con, "cataloguing").project("case_id").fetchall() == [("C-2",)]
