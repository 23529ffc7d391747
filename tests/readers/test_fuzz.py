"""A few seconds of `python -m tests.campaigns.fuzz`, and that it finds what is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from libstats.loading.receipt import FileReceipt
from libstats.store import generations
from tests.campaigns import fuzz
from tests.campaigns.fuzz_tables import SECRET, Made
from tests.support import recount

pytestmark = pytest.mark.slow


def test_random_damage_is_refused_in_words_or_counted_row_by_row() -> None:
    found = fuzz.Found()
    fuzz.batch(range(24), 20261031, found)
    assert found.wrong == []
    assert found.cases == 24


@pytest.mark.parametrize("form", ["json", "xml", "log", "bare", "marc", "messages"])
def test_each_form_without_a_table_is_damaged_too(form: str) -> None:
    found = fuzz.Found()
    fuzz.batch(range(8), 20261031, found, form=form)
    assert found.wrong == []
    assert {what.partition(",")[0] for what in found.done} >= {f"{form}: loaded"}
    assert found.cases == 8


def test_who_borrowed_is_nowhere_in_the_database(tmp_path: Path) -> None:
    """What sound files of every form hold of persons is in no column of any table."""
    place = fuzz.prepared(tmp_path / "library")
    with generations.writing(place.store) as writer:
        sound = [
            (number, made)
            for number in range(70)
            for form in [list(fuzz.FORMS)[number % len(fuzz.FORMS)]]
            for made, is_hurt in [fuzz.case(3, number, tmp_path, form)]
            if not is_hurt and SECRET.encode() in made.data
        ]
        for number, made in sound:
            path = tmp_path / f"case{number}-{made.name}-2026-10-31"
            path.write_bytes(made.data)
            outcome = fuzz.load_path(place, writer, path)[0].outcome
            assert outcome == "loaded" or made.records is None
        assert fuzz.kept_in(writer.con) == []
    assert {made.form.split(" ")[0] for _, made in sound} >= {
        "json",
        "xml",
        "log",
        "bare",
        "messages",
        "lending",
    }


@pytest.mark.parametrize(
    ("read", "dispositions", "is_hurt", "told"),
    [
        (2, {"new": 2, "set aside": 0}, True, None),
        (2, {"new": 1, "set aside": 0}, True, "2 rows, dispositions"),
        (1, {"new": 1, "set aside": 0}, True, "1 rows read, counted"),
        (2, {"new": 2, "set aside": 0}, False, "a sound file of 3 records"),
        (3, {"new": 2, "set aside": 1}, False, "a sound file of 3 records, 0 of them no rows"),
    ],
)
def test_a_row_lost_would_be_found(
    read: int, dispositions: dict[str, int], is_hurt: bool, told: str | None
) -> None:
    receipt = FileReceipt("x", "loaded", rows_read=read, dispositions=dispositions)
    made = Made("text", b"a,b\n1,2\n3,4\n", 3)
    assert (fuzz.wrong_with(receipt, made, is_hurt=is_hurt) or "")[: len(told or "")] == (
        told or ""
    )


START, PAGE = (
    "<?xml version='1.0'?>",
    "<report><r:Row><Column0>0</Column0></r:Row><r:Row/></report>",
)


@pytest.mark.parametrize(
    ("text", "is_bare", "rows"),
    [
        ('[{"a": [{"b": 1}]}, {"a": "{"}]', False, {1, 2}),
        ('{"total": 9, "list": [{"a": 1}, {}], "n": [1]}\n{"list": [{"a": 1}]}', False, {2, 3}),
        (f'{{"anies": ["{START}{PAGE}", "{PAGE}"]}}', False, {4}),
        (f"{START}{PAGE}\n{START}{PAGE}", False, {4}),
        ("<items><item><item>1</item></item><item/></items>", False, {1, 2}),
        ("E202610310911311867R ^S46CVFWDESK1^FEMAIN\r\n\r\nx\ny", False, {3}),
        ("1|2|\n3|4|\n", True, {2}),
        ("[{", False, set()),
        ("<items>", False, set()),
    ],
)
def test_what_the_other_parsers_count(text: str, is_bare: bool, rows: set[int]) -> None:
    for encoding in ("utf-8",) if text[0] in "E1" else ("utf-8-sig", "utf-16-le"):
        assert recount.counted(text.encode(encoding), is_bare=is_bare) == rows


def test_a_case_is_made_again_from_its_number(tmp_path: Path) -> None:
    first, again = ([fuzz.case(7, number, tmp_path) for number in range(80)] for _ in range(2))
    assert first == again
    assert {made.form.split(" ")[0] for made, _ in first} == {
        "text",
        "tabs",
        "xlsx",
        "xls",
        "ods",
        "json",
        "xml",
        "log",
        "logs",
        "bare",
        "messages",
        "marc",
        "reports",
        "lending",
    }
