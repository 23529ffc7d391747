"""A list of interlibrary loan without Process Type: its statuses tell whose requests it holds."""

from __future__ import annotations

from pathlib import Path

import pytest

from libstats.errors import FileRefused
from libstats.recognise.recognise import recognise
from tests.support.files import write

HEAD = "Transaction Number,Transaction Status,Creation Date,Transaction Date,Photo Item Publisher"
BORROWING, LENDING = "illiad borrowing requests", "illiad lending requests"


def label(
    folder: Path, *statuses: str, more: str = "", config: dict[str, object] | None = None
) -> str:
    rows = [
        f"{n},{s},2026-10-01,2026-10-02,Press{',x' * bool(more)}" for n, s in enumerate(statuses)
    ]
    text = "\n".join([HEAD + more, *rows]) + "\n"
    return recognise(write(folder / "requests.csv", text), config=config)[0].label


@pytest.mark.parametrize(
    ("statuses", "expected"),
    [
        (("Request Finished", "Request Sent"), BORROWING),
        (("request sent ", "Our Own Queue"), BORROWING),
        (("Awaiting Copyright Clearance", "Delivered to Web"), BORROWING),
        (("Request Finished", "Request Conditionalized"), LENDING),
        (("Awaiting Lending Request Processing",), LENDING),
        (("Item Shipped", "Cancelled by Customer"), LENDING),
        # no word of one direction alone, and none that speaks against what the headings say
        (("Request Finished", "Cancelled by ILL Staff"), LENDING),
    ],
)
def test_the_statuses_tell(tmp_path: Path, statuses: tuple[str, ...], expected: str) -> None:
    assert label(tmp_path, *statuses) == expected


@pytest.mark.parametrize(
    ("statuses", "problem"),
    [
        (
            ("Request Sent", "Item Shipped"),
            r"borrowing \(request sent\) and lending \(item shipped\)",
        ),
        (("Awaiting DD Stacks Searching",), r"document delivery \(awaiting dd"),
        (("Delivered to Web", "Request Finished"), "nothing tells"),
        (("Cancelled by Customer",), "nothing tells"),
        (("Our Own Queue",), "nothing tells"),
        (("", " "), "nothing tells"),
    ],
)
def test_what_does_not_tell_is_refused(
    tmp_path: Path, statuses: tuple[str, ...], problem: str
) -> None:
    with pytest.raises(FileRefused, match=problem) as refused:
        label(tmp_path, *statuses)
    assert "Add Process Type" in (refused.value.remedy or "")


def test_requests_of_both_directions_in_one_list_of_alma_are_neither(tmp_path: Path) -> None:
    head = "Internal ID,Borrowing Creation Date,Borrowing Request Status"
    text = f"{head},Lending Request Status\n1,10/01/2026,Sent,\n2,,,Shipped Physically\n"
    with pytest.raises(FileRefused, match="not an export that libstats knows"):
        recognise(write(tmp_path / "requests.csv", text))


def test_a_library_says_of_which_direction_its_own_word_is(tmp_path: Path) -> None:
    own = {"Our Own Queue": "borrowing"}
    config: dict[str, object] = {"roles": {"illiad": {"ill_request": {"status_as_exported": own}}}}
    assert label(tmp_path, "Our Own Queue", config=config) == BORROWING


def test_a_grid_of_borrowing_with_statuses_of_lending_is_lending(tmp_path: Path) -> None:
    with_lender = ",Lending Library"
    assert label(tmp_path, "Request Finished", more=with_lender).startswith("illiad")
    both = ",Lending Library,Copyright Comp"
    text = f"{HEAD}{both}\n1,Request Conditionalized,2026-10-01,2026-10-02,Press,ABC,\n"
    assert recognise(write(tmp_path / "r.csv", text))[0].label == LENDING
