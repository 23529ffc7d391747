"""The names of branches by [branches] in libstats.toml, and which codes of two systems are one
place: those with one name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import duckdb

from libstats.schema import Table

__all__ = ["columns_of", "of", "place_of", "place_sql", "register"]

Branches = Mapping[str, str]


def of(config: Mapping[str, Any]) -> Branches:
    """The name of each code, as in `QBC`, or as in `polaris:3` where it is one system's alone."""
    given: Branches = config.get("branches", {})
    return given


def columns_of(table: Table) -> list[str]:
    """The columns of a canonical table that hold branches."""
    return [column.name for column in table.columns if column.name.split("_")[-1] == "branch"]


def place_sql(branches: Branches, branch: str, source: str = "source") -> str:
    """SQL: the name of a branch's code; the code where none is given, and for no table of theirs
    nothing but the code.

    Codes of one system go before those of any. Written out, not joined: a column that nobody reads
    costs nothing so.
    """
    apart = {key: name for key, name in branches.items() if ":" in key}
    alike = {key: name for key, name in branches.items() if ":" not in key}
    cases = [
        f"when {branch} = {_quoted(code.strip())} and {source} = {_quoted(system.strip())}"
        f" then {_quoted(name)}"
        for key, name in apart.items()
        for system, _, code in [key.partition(":")]
    ]
    cases += [
        f"when {branch} = {_quoted(code)} then {_quoted(name)}" for code, name in alike.items()
    ]
    return f"case {' '.join(cases)} else {branch} end" if cases else branch


def register(con: duckdb.DuckDBPyConnection, config: Mapping[str, Any]) -> None:
    """Give a connection the table `branch_name` (code, name), and the calendars of branches under
    their names too. The calendars must be there."""
    con.execute("create or replace temp table branch_name (code varchar, name varchar)")
    rows = [(key.rpartition(":")[2].strip(), name) for key, name in of(config).items()]
    if not rows:
        return
    con.execute(
        "insert into branch_name select unnest($1::varchar[]), unnest($2::varchar[])",
        list(map(list, zip(*rows, strict=True))),
    )
    con.execute(
        """
        insert into calendar_day
        select n.name, d.day, d.hours, d.is_open, d.open_before
        from (
            select name, min(code) as code
            from branch_name
            where code in (select calendar from calendar_day)
            group by name
        ) n
        join calendar_day d on d.calendar = n.code
        where n.name not in (select calendar from calendar_day)
        """
    )


def place_of(con: duckdb.DuckDBPyConnection, branch: str) -> str:
    """The name of a branch of which a name or a code is given; as given where no names are."""
    try:
        found = con.execute(
            "select distinct name from branch_name where code = $1 and code <> name", [branch]
        ).fetchall()
    except duckdb.CatalogException:
        return branch
    names = con.execute("select count(*) from branch_name where name = $1", [branch]).fetchall()
    return found[0][0] if len(found) == 1 and not names[0][0] else branch


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
