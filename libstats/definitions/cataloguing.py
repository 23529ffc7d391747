"""The library's own code in 040 of MARC, by which a record is its own work."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import duckdb


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
