"""What was read of a big file before it was believed."""

from __future__ import annotations

from pathlib import Path

import pytest

from libstats import load
from libstats.loading import incoming, queue
from libstats.workspace.workspace import Workspace
from tests.support.files import write

ITEMS = "itemnumber;barcode;homebranch;itype\n"


SWALLOWED = '2;b2;"EAST;BK;ann@mail.example\n3;b3;WEST";BK;\n'


STRAY = '4;b4;"EAST"x;BK;\n'


@pytest.mark.parametrize(
    ("last", "outcome"),
    [
        ("", "loaded"),
        ("5;b5\n", "loaded"),
        ("5;b\0005;EAST;BK;\n", "refused"),
        ('5;"b5;EAST;BK;\n', "refused"),
    ],
)
def test_what_was_read_of_a_big_file_before_it_was_believed_makes_the_store_be_written_anew(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, last: str, outcome: str
) -> None:
    """A stray quote makes all quotes doubtful. DuckDB took the two lines of copy 2 for one with a
    long branch; whatever ends its reading, that may lie in freed blocks."""
    monkeypatch.setattr(incoming, "BIG", 0)
    monkeypatch.setattr(queue, "BIG", 0)
    padding = "".join(f"{i};b{i};EAST;BK;\n" for i in range(1000, 9000))
    receipt = load(
        workspace,
        [
            write(
                tmp_path / "items-2026-10-01.csv",
                f"{ITEMS[:-1]};patronname\n{padding}{SWALLOWED}{STRAY}{last}",
            )
        ],
    ).files[0]
    assert (receipt.outcome, receipt.has_traces) == (outcome, True)


def test_a_big_file_with_a_line_too_short_leaves_no_traces_where_its_quotes_are_sound(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(incoming, "BIG", 0)
    monkeypatch.setattr(queue, "BIG", 0)
    receipt = load(
        workspace, [write(tmp_path / "items-2026-10-01.csv", f"{ITEMS}1;b1;EAST;BK\n2;b2\n")]
    ).files[0]
    assert (receipt.outcome, receipt.has_traces, receipt.dispositions["rejected"]) == (
        "loaded",
        False,
        1,
    )
