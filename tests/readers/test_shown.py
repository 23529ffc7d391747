"""The one door for text of a file that nobody knows: headings pass it, what rows hold is masked."""

from __future__ import annotations

import contextlib
from pathlib import Path

import pytest

from libstats.declaration.vocabulary import vocabulary
from libstats.readers.shown import is_fit, shape, shown
from libstats.recognise.inspect import inspect
from libstats.sources import sources
from tests.support.files import write

HEADINGS = """Checkout Date|Patron's library 2|ISBN-13|Period: 2026-10|Oct 2026|FY 2025/26|2025-2026|
Q1 2026|09:00|9:30 am - 10:30 am|245$a|100|852$b@$8|Item no.|Bestell-Nr.|読者|Marked as 2nd copy|
Loans Jan-Mar 2026|Date (mm/dd/yyyy)|% of total|May 2026|2 Checkouts 2026|Due Date/Time|Item\nno.|
Time: from/to|bib::title|e.g. 245|3rd reminder|C++ books|AV+books|title_id"""

LINES = {
    "proxy": '198.51.100.4 - P4711 [31/Oct/2026:10:10:40 -0400] "GET http://a.example/ HTTP/1.1" 2 5',
    "proxy without its host": '- - P4711 [31/Oct/2026:10:10:40 -0400] "GET / HTTP/1.1" 200 5',
    "proxy cut": "library-7.example - P4711 [31/Oct/2026:10",
    "proxy cut in its address": "198.51.100.4 - P47",
    "address of version 6": "user 2001:db8::17",
    "start": "2026/10/31:09:30:00\t198.51.100.4\tP4711\tproxy\tdb.example\thttp://db.example/",
    "a link within": "login?user=P4711&qurl=http%3a%2f%2fdb.example",
    "SIP2": "2300120261031    101010AOmain|AAP4711|ACterm|AD1234|AY1AZF",
    "SIP2 cut": "AAP4711|AEAda Lovelace|AOmain|",
    "EDIFACT": "UNB+UNOC:3+5412345000013:14+5412345000020:14+261031:1200+1'",
    "EDIFACT cut": "NAD+BY+Ada Lovelace'",
    "MARC": "00714cam a2200205 a 4500001001300000",
    "MARC cut": "1 \x1faLovelace, Ada",
    "patron": "Lovelace;Ada;P4711;1999-12-10;ada@example.org",
    "birthday": "born 10 December 1999",
    "birthday, month first": "Dec 10 1999",
    "birthday with points": "10.12.1999",
    "birthday, spaced": "10. 12. 1999",
    "telephone": "tel 555-0143",
    "telephone in pairs": "06 12 34 56 78",
    "card": "Ada 21234",
    "remark": "She called twice and said that the copy was wet when she took it home from the desk",
}


def test_every_heading_that_libstats_knows_is_shown() -> None:
    known = {name for s in sources() for names in s.headings.values() for name in names}
    known |= {h for s in sources() for h in (*s.vendor_headings, *s.recognise, *s.bare)}
    assert len(known) > 1000
    assert [h for h in sorted(known) if not is_fit(h)] == []


def test_headings_of_exports_are_shown() -> None:
    assert [h for h in HEADINGS.replace("|\n", "|").split("|") if not is_fit(h)] == []


@pytest.mark.parametrize("kind", LINES)
def test_a_line_that_is_none_is_masked(kind: str) -> None:
    told = shown(LINES[kind])
    assert told == f"(what looks like a value, as {shape(LINES[kind])})"
    assert not [w for w in ("4711", "Ada", "198", "19", "555", "21234") if w in told]


def test_a_shape_is_that_of_the_vocabulary() -> None:
    texts = [*LINES.values(), "Ærø ½ ǅ Ⅳ 読者 é a\u0301", ""]
    with contextlib.closing(vocabulary()) as con:
        found = con.execute("select shape(t) from (select unnest($1) as t)", [texts]).fetchall()
    assert [shape(t) for t in texts] == [s.translate({9: " ", 31: " "}) for (s,) in found]


@pytest.mark.parametrize(
    "kind", ["proxy", "proxy cut", "SIP2 cut", "EDIFACT cut", "MARC cut", "patron", "remark"]
)
def test_inspect_shows_no_first_line_that_may_be_a_row(kind: str, tmp_path: Path) -> None:
    """As of a log of two lines, one of them damaged, which is not known as a log; a word that
    headings have stands in it."""
    damaged = '198.51.100.1 - - ,[31/Oct/2026:13:23:56 -0400\x1a "GET http://x.example/ HTTP/1.1" 4'
    told = inspect(write(tmp_path / "export", f"{LINES[kind]} user,Ada user\n{damaged}\n"))
    assert "not recognised" in told
    assert not [w for w in ("4711", "Ada", "198", "1999", "called") if w in told]


def test_the_damaged_log_that_fuzzing_found_is_not_shown(tmp_path: Path) -> None:
    lines = (
        '198.51.100.4 - P4711 [31/Oct/2026:10:10:40 -0400] "GET http://db.example/login?user=P4711'
        '&qurl=http%3a%2f%2fP4711%40y.example%2fP4711 HTTP/1.1" 906 5\r\n198.51.100.1 - - ,[31/Oct'
        '/2026:13:23:56 -0400\x1a "GET http://łódź.example/login?url=http://y.example/ HTTP/1.1" 403'
    )
    told = inspect(write(tmp_path / "export", lines))
    assert "198" not in told and "4711" not in told


def test_a_day_among_headings_is_shown_as_its_shape(tmp_path: Path) -> None:
    headings = "Barcode,Call Number,Location,Shelf check of 31/10/2026"
    rows = "".join(f"b{n},813,Hall,x\n" for n in range(40))
    told = inspect(write(tmp_path / "x.csv", f"{headings}\n{rows}"))
    assert "Call Number -> item.call_number" in told
    assert "not mapped: (what looks like a value, as Aaaaa aaaaa aa 99/99/9999)" in told
    assert "31/10" not in told
