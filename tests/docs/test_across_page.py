"""What the page of many libraries shows, runs on ten files that were mailed."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import Any

import duckdb
import pytest

import libstats
from libstats.cli.main import main
from libstats.declaration.raw import quoted
from libstats.libraries import files
from libstats.libraries.parted_analyses import PARTED
from libstats.wording import records
from tests.support.files import DOCS

PAGE = (DOCS / "across.md").read_text(encoding="utf-8")
COMMAND = re.findall(r"^    libstats (-w mylibrary sums .*)$", PAGE, re.M)[0]


def test_the_page_names_every_analysis_that_adds_up() -> None:
    table = PAGE.partition("| analysis | what it tells |")[2].partition("\n\n")[0]
    assert set(re.findall(r"`(\w+)`", table)) == set(PARTED)


def test_ten_mailed_files_answer_as_one(
    demo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    words = [str(demo) if word == "mylibrary" else word for word in shlex.split(COMMAND)]
    assert main(words) == 0
    file, mailed = tmp_path / words[-1], tmp_path / "mailed"
    assert file.stat().st_size < 50_000
    mailed.mkdir()
    with duckdb.connect() as con:
        said = files.read(con, file)
        assert said is not None
        for number in range(10):  # as if ten had the same
            own = said._replace(library=f"Library {number}", loads=f"{number:016x}")
            named = ", ".join(f"{name}: {quoted(value)}" for name, value in own._asdict().items())
            con.execute(
                f"copy (from '{file}') to '{mailed / str(number)}.parquet' (kv_metadata {{{named}}})"
            )
    space: dict[str, Any] = {}
    exec(re.findall(r"```python\n(.*?)```", PAGE, re.S)[0], space)
    assert "Library 9 9.parquet answered" in capsys.readouterr().out
    with libstats.open(demo) as con:
        alone = records(libstats.throughput(con, "hold", since="2026-01-01", until="2026-11-01"))
    together = records(space["found"].answer)
    assert [(row["period"], row["cases"]) for row in together] == [
        (row["period"], row["cases"] and 10 * row["cases"]) for row in alone
    ]
