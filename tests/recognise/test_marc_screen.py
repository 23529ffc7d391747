"""A first look at a batch of records: counts by category, worked by hand."""

from __future__ import annotations

import re
from io import BytesIO
from pathlib import Path

import pytest

from libstats.definitions.cataloguing import BELOW_CORE, LEVELS
from libstats.readers.marc.layout import faults
from libstats.readers.marc.record import Record, is_local
from libstats.readers.marc.rows import all_in
from libstats.readers.marc.screen import BELOW, CLASSES, NUMBERS
from libstats.recognise.inspect import inspect
from libstats.sources import marc
from tests.support.marc import LEADER, Fields, record

SOUND: Fields = [
    ("001", "1"),
    ("005", "20260901120000.0"),
    ("008", "190214s2019    xxu           000 0 eng d"),
    ("020", "  $a978-0-306-40615-7 (hbk.)"),
    ("040", "  $aARC$cARC"),
    ("050", "00$aQL696"),
    ("245", "00$aReeds"),
    ("264", " 1$c2019"),
    ("300", "  $a12 p."),
    ("650", " 0$aReeds."),
]


def without(*tags: str) -> Fields:
    return [(tag, text) for tag, text in SOUND if tag not in tags]


def test_counts_by_category_and_the_records_to_look_at(tmp_path: Path) -> None:
    low = LEADER[:17] + "K" + LEADER[18:]
    data = [
        record(SOUND),
        record([*without("020", "650"), ("020", "  $a0306406153")]),
        record([*without("020"), ("022", "  $a0317-8472")], low),
        record([*without("008", "264"), ("260", "  $a[S.l.]")]),
        record([*SOUND, ("590", "  $aMara Quill was here")]),
        record([("001", "a")], LEADER[:6] + "z" + LEADER[7:]),
        record([*without("264"), ("264", " 1$c1919")]),
    ]
    (tmp_path / "batch.mrc").write_bytes(b"".join(data))
    said = inspect(tmp_path / "batch.mrc").splitlines()
    begin = next(n for n, line in enumerate(said) if "a first look" in line)
    # of six titles the second, third, fourth and last have something
    assert said[begin : begin + 10] == [
        "  a first look at its titles: 4 of 6 have something of this, 5 with local fields"
        " (no. is the place of a record in the file)",
        "    1  no 008 of 40 characters (008): no. 4",
        "    1  no language (008/35-37, 041): no. 4",
        "    1  no year that can be read (008/06-14, 264, 260): no. 4",
        "    1  doubtful year (008/06-14, 264, 260): no. 7",
        "    1  ISBN with a wrong check digit (020 $a): no. 2",
        "    1  ISSN with a wrong check digit (022 $a): no. 3",
        "    1  no subject (6XX): no. 2",
        "    1  level below core (leader/17): no. 3",
        "    1  local field (a tag with a 9, no system's own): no. 5",
    ]
    assert "Mara" not in "\n".join(said)


def found_in(fields: Fields, leader: str = LEADER) -> str:
    """What a first look finds in one record."""
    with BytesIO(record(fields, leader) * 2) as stream:
        ((_, read), *_) = all_in(stream, {tag for tag, _ in fields})
    assert isinstance(read, Record)
    return faults(read)


@pytest.mark.parametrize("tag", CLASSES)
def test_a_class_number_of_any_scheme_is_one_whether_marc_21_s_or_local(tag: str) -> None:
    assert "no class number" in found_in(without("050"))
    assert "no class number" not in found_in([*without("050"), (tag, "  $aFIC QUI")])


@pytest.mark.parametrize("tag", NUMBERS)
def test_a_number_in_z_alone_is_none(tag: str) -> None:
    """It is cancelled, or of another edition: the record itself has none."""
    assert "no standard number" in found_in([*without("020"), (tag, "  $z978-0-306-40615-7")])
    assert "no standard number" not in found_in([*without("020"), (tag, "  $z0$aM571100511")])


