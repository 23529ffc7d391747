"""The vocabulary of sources: text to values, and what is not taken for one."""

from __future__ import annotations

import re
from datetime import date
from importlib import resources

import duckdb
import pytest

from libstats.declaration.vocabulary import functions

CASES = {
    "iso_date": {"2026-10-31": "2026-10-31", "2026 - 10 - 31": "2026-10-31", "2026.10.31": "2026-10-31", " 2026/10/31 ": "2026-10-31", "2026-10-31 09:30:00": "2026-10-31",
                 "03/04/2025": None, "9999-99-99": None, "epoch": None, "infinity": None, "today": None, "2026-02-30": None, "45231": None, "31/10/26": None, "1/10/26": None, "123-10-26": None, "1999-10-26": "1999-10-26", "2026-10-31 (BC)": None, "12026-10-31": None},
    "iso_time": {"46326.395833333": None, "46326": None, "2026-10-31 09:30:00": "2026-10-31 09:30:00", "2026-10-31": "2026-10-31 00:00:00", "2026-10-31T09:30": "2026-10-31 09:30:00", "10/31/2026 09:30": None, "infinity": None, "31/10/26 09:30": None},
    "us_date": {"10/31/26": None, "10/31/2026": "2026-10-31", "2026-10-31": "2026-10-31", "31/10/2026": None, "1/2/2026": "2026-01-02"},
    "us_time": {"10/31/26": None, "10/31/26 9:30 AM": None, "46326.395833333": None, "10/31/2026 14:05": "2026-10-31 14:05:00", "10/31/2026 2:05 PM": "2026-10-31 14:05:00", "10/31/2026": "2026-10-31 00:00:00", "31/10/2026 14:05": None},
    "eu_date": {"31/10/26": None, "31/10/2026": "2026-10-31", "31.10.2026": "2026-10-31", "10/31/2026": None, "2026-10-31": "2026-10-31"},
    "eu_time": {"31.10.26 14:05": None, "31/10/2026 14:05": "2026-10-31 14:05:00", "31.10.2026 14:05:09": "2026-10-31 14:05:09", "10/31/2026 14:05": None},
    "serial_time": {"46326.395833333": "2026-10-31 09:30:00", "46326": "2026-10-31 00:00:00", " 46326.0 ": "2026-10-31 00:00:00", "2026-10-31 09:30:00": "2026-10-31 09:30:00",
                    "10000": "1927-05-18 00:00:00", "46326.999999": "2026-11-01 00:00:00", "46325.8155085301": "2026-10-30 19:34:19.937", "2026": None, "1234567": None, "00012": None, "46326,5": None, "4.6326E+4": None, "-46326": None,
                    "10/31/2026": None, "03/04/2025": None},
    "us_serial_time": {"46326.395833333": "2026-10-31 09:30:00", "10/31/2026 9:30 AM": "2026-10-31 09:30:00", "2026-10-31": "2026-10-31 00:00:00", "31/10/2026": None, "1234567": None},
    "stamp": {"46325.8155085301": "2026-10-30 19:34:19.937", "2026-10-30 19:34:19.937": "2026-10-30 19:34:19.937", "2026-10-30T19:34:19.93": "2026-10-30 19:34:19.930",
              "2026-10-30 19:34:19": "2026-10-30 19:34:19.000", "46325.81551": None, "10/30/2026 19:34": None, "2026-10-30 19:34": None, "2026-10-30": None},
    "wall_clock": {"2026-10-31 09:30:00.125-04": "2026-10-31 09:30:00.125", "2026-10-31T13:30:00Z": "2026-10-31 13:30:00", "2026-10-31 09:30:00+05:30": "2026-10-31 09:30:00", "2026-10-31 09:30:00 +0530": "2026-10-31 09:30:00",
                   "2026-10-31": "2026-10-31 00:00:00", "2026-10-31 09:30:00": "2026-10-31 09:30:00", "2026-10": None, "2026-Q4": None, "October  ": None, "10/31/2026": None, "09:30:00-04": None},
    "screen_time": {"10/31/26, 9:30 AM": "2026-10-31 09:30:00", "10/31/26": "2026-10-31 00:00:00", "10/11/26": "2026-10-11 00:00:00", "10/31/2026 9:30 PM": "2026-10-31 21:30:00", "2026-10-31 09:30:00-04": "2026-10-31 09:30:00", "31/10/26": None, "31.10.2026": None, "31/10/2026 09:30": None},
    "packed_time": {"20261031": "2026-10-31 00:00:00", "202610310930": "2026-10-31 09:30:00", "20261031093059": "2026-10-31 09:30:59", "20261340": None, "2026103109": None, "0": None, "NEVER": None, "2026-10-31": None, "18991231": None},
    "zoned_time": {"2026-10-31 09:30:00-04": "2026-10-31 09:30:00", "2026-10-31T13:30:00.000+0000": "2026-10-31 13:30:00", "2026-10-31 09:30:00.000 -0400": "2026-10-31 09:30:00", "2026-10-31 09:30:00": None, "2026-10-31": None, "1569": None},
    "service_date": {"2026-10-31Z": "2026-10-31", "2026-10-31": "2026-10-31", "2026-10-31+01:00": "2026-10-31", "31/10/2026": None, "10/31/2026Z": None},
    "dashed_time": {"10-31-2026": "2026-10-31 00:00:00", "10-31-2026 15:23": "2026-10-31 15:23:00", "31-10-2026": None, "2026-10-31": "2026-10-31 00:00:00", "  -  -  ": None, "10-31-26": None},
    "cents": {"1234567": "12345.67", "5": "0.05", "-50": "-0.50", "12.50": None, "x": None},
    # 7*2 + 6*3 + 5*4 + 4*5 + 3*6 + 2*7 + 1*8 = 112, which leaves 2 of elevens: the check digit of
    # 1234567 is 2
    "sierra_number": {"i12345672": "1234567", "i1234567a": "1234567", ".i12345672 ": "1234567", "1234567": "1234567", "450972800647": "1234567", "i1000001x": "1000001", "b1234567x;b2222222a": "1234567", "i12345678": "12345678", "I12345672": "1234567", "i1234567": "1234567", "x": None, "n/a": None},
    "sierra_letter": {"450972800647": "i", "420908029575": "b", "i12345672": "i", ".b1234567x": "b"},
    "whole_number": {"7": "7", "-7": "-7", "007": "7", "12.7": None, "1e3": None, "x": None, "1 2": None},
    "amount": {"25.000000": "25.00", "-2.5": "-2.50", "1e3": None, "$5": None, "1,250.00": None},
    "decimal_amount": {"35.00": "35.00", "-35.00": "-35.00", "(35.00)": "-35.00", " (31,50) ": "-31.50", "(35.00": None, "35": None},
    "signed_amount": {"$35.00": "35.00", "($35.00)": "-35.00", "(35.00 EUR)": "-35.00", "(USD35.00)": "-35.00", "-USD 35.00": "-35.00", "(35.00)": None},
    "implied_cents": {"3500": "35.00", "(3500)": "-35.00", "35.00": None},
    "yes_no": {"1": "true", "T": "true", " yes ": "true", "Y": "true", "n": "false", "0": "false", "no": "false", "2": None, "-1": None},
    "shape": {"9abC-é": "9aaA-a", "jane@example.org": "aaaa@aaaaaaa.aaa", "x" * 99: "a" * 40},
}  # fmt: skip


