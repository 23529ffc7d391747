"""ILLiad: one request in several lists is one, and nothing of its free text is kept."""

from __future__ import annotations

from itertools import permutations
from pathlib import Path

import pytest

import libstats
from libstats.store import steps
from libstats.workspace.workspace import Workspace
from tests.support.files import write

pytestmark = pytest.mark.slow

NUMBERED = """Transaction Number,Process Type,Creation Date,Transaction Status,Transaction Date
901,Lending,2026-10-30 19:34:19.937,Request Finished,2026-10-30 19:44:50.850
902,Lending,2026-10-30 20:00:00.000,Request Finished,2026-10-30 21:00:00.000
"""
WITHOUT = """Creation Date,Transaction Status,Transaction Date,Photo Item Publisher,System ID
46325.8155085301,Request Finished,46325.8228096065,canary,DOC
2026-10-31 08:00:00.123,Request Finished,2026-10-31 09:00:00.000,canary,OCLC
"""
FILLED_AGAIN = """Transaction Number,Process Type,Creation Date,Transaction Status,Transaction Date
901,Lending,2026-10-30 19:34:19.937,Cancelled by ILL Staff,2026-10-31 19:44:50.850
"""


@pytest.mark.parametrize("order", list(permutations(("numbered.csv", "without.csv", "again.csv"))))
def test_a_list_without_numbers_doubles_nothing(
    order: tuple[str, ...], workspace: Workspace, tmp_path: Path
) -> None:
    for name, text in (
        ("numbered.csv", NUMBERED),
        ("without.csv", WITHOUT),
        ("again.csv", FILLED_AGAIN),
    ):
        write(tmp_path / name, text)
    for name in order:
        libstats.load(workspace, [tmp_path / name])
    with libstats.open(workspace) as con:
        assert con.sql(
            "select request_id, status, service from ill_request order by all"
        ).fetchall() == [
            ("901", "cancelled", "DOC"),
            ("902", "completed", None),
            ("created_stamp:2026-10-31 08:00:00.123", "completed", "OCLC"),
        ]


HISTORY = """TransactionNumber,DateTime,Entry,UserName
801,2026-10-01 09:00:00,Shipped to canary-entry,System
802,2026-10-01 09:00:00,Mail to canary-entry,System
803,2026-10-01 09:00:00,shipped says canary-entry,canary-user
"""


def test_free_text_gets_nowhere_not_even_into_scratch(workspace: Workspace, tmp_path: Path) -> None:
    scratch: list[str] = []

    def looked(step: str) -> None:
        found = (workspace.store / "work").glob("*.csv")
        scratch.extend(p.read_text(encoding="utf-8") for p in found)

    with steps.watched(looked):
        receipt = libstats.load(workspace, [write(tmp_path / "history.csv", HISTORY)])
    assert scratch and "Shipped" in scratch[0] and "System" in scratch[0]
    assert "canary" not in scratch[0] + str(receipt)
    assert receipt.files[0].dispositions["set aside"] == 2
    assert not any(b"canary" in p.read_bytes() for p in workspace.folder.rglob("*") if p.is_file())
    with libstats.open(workspace) as con:
        assert con.sql("select request_id, status_as_exported from ill_event").fetchall() == [
            ("801", "shipped")
        ]
