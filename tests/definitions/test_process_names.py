"""A kind of work is found by the names that people use for it."""

from __future__ import annotations

from collections.abc import Iterator

import duckdb
import pytest

from libstats.definitions.processes import process_of, processes, register
from libstats.errors import AnalysisError

OWN = {
    "process": {
        "mending": {
            "what": "a book to be mended",
            "starts": "brought",
            "done": ["mended"],
            "milestones": {"brought": "", "mended": ""},
            "names": ["repairs"],
        }
    }
}
SHARED = {"ILL", "interlibrary loan"}


@pytest.fixture(scope="module")
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as con:
        register(con, OWN)
        yield con


@pytest.mark.parametrize(
    ("said", "name"),
    [
        (said, process.name)
        for process in processes(OWN).values()
        for said in sorted({process.name, process.title, *process.names} - SHARED)
    ],
)
def test_any_name_of_it_finds_it(con: duckdb.DuckDBPyConnection, said: str, name: str) -> None:
    for form in (said, said.upper(), f"{said}s", said.replace(" ", "_"), said.replace(" ", "-")):
        assert process_of(con, form).name == name, form


@pytest.mark.parametrize("said", sorted(SHARED))
def test_what_may_be_either_is_asked(con: duckdb.DuckDBPyConnection, said: str) -> None:
    with pytest.raises(AnalysisError, match="any of several") as refused:
        process_of(con, said)
    assert refused.value.remedy == "Say one of: ill_borrowing, ill_lending."


def test_no_other_word_does(con: duckdb.DuckDBPyConnection) -> None:
    for said in ("", "s", "_", "mend", "interlibrary"):
        with pytest.raises(AnalysisError, match="there is no process"):
            process_of(con, said)
