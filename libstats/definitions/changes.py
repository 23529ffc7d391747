"""What the library changed, and when, as a table of a connection."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import duckdb

from libstats.definitions import branches


def register(con: duckdb.DuckDBPyConnection, config: Mapping[str, Any]) -> None:
    """Give a connection the table `change`: one row per [[change]] of libstats.toml: `changed_on`
    (day), `what`, `branch` (by its name where [branches] gives one; NULL: all), `process` (NULL:
    all work), `is_rebase` (what is usual is told anew from then on)."""
    con.execute(
        """
        create or replace temp table change (
            changed_on date,
            what varchar,
            branch varchar,
            process varchar,
            is_rebase boolean
        )"""
    )
    names = {key.rpartition(":")[2]: name for key, name in branches.of(config).items()}
    for each in config.get("change", []):
        branch = each.get("branch")
        told = [each["on"], each["what"], names.get(branch, branch), each.get("process")]
        con.execute(
            "insert into change values ($1, $2, $3, $4, $5)", [*told, each.get("rebase", False)]
        )
