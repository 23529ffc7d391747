"""What a status says is over counts as ended in the coverage, not known when."""

from __future__ import annotations

from pathlib import Path

import pytest

import libstats
from libstats.workspace.workspace import Workspace
from tests.support.cases import configured
from tests.support.files import write

LOANS = "id,userId,itemId,status.name,loanDate,dueDate,returnDate,checkoutServicePointId\n"
HOLDS = "id,requestDate,status,itemId,instanceId,requestType,pickupServicePointId\n"


def loan(n: int, word: str) -> str:
    at = f"2026-09-{1 + n % 28:02}T10:00:00.000+00:00"
    return f"L{n},u{n},i{n},{word},{at},{at.replace('-09-', '-10-')},,EAST\n"


def hold(n: int, word: str) -> str:
    return f"R{n},2026-09-{1 + n % 28:02}T10:00:00.000+00:00,{word},i{n},t{n},Hold,EAST\n"


@pytest.mark.parametrize(
    ("table", "head", "row", "over", "still"),
    [
        ("loan", LOANS, loan, "Closed", "Open"),
        ("hold", HOLDS, hold, "Closed - Cancelled", "Open - Not yet filled"),
        ("hold", HOLDS, hold, "Closed - Unfilled", "Open - Not yet filled"),
    ],
)
def test_selected_by_a_word_without_a_day(
    workspace: Workspace, tmp_path: Path, table: str, head: str, row, over: str, still: str
) -> None:
    """Forty cases of which every tenth is over by its word: a list of open ones alone it is not.
    Without a word that ends it is; and the library's own word goes before."""
    workspace.config["library"] = {"timezone": "America/New_York"}
    rows = "".join(row(n, over if n % 10 == 0 else still) for n in range(40))
    path = write(tmp_path / f"{table}s-2026-10-01.csv", head + rows)
    libstats.load(workspace, [path])
    selected = f"select distinct selection from coverage where table_name = '{table}'"
    with libstats.open(workspace) as con:
        assert con.sql(selected).fetchall() == [(None,)]
    text = f'[roles.folio.{table}.status_as_exported]\n"{over}" = "open"\n'
    with libstats.open(configured(workspace, text)) as con:
        assert con.sql(selected).fetchall() == [("open only",)]


def test_the_holds_of_polaris_by_each_of_its_words(workspace: Workspace, tmp_path: Path) -> None:
    """A hold with each word: cancelled, expired, not supplied, unclaimed and fetched ones are over;
    one that stands ready waits for its patron. The list leaves out what was fetched, so it stays
    one of open holds, whatever else is on it."""
    words = [
        "Inactive",
        "Active",
        "Pending",
        "Shipped",
        "Held",
        "Unclaimed",
        "Expired",
        "Cancelled",
    ]
    over = {"Unclaimed", "Expired", "Cancelled", "Not Supplied"}
    words.append("Not Supplied")
    head = "SysHoldRequestID,PickupBranchID,SysHoldStatus,CreationDate,ActivationDate,Suspended\n"
    rows = [f"{n},3,{w},2026-09-{n:02},2026-09-{n:02},0\n" for n, w in enumerate(words, 1)]
    libstats.load(workspace, [write(tmp_path / "holds-2026-10-01.csv", head + "".join(rows))])
    days = "select day(day), open, over from {} where event = 'placed' order by day"
    with libstats.open(workspace) as con:
        assert con.sql(days.format("judged_day")).fetchall() == [
            (n, int(word not in over), int(word in over)) for n, word in enumerate(words, 1)
        ]
        selected = "select distinct selection, is_suspected from coverage"
        assert con.sql(selected).fetchall() == [("open only", False)]
