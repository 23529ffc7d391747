"""What the sample library would mail: small files, in which nothing of a case or a person stands."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

import libstats
from libstats.libraries import files
from libstats.libraries.parted_analyses import PARTED
from libstats.libraries.question import Question

OCTOBER, DAY = {"since": "2026-10-01", "until": "2026-11-01"}, {"as_of": "2026-11-01"}
HOLDS = {"process": "hold", **OCTOBER}
ASKED: dict[str, dict[str, Any]] = {
    "backlog": {**HOLDS, "by": "branch"},
    "circulation": OCTOBER,
    "collection_age": DAY,
    "collection_use": OCTOBER,
    "fill_rate": {**HOLDS, **DAY, "by": "branch"},
    "signals": {"measure": "checkouts", **DAY},
    "throughput": {**HOLDS, "by": "branch"},
    "turnaround": {**HOLDS, **DAY, "by": "branch"},
}
SECRET = """
    select unnest([barcode, item_id, title_id]) from item
    union all select unnest([hold_id, title_id, item_id]) from hold
    union all select unnest([loan_id, barcode, patron_key::varchar]) from loan
    union all select title from title
    union all select file from loaded_file
"""


def test_files_of_a_month_are_small_and_hold_no_case_and_no_person(
    demo: Path, tmp_path: Path
) -> None:
    assert ASKED.keys() == PARTED.keys()
    with libstats.open(demo) as con, duckdb.connect() as plain:
        # numbers below are counts and days too
        secret = {text for (text,) in con.execute(SECRET).fetchall() if text and len(text) > 5}
        assert len(secret) > 1000
        for analysis, asked in ASKED.items():
            file = tmp_path / f"{analysis}.parquet"
            question = Question.of(analysis, asked)
            said = files.write(con, question, "Sample", file, datetime(2026, 11, 1))
            assert file.stat().st_size < 50_000, analysis
            rows = plain.sql(f"from read_parquet('{file}')").fetchall()
            words = {str(value) for row in rows for value in row}
            assert rows
            assert words & secret == set(), analysis
            assert str(demo) not in " ".join([*said, *words])


@pytest.mark.parametrize("name", sorted(PARTED))
def test_sums_are_whole_numbers_or_words(name: str, demo: Path) -> None:
    """Sums of doubles would depend on their order; waits are values, which nobody adds up."""
    with libstats.open(demo) as con:
        added = Question.of(name, ASKED[name]).added_up(con)
        found = con.sql(added.sql, params=added.params)
        doubles = {
            column
            for column, kind in zip(found.columns, found.types, strict=True)
            if kind == "DOUBLE"
        }
    assert doubles <= {"waited", "entry", "age", "value"}, name
