"""The year of a record, from its code and from what is printed."""

from __future__ import annotations

from pathlib import Path

import pytest

from libstats.readers.marc.imprint import Imprint, imprint, printed


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("1917.", 1917, 1917),
        ("c1958.", 1958, 1958),
        ("[1987]", 1987, 1987),
        ("1870-", 1870, 1870),
        ("1947-1982.", 1947, 1982),
        ("5692 [1931]", 1931, 1931),
        ("[183-?]", 1830, 1839),
        ("198-", 1980, 1989),
        ("[18--]", 1800, 1899),
        ("19uu", 1900, 1999),
        ("1847 [i.e. 1848]", 1848, 1848),
        ("l983, 1966.", 1983, 1983),
        ("16[99]", 1699, 1699),
        ("1646[7]", 1647, 1647),
        ("M,DCC,LXXV", 1775, 1775),
        ("MCMXCII", 1992, 1992),
        ("5743", 1982, 1983),
        ("[between 1906 and 1912]", 1906, 1912),
        ("[1854 or 1855]", 1854, 1855),
    ],
)
def test_what_is_printed(text: str, low: int, high: int) -> None:
    found = printed(text)
    assert found is not None
    assert (found.low, found.high) == (low, high)


@pytest.mark.parametrize("text", ["", "[s.a.]", "n.d.", "12345678", "688", "Mild", "20th century"])
def test_what_is_no_year_is_not_known(text: str) -> None:
    assert printed(text) is None


@pytest.mark.parametrize(
    ("coded", "text", "found"),
    [
        ("s2019    ", "2019.", ("2019", "2019", "008", "2019", "0")),
        # an imprint of the year of copyright is no contradiction, one of another time is
        ("s2019    ", "c2017.", ("2019", "2019", "008", "2019", "0")),
        ("s2019    ", "1919.", ("2019", "2019", "008", "2019", "1")),
        # of a reprint the copy's own year
        ("r20101931", "2010.", ("2010", "2010", "008", "2010", "0")),
        ("t20182017", "", ("2018", "2018", "008", "2018", "0")),
        # between 1970 and 1979: 1974 stands for it; between 1900 and 1999 nothing does
        ("q19701979", "", ("1970", "1979", "008", "1974", "0")),
        ("q19001999", "", ("1900", "1999", "008", "", "0")),
        ("s198u    ", "", ("1980", "1989", "008", "1984", "0")),
        ("s19uu    ", "", ("1900", "1999", "008", "", "0")),
        # a set, a serial that still appears
        ("m19721980", "", ("1972", "1980", "008", "1972", "0")),
        ("c19849999", "1984-", ("1984", "1984", "008", "1984", "0")),
        # the code says nothing
        ("n        ", "1895.", ("1895", "1895", "260", "1895", "0")),
        ("||||||||||", "1895.", ("1895", "1895", "260", "1895", "0")),
        ("suuuu    ", "MDCCXCV.", ("1795", "1795", "roman", "1795", "0")),
        ("s####    ", "", ("", "", "", "", "")),
        # before printing, and after the record's own last change (2026)
        ("s1209    ", "", ("1209", "1209", "008", "1209", "1")),
        ("s2062    ", "", ("2062", "2062", "008", "2062", "1")),
    ],
)
def test_the_code_goes_before_print(coded: str, text: str, found: tuple[str, ...]) -> None:
    assert imprint(coded, text, "260", "2026") == Imprint(*found)


def test_real_imprints(real: Path) -> None:
    """At least 95 of a hundred by their low year, the others unknown rather than wrong; `1950-`
    stands there for itself."""
    rows = [
        line.split("\t")[:2]
        for line in (real / "marc" / "pubdate_strings.tsv").read_text("utf-8").splitlines()[1:]
    ]
    told = [(text, wanted, printed(text)) for text, wanted in rows if wanted.isdecimal()]
    wrong = [text for text, wanted, found in told if found and str(found.low) != wanted]
    unknown = [text for text, _, found in told if found is None]
    assert (wrong, len(unknown) <= len(told) // 20) == ([], True)
