"""A first look at a batch of records: counts by category, worked by hand."""

from __future__ import annotations

from pathlib import Path

from libstats.recognise.inspect import inspect
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
        "  a first look at its titles: 4 of 6 have something of this, 5 with local fields",
        "    1  no 008 of 40 characters (008): records 4",
        "    1  no language (008/35-37, 041): records 4",
        "    1  no year that can be read (008/06-14, 264, 260): records 4",
        "    1  doubtful year (008/06-14, 264, 260): records 7",
        "    1  ISBN with a wrong check digit (020 $a): records 2",
        "    1  ISSN with a wrong check digit (022 $a): records 3",
        "    1  no subject (6XX): records 2",
        "    1  level below core (leader/17): records 3",
        "    1  local field (a tag with a 9): records 5",
    ]
    assert "Mara" not in "\n".join(said)