def test_levels_below_core_are_those_of_the_list_and_a_batch_is_told_apart() -> None:
    """2, 3, 5, 7, 8 of MARC 21 and K of OCLC; M is loaded in a batch, whatever it lacks."""
    levels = {c: found_in(SOUND, LEADER[:17] + c.replace("#", " ") + LEADER[18:]) for c in LEVELS}
    assert {c for c, found in levels.items() if "below core" in found} == set(BELOW_CORE)
    assert {c for c, found in levels.items() if "level M" in found} == {"M"}
    assert tuple(BELOW) == BELOW_CORE


@pytest.mark.parametrize(
    ("tag", "text", "is_impossible"),
    [
        ("008", "991332s1999    xxu           000 0 eng d", True),  # month 13
        ("008", "190230s2019    xxu           000 0 eng d", True),  # February 30th
        ("008", "990214s1999    xxu           000 0 eng d", False),  # of 1999
        ("008", "190214m20241990xxu           000 0 eng d", True),  # ends before it begins
        ("008", "190214m20249999xxu           000 0 eng d", False),  # goes on
        ("008", "190214r20241990xxu           000 0 eng d", False),  # a reprint of 1990
        ("008", "190214q199u1989xxu           000 0 eng d", False),  # not told to the year
        ("005", "21260901120000.0", True),  # still to come
        ("005", "20261301120000.0", True),
        ("005", "20191231120000.0", False),
    ],
)
def test_dates_that_cannot_be(tag: str, text: str, is_impossible: bool) -> None:
    assert ("impossible date" in found_in([*without(tag), (tag, text)])) is is_impossible


def test_the_summary_names_every_record(tmp_path: Path) -> None:
    """Two titles, one of them deleted, an authority, and one that cannot be read: all four."""
    data = [
        record(SOUND),
        record(SOUND, LEADER[:5] + "d" + LEADER[6:]),
        record([("001", "a")], LEADER[:6] + "z" + LEADER[7:]),
        b"00000 rubbish\x1d",
    ]
    (tmp_path / "batch.mrc").write_bytes(b"".join(data))
    said = inspect(tmp_path / "batch.mrc")
    summary = "1 authorities (set aside), 1 deleted (set aside), 1 titles, 1 that cannot be read"
    assert f"its records are: {summary}" in said
    at = sum(map(len, data[:3])) + 1
    assert f"  record 4, from byte {at:,} on: it has no whole directory\n" in said
    assert "leader/05" not in said.partition("never read:")[2].partition("\n")[0]


def test_titles_of_one_number_are_held_as_one(tmp_path: Path) -> None:
    """Four titles with the numbers 1, 1, 2 and 3."""
    data = [record([("001", number), *without("001")]) for number in "1123"]
    (tmp_path / "batch.mrc").write_bytes(b"".join(data))
    said = inspect(tmp_path / "batch.mrc")
    assert "4 titles have 3 numbers, so 3 will be held: several have the bib number 1" in said
    (tmp_path / "batch.mrc").write_bytes(b"".join(data[1:]))
    assert "will be held" not in inspect(tmp_path / "batch.mrc")


def test_what_a_system_writes_itself_is_no_local_field() -> None:
    """The fields with a 9 in the shipped maps of library systems; orders are no system's own."""
    systems = {"koha", "sierra", "symphony-949", "symphony-999", "evergreen", "polaris", "alma"}
    assert systems == set(marc.NAMES) - {"oclc", "plain"}
    texts = [marc.text_of(f"{name}.map") or "" for name in systems]
    lines = [line.partition("#")[0] for text in texts for line in text.splitlines()]
    tags = {tag for line in lines for tag in re.findall(r"\b\d{3}\b", line) if is_local(tag)}
    assert tags == {"901", "907", "942", "945", "949", "952", "999"}
    for tag in (*tags, "998"):
        assert found_in([*SOUND, (tag, "  $a1$92")]) == "none", tag
    assert found_in([*SOUND, ("590", "  $aours")]) == "local field"
    assert found_in([*SOUND, ("099", "  $aours")]) == "local field"