@pytest.fixture(scope="module")
def con() -> duckdb.DuckDBPyConnection:
    """A connection with the vocabulary."""
    found = duckdb.connect()
    found.execute(functions())
    return found


def test_no_more_is_made_than_is_told() -> None:
    """The words that some SQL holds, and those that these are made of."""
    made = functions("coalesce(us_serial_time(x), 'tidy up')")
    assert re.findall(r"macro (\w+)", made) == [
        "tidy",
        "in_our_time",
        "is_iso",
        "iso_time",
        "us_time",
        "serial",
        "us_serial_time",
    ]
    duckdb.connect().execute(made)
    assert functions("no_word_of_it") == ""


ZONED = {
    "2026-11-01 05:30:00+00": "2026-11-01 01:30:00",
    "2026-11-01T06:30:00Z": "2026-11-01 01:30:00",
    "2026-07-01 00:30:00.5-07": "2026-07-01 03:30:00.5",
    "2026-07-01 00:30:00": "2026-07-01 00:30:00",
    "2026-13-01 00:30:00Z": None,
}


@pytest.mark.parametrize(("text", "value"), ZONED.items())
def test_a_time_with_its_zone_in_a_library_of_another(text: str, value: str | None) -> None:
    """New York: four hours behind UTC in summer, five in winter."""
    con = duckdb.connect()
    con.execute("set variable library_zone = 'America/New_York'")
    con.execute(functions())
    assert con.execute("select wall_clock($1)::varchar", [text]).fetchall() == [(value,)]


@pytest.mark.parametrize(
    ("function", "text", "value"),
    [(f, t, v) for f, cases in CASES.items() for t, v in cases.items()],
)
def test_text_to_value(
    function: str, text: str, value: str | None, con: duckdb.DuckDBPyConnection
) -> None:
    assert con.execute(f"select {function}($1)::varchar", [text]).fetchall() == [(value,)]


# by no other than those who have looked what the text is
_OF_DIGITS = {"in_our_time", "sierra_check"}


def test_a_word_that_a_database_takes_for_a_time_is_none(con: duckdb.DuckDBPyConnection) -> None:
    """PostgreSQL writes infinity for a date without end; DuckDB would take it, and epoch, for
    times."""
    text = resources.files("libstats.declaration").joinpath("functions.sql").read_text("utf-8")
    names = re.findall(r"create or replace temp macro (\w+)\(\w+\) as", text)
    assert {"screen_time", "iso_date"} <= set(names)
    words = ("infinity", "-infinity", "Infinity", "inf", "epoch", "today", "now", "nan")
    for name in sorted(set(names) - _OF_DIGITS):
        given = ", ".join(f"{name}('{word}')" for word in words)
        row = con.execute(f"select {given}").fetchone()
        assert row is not None
        assert not [value for value in row if isinstance(value, date)], name
