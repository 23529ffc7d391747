"""The vocabulary of sources: text to values, and what is not taken for one."""

from __future__ import annotations

import duckdb
import pytest

from libstats.load import prepare_connection

CASES = {
    "iso_date": {"2026-10-31": "2026-10-31", "2026 - 10 - 31": "2026-10-31", "2026.10.31": "2026-10-31", " 2026/10/31 ": "2026-10-31", "2026-10-31 09:30:00": "2026-10-31",
                 "03/04/2025": None, "9999-99-99": None, "epoch": None, "infinity": None, "today": None, "2026-02-30": None, "45231": None},
    "iso_time": {"46326.395833333": None, "46326": None, "2026-10-31 09:30:00": "2026-10-31 09:30:00", "2026-10-31": "2026-10-31 00:00:00", "2026-10-31T09:30": "2026-10-31 09:30:00", "10/31/2026 09:30": None, "infinity": None},
    "us_date": {"10/31/2026": "2026-10-31", "2026-10-31": "2026-10-31", "31/10/2026": None, "1/2/2026": "2026-01-02"},
    "us_time": {"46326.395833333": None, "10/31/2026 14:05": "2026-10-31 14:05:00", "10/31/2026 2:05 PM": "2026-10-31 14:05:00", "10/31/2026": "2026-10-31 00:00:00", "31/10/2026 14:05": None},
    "eu_date": {"31/10/2026": "2026-10-31", "31.10.2026": "2026-10-31", "10/31/2026": None, "2026-10-31": "2026-10-31"},
    "eu_time": {"31/10/2026 14:05": "2026-10-31 14:05:00", "31.10.2026 14:05:09": "2026-10-31 14:05:09", "10/31/2026 14:05": None},
    "serial_time": {"46326.395833333": "2026-10-31 09:30:00", "46326": "2026-10-31 00:00:00", " 46326.0 ": "2026-10-31 00:00:00", "2026-10-31 09:30:00": "2026-10-31 09:30:00",
                    "10000": "1927-05-18 00:00:00", "46326.999999": "2026-11-01 00:00:00", "46325.8155085301": "2026-10-30 19:34:19.937", "2026": None, "1234567": None, "00012": None, "46326,5": None, "4.6326E+4": None, "-46326": None,
                    "10/31/2026": None, "03/04/2025": None},
    "us_serial_time": {"46326.395833333": "2026-10-31 09:30:00", "10/31/2026 9:30 AM": "2026-10-31 09:30:00", "2026-10-31": "2026-10-31 00:00:00", "31/10/2026": None, "1234567": None},
    "stamp": {"46325.8155085301": "2026-10-30 19:34:19.937", "2026-10-30 19:34:19.937": "2026-10-30 19:34:19.937", "2026-10-30T19:34:19.93": "2026-10-30 19:34:19.930",
              "2026-10-30 19:34:19": "2026-10-30 19:34:19.000", "46325.81551": None, "10/30/2026 19:34": None, "2026-10-30 19:34": None, "2026-10-30": None},
    "whole_number": {"7": "7", "-7": "-7", "007": "7", "12.7": None, "1e3": None, "x": None, "1 2": None},
    "amount": {"25.000000": "25.00", "-2.5": "-2.50", "1e3": None, "$5": None, "1,250.00": None},
    "yes_no": {"1": "true", "T": "true", " yes ": "true", "Y": "true", "n": "false", "0": "false", "no": "false", "2": None, "-1": None},
    "shape": {"9abC-é": "9aaA-a", "jane@example.org": "aaaa@aaaaaaa.aaa", "x" * 99: "a" * 40},
}  # fmt: skip


@pytest.fixture(scope="module")
def con() -> duckdb.DuckDBPyConnection:
    """A connection with the vocabulary."""
    found = duckdb.connect()
    prepare_connection(found)
    return found


@pytest.mark.parametrize(("function", "text", "value"), [(f, t, v) for f, cases in CASES.items() for t, v in cases.items()])
def test_text_to_value(function: str, text: str, value: str | None, con: duckdb.DuckDBPyConnection) -> None:
    assert con.execute(f"select {function}($1)::varchar", [text]).fetchall() == [(value,)]
