"""What a list of scans is told beside its rows: its list, and the order of its dates."""

from __future__ import annotations

from pathlib import Path

import pytest

from libstats.readers.placed import Placed
from libstats.recognise.recognise import recognise
from tests.support.files import write

HEADINGS = "Barcode,Scan time\n"
ROWS = "31234000000012,2026-10-31 10:00\n31234000000020,2026-10-31 10:01\n"


def told(path: Path) -> list[list[str]]:
    """The list and the order of the dates, of each row."""
    part = recognise(path)[1]
    assert isinstance(part, Placed)
    return [row[-2:] for _, row in part.records()]


def test_a_list_is_what_it_holds_in_its_order(tmp_path: Path) -> None:
    """Another name, other line ends and quotes say nothing; another order and another row do."""
    first = told(write(tmp_path / "a.csv", HEADINGS + ROWS))[0]
    same = HEADINGS + ROWS.replace("\n", "\r\n").replace("31234000000020", '"31234000000020"')
    assert told(write(tmp_path / "b.csv", same))[0] == first
    turned = "".join(reversed(ROWS.splitlines(keepends=True)))
    assert told(write(tmp_path / "c.csv", HEADINGS + turned))[0] != first
    assert told(write(tmp_path / "d.csv", HEADINGS + ROWS + ROWS))[0] != first


@pytest.mark.parametrize(
    ("times", "order"),
    [
        (["11/28/2026 2:11 PM", "11/05/2026 2:12 PM"], "month first"),
        (["11/05/2026 14:11", "11/28/2026 14:11"], "month first"),
        (["11/05/2026 2:11 PM"], "month first"),
        (["28/11/2026 14:11", "05/11/2026 14:12"], "day first"),
        (["28/11/2026 2:11 PM", "05/11/2026 2:12 PM"], "day first"),
        (["28.11.2026 14:11"], "day first"),
        (["05/11/2026 14:11", "2026-11-28 14:11"], ""),
        (["28/11/2026 14:11", "11/28/2026 14:11"], ""),
    ],
)
def test_the_order_of_dates_is_proved_or_not_told(
    tmp_path: Path, times: list[str], order: str
) -> None:
    rows = "".join(f"3123400000{n:04},{time}\n" for n, time in enumerate(times))
    assert {own for _, own in told(write(tmp_path / "a.csv", HEADINGS + rows))} == {order}
