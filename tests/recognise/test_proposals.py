"""What is proposed for lists that libstats does not know: the table of each of some hundred is
right or none, whatever its rows."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from libstats.declaration.vocabulary import vocabulary
from libstats.errors import FileRefused, UnknownExport
from libstats.readers.place import places
from libstats.recognise.inspect import inspect
from libstats.recognise.propose import Judged, judge
from libstats.recognise.recognise import recognise, recognise_part
from libstats.recognise.sniff import parts
from tests.support.files import write

HERE = Path(__file__).parent
REAL = HERE.parents[2] / "shared" / "real"
HEADINGS = HERE.parents[2] / "shared" / "reference" / "koha-report-headings.tsv"


@dataclass(frozen=True)
class Unknown:
    """A list of a system that is not known: what may be written, what it looks like, its headings."""

    right: str
    looks: str
    name: str
    headings: tuple[str, ...]


def _lists() -> Iterator[Unknown]:
    for line in (HERE / "unknown_lists.txt").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            right, like, name, *headings = (cell.strip() for cell in line.split("|"))
            yield Unknown(right, like, name, tuple(headings))


LISTS = list(_lists())
_vocabulary = cache(vocabulary)


def value(heading: str, row: int, copies: int) -> str:
    """A value that could stand under the heading; `copies` rows are of one thing."""
    thing, words = row // copies, heading.casefold()
    made = {
        r"patron.*barcode|card": f"2{row:013}",
        r"barcode|ibarcode": f"3{thing:013}",
        r"\bid$|_id$|number|_key|#|_number": str(1000 + thing),
        r"name|patron|surname|student|instructor|teacher": f"Person{'abcdefghij'[row % 10]}",
        r"mail": f"p{row}@example.org",
        r"date|due|acquired|created|added|out|in$|seen|requested|placed|circulated|expires|issued": (
            f"2026-{1 + row % 9:02}-{13 + row % 15:02}"
        ),
        r"year|copyright": str(1990 + row % 30),
        r"title": f"A Tale of {thing} Towns",
        r"call|classmark|shelf$": f"{500 + thing}.1 TAL",
        r"isbn": f"97800000{thing:05}",
        r"price|cost|amount|balance|paid|owed|allocated|expended": f"{5 + row % 40}.50",
        r"total|count|times|items|copies|quantity|charges|circs|circulations|loans|renewals": str(
            row % 7
        ),
    }
    return next((text for pattern, text in made.items() if re.search(pattern, words)), "") or (
        f"{'ABC'[row % 3]}{len(words)}"
    )


def judged(path: Path, headings: Iterable[str], copies: int = 1, rows: int = 60) -> Judged:
    """What is made of a list with those headings and made-up rows."""
    given = list(headings)
    lines = [given, *([value(h, row, copies) for h in given] for row in range(rows))]
    text = "\n".join(",".join(f'"{cell}"' for cell in line) for line in lines) + "\n"
    return judged_file(write(path / "x.csv", text))


def judged_file(path: Path) -> Judged:
    """What is made of the one part of a file; nothing where it is known."""
    con = _vocabulary()
    for place in places(path):
        for part in parts(place):
            try:
                recognise_part(part)
            except UnknownExport:
                return judge(part, {}, None, con)
            except FileRefused:
                pass
    return Judged()


def written(found: Judged) -> str:
    """The table that `--write` would fill, or none."""
    return found.proposal.primary if found.proposal and not found.proposal.asks else "none"


@pytest.mark.parametrize("each", LISTS, ids=lambda each: each.name)
def test_the_table_of_an_unknown_list_is_right_or_none(tmp_path: Path, each: Unknown) -> None:
    for copies in (1, 3):
        found = judged(tmp_path, each.headings, copies)
        assert written(found) in (each.right, "none"), found
        if found.proposal:  # also one that still asks for its number tells of the right kind
            assert each.right == found.proposal.primary or each.looks in found.looks


def test_nearly_all_are_told_right(tmp_path: Path) -> None:
    found = {each: judged(tmp_path, each.headings) for each in LISTS}
    assert len(LISTS) > 100
    assert [each.name for each, f in found.items() if written(f) != each.right] == []
    unlike = [
        (each.name, f.looks)
        for each, f in found.items()
        if (each.looks != "-" and each.looks not in f.looks) or (each.looks == "-" and f.looks)
    ]
    assert len(unlike) < 3, unlike


@pytest.mark.slow
def test_no_wrong_table_is_proposed_for_reports_of_a_state_of_libraries(tmp_path: Path) -> None:
    """Headings of 687 Koha reports with made-up rows. Those that libstats knows are left out; what
    is written as copies must name each, and nothing is written that tells of money or courses."""
    if not HEADINGS.exists():
        pytest.skip(f"{HEADINGS} is not there")
    lists = [
        [h.strip() for h in line.split("\t")[1].split("|")]
        for line in HEADINGS.read_text(encoding="utf-8").splitlines()[1:]
    ]
    told = Counter[str]()
    for headings in lists:
        found = judged(tmp_path, headings, rows=25)
        table = written(found)
        told[table] += 1
        words = " ".join(headings).casefold()
        if table == "item":
            assert re.search("barcode|itemnumber|item_number", words), headings
            assert not re.search(
                "issuedate|reservedate|date_due|amount|course|order|days overdue", words
            ), headings
        elif table == "hold":
            assert "reserve_id" in words
        elif table != "none":
            assert (table, "biblionumber" in words) == ("title", True), headings
    assert told["item"] > 20
    assert told["none"] > 600


@pytest.mark.parametrize("rows", [3, 60])
@pytest.mark.parametrize(
    "each", [e for e in LISTS if e.right != "none"], ids=lambda each: each.name
)
def test_a_number_that_repeats_with_other_rows_is_no_number(
    tmp_path: Path, each: Unknown, rows: int
) -> None:
    """As a list of 2,951 issues, whose copies repeat, was loaded as 292 copies."""
    key = judged(tmp_path, each.headings, rows=rows).proposal
    assert key is not None
    found = judged(tmp_path, [*each.headings, "Shelf remark"], copies=3, rows=rows)
    assert written(found) == "none"
    assert "stand in several rows that are not equal" in found.why or found.proposal


def test_rows_that_are_equal_are_one_thing_said_twice(tmp_path: Path) -> None:
    text = "Barcode,Call Number,Location\n" + "30000000000017,813.1,MAIN\n" * 2
    found = judged_file(write(tmp_path / "x.csv", f"{text}30000000000025,813.2,EAST\n"))
    assert written(found) == "item"


def test_rows_that_are_mostly_equal_are_uses_of_copies(tmp_path: Path) -> None:
    """As a list of use in the house has a copy as often as it was used."""
    rows = [f"{n % 5},3000000000{n % 5:04},MAIN,813.{n % 5}\n" for n in range(30)]
    found = judged_file(
        write(tmp_path / "x.csv", f"Item ID,Barcode,Branch,Call number\n{''.join(rows)}")
    )
    assert written(found) == "none"
    assert found.why.startswith("25 of its 30 rows are equal to another")


@pytest.mark.parametrize("told", ["Expires", "Card expiry", "Registered", "Joined on"])
def test_short_numbers_of_patrons_are_no_barcodes_of_copies(tmp_path: Path, told: str) -> None:
    rows = [f"{n},{1000 + n},MAIN,Adult,2027-10-{n % 28 + 1:02}\n" for n in range(30)]
    file = write(tmp_path / "x.csv", f"Number,Barcode,Library,Type,{told}\n{''.join(rows)}")
    assert written(judged_file(file)) == "none"
    assert "patrons" in judged_file(file).looks and "1001" not in inspect(file)


@pytest.mark.parametrize(
    "text",
    [
        "Ada,Lovelace,Main Street,Adult\nBen,Franklin,High Street,Adult\n",
        "Lovelace; Ada,Overdue,MAIN,Fiction\nFranklin; Ben,Overdue,EAST,Fiction\n",
        "Ada Lovelace,Student,Returned,Main library\nBen Franklin,Student,Paid,Main library\n",
        "30000000000017,Ada Lovelace,MAIN\n30000000000025,Ben Franklin,EAST\n",
        "Ada,ada@example.org,Patron\nBen,ben@example.org,Patron\n",
    ],
)
def test_a_first_line_that_may_be_a_row_is_not_shown(tmp_path: Path, text: str) -> None:
    file = write(tmp_path / "x.csv", text)
    told = inspect(file)
    assert not [word for word in ("Ada", "Lovelace", "ada@", "Returned", "300") if word in told]
    assert "its first line may be a row, and is not shown" in told


@pytest.mark.parametrize(
    ("headings", "row", "left_out"),
    [
        # dates that are none, years out of range, a number that is text, a code that is never twice
        ("Barcode,Call Number,Date added", "b{0},813,99/99/2026", "Date added ->"),
        ("Barcode,Call Number,Date added", "b{0},813,0001-01-01", "Date added ->"),
        ("Barcode,Call Number,Price", "b{0},813,30000000000017", "Price ->"),
        ("Barcode,Call Number,Location,Status", "b{0},813,A place {0},in", "Location ->"),
        ("Barcode,Call Number,Bib number", "b{0},813,A title in words", "Bib number ->"),
    ],
)
def test_a_column_is_mapped_only_where_its_values_bear_it_out(
    tmp_path: Path, headings: str, row: str, left_out: str
) -> None:
    lines = [headings, *(row.format(n) for n in range(60))]
    told = inspect(write(tmp_path / "x.csv", "\n".join(lines) + "\n"))
    assert "Barcode -> item.barcode" in told
    assert left_out not in told


GONE = ["Missing since", "Lost date", "Withdrawn on", "Discarded", "Date weeded", "Lost", "Missing"]


@pytest.mark.parametrize("gone", GONE)
@pytest.mark.parametrize(
    ("share", "values", "status", "right"),
    [
        (1, ("2026-03-14", ""), False, "none"),  # a list of them
        (0.2, ("2026-03-14", ""), False, "none"),  # held copies, and some that are gone
        (0.2, ("2026-03-14", ""), True, "item"),  # whose status says what they are
        (0, ("", ""), False, "item"),  # none of them is
        (0, ("", "0"), False, "item"),
        (0, ("", "No"), False, "item"),
        (0.2, ("Yes", "No"), False, "none"),
        (1, ("1", "0"), True, "none"),
    ],
)
def test_copies_that_are_gone_are_not_proposed_as_held(
    gone: str, share: float, values: tuple[str, str], status: bool, right: str, tmp_path: Path
) -> None:
    lines = [f"Barcode,Call Number,Location,{gone}{',Status' if status else ''}"]
    for n in range(30):
        lines.append(
            f"3000000000{n:04},{500 + n}.1,MAIN,{values[n >= 30 * share]}{',A' if status else ''}"
        )
    found = judged_file(write(tmp_path / "x.csv", "\n".join(lines) + "\n"))
    if values[0] == "Yes" and gone == "Lost":  # a code, of which nothing is concluded
        assert found.proposal and found.proposal.columns["item"][gone] == "lost_code"
        return
    assert written(found) == right, found
    if right == "none":
        kinds = ("lost or missing copies", "deleted or withdrawn copies")
        assert share < 1 or found.looks.startswith(kinds)
        assert share == 1 or f"{gone} says which of its copies are lost or withdrawn" in found.why


def test_inspect_says_what_a_list_looks_like_and_why_nothing_is_proposed(tmp_path: Path) -> None:
    text = "Course,Instructor,Barcode,Title\nB1,Ada,30000000000017,A\nB2,Ben,30000000000025,B\n"
    assert inspect(write(tmp_path / "x.csv", text)).splitlines()[-2:] == [
        "  It looks like a list of courses or their reading lists (Course, Instructor)",
        "  Nothing is proposed: there is no table that a list of that kind could be guessed for",
    ]


@pytest.mark.parametrize("more", ["Owed", "Course", "PO number", "Days overdue", "Pickup library"])
def test_a_list_of_another_kind_is_not_taken_for_kohas_copies(tmp_path: Path, more: str) -> None:
    """Barcode and home library are headings that any list may have."""
    file = write(tmp_path / "x.csv", f"Barcode,Home library,{more}\n30000000000017,MAIN,3\n")
    with pytest.raises(UnknownExport):
        recognise(file)
    assert "It looks like a list of" in inspect(file)


@pytest.mark.parametrize(
    ("more", "is_koha"),
    [
        ("Missing since", False),
        ("Discarded", False),
        ("Date weeded", False),
        ("Lost status", True),  # which Koha's copies have
        ("Lost status,Missing since", True),
        ("Shelf remark", True),
    ],
)
def test_a_list_of_gone_copies_is_not_taken_for_kohas(
    more: str, is_koha: bool, tmp_path: Path
) -> None:
    row = f"30000000000017,MAIN{',0' * (more.count(',') + 1)}"
    file = write(tmp_path / "x.csv", f"Barcode,Home library,{more}\n{row}\n")
    if is_koha:
        assert recognise(file)[0].label == "koha items"
    else:
        with pytest.raises(UnknownExport):
            recognise(file)


def test_nothing_wrong_is_proposed_for_real_files(tmp_path: Path) -> None:
    if not REAL.exists():
        pytest.skip(f"{REAL} is not there")
    files = [p for p in REAL.rglob("*") if p.suffix in (".csv", ".tsv", ".txt", ".md")]
    found = {p.name: judged_file(p) for p in files if p.stat().st_size < 1 << 20}
    assert {name for name, f in found.items() if written(f) != "none"} == set()
