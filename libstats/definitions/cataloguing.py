"""The library's own code in 040 of MARC, by which a record is its own work; and what the encoding
levels of records say."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import duckdb

# leader/17 of MARC 21, the letters OCLC's; # is a blank
LEVELS = {
    "#": "full",
    "1": "full, made without the piece at hand",
    "2": "less than full, made without the piece at hand",
    "3": "abbreviated",
    "4": "core",
    "5": "preliminary",
    "7": "minimal",
    "8": "before publication",
    "u": "not known",
    "z": "not applicable",
    "I": "full, by a library at OCLC",
    "J": "deleted at OCLC",
    "K": "less than full, by a library at OCLC",
    "L": "full, loaded in a batch at OCLC",
    "M": "less than full, loaded in a batch at OCLC",
}
# where neither a question nor libstats.toml says the library's own code
NOTHING_ORIGINAL = (
    "Nothing is told apart as original: give your own code in 040 $a (--set agency=CODE), or write"
    " it into libstats.toml, as cataloguing_agency of [library]"
)
BELOW_CORE = ("2", "3", "5", "7", "8", "K")


def register(con: duckdb.DuckDBPyConnection, config: Mapping[str, Any]) -> None:
    """Tell a connection what [library] in libstats.toml says."""
    own = config.get("library", {}).get("cataloguing_agency") or None
    con.execute("set variable cataloguing_agency = $1", [own])


def own_agency(con: duckdb.DuckDBPyConnection, given: str | None) -> str | None:
    """The code to use: what is given, else what [library] says; None where neither does."""
    if given:
        return given
    found: str | None = con.execute("select getvariable('cataloguing_agency')").fetchall()[0][0]
    return found
